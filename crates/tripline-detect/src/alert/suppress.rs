//! Suppression: alerts that share values become one (`spec/elastic.md` 7.12).
//!
//! [`suppress`] decides, over nothing but runs, times and groups; [`fold`] applies it to the alerts
//! of a rule.

use super::object_hash::Written;
use super::{Alert, AlertKind, Suppressed};
use std::collections::HashMap;
use tripline_rules::{RuleKind, Suppression};

/// A finding that may be folded into another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// When the run that finds it takes place, nanoseconds since 1970.
    pub run: i64,
    /// When it happened.
    pub time: i64,
    /// The findings that it belongs with; none: it stays by itself.
    pub group: Option<usize>,
}

/// What becomes of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is an alert.
    Raised,
    /// It counts with the alert of the candidate at this place.
    Folded(usize),
    /// The run has raised all alerts that it may.
    Lost,
}

/// What becomes of each candidate; they come in the order of their runs.
///
/// In a run, candidates that belong nowhere come first, then the others in time order: the first of
/// a group is an alert, the rest of the group counts with it. With a `duration`, a group counts
/// with its newest alert for as long as that alert was raised not longer ago than this, both ends
/// included. A run raises at most `cap` alerts; what it folds into earlier ones has no limit.
///
/// The product does not count a candidate that is not newer than what its alert already covers,
/// because it cannot tell it from one that it has counted. Here each candidate comes once, so that
/// late ones count as well.
pub fn suppress(candidates: &[Candidate], duration: Option<i64>, cap: usize) -> Vec<Fate> {
    let mut fates = vec![Fate::Lost; candidates.len()];
    let mut alerts: HashMap<usize, (i64, usize)> = HashMap::new();
    let mut start = 0;
    while start < candidates.len() {
        let run = candidates[start].run;
        let same = candidates[start..].iter().take_while(|c| c.run == run).count();
        let mut order: Vec<usize> = (start..start + same).collect();
        order.sort_by_key(|at| (candidates[*at].group.is_some(), candidates[*at].time));
        let mut room = cap;
        let mut here: HashMap<usize, Fate> = HashMap::new();
        for at in order {
            let mut raise = || match room.checked_sub(1) {
                None => Fate::Lost,
                Some(rest) => {
                    room = rest;
                    Fate::Raised
                }
            };
            let Some(group) = candidates[at].group else {
                fates[at] = raise();
                continue;
            };
            if let Some(fate) = here.get(&group) {
                fates[at] = *fate;
                continue;
            }
            let open = alerts.get(&group).filter(|(raised, _)| {
                duration.is_some_and(|duration| *raised >= run.saturating_sub(duration))
            });
            let fate = open.map_or_else(raise, |(_, into)| Fate::Folded(*into));
            fates[at] = fate;
            if fate == Fate::Raised {
                alerts.insert(group, (run, at));
            }
            here.insert(group, if fate == Fate::Raised { Fate::Folded(at) } else { fate });
        }
        start += same;
    }
    fates
}

