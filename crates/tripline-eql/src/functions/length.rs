//! `length`.

use super::{ArgType, Function, param};

pub(super) static LENGTH: Function = Function {
    name: "length",
    params: &[param("text", ArgType::Str)],
    variadic: false,
    returns: ArgType::Number,
    doc: "How many UTF-16 units a text has.",
    examples: &[("length(process.name) > 9", "expr any doc.gt(doc.length(process.name), Int(9))")],
    kernel: "doc.length",
    kernel_insensitive: None,
    leaf: None,
};
