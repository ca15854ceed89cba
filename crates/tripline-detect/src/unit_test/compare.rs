//! What a rule found against what it must find.

use crate::alert::{Alert, AlertKind, Fields};
use crate::time::iso;
use serde_json::Value;
use std::borrow::Cow;
use tripline_diag::did_you_mean;
use tripline_rules::{Expected, ExpectedAlert};

/// At most so many alerts are described.
const DESCRIBED: usize = 2;

/// In what they differ.
pub(super) struct Difference {
    pub lines: Vec<String>,
    /// Whether there are too few alerts, so that the rule is to be explained.
    pub missing: bool,
}

/// What differs; none: the rule found what it must.
pub(super) fn compare(expected: &Expected, alerts: &[Alert]) -> Option<Difference> {
    let found = alerts.len() as u64;
    let (low, high) = match expected {
        Expected::Exactly(number) => (*number, *number),
        Expected::AtLeast(number) => (*number, u64::MAX),
        Expected::Alerts { alerts: list, more } => {
            (list.len() as u64, if *more { u64::MAX } else { list.len() as u64 })
        }
    };
    let mut lines = vec![];
    if found < low || found > high {
        lines.push(format!("expected {expected}, got {found}"));
    }
    let mut taken = vec![None; alerts.len()];
    if let Expected::Alerts { alerts: list, .. } = expected {
        if found == 0 && !list.is_empty() {
            return Some(Difference { lines, missing: true });
        }
        taken = pair(list, alerts);
        for (at, wanted) in list.iter().enumerate() {
            if !taken.contains(&Some(at)) {
                lines.extend(unmatched(at, wanted, alerts));
            }
        }
    }
    if lines.is_empty() {
        return None;
    }
    if found > high {
        // Of alerts that nobody asked for, those that match no expectation.
        let others = alerts.iter().zip(&taken).filter(|(_, taken)| taken.is_none());
        lines.extend(others.take(DESCRIBED).map(|(alert, _)| fires_on(alert)));
    }
    Some(Difference { lines, missing: found < low })
}

/// For each alert the expectation that it fulfils, each at most once and as many as possible.
fn pair(list: &[ExpectedAlert], alerts: &[Alert]) -> Vec<Option<usize>> {
    fn augment(
        at: usize,
        fits: &[Vec<usize>],
        taken: &mut [Option<usize>],
        seen: &mut [bool],
    ) -> bool {
        for alert in &fits[at] {
            if std::mem::replace(&mut seen[*alert], true) {
                continue;
            }
            if taken[*alert].is_none_or(|other| augment(other, fits, taken, seen)) {
                taken[*alert] = Some(at);
                return true;
            }
        }
        false
    }
    let fits: Vec<Vec<usize>> = list
        .iter()
        .map(|wanted| {
            (0..alerts.len()).filter(|at| differs(wanted, &alerts[*at]).is_empty()).collect()
        })
        .collect();
    let mut taken = vec![None; alerts.len()];
    for at in 0..list.len() {
        augment(at, &fits, &mut taken, &mut vec![false; alerts.len()]);
    }
    taken
}

/// The fields that are not as wanted.
fn differs<'e>(wanted: &'e ExpectedAlert, alert: &Alert) -> Vec<&'e (String, Value)> {
    wanted.iter().filter(|(name, value)| !holds(value, &values(alert, name))).collect()
}

fn holds(wanted: &Value, values: &[Cow<'_, str>]) -> bool {
    match wanted {
        Value::Null => values.is_empty(),
        Value::Array(all) => all.iter().all(|one| holds(one, values)),
        one => values.iter().any(|value| same(&text(one), value)),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The same text, or the same number.
fn same(wanted: &str, value: &str) -> bool {
    wanted == value
        || matches!((wanted.parse::<f64>(), value.parse::<f64>()), (Ok(a), Ok(b)) if a.total_cmp(&b).is_eq())
}

/// Names of an alert's own properties, behind `alert.`.
const OWN: [&str; 9] = [
    "alert.name",
    "alert.severity",
    "alert.risk_score",
    "alert.reason",
    "alert.kind",
    "alert.time",
    "alert.count",
    "alert.new_terms",
    "alert.suppressed",
];

/// The values of a field: of the alert, of its events, or one of its own properties.
fn values<'a>(alert: &'a Alert, name: &str) -> Vec<Cow<'a, str>> {
    let of = |fields: &'a Fields| -> Vec<Cow<'a, str>> {
        fields.get(name).iter().map(Cow::Borrowed).collect()
    };
    let of_alert = of(&alert.fields);
    if !of_alert.is_empty() {
        return of_alert;
    }
    let of_events: Vec<Cow<'_, str>> =
        alert.events.iter().flat_map(|event| of(&event.fields)).collect();
    if !of_events.is_empty() {
        return of_events;
    }
    let own = match name {
        "alert.name" => alert.name.to_string(),
        "alert.severity" => alert.severity.word().to_owned(),
        "alert.risk_score" => alert.risk_score.to_string(),
        "alert.reason" => alert.reason.clone(),
        "alert.kind" => alert.kind.word().to_owned(),
        "alert.time" => iso(alert.time),
        "alert.count" => match &alert.kind {
            AlertKind::Threshold(threshold) => threshold.count.to_string(),
            _ => alert.events.len().to_string(),
        },
        "alert.suppressed" => {
            alert.suppressed.as_ref().map_or(0, |folded| folded.docs_count).to_string()
        }
        "alert.new_terms" => {
            return alert.new_terms.iter().map(|term| Cow::Borrowed(term.as_str())).collect();
        }
        _ => return vec![],
    };
    vec![Cow::Owned(own)]
}

/// What an expected alert has that no alert has: of the alert that comes nearest.
fn unmatched(at: usize, wanted: &ExpectedAlert, alerts: &[Alert]) -> Vec<String> {
    let mut lines = vec![];
    let nearest = alerts.iter().min_by_key(|alert| differs(wanted, alert).len());
    let Some(nearest) = nearest else { return lines };
    let number = at + 1;
    let differing = differs(wanted, nearest);
    if differing.is_empty() {
        let text = format!("expected alert {number}: the only alert like it is another's already");
        return vec![text];
    }
    for (name, value) in differing {
        let value = shown(value);
        let found = values(nearest, name);
        if !found.is_empty() {
            let found = found.join(" | ");
            lines.push(format!("expected alert {number}: `{name}` is {found}, not {value}"));
            continue;
        }
        let anywhere = alerts.iter().any(|alert| !values(alert, name).is_empty());
        let help = if anywhere { None } else { did_you_mean(name, names(alerts)) };
        let help = help.map(|h| format!("; {h}")).unwrap_or_default();
        lines.push(format!("expected alert {number}: no `{name}` in it, not {value}{help}"));
    }
    lines.truncate(3);
    lines
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(" | "),
        one => text(one),
    }
}

fn names(alerts: &[Alert]) -> impl Iterator<Item = &str> {
    let of_events = alerts.iter().flat_map(|a| &a.events).flat_map(|event| event.fields.iter());
    let fields = alerts.iter().flat_map(|alert| alert.fields.iter()).chain(of_events);
    fields.map(|(name, _)| name).chain(OWN)
}

/// What an alert is about, in a line.
fn fires_on(alert: &Alert) -> String {
    let place = match alert.events.last() {
        Some(event) => format!(" (record {} of {})", event.record + 1, event.input),
        None => String::new(),
    };
    format!("fires on: {}{place}", alert.reason)
}