/// Folds alerts of one rule. `single`: all come from one run over everything. Returns how many of
/// them raised nothing because of the cap.
pub(crate) fn fold(
    alerts: Vec<Alert>,
    suppression: &Suppression,
    cap: usize,
    single: bool,
) -> (Vec<Alert>, usize) {
    let mut alerts: Vec<(i64, i64, Alert)> = alerts
        .into_iter()
        .map(|alert| {
            // One run over everything has no earlier alerts; but with a duration, alerts that are
            // further apart than it do not belong together, whenever one looks.
            let run = match (single, suppression.duration) {
                (true, None) => 0,
                _ => alert.detected,
            };
            (run, time_of(&alert), alert)
        })
        .collect();
    alerts.sort_by_key(|(run, time, _)| (*run, *time));
    let mut groups: HashMap<Vec<(String, Vec<String>)>, usize> = HashMap::new();
    let mut terms = Vec::with_capacity(alerts.len());
    let mut candidates = Vec::with_capacity(alerts.len());
    for (run, time, alert) in &alerts {
        let shared = terms_of(alert, suppression);
        let missing = shared.iter().any(|(_, values)| values.is_empty());
        let number = groups.len();
        let group = (suppression.group_missing || !missing)
            .then(|| *groups.entry(shared.clone()).or_insert(number));
        terms.push(shared);
        candidates.push(Candidate { run: *run, time: *time, group });
    }
    let fates = suppress(&candidates, suppression.duration, cap);
    let mut folded: HashMap<usize, Suppressed> = HashMap::new();
    // What the run that raised it knew when it gave the alert its id.
    let mut known: HashMap<usize, i64> = HashMap::new();
    let mut lost = 0;
    for (at, fate) in fates.iter().enumerate() {
        let Candidate { run, time, group } = candidates[at];
        match fate {
            Fate::Lost => lost += 1,
            Fate::Raised if group.is_some() => {
                let detected = alerts[at].2.detected;
                let terms = std::mem::take(&mut terms[at]);
                let new =
                    Suppressed { terms, start: time, end: time, docs_count: 0, last: detected };
                folded.insert(at, new);
                known.insert(at, time);
            }
            Fate::Raised => {}
            Fate::Folded(into) => {
                let detected = alerts[at].2.detected;
                if candidates[*into].run == run {
                    known.entry(*into).and_modify(|end| *end = time.max(*end));
                }
                folded.entry(*into).and_modify(|suppressed| {
                    suppressed.start = suppressed.start.min(time);
                    suppressed.end = suppressed.end.max(time);
                    suppressed.last = suppressed.last.max(detected);
                    suppressed.docs_count += 1;
                });
            }
        }
    }
    let mut raised = Vec::new();
    for (at, (_, _, mut alert)) in alerts.into_iter().enumerate() {
        if fates[at] != Fate::Raised {
            continue;
        }
        alert.suppressed = folded.remove(&at);
        if let (RuleKind::Query, Some(suppressed)) = (&alert.rule.kind, &alert.suppressed) {
            let end = known.get(&at).copied().unwrap_or(suppressed.end);
            alert.id = bucket_id(&alert, suppressed, end);
        }
        raised.push(alert);
    }
    (raised, lost)
}

/// When an alert's event happened, by the clock that the rule's windows go by.
fn time_of(alert: &Alert) -> i64 {
    let field = alert.rule.timestamp_override.as_deref();
    let values = field.map(|field| alert.fields.get(field)).unwrap_or_default();
    values.iter().find_map(tripline_events::parse_time).unwrap_or(alert.time)
}

/// The values by which alerts are grouped: of a threshold rule those of its own groups.
fn terms_of(alert: &Alert, suppression: &Suppression) -> Vec<(String, Vec<String>)> {
    if let AlertKind::Threshold(result) = &alert.kind {
        return result.terms.iter().map(|(f, v)| (f.clone(), vec![v.clone()])).collect();
    }
    let values = |field: &str| alert.fields.get(field).to_vec();
    suppression.group_by.iter().map(|field| (field.to_string(), values(field))).collect()
}

/// The id of an alert of a query rule that stands for a group: the product hashes the group's first
/// event, its values, and the span that the run knew of.
fn bucket_id(alert: &Alert, suppressed: &Suppressed, end: i64) -> String {
    let (id, index) = alert.events.first().map_or(("", ""), |event| (&event.id, &event.index));
    let mut written = Written::default();
    written.list(7).string(index).string(id).string("1");
    written.string(&format!("default:{}", alert.rule.id));
    written.terms(&suppressed.terms, false).date(suppressed.start).date(end);
    written.hash()
}

/// `kibana.alert.instance.id`: what all alerts of a group share.
pub(crate) fn instance_id(alert: &Alert, suppressed: &Suppressed) -> String {
    // Values that an aggregation gave are single, those of an event are lists.
    let lists = !matches!(alert.rule.kind, RuleKind::Query | RuleKind::Threshold { .. });
    let mut written = Written::default();
    written.list(3).terms(&suppressed.terms, lists).string(&alert.rule.id).string("default");
    written.hash()
}
