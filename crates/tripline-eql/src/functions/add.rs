//! `add`.

use super::{ArgType, Function, param};

pub(super) static ADD: Function = Function {
    name: "add",
    params: &[param("a", ArgType::Number), param("b", ArgType::Number)],
    variadic: false,
    returns: ArgType::Number,
    doc: "The sum; the same as `a + b`.",
    examples: &[(
        "add(destination.port, 1) == 2",
        "expr any doc.eq(doc.add(doc.long(destination.port), Int(1)), Int(2))",
    )],
    kernel: "doc.add",
    kernel_insensitive: None,
    leaf: None,
};
