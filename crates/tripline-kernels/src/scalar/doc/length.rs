//! `doc.length`.

use super::support::text;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static LENGTH: Function = Function {
    name: "doc.length",
    arity: (1, 1),
    doc: "How many UTF-16 units a text has.",
    examples: &[("[\"abc\"]", "3"), ("[\"\"]", "0"), ("[\"😀\"]", "2"), ("[null]", "null")],
    eval: |_, args| {
        let units = args.first().and_then(text).map(|t| t.encode_utf16().count());
        units.and_then(|n| i64::try_from(n).ok()).map_or(Value::Null, Value::Int)
    },
};
