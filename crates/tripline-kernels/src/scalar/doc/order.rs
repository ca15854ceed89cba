//! `doc.lt`, `doc.le`, `doc.gt`, `doc.ge`.

use super::support::Num;
use crate::scalar::Function;
use std::cmp::Ordering;
use tripline_ir::Value;

pub(super) static LT: Function = Function {
    name: "doc.lt",
    arity: (2, 2),
    doc: "Less than. Two texts compare by code point, anything else as numbers. Null with \
          anything, and text that is no number against a number, is null.",
    examples: &[
        ("[1, 2]", "true"),
        ("[\"9\", 10]", "true"),
        ("[\"B\", \"a\"]", "true"),
        ("[null, 1]", "null"),
        ("[\"x\", 1]", "null"),
    ],
    eval: |_, args| compare(args, Ordering::is_lt),
};

pub(super) static LE: Function = Function {
    name: "doc.le",
    arity: (2, 2),
    doc: "Less or equal; see `doc.lt`.",
    examples: &[("[2, 2.0]", "true"), ("[3, 2]", "false"), ("[1, null]", "null")],
    eval: |_, args| compare(args, Ordering::is_le),
};

pub(super) static GT: Function = Function {
    name: "doc.gt",
    arity: (2, 2),
    doc: "Greater than; see `doc.lt`.",
    examples: &[("[0, -1]", "true"), ("[\"a\", \"b\"]", "false"), ("[null, -1]", "null")],
    eval: |_, args| compare(args, Ordering::is_gt),
};

pub(super) static GE: Function = Function {
    name: "doc.ge",
    arity: (2, 2),
    doc: "Greater or equal; see `doc.lt`.",
    examples: &[("[2, 2]", "true"), ("[1.5, 2]", "false"), ("[null, null]", "null")],
    eval: |_, args| compare(args, Ordering::is_ge),
};

fn compare(args: &[Value], holds: fn(Ordering) -> bool) -> Value {
    let order = match args {
        [Value::Str(a), Value::Str(b), ..] => Some(a.cmp(b)),
        [a, b, ..] => match (Num::of(a), Num::of(b)) {
            (Some(Num::Int(a)), Some(Num::Int(b))) => Some(a.cmp(&b)),
            (Some(a), Some(b)) => a.float().partial_cmp(&b.float()),
            _ => None,
        },
        _ => None,
    };
    order.map_or(Value::Null, |o| Value::Bool(holds(o)))
}
