//! `doc.string`.

use super::support::text;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static STRING: Function = Function {
    name: "doc.string",
    arity: (1, 1),
    doc: "A value as text. A number that is not of a whole type keeps its fraction: `5.0`.",
    examples: &[
        ("[\"a\"]", "\"a\""),
        ("[5]", "\"5\""),
        ("[5.0]", "\"5.0\""),
        ("[true]", "\"true\""),
        ("[null]", "null"),
    ],
    eval: |_, args| args.first().and_then(text).map_or(Value::Null, |t| Value::str(t.into_owned())),
};
