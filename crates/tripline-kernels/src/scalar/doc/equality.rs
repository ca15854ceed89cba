//! `doc.eq` and `doc.ne`.

use super::support::{Num, boolean};
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static EQ: Function = Function {
    name: "doc.eq",
    arity: (2, 2),
    doc: "Whether two values are equal. Text compares as text, by letter; where one side is a \
          number or a boolean, the other is read as one. Null with anything is null.",
    examples: &[
        ("[\"a\", \"a\"]", "true"),
        ("[\"a\", \"A\"]", "false"),
        ("[41, 41.0]", "true"),
        ("[\"5\", 5]", "true"),
        ("[\"x\", 5]", "false"),
        ("[true, \"true\"]", "true"),
        ("[null, null]", "null"),
    ],
    eval: |_, args| truth(args, true),
};

pub(super) static NE: Function = Function {
    name: "doc.ne",
    arity: (2, 2),
    doc: "Whether two values differ. Null with anything is null.",
    examples: &[("[1, 2]", "true"), ("[\"a\", \"a\"]", "false"), ("[null, 1]", "null")],
    eval: |_, args| truth(args, false),
};

fn truth(args: &[Value], wanted: bool) -> Value {
    match args {
        [a, b, ..] => equal(a, b).map_or(Value::Null, |e| Value::Bool(e == wanted)),
        _ => Value::Null,
    }
}

/// Whether two values are equal; unknown if one is null.
pub(super) fn equal(a: &Value, b: &Value) -> Option<bool> {
    if a.is_null() || b.is_null() {
        return None;
    }
    Some(match (a, b) {
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bool(x), other) | (other, Value::Bool(x)) => boolean(other) == Some(*x),
        (a, b) => match (Num::of(a), Num::of(b)) {
            (Some(Num::Int(a)), Some(Num::Int(b))) => a == b,
            (Some(a), Some(b)) => a.float().total_cmp(&b.float()).is_eq(),
            _ => false,
        },
    })
}
