//! `doc.not`.

use super::support::boolean;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static NOT: Function = Function {
    name: "doc.not",
    arity: (1, 1),
    doc: "The opposite of a boolean; null of null.",
    examples: &[("[true]", "false"), ("[false]", "true"), ("[null]", "null"), ("[3]", "null")],
    eval: |_, args| args.first().and_then(boolean).map_or(Value::Null, |b| Value::Bool(!b)),
};
