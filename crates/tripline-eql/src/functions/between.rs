//! `between`.

use super::{ArgType, Function, optional, param};

pub(super) static BETWEEN: Function = Function {
    name: "between",
    params: &[
        param("text", ArgType::Str),
        param("left", ArgType::Str),
        param("right", ArgType::Str),
        optional("greedy", ArgType::Bool),
    ],
    variadic: false,
    returns: ArgType::Str,
    doc: "What stands between two parts of a text; with `greedy` up to the last `right`. Empty when one is not found.",
    examples: &[(
        "between(process.name, \"s\", \"e\") : \"t\"",
        "expr any doc.like_ci(doc.between(process.name, Str(\"s\"), Str(\"e\")), Str(\"t\"))",
    )],
    kernel: "doc.between",
    kernel_insensitive: Some("doc.between_ci"),
    leaf: None,
};
