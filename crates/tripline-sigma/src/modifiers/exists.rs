//! `exists`.

use super::{Apply, Definition, Refusal};
use crate::ast::ValueKind;

pub(super) static EXISTS: Definition = Definition {
    names: &["exists"],
    doc: "Whether the field is there, whatever its value, the empty one included.",
    apply: Apply::Value(|kind, context| {
        if !context.field {
            return Err(Refusal::order("`exists` needs a field"));
        }
        if !context.before.is_empty() {
            return Err(Refusal::order("`exists` must be the only modifier of its values"));
        }
        let wanted = match &kind {
            ValueKind::Bool(value) => Some(*value),
            ValueKind::Text { text, .. } => match text.as_literal().unwrap_or("") {
                t if t.eq_ignore_ascii_case("true") || t.eq_ignore_ascii_case("yes") => Some(true),
                t if t.eq_ignore_ascii_case("false") || t.eq_ignore_ascii_case("no") => Some(false),
                _ => None,
            },
            _ => None,
        };
        wanted.map(ValueKind::Exists).ok_or_else(|| Refusal::value("`exists` is `true` or `false`"))
    }),
};
