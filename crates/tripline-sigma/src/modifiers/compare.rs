//! `lt`, `lte`, `gt` and `gte`.

use super::{Apply, Definition, Refusal, describe};
use crate::ast::{Compare, ValueKind};

pub(super) static LT: Definition = Definition {
    names: &["lt"],
    doc: "The field is a number less than the value.",
    apply: Apply::Value(|kind, _| compare(kind, "lt", Compare::Lt)),
};

pub(super) static LTE: Definition = Definition {
    names: &["lte"],
    doc: "The field is a number less than or equal to the value.",
    apply: Apply::Value(|kind, _| compare(kind, "lte", Compare::Lte)),
};

pub(super) static GT: Definition = Definition {
    names: &["gt"],
    doc: "The field is a number greater than the value.",
    apply: Apply::Value(|kind, _| compare(kind, "gt", Compare::Gt)),
};

pub(super) static GTE: Definition = Definition {
    names: &["gte"],
    doc: "The field is a number greater than or equal to the value.",
    apply: Apply::Value(|kind, _| compare(kind, "gte", Compare::Gte)),
};

fn compare(kind: ValueKind, name: &str, op: Compare) -> Result<ValueKind, Refusal> {
    match kind {
        ValueKind::Time { part, op: Compare::Eq, value } => Ok(ValueKind::Time { part, op, value }),
        ValueKind::Compare { .. } | ValueKind::Time { .. } => {
            let help = "two comparisons of one field stand in two keys, or in two selections";
            Err(Refusal::order(format!("`{name}` after another comparison")).help(help))
        }
        kind => Ok(ValueKind::Compare { op, value: number(&kind, name)? }),
    }
}

/// The number that a value is or reads as.
pub(super) fn number(kind: &ValueKind, name: &str) -> Result<f64, Refusal> {
    let number = match kind {
        ValueKind::Number { value, .. } => Some(*value),
        ValueKind::Text { text, .. } => text.as_literal().and_then(tripline_ir::parse_number),
        ValueKind::Bool(_) | ValueKind::Null => None,
        other => {
            let message = format!("`{name}` after {}", describe(other));
            return Err(Refusal::order(message));
        }
    };
    number.ok_or_else(|| Refusal::value(format!("`{name}` needs a number")))
}
