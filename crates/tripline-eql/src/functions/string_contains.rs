//! `stringContains`.

use super::{ArgType, Function, glob_leaf, param};
use tripline_ir::Pred;

pub(super) static STRING_CONTAINS: Function = Function {
    name: "stringContains",
    params: &[param("text", ArgType::Str), param("part", ArgType::Str)],
    variadic: false,
    returns: ArgType::Bool,
    doc: "Whether a text has another in it. None has the empty text in it.",
    examples: &[
        ("stringContains(process.name, \"a\")", "process.name glob [\"*a*\"]"),
        ("stringContains(process.name, \"\")", "false"),
    ],
    kernel: "doc.string_contains",
    kernel_insensitive: Some("doc.string_contains_ci"),
    leaf: Some(|call, _| match call.rest.first()?.as_str() {
        Some(part) if part.is_empty() => Some(Pred::Const(false)),
        _ => glob_leaf(call, true, true),
    }),
};
