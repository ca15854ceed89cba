//! `multiply`.

use super::{ArgType, Function, param};

pub(super) static MULTIPLY: Function = Function {
    name: "multiply",
    params: &[param("a", ArgType::Number), param("b", ArgType::Number)],
    variadic: false,
    returns: ArgType::Number,
    doc: "The product; the same as `a * b`.",
    examples: &[(
        "multiply(6, destination.port) == 30",
        "expr any doc.eq(doc.mul(Int(6), doc.long(destination.port)), Int(30))",
    )],
    kernel: "doc.mul",
    kernel_insensitive: None,
    leaf: None,
};
