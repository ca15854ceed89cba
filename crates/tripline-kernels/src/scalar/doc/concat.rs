//! `doc.concat`.

use super::support::text;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static CONCAT: Function = Function {
    name: "doc.concat",
    arity: (1, usize::MAX),
    doc: "The texts of all arguments, one after the other. Null when one is null.",
    examples: &[
        ("[5, \":\", \"wininit.exe\", 3]", "\"5:wininit.exe3\""),
        ("[\"a\", 2.5, true]", "\"a2.5true\""),
        ("[\"a\", null]", "null"),
    ],
    eval: |_, args| {
        let mut all = String::new();
        for arg in args {
            let Some(part) = text(arg) else { return Value::Null };
            all.push_str(&part);
        }
        Value::str(all)
    },
};
