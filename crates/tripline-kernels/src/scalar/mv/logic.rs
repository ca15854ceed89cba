//! `AND`, `OR`, `XOR`, `NOT` over true, false and null.

use super::MANY;
use crate::scalar::{Context, Function};
use tripline_ir::Value;

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        _ => None,
    }
}

fn value(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null, Value::Bool)
}

/// `a AND b`.
pub(super) static AND: Function = Function {
    name: "mv.and",
    arity: (2, MANY),
    doc: "False if one is false, else null if one is null (or no truth value), else true.",
    examples: &[("[true, true]", "true"), ("[null, false]", "false"), ("[true, null]", "null")],
    eval: |_: &Context, args| {
        let mut all = Some(true);
        for arg in args {
            match truth(arg) {
                Some(false) => return Value::Bool(false),
                Some(true) => {}
                None => all = None,
            }
        }
        value(all)
    },
};

/// `a OR b`.
pub(super) static OR: Function = Function {
    name: "mv.or",
    arity: (2, MANY),
    doc: "True if one is true, else null if one is null (or no truth value), else false.",
    examples: &[("[false, true]", "true"), ("[null, true]", "true"), ("[false, null]", "null")],
    eval: |_, args| {
        let mut any = Some(false);
        for arg in args {
            match truth(arg) {
                Some(true) => return Value::Bool(true),
                Some(false) => {}
                None => any = None,
            }
        }
        value(any)
    },
};

/// `a XOR b`.
pub(super) static XOR: Function = Function {
    name: "mv.xor",
    arity: (2, MANY),
    doc: "True if an odd number of them is true; null if one is null.",
    examples: &[("[true, false]", "true"), ("[true, true]", "false"), ("[true, null]", "null")],
    eval: |_, args| value(args.iter().try_fold(false, |odd, arg| truth(arg).map(|t| odd ^ t))),
};

/// `NOT a`.
pub(super) static NOT: Function = Function {
    name: "mv.not",
    arity: (1, 1),
    doc: "The opposite; null stays null, so `NOT x=\"a\"` does not keep a row without `x`. The \
          product's documentation leaves this open for `where` (for `search` it is the opposite); \
          this follows from its rule that a comparison with null is null.",
    examples: &[("[true]", "false"), ("[false]", "true"), ("[null]", "null")],
    eval: |_, args| value(truth(&args[0]).map(|b| !b)),
};
