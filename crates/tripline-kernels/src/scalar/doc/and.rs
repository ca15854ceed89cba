//! `doc.and`.

use super::support::boolean;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static AND: Function = Function {
    name: "doc.and",
    arity: (2, usize::MAX),
    doc: "Whether all arguments are true. One that is false decides; else one that is null makes \
          the result null.",
    examples: &[
        ("[true, true]", "true"),
        ("[null, true]", "null"),
        ("[null, false]", "false"),
        ("[true, false]", "false"),
    ],
    eval: |_, args| {
        let mut unknown = false;
        for arg in args {
            match boolean(arg) {
                Some(false) => return Value::Bool(false),
                Some(true) => {}
                None => unknown = true,
            }
        }
        if unknown { Value::Null } else { Value::Bool(true) }
    },
};
