//! `doc.add`, `doc.sub`, `doc.mul`, `doc.div`, `doc.mod`, `doc.neg`.
//!
//! Whole numbers stay whole; one fraction makes the result one. An overflow of whole numbers and
//! a division by zero are null.

use super::support::Num;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static ADD: Function = Function {
    name: "doc.add",
    arity: (2, 2),
    doc: "The sum.",
    examples: &[("[1, 2]", "3"), ("[\"1\", 0.5]", "1.5"), ("[1, null]", "null")],
    eval: |_, args| binary(args, i64::checked_add, |a, b| a + b),
};

pub(super) static SUB: Function = Function {
    name: "doc.sub",
    arity: (2, 2),
    doc: "The difference.",
    examples: &[("[1, -5]", "6"), ("[null, 1]", "null")],
    eval: |_, args| binary(args, i64::checked_sub, |a, b| a - b),
};

pub(super) static MUL: Function = Function {
    name: "doc.mul",
    arity: (2, 2),
    doc: "The product.",
    examples: &[("[6, 5]", "30"), ("[9223372036854775807, 2]", "null")],
    eval: |_, args| binary(args, i64::checked_mul, |a, b| a * b),
};

pub(super) static DIV: Function = Function {
    name: "doc.div",
    arity: (2, 2),
    doc: "The quotient; of two whole numbers the whole part, towards zero.",
    examples: &[
        ("[83, 2]", "41"),
        ("[-7, 2]", "-3"),
        ("[83, 2.0]", "41.5"),
        ("[30, 4.0]", "7.5"),
        ("[1, 0]", "null"),
    ],
    eval: |_, args| binary(args, i64::checked_div, |a, b| a / b),
};

pub(super) static MOD: Function = Function {
    name: "doc.mod",
    arity: (2, 2),
    doc: "The remainder, with the sign of the dividend.",
    examples: &[("[82, 40]", "2"), ("[-7, 2]", "-1"), ("[5.5, 2]", "1.5"), ("[1, 0]", "null")],
    eval: |_, args| binary(args, i64::checked_rem, |a, b| a % b),
};

pub(super) static NEG: Function = Function {
    name: "doc.neg",
    arity: (1, 1),
    doc: "The number with the opposite sign.",
    examples: &[("[3]", "-3"), ("[\"2.5\"]", "-2.5"), ("[null]", "null")],
    eval: |_, args| match args.first().and_then(Num::of) {
        Some(Num::Int(i)) => i.checked_neg().map_or(Value::Null, Value::Int),
        Some(Num::Float(f)) => Num::Float(-f).value(),
        None => Value::Null,
    },
};

fn binary(args: &[Value], ints: fn(i64, i64) -> Option<i64>, floats: fn(f64, f64) -> f64) -> Value {
    let (Some(a), Some(b)) = (args.first().and_then(Num::of), args.get(1).and_then(Num::of)) else {
        return Value::Null;
    };
    if let (Num::Int(a), Num::Int(b)) = (a, b) {
        return ints(a, b).map_or(Value::Null, Value::Int);
    }
    let result = floats(a.float(), b.float());
    if result.is_finite() { Value::Float(result) } else { Value::Null }
}
