//! `doc.or`.

use super::support::boolean;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static OR: Function = Function {
    name: "doc.or",
    arity: (2, usize::MAX),
    doc: "Whether one argument is true. One that is true decides; else one that is null makes the \
          result null.",
    examples: &[
        ("[false, true]", "true"),
        ("[null, true]", "true"),
        ("[null, false]", "null"),
        ("[false, false]", "false"),
    ],
    eval: |_, args| {
        let mut unknown = false;
        for arg in args {
            match boolean(arg) {
                Some(true) => return Value::Bool(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
        if unknown { Value::Null } else { Value::Bool(false) }
    },
};
