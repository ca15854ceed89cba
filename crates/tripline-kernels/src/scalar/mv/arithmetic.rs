//! `+ - * / %`, unary minus, and `.`.

use super::{number, single};
use crate::scalar::{Context, Function};
use tripline_ir::Value;

/// `a + b`.
pub(super) static ADD: Function = Function {
    name: "mv.add",
    arity: (2, 2),
    doc: "The sum of two numbers, or two texts joined. Text that reads as a number counts as one, \
          so `\"1\" + \"2\"` is 3; if only one side does, both are joined as text. Null if a side is \
          null or has several values.",
    examples: &[
        (r#"[1, "2"]"#, "3"),
        (r#"["a", 1]"#, r#""a1""#),
        ("[null, 1]", "null"),
        (r#"[["a", "b"], "c"]"#, "null"),
    ],
    eval: add,
};

fn add(_: &Context, args: &[Value]) -> Value {
    match (single(&args[0]), single(&args[1])) {
        (Some(a), Some(b)) => number(a + b),
        _ => join(&args[0], &args[1]),
    }
}

/// `a . b`.
pub(super) static CONCAT: Function = Function {
    name: "mv.concat",
    arity: (2, 2),
    doc: "Two values joined as text, numbers too. Null if a side is null or has several values.",
    examples: &[(r#"["a", "b"]"#, r#""ab""#), ("[1, 2]", r#""12""#), (r#"["a", null]"#, "null")],
    eval: |_, args| join(&args[0], &args[1]),
};

fn join(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Null | Value::List(_), _) | (_, Value::Null | Value::List(_)) => Value::Null,
        _ => Value::str(format!("{a}{b}")),
    }
}

fn numeric(args: &[Value], f: impl Fn(f64, f64) -> f64) -> Value {
    match (single(&args[0]), single(&args[1])) {
        (Some(a), Some(b)) => number(f(a, b)),
        _ => Value::Null,
    }
}

/// `a - b`.
pub(super) static SUB: Function = Function {
    name: "mv.sub",
    arity: (2, 2),
    doc: "The difference of two numbers; null if a side is none.",
    examples: &[(r#"["5", 2]"#, "3"), (r#"["x", 2]"#, "null")],
    eval: |_, args| numeric(args, |a, b| a - b),
};

/// `a * b`.
pub(super) static MUL: Function = Function {
    name: "mv.mul",
    arity: (2, 2),
    doc: "The product of two numbers; null if a side is none.",
    examples: &[("[1.5, 2]", "3"), ("[null, 2]", "null")],
    eval: |_, args| numeric(args, |a, b| a * b),
};

/// `a / b`.
pub(super) static DIV: Function = Function {
    name: "mv.div",
    arity: (2, 2),
    doc: "The quotient of two numbers, with a fraction; null if a side is none or the divisor is 0.",
    examples: &[("[7, 2]", "3.5"), ("[8, 2]", "4"), ("[1, 0]", "null")],
    eval: |_, args| numeric(args, |a, b| a / b),
};

/// `a % b`.
pub(super) static MOD: Function = Function {
    name: "mv.mod",
    arity: (2, 2),
    doc: "The remainder of a division, with the sign of the dividend; null if the divisor is 0.",
    examples: &[("[7, 4]", "3"), ("[-7, 4]", "-3"), ("[1, 0]", "null")],
    eval: |_, args| numeric(args, |a, b| a % b),
};

/// `-a`.
pub(super) static NEG: Function = Function {
    name: "mv.neg",
    arity: (1, 1),
    doc: "The number with the other sign; null if it is none.",
    examples: &[("[3]", "-3"), (r#"["x"]"#, "null")],
    eval: |_, args| single(&args[0]).map_or(Value::Null, |n| number(-n)),
};
