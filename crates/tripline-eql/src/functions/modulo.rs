//! `modulo`.

use super::{ArgType, Function, param};

pub(super) static MODULO: Function = Function {
    name: "modulo",
    params: &[param("a", ArgType::Number), param("b", ArgType::Number)],
    variadic: false,
    returns: ArgType::Number,
    doc: "The remainder; the same as `a % b`. It has the sign of `a`.",
    examples: &[(
        "modulo(destination.port, 40) == 2",
        "expr any doc.eq(doc.mod(doc.long(destination.port), Int(40)), Int(2))",
    )],
    kernel: "doc.mod",
    kernel_insensitive: None,
    leaf: None,
};
