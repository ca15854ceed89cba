//! `endsWith`.

use super::{ArgType, Function, glob_leaf, param};

pub(super) static ENDS_WITH: Function = Function {
    name: "endsWith",
    params: &[param("text", ArgType::Str), param("part", ArgType::Str)],
    variadic: false,
    returns: ArgType::Bool,
    doc: "Whether a text ends with another. Nothing in it is a wildcard.",
    examples: &[
        ("endsWith(process.name, \".exe\")", "process.name glob [\"*.exe\"]"),
        ("endswith~(process.name, \".EXE\")", "process.name glob~ [\"*.exe\"]"),
    ],
    kernel: "doc.ends_with",
    kernel_insensitive: Some("doc.ends_with_ci"),
    leaf: Some(|call, _| glob_leaf(call, true, false)),
};
