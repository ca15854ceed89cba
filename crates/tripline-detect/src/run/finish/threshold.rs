//! Groups of events that are large enough (`spec/elastic.md` 7.5).
//!
//! As in the product the alert is about the group: its fields are the values that the events share,
//! its time is that of the last one. The events are evidence beside it, as many as [`EVIDENCE`].

use super::{Finished, Run};
use crate::alert::{Alert, AlertKind, Fields, ThresholdResult, entities, threshold_id};
use crate::schedule::{Ticks, Window};
use std::collections::HashMap;
use std::sync::Arc;
use tripline_engine::tails::new_terms;
use tripline_engine::tails::threshold::{COMBINATION_LIMIT, Found, Machine, Rule, Values};
use tripline_ir::Threshold;
use tripline_schema::FieldRef;

/// How many events of a group are kept as evidence: the first ones.
const EVIDENCE: usize = 100;

/// So many combinations of values are remembered: a rule with more of them has few events of each.
const KNOWN: usize = 1 << 16;

pub(super) fn finish(run: &mut Run<'_, '_>, plan: &Threshold) -> Finished {
    let cap = run.max_signals();
    let mut machine = Machine::new(Rule {
        fields: plan.fields.iter().map(|field| field.ty).collect(),
        value: plan.value,
        cardinality: plan.cardinality.iter().map(|(field, least)| (field.ty, *least)).collect(),
        max_groups: cap,
        name_events: EVIDENCE,
    });
    let places = run.by_window(0);
    let grouped = plan.fields.len();
    let all = grouped + plan.cardinality.len();
    // A rule may group every event there is; most have the values of others.
    let mut known: HashMap<Vec<u32>, Values> = HashMap::new();
    let mut cells = Vec::new();
    for (doc, at) in places.iter().enumerate() {
        cells.clear();
        cells.push(at.harvest as u32);
        cells.extend((0..all).map(|cell| run.cell(*at, 0, cell)));
        let values = known.get(&cells).copied().unwrap_or_else(|| {
            let values: Vec<_> = (0..all).map(|cell| run.values(*at, 0, cell)).collect();
            let (fields, counted) = values.split_at(grouped);
            let values = machine.values(fields, counted);
            if known.len() < KNOWN {
                known.insert(cells.clone(), values);
            }
            values
        });
        machine.push(at.window_time, at.order, values, doc as u64);
    }
    let windows = match &run.ready().ticks {
        Ticks::All { window } => vec![*window],
        ticks => ticks.windows(places.iter().map(|at| at.window_time)),
    };
    let spans: Vec<new_terms::Window> =
        windows.iter().map(|w| new_terms::Window { from: w.from, to: w.to }).collect();
    let outcome = machine.run(&spans);
    let mut finished = Finished::default();
    for found in outcome.found {
        let window = windows[found.window];
        let mut alert = alert(run, plan, &found, window);
        let docs = found.docs.iter();
        alert.pending = docs.map(|doc| run.pending(places[*doc as usize], 0)).collect();
        finished.alerts.push(alert);
    }
    if outcome.beyond_cap > 0 {
        finished.warnings.push(format!(
            "{} times a run left out a group because it raises at most {cap} (max_signals); \
             lift it with --no-max-signals",
            outcome.beyond_cap
        ));
    }
    if outcome.combinations > 0 {
        finished.warnings.push(format!(
            "{} combinations of values were not looked at because an event has more than \
             {COMBINATION_LIMIT}",
            outcome.combinations
        ));
    }
    finished
}

/// The alert on a group, without its events.
fn alert(run: &Run<'_, '_>, plan: &Threshold, found: &Found, window: Window) -> Alert {
    let rule = Arc::clone(&run.ready().rule);
    let name = |field: &FieldRef| field.name.to_string();
    let terms: Vec<(String, String)> =
        plan.fields.iter().zip(&found.terms).map(|(f, v)| (name(f), v.to_string())).collect();
    let counted = plan.cardinality.iter().zip(&found.cardinality);
    let cardinality: Vec<(String, u64)> = counted.map(|((f, _), n)| (name(f), *n)).collect();
    let mut fields: Vec<(String, Vec<String>)> =
        terms.iter().map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
    fields.sort();
    // Of one window over everything the run is when the last event happened: the id must not
    // depend on when it was asked.
    let detected = run.detected(window, found.last);
    let fields: Fields = fields.into();
    let id = threshold_id(&rule, detected, &terms);
    Alert {
        time: found.last,
        detected,
        entities: entities(&rule, &fields),
        reason: reason(found.count, &terms, &cardinality),
        matched: Arc::clone(&run.matched),
        fields,
        kind: AlertKind::Threshold(ThresholdResult {
            count: found.count,
            from: found.first,
            terms,
            cardinality,
        }),
        ..Alert::new(&rule, id)
    }
}

/// `12 events with source.ip 10.0.0.5 and 4 different user.name`.
fn reason(count: u64, terms: &[(String, String)], cardinality: &[(String, u64)]) -> String {
    let shared = terms.iter().map(|(name, value)| format!("{name} {value}"));
    let counted = cardinality.iter().map(|(name, n)| format!("{n} different {name}"));
    let parts: Vec<String> = shared.chain(counted).collect();
    let events = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    match parts.split_last() {
        None => events,
        Some((only, [])) => format!("{events} with {only}"),
        Some((last, before)) => format!("{events} with {} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn reasons() {
        let term = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let ip = term("source.ip", "10.0.0.5");
        for (count, terms, cardinality, expected) in [
            (1, vec![], vec![], "1 event"),
            (9, vec![ip.clone()], vec![], "9 events with source.ip 10.0.0.5"),
            (
                9,
                vec![ip, term("host.name", "a")],
                vec![("user.name".to_owned(), 4)],
                "9 events with source.ip 10.0.0.5, host.name a and 4 different user.name",
            ),
        ] {
            assert_eq!(reason(count, &terms, &cardinality), expected);
        }
    }
}
