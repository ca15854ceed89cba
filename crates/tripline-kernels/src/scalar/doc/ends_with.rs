//! `doc.ends_with` and `doc.ends_with_ci`.

use super::support::two_texts;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static ENDS_WITH: Function = Function {
    name: "doc.ends_with",
    arity: (2, 2),
    doc: "Whether the first text ends with the second. Every text ends with the empty one.",
    examples: &[
        ("[\"explorer.exe\", \".exe\"]", "true"),
        ("[\"explorer.exe\", \".EXE\"]", "false"),
        ("[\"\", \"\"]", "true"),
        ("[\"a\", null]", "null"),
    ],
    eval: |_, args| ends_with(args, false),
};

pub(super) static ENDS_WITH_CI: Function = Function {
    name: "doc.ends_with_ci",
    arity: (2, 2),
    doc: "`doc.ends_with` without regard to case (Unicode).",
    examples: &[("[\"explorer.exe\", \"oREr.EXE\"]", "true"), ("[\"a\", \"b\"]", "false")],
    eval: |_, args| ends_with(args, true),
};

fn ends_with(args: &[Value], fold: bool) -> Value {
    two_texts(args, fold).map_or(Value::Null, |(a, b)| Value::Bool(a.ends_with(&*b)))
}
