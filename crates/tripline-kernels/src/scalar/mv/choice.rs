//! Choosing between values, and null.

use super::MANY;
use super::comparison::equal;
use crate::scalar::{Context, Function};
use tripline_ir::Value;

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true)
}

/// `if(condition, a, b)`.
pub(super) static IF: Function = Function {
    name: "mv.if",
    arity: (3, 3),
    doc: "The second argument if the first is true, else (false or null) the third.",
    examples: &[("[true, 1, 2]", "1"), ("[null, 1, 2]", "2"), (r#"["true", 1, 2]"#, "2")],
    eval: |_, args| args[if is_true(&args[0]) { 1 } else { 2 }].clone(),
};

/// `case(condition, value, ...)`.
pub(super) static CASE: Function = Function {
    name: "mv.case",
    arity: (2, MANY),
    doc: "The value after the first true condition; null if none is true.",
    examples: &[(r#"[false, "a", true, "b", true, "c"]"#, r#""b""#), (r#"[null, "a"]"#, "null")],
    eval: |_, args| {
        let mut pairs = args.chunks_exact(2);
        pairs.find(|pair| is_true(&pair[0])).map_or(Value::Null, |pair| pair[1].clone())
    },
};

/// `coalesce(a, b, ...)`.
pub(super) static COALESCE: Function = Function {
    name: "mv.coalesce",
    arity: (1, MANY),
    doc: "The first argument that is not null. Empty text is not null.",
    examples: &[(r#"[null, "", "b"]"#, r#""""#), ("[null, null]", "null")],
    eval: |_, args| args.iter().find(|a| !a.is_null()).cloned().unwrap_or_default(),
};

/// `nullif(a, b)`.
pub(super) static NULLIF: Function = Function {
    name: "mv.nullif",
    arity: (2, 2),
    doc: "Null if both are equal (as `mv.eq`), else the first.",
    examples: &[
        (r#"["a", "a"]"#, "null"),
        (r#"["a", "b"]"#, r#""a""#),
        (r#"["a", null]"#, r#""a""#),
    ],
    eval: |_, args| if equal(&args[0], &args[1]) { Value::Null } else { args[0].clone() },
};

/// `validate(condition, message, ...)`.
pub(super) static VALIDATE: Function = Function {
    name: "mv.validate",
    arity: (2, MANY),
    doc: "The value after the first condition that is not true; null if all are true.",
    examples: &[(r#"[true, "a", false, "b"]"#, r#""b""#), (r#"[true, "a"]"#, "null")],
    eval: |_, args| {
        let mut pairs = args.chunks_exact(2);
        pairs.find(|pair| !is_true(&pair[0])).map_or(Value::Null, |pair| pair[1].clone())
    },
};

/// `isnull(a)`.
pub(super) static ISNULL: Function = Function {
    name: "mv.isnull",
    arity: (1, 1),
    doc: "Whether there is no value.",
    examples: &[("[null]", "true"), (r#"[""]"#, "false")],
    eval: |_, args| Value::Bool(args[0].is_null()),
};

/// `isnotnull(a)`.
pub(super) static ISNOTNULL: Function = Function {
    name: "mv.isnotnull",
    arity: (1, 1),
    doc: "Whether there is a value; empty text is one.",
    examples: &[("[null]", "false"), (r#"["null"]"#, "true")],
    eval: |_, args| Value::Bool(!args[0].is_null()),
};

/// `true()`.
pub(super) static TRUE: Function = Function {
    name: "mv.true",
    arity: (0, 0),
    doc: "True.",
    examples: &[("[]", "true")],
    eval: |_: &Context, _| Value::Bool(true),
};

/// `false()`.
pub(super) static FALSE: Function = Function {
    name: "mv.false",
    arity: (0, 0),
    doc: "False.",
    examples: &[("[]", "false")],
    eval: |_, _| Value::Bool(false),
};

/// `null()`.
pub(super) static NULL: Function = Function {
    name: "mv.null",
    arity: (0, 0),
    doc: "No value.",
    examples: &[("[]", "null")],
    eval: |_, _| Value::Null,
};
