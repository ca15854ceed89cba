//! `divide`.

use super::{ArgType, Function, param};

pub(super) static DIVIDE: Function = Function {
    name: "divide",
    params: &[param("a", ArgType::Number), param("b", ArgType::Number)],
    variadic: false,
    returns: ArgType::Number,
    doc: "The quotient; the same as `a / b`. Two whole numbers give a whole one, cut towards zero.",
    examples: &[(
        "divide(destination.port, 2) == 41",
        "expr any doc.eq(doc.div(doc.long(destination.port), Int(2)), Int(41))",
    )],
    kernel: "doc.div",
    kernel_insensitive: None,
    leaf: None,
};
