//! `doc.between` and `doc.between_ci`.

use super::support::{boolean, find, from_units, text, units};
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static BETWEEN: Function = Function {
    name: "doc.between",
    arity: (3, 4),
    doc: "The text after the first `left` and before the next `right`, or with `greedy` before \
          the last `right`. Empty when one of them is not found.",
    examples: &[
        ("[\"System Idle Process\", \"S\", \"e\"]", "\"yst\""),
        ("[\"System Idle Process\", \"S\", \"e\", true]", "\"ystem Idle Proc\""),
        ("[\"System\", \"s\", \"e\"]", "\"t\""),
        ("[\"System\", \"x\", \"e\"]", "\"\""),
        ("[\"System\", null, \"e\"]", "null"),
    ],
    eval: |_, args| between(args, false),
};

pub(super) static BETWEEN_CI: Function = Function {
    name: "doc.between_ci",
    arity: (3, 4),
    doc: "`doc.between` without regard to case. The result keeps the case of the text.",
    examples: &[
        ("[\"System\", \"s\", \"E\"]", "\"yst\""),
        ("[\"SYSTEM\", \"s\", \"e\"]", "\"YST\""),
    ],
    eval: |_, args| between(args, true),
};

fn between(args: &[Value], fold: bool) -> Value {
    let [source, left, right, rest @ ..] = args else { return Value::Null };
    let (Some(source), Some(left), Some(right)) = (text(source), text(left), text(right)) else {
        return Value::Null;
    };
    let greedy = match rest.first() {
        None => false,
        Some(flag) => match boolean(flag) {
            Some(b) => b,
            None => return Value::Null,
        },
    };
    let folded = units(&source, fold);
    let (left, right) = (units(&left, fold), units(&right, fold));
    let Some(start) = find(&folded, &left, 0).map(|at| at + left.len()) else {
        return from_units(&[]);
    };
    let end = if greedy {
        (start..=folded.len()).rev().find(|at| folded[*at..].starts_with(&right))
    } else {
        find(&folded, &right, start)
    };
    end.map_or_else(|| from_units(&[]), |end| from_units(&units(&source, false)[start..end]))
}
