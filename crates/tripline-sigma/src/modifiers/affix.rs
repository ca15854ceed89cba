//! `contains`, `startswith` and `endswith`.

use super::{Apply, Context, Definition, Refusal, text};
use crate::ast::{Part, Regex, Relation, Text, ValueKind};

pub(super) static CONTAINS: Definition = Definition {
    names: &["contains"],
    doc: "The value stands anywhere in the field.",
    apply: Apply::Value(|kind, context| affix(kind, context, true, true)),
};

pub(super) static STARTSWITH: Definition = Definition {
    names: &["startswith"],
    doc: "The field starts with the value.",
    apply: Apply::Value(|kind, context| affix(kind, context, false, true)),
};

pub(super) static ENDSWITH: Definition = Definition {
    names: &["endswith"],
    doc: "The field ends with the value.",
    apply: Apply::Value(|kind, context| affix(kind, context, true, false)),
};

fn affix(
    kind: ValueKind,
    _: &Context<'_>,
    before: bool,
    after: bool,
) -> Result<ValueKind, Refusal> {
    let name = match (before, after) {
        (true, true) => "contains",
        (false, _) => "startswith",
        (true, false) => "endswith",
    };
    match kind {
        // An expression matches anywhere unless it is tied to an end.
        ValueKind::Regex(regex) => Ok(ValueKind::Regex(Regex {
            from_start: regex.from_start || !before,
            to_end: regex.to_end || !after,
            ..regex
        })),
        ValueKind::FieldRef { name, cased, .. } => {
            let how = match (before, after) {
                (true, true) => Relation::Contains,
                (false, _) => Relation::StartsWith,
                (true, false) => Relation::EndsWith,
            };
            Ok(ValueKind::FieldRef { name, how, cased })
        }
        kind => {
            let (inner, cased) = text(kind, name)?;
            let mut text = Text::default();
            if before {
                text.push(Part::Many);
            }
            text.append(&inner);
            if after {
                text.push(Part::Many);
            }
            Ok(ValueKind::Text { text, cased })
        }
    }
}
