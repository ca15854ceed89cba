//! `doc.index_of` and `doc.index_of_ci`.

use super::support::{find, int, text, units};
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static INDEX_OF: Function = Function {
    name: "doc.index_of",
    arity: (2, 3),
    doc: "Where the second text first stands in the first, from 0, searched from the optional \
          third argument on (less than 0 is 0). Null when it is not found.",
    examples: &[
        ("[\"explorer.exe\", \"plorer.\"]", "2"),
        ("[\"explorer.exe\", \"plorer.\", 2]", "2"),
        ("[\"explorer.exe\", \"plorer.\", 4]", "null"),
        ("[\"explorer.exe\", \"plorer.\", -9]", "2"),
        ("[\"a\", \"\", 9]", "null"),
        ("[null, \"a\"]", "null"),
    ],
    eval: |_, args| index_of(args, false),
};

pub(super) static INDEX_OF_CI: Function = Function {
    name: "doc.index_of_ci",
    arity: (2, 3),
    doc: "`doc.index_of` without regard to case.",
    examples: &[("[\"EXPLORER.EXE\", \"pLOrer.\", 2]", "2"), ("[\"a\", \"b\"]", "null")],
    eval: |_, args| index_of(args, true),
};

fn index_of(args: &[Value], fold: bool) -> Value {
    let [source, needle, rest @ ..] = args else { return Value::Null };
    let (Some(source), Some(needle)) = (text(source), text(needle)) else { return Value::Null };
    let from = match rest.first() {
        None => 0,
        Some(start) => match int(start) {
            Some(start) => usize::try_from(start.max(0)).unwrap_or(usize::MAX),
            None => return Value::Null,
        },
    };
    find(&units(&source, fold), &units(&needle, fold), from)
        .and_then(|at| i64::try_from(at).ok())
        .map_or(Value::Null, Value::Int)
}
