//! `substring`.

use super::{ArgType, Function, optional, param};

pub(super) static SUBSTRING: Function = Function {
    name: "substring",
    params: &[
        param("text", ArgType::Str),
        param("start", ArgType::Number),
        optional("end", ArgType::Number),
    ],
    variadic: false,
    returns: ArgType::Str,
    doc: "The text from a position to another, the latter excluded. Negative positions count from the end.",
    examples: &[(
        "substring(process.name, -4) : \".exe\"",
        "expr any doc.like_ci(doc.substring(process.name, Int(-4)), Str(\".exe\"))",
    )],
    kernel: "doc.substring",
    kernel_insensitive: None,
    leaf: None,
};
