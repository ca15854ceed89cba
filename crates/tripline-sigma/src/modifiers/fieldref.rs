//! `fieldref`.

use super::{Apply, Definition, Refusal};
use crate::ast::{Part, Relation, Text, ValueKind};

pub(super) static FIELDREF: Definition = Definition {
    names: &["fieldref"],
    doc: "The value is the name of another field of the same event. Goes together with \
          `startswith`, `endswith`, `contains` and `cased`, before or after them.",
    apply: Apply::Value(|kind, context| {
        if !context.field {
            return Err(Refusal::order("`fieldref` needs a field on its left"));
        }
        let ValueKind::Text { text, cased } = kind else {
            return Err(Refusal::value("`fieldref` needs the name of a field"));
        };
        let (how, inner) = relation(&text, context.before);
        match inner.as_literal() {
            Some(name) if !name.is_empty() => {
                Ok(ValueKind::FieldRef { name: name.into(), how, cased })
            }
            _ => Err(Refusal::value("the name of a field has no wildcards")),
        }
    }),
};

/// What modifiers before it made of the text: `startswith|fieldref` means the same as
/// `fieldref|startswith`.
fn relation(text: &Text, before: &[&'static str]) -> (Relation, Text) {
    let mut parts = text.parts.clone();
    let affixed = before.iter().any(|name| matches!(*name, "contains" | "startswith" | "endswith"));
    let end = affixed && parts.last() == Some(&Part::Many) && parts.pop().is_some();
    let start = affixed && parts.first() == Some(&Part::Many);
    if start {
        parts.remove(0);
    }
    let how = match (start, end) {
        (true, true) => Relation::Contains,
        (false, true) => Relation::StartsWith,
        (true, false) => Relation::EndsWith,
        (false, false) => Relation::Equal,
    };
    (how, Text { parts })
}
