//! `indexOf`.

use super::{ArgType, Function, optional, param};

pub(super) static INDEX_OF: Function = Function {
    name: "indexOf",
    params: &[
        param("text", ArgType::Str),
        param("part", ArgType::Str),
        optional("start", ArgType::Number),
    ],
    variadic: false,
    returns: ArgType::Number,
    doc: "Where a part first stands in a text, counted from 0; null when it does not.",
    examples: &[(
        "indexOf~(process.name, \"x\") == null",
        "expr any doc.is_null(doc.index_of_ci(process.name, Str(\"x\")))",
    )],
    kernel: "doc.index_of",
    kernel_insensitive: Some("doc.index_of_ci"),
    leaf: None,
};
