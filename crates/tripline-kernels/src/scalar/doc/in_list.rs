//! `doc.in` and `doc.in_ci`.

use super::equality::equal;
use super::support::text;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static IN: Function = Function {
    name: "doc.in",
    arity: (2, usize::MAX),
    doc: "Whether the first argument equals (`doc.eq`) one of the others. Nothing is a wildcard.",
    examples: &[
        ("[\"a\", \"b\", \"a\"]", "true"),
        ("[3, 1, 2]", "false"),
        ("[\"a*\", \"a*\"]", "true"),
        ("[null, 1]", "null"),
        ("[2, null, 1]", "null"),
    ],
    eval: |_, args| {
        let [value, list @ ..] = args else { return Value::Null };
        any(list.iter().map(|item| equal(value, item)))
    },
};

pub(super) static IN_CI: Function = Function {
    name: "doc.in_ci",
    arity: (2, usize::MAX),
    doc: "`doc.in` for texts without regard to case (Unicode).",
    examples: &[
        ("[\"A\", \"b\", \"a\"]", "true"),
        ("[\"a\", \"a*\"]", "false"),
        ("[null, \"a\"]", "null"),
    ],
    eval: |_, args| {
        let [value, list @ ..] = args else { return Value::Null };
        let Some(value) = text(value).map(|t| t.to_lowercase()) else { return Value::Null };
        any(list.iter().map(|item| text(item).map(|t| t.to_lowercase() == value)))
    },
};

fn any(results: impl Iterator<Item = Option<bool>>) -> Value {
    let mut unknown = false;
    for result in results {
        match result {
            Some(true) => return Value::Bool(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Value::Null } else { Value::Bool(false) }
}
