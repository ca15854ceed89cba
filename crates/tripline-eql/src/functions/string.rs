//! `string`.

use super::{ArgType, Function, param};

pub(super) static STRING: Function = Function {
    name: "string",
    params: &[param("value", ArgType::Any)],
    variadic: false,
    returns: ArgType::Str,
    doc: "A value as text.",
    examples: &[(
        "string(destination.port) : \"44?\"",
        "expr any doc.like_ci(doc.string(doc.long(destination.port)), Str(\"44?\"))",
    )],
    kernel: "doc.string",
    kernel_insensitive: None,
    leaf: None,
};
