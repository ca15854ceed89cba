//! What the values of an event change in its alert (`spec/elastic.md` 7.9).

use super::Alert;
use tripline_rules::Severity;
use tripline_schema::{FieldType, Schema, View};

/// The field that the product compares as a number.
const SEVERITY: &str = "event.severity";

/// Applies a rule's overrides to the alert on an event or on a group.
///
/// - Severity: of all mappings of which a value of the field matches, the most severe.
///   `event.severity` is compared as a whole number, everything else as text.
/// - Risk score: the highest of the field's numbers from 0 to 100, rounded. Only the first mapping
///   counts, as in the product.
/// - Name: the field's text, if it has exactly one.
pub(crate) fn apply(alert: &mut Alert, schema: &Schema) {
    let rule = std::sync::Arc::clone(&alert.rule);
    let overrides = &rule.overrides;
    let matching = overrides.severity.iter().filter(|(field, value, _)| {
        alert.fields.get(field).iter().any(|have| same(field, have, value))
    });
    let severity: Option<Severity> = matching.map(|(.., severity)| *severity).max();
    if let Some(severity) = severity {
        alert.severity = severity;
    }
    if let Some(field) = overrides.risk.first() {
        let scores = alert.fields.get(field).iter().filter_map(score);
        if let Some(highest) = scores.reduce(f64::max) {
            alert.risk_score = highest.round() as u32;
        }
    }
    if let Some(field) = &overrides.name
        && let Some(name) = alert.fields.get(field).one()
        && is_text(schema, field)
    {
        alert.name = name.into();
    }
}

fn same(field: &str, have: &str, wanted: &str) -> bool {
    if field != SEVERITY {
        return have == wanted;
    }
    let whole = |text: &str| text.trim().parse::<f64>().ok();
    match (whole(have), whole(wanted)) {
        (Some(have), Some(wanted)) => have.total_cmp(&wanted.floor()).is_eq(),
        _ => false,
    }
}

fn score(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number))
}

/// Whether the values of a field are texts: a number is no name.
fn is_text(schema: &Schema, field: &str) -> bool {
    let ty = schema.field(&View::Ecs, field).ty;
    !matches!(ty, FieldType::Long | FieldType::Double | FieldType::Boolean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_match() {
        for (field, have, wanted, expected) in [
            ("event.severity", "73", "73", true),
            ("event.severity", "73", "73.9", true),
            ("event.severity", "73.5", "73", false),
            ("event.severity", "high", "high", false),
            ("rule.level", "high", "high", true),
            ("rule.level", "High", "high", false),
            ("rule.level", "7", "7.0", false),
        ] {
            assert_eq!(same(field, have, wanted), expected, "{field} {have} {wanted}");
        }
    }

    #[test]
    fn scores() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("99.5", Some(99.5)),
            ("100.1", None),
            ("-1", None),
            ("", None),
            ("NaN", None),
            ("high", None),
        ] {
            assert_eq!(score(text), expected, "{text}");
        }
    }
}
