//! `cased`.

use super::{Apply, Definition, text};
use crate::ast::ValueKind;

pub(super) static CASED: Definition = Definition {
    names: &["cased"],
    doc: "Case counts.",
    apply: Apply::Value(|kind, _| match kind {
        ValueKind::FieldRef { name, how, .. } => Ok(ValueKind::FieldRef { name, how, cased: true }),
        kind => {
            let (text, _) = text(kind, "cased")?;
            Ok(ValueKind::Text { text, cased: true })
        }
    }),
};
