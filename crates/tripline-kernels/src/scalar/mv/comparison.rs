//! `= != < <= > >=` and `IN`.

use super::{MANY, single};
use crate::scalar::{Context, Function};
use std::cmp::Ordering;
use tripline_ir::Value;

/// Numbers by value if both read as numbers, else as text, case and all.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (single(a), single(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.to_string().cmp(&b.to_string()),
    }
}

/// Whether any value of one side equals any of the other.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    a.items().iter().any(|a| b.items().iter().any(|b| same(a, b)))
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) if a == b => true,
        // Signed zeros are equal, which `compare` would deny.
        _ => match (single(a), single(b)) {
            (Some(a), Some(b)) => a.partial_cmp(&b) == Some(Ordering::Equal),
            _ => a.to_string() == b.to_string(),
        },
    }
}

fn pairs(args: &[Value], f: impl Fn(&Value, &Value) -> bool) -> Value {
    if args[0].is_null() || args[1].is_null() {
        return Value::Null;
    }
    let (left, right) = (args[0].items(), args[1].items());
    Value::Bool(left.iter().any(|a| right.iter().any(|b| f(a, b))))
}

/// `a = b`.
pub(super) static EQ: Function = Function {
    name: "mv.eq",
    arity: (2, 2),
    doc: "Whether a value of one side equals one of the other: as numbers if both read as numbers, \
          else as text; case counts, `*` is a star. Null if a side is null.",
    examples: &[
        (r#"["445", 445]"#, "true"),
        (r#"["1.0", "1"]"#, "true"),
        (r#"["a", "A"]"#, "false"),
        (r#"[["a", "b"], "b"]"#, "true"),
        (r#"[null, "b"]"#, "null"),
    ],
    eval: |_: &Context, args| pairs(args, same),
};

/// `a != b`.
pub(super) static NE: Function = Function {
    name: "mv.ne",
    arity: (2, 2),
    doc: "Whether a value of one side differs from one of the other, as `mv.eq` compares. Null if a \
          side is null.",
    examples: &[
        (r#"["a", "b"]"#, "true"),
        (r#"["1", 1]"#, "false"),
        (r#"[["a", "b"], "b"]"#, "true"),
        (r#"[null, "b"]"#, "null"),
    ],
    eval: |_, args| pairs(args, |a, b| !same(a, b)),
};

/// `a < b`.
pub(super) static LT: Function = Function {
    name: "mv.lt",
    arity: (2, 2),
    doc: "Whether a value is less than one of the other side: numbers if both read as numbers, else \
          text by code point. Null if a side is null.",
    examples: &[(r#"["9", "10"]"#, "true"), (r#"["9", "1x"]"#, "false"), ("[null, 1]", "null")],
    eval: |_, args| pairs(args, |a, b| compare(a, b).is_lt()),
};

/// `a <= b`.
pub(super) static LE: Function = Function {
    name: "mv.le",
    arity: (2, 2),
    doc: "Like `mv.lt`, or equal.",
    examples: &[("[1, 1]", "true"), ("[2, 1]", "false")],
    eval: |_, args| pairs(args, |a, b| compare(a, b).is_le() || same(a, b)),
};

/// `a > b`.
pub(super) static GT: Function = Function {
    name: "mv.gt",
    arity: (2, 2),
    doc: "`b < a`.",
    examples: &[("[10, 9]", "true"), (r#"["b", "a"]"#, "true"), ("[null, 9]", "null")],
    eval: |_, args| pairs(args, |a, b| compare(a, b).is_gt()),
};

/// `a >= b`.
pub(super) static GE: Function = Function {
    name: "mv.ge",
    arity: (2, 2),
    doc: "`b <= a`.",
    examples: &[("[9, 9]", "true"), ("[8, 9]", "false")],
    eval: |_, args| pairs(args, |a, b| compare(a, b).is_ge() || same(a, b)),
};

/// `a IN (b, c)`.
pub(super) static IN: Function = Function {
    name: "mv.in",
    arity: (2, MANY),
    doc: "Whether the first argument equals (as `mv.eq`) one of the others. Null if it is null.",
    examples: &[
        (r#"["b", "a", "b"]"#, "true"),
        (r#"["c", "a", "b"]"#, "false"),
        (r#"["c", "a", null]"#, "false"),
        (r#"[null, "a"]"#, "null"),
    ],
    eval: |_, args| {
        if args[0].is_null() {
            return Value::Null;
        }
        Value::Bool(args[1..].iter().any(|v| equal(&args[0], v)))
    },
};
