//! `concat`.

use super::{ArgType, Function, param};

pub(super) static CONCAT: Function = Function {
    name: "concat",
    params: &[param("value", ArgType::Any)],
    variadic: true,
    returns: ArgType::Str,
    doc: "The texts of all values, one after the other.",
    examples: &[(
        "concat(process.name, \":\", destination.port) == \"a:1\"",
        "expr any doc.eq(doc.concat(process.name, Str(\":\"), doc.long(destination.port)), Str(\"a:1\"))",
    )],
    kernel: "doc.concat",
    kernel_insensitive: None,
    leaf: None,
};
