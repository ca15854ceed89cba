//! `subtract`.

use super::{ArgType, Function, param};

pub(super) static SUBTRACT: Function = Function {
    name: "subtract",
    params: &[param("a", ArgType::Number), param("b", ArgType::Number)],
    variadic: false,
    returns: ArgType::Number,
    doc: "The difference; the same as `a - b`.",
    examples: &[(
        "subtract(destination.port, -5) == 6",
        "expr any doc.eq(doc.sub(doc.long(destination.port), Int(-5)), Int(6))",
    )],
    kernel: "doc.sub",
    kernel_insensitive: None,
    leaf: None,
};
