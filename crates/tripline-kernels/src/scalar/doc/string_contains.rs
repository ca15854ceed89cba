//! `doc.string_contains` and `doc.string_contains_ci`.

use super::support::two_texts;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static STRING_CONTAINS: Function = Function {
    name: "doc.string_contains",
    arity: (2, 2),
    doc: "Whether the second text stands in the first. The empty text stands in none.",
    examples: &[
        ("[\"start explorer.exe now\", \"explorer.exe\"]", "true"),
        ("[\"abc\", \"B\"]", "false"),
        ("[\"abc\", \"\"]", "false"),
        ("[null, \"a\"]", "null"),
    ],
    eval: |_, args| contains(args, false),
};

pub(super) static STRING_CONTAINS_CI: Function = Function {
    name: "doc.string_contains_ci",
    arity: (2, 2),
    doc: "`doc.string_contains` without regard to case (Unicode).",
    examples: &[("[\"abc\", \"B\"]", "true"), ("[\"abc\", \"d\"]", "false")],
    eval: |_, args| contains(args, true),
};

fn contains(args: &[Value], fold: bool) -> Value {
    two_texts(args, fold)
        .map_or(Value::Null, |(a, b)| Value::Bool(!b.is_empty() && a.contains(&*b)))
}
