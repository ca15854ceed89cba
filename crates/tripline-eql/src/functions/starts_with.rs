//! `startsWith`.

use super::{ArgType, Function, glob_leaf, param};

pub(super) static STARTS_WITH: Function = Function {
    name: "startsWith",
    params: &[param("text", ArgType::Str), param("part", ArgType::Str)],
    variadic: false,
    returns: ArgType::Bool,
    doc: "Whether a text starts with another. Nothing in it is a wildcard.",
    examples: &[
        ("startsWith(process.name, \"a*\")", "process.name glob [\"a**\"]"),
        ("startsWith~(process.name, \"Ab\")", "process.name glob~ [\"ab*\"]"),
        (
            "startsWith(\"abc\", process.name)",
            "expr any doc.starts_with(Str(\"abc\"), process.name)",
        ),
    ],
    kernel: "doc.starts_with",
    kernel_insensitive: Some("doc.starts_with_ci"),
    leaf: Some(|call, _| glob_leaf(call, false, true)),
};
