//! `doc.starts_with` and `doc.starts_with_ci`.

use super::support::two_texts;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static STARTS_WITH: Function = Function {
    name: "doc.starts_with",
    arity: (2, 2),
    doc: "Whether the first text starts with the second. Every text starts with the empty one.",
    examples: &[
        ("[\"explorer.exe\", \"explorer.\"]", "true"),
        ("[\"explorer.exe\", \"EXPLORER.\"]", "false"),
        ("[\"\", \"\"]", "true"),
        ("[null, \"a\"]", "null"),
    ],
    eval: |_, args| starts_with(args, false),
};

pub(super) static STARTS_WITH_CI: Function = Function {
    name: "doc.starts_with_ci",
    arity: (2, 2),
    doc: "`doc.starts_with` without regard to case (Unicode).",
    examples: &[
        ("[\"explorer.exe\", \"expLORER.\"]", "true"),
        ("[\"Ärger\", \"äR\"]", "true"),
        ("[\"a\", \"b\"]", "false"),
    ],
    eval: |_, args| starts_with(args, true),
};

fn starts_with(args: &[Value], fold: bool) -> Value {
    two_texts(args, fold).map_or(Value::Null, |(a, b)| Value::Bool(a.starts_with(&*b)))
}
