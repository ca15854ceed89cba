//! For people: time, rule, severity, risk, entities and a line on why.

use super::columns;
use std::io::{self, Write};
use tripline_detect::{Alert, AlertKind, iso};
use tripline_schema::Schema;

/// At most so many entities a row; `--details` has all.
const ENTITIES: usize = 4;

pub fn print(out: &mut dyn Write, alerts: &[Alert], _: &Schema) -> io::Result<()> {
    if alerts.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<String>> = alerts
        .iter()
        .map(|alert| {
            vec![
                iso(alert.time),
                alert.rule.name.to_string(),
                alert.severity.word().to_owned(),
                alert.risk_score.to_string(),
                entities(alert),
                why(alert),
            ]
        })
        .collect();
    columns(out, &["TIME", "RULE", "SEVERITY", "RISK", "ENTITIES", "WHY"], &rows)
}

/// Values only: the names are in the line on why and in `--details`.
pub fn entities(alert: &Alert) -> String {
    let mut text: Vec<&str> =
        alert.entities.iter().take(ENTITIES).map(|(_, value)| value.as_str()).collect();
    if alert.entities.len() > ENTITIES {
        text.push("…");
    }
    text.join(" ")
}

/// The line on why.
pub fn why(alert: &Alert) -> String {
    match &alert.kind {
        AlertKind::Sequence => {
            format!("sequence of {} events: {}", alert.events.len(), alert.reason)
        }
        AlertKind::Row { .. } => alert
            .risks
            .first()
            .map_or_else(|| alert.reason.clone(), |risk| risk.message.clone()),
        _ if !alert.new_terms.is_empty() => {
            let partial = if alert.history_partial { " (as far as the data goes)" } else { "" };
            format!("first seen{partial}: {}; {}", alert.new_terms.join(", "), alert.reason)
        }
        _ => alert.reason.clone(),
    }
}
