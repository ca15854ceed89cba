//! `number`.

use super::{ArgType, Function, optional, param};

pub(super) static NUMBER: Function = Function {
    name: "number",
    params: &[param("text", ArgType::Str), optional("base", ArgType::Number)],
    variadic: false,
    returns: ArgType::Number,
    doc: "A text as a number. After `0x`, or with base 16, it is hexadecimal.",
    examples: &[(
        "destination.port == number(\"0x32\", 16)",
        "expr any doc.eq(doc.long(destination.port), doc.number(Str(\"0x32\"), Int(16)))",
    )],
    kernel: "doc.number",
    kernel_insensitive: None,
    leaf: None,
};
