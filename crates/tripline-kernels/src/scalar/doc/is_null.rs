//! `doc.is_null` and `doc.is_not_null`.

use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static IS_NULL: Function = Function {
    name: "doc.is_null",
    arity: (1, 1),
    doc: "Whether the argument is null. Never null itself.",
    examples: &[("[null]", "true"), ("[0]", "false"), ("[\"\"]", "false")],
    eval: |_, args| Value::Bool(args.first().is_none_or(Value::is_null)),
};

pub(super) static IS_NOT_NULL: Function = Function {
    name: "doc.is_not_null",
    arity: (1, 1),
    doc: "Whether the argument is something else than null. Never null itself.",
    examples: &[("[null]", "false"), ("[0]", "true"), ("[\"\"]", "true")],
    eval: |_, args| Value::Bool(args.first().is_some_and(|v| !v.is_null())),
};
