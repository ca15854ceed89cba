//! Sequences: a shell alert with a building block for each event (`spec/elastic.md` 7.3).
//!
//! The machine runs once over all hits. In the product a sequence must lie inside one window of
//! the schedule; where it falls is chance, so a hunt gives what any phase could have found: the
//! span is bounded by `maxspan` and by the look-back.

use super::{At, Finished, Run};
use crate::alert::{Alert, AlertKind, EventView, entities, reason_of, shell_id};
use crate::run::Error;
use crate::schedule::Window;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tripline_engine::tails::sequence::{self, Limits, StepHit};
use tripline_ir::{Sequence, Step};
use tripline_schema::View;

pub(super) fn finish(run: &mut Run<'_>, plan: &Sequence) -> Result<Finished, Error> {
    let filters: Vec<usize> = {
        let mut all: Vec<usize> =
            plan.steps.iter().chain(&plan.until).map(|step| step.filter).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let mut places: Vec<(usize, At)> = Vec::new();
    let mut hits: Vec<StepHit> = Vec::new();
    let complete = complete_keys(run, plan);
    for filter in filters {
        let step = plan
            .steps
            .iter()
            .chain(&plan.until)
            .find(|step| step.filter == filter)
            .expect("filters come from the steps");
        for at in run.sorted(filter) {
            let keys: Vec<Vec<Arc<str>>> =
                (0..step.keys.len()).map(|cell| run.values(at, filter, cell)).collect();
            if !key_hashes(step, &keys).iter().any(|hash| complete.contains(hash)) {
                continue;
            }
            hits.push(StepHit {
                step_filter: filter as u32,
                time: at.time,
                tiebreak: None,
                order: at.order,
                keys,
                doc: places.len() as u64,
            });
            places.push((filter, at));
        }
    }
    let look_back = run.ready().ticks.look_back();
    let outcome = sequence::run(plan, &hits, &Limits { look_back, ..Limits::default() });
    let mut finished = Finished::default();
    if outcome.dropped.partials > 0 {
        finished.warnings.push(format!(
            "{} partial sequences were not followed because there were too many at a time",
            outcome.dropped.partials
        ));
    }
    if outcome.dropped.combinations > 0 {
        finished.warnings.push(format!(
            "{} combinations of join key values were not followed because an event had too many",
            outcome.dropped.combinations
        ));
    }
    for sequence in outcome.found {
        let mut events = Vec::new();
        for doc in sequence.docs.iter().flatten() {
            let (filter, at) = places[*doc as usize];
            events.push(run.event(at, filter, &View::Ecs)?);
        }
        finished.alerts.push(shell(run, events));
    }
    cap(run, &mut finished);
    Ok(finished)
}

/// Hashes of the join keys for which every step that must happen has a hit. Hits of other keys
/// cannot become part of a sequence; most process starts never meet their network connection.
fn complete_keys(run: &Run<'_>, plan: &Sequence) -> HashSet<u64> {
    let mut complete: Option<HashSet<u64>> = None;
    for step in plan.steps.iter().filter(|step| !step.missing) {
        let mut seen = HashSet::new();
        for harvest in 0..run.harvests.len() {
            for hit in 0..run.hits(harvest, step.filter).times.len() {
                let at = At { time: 0, order: (0, 0), harvest, hit };
                let keys: Vec<Vec<Arc<str>>> = (0..step.keys.len())
                    .map(|cell| run.values(at, step.filter, cell))
                    .collect();
                seen.extend(key_hashes(step, &keys));
            }
        }
        complete = Some(match complete {
            None => seen,
            Some(before) => before.intersection(&seen).copied().collect(),
        });
    }
    complete.unwrap_or_default()
}

/// One hash for each combination of key values; none when a required key is absent.
fn key_hashes(step: &Step, keys: &[Vec<Arc<str>>]) -> Vec<u64> {
    let mut hashes: Vec<u64> = vec![0];
    for (key, values) in step.keys.iter().zip(keys) {
        if values.is_empty() && !key.optional {
            return vec![];
        }
        let parts: Vec<Option<&str>> =
            if values.is_empty() { vec![None] } else { values.iter().map(|v| Some(&**v)).collect() };
        hashes = hashes
            .iter()
            .flat_map(|before| {
                parts.iter().map(move |part| {
                    let mut hasher = DefaultHasher::new();
                    (before, part).hash(&mut hasher);
                    hasher.finish()
                })
            })
            .collect();
    }
    hashes
}

/// The shell alert on a sequence's events.
fn shell(run: &Run<'_>, events: Vec<EventView>) -> Alert {
    let rule = Arc::clone(&run.ready().rule);
    let ids: Vec<(String, String)> =
        events.iter().map(|e| (e.id.clone(), e.index.clone())).collect();
    let group = shell_id(&ids, &rule.id, None);
    let last = events.iter().map(|e| e.time).max().unwrap_or_default();
    let window = run
        .ready()
        .ticks
        .windows_of(last)
        .first()
        .copied()
        .unwrap_or(Window { tick: last, from: last, to: last });
    let blocks: Vec<Alert> = events
        .iter()
        .enumerate()
        .map(|(index, event)| {
            let mut block = run.alert(event.clone(), window, vec![]);
            block.id = shell_id(&ids, &rule.id, Some(index));
            block.kind = AlertKind::Block { group: group.clone(), index };
            block.detected = run.detected(window, last);
            block
        })
        .collect();
    let fields = common(&events);
    // The line for people tells what the last event was: what the events have in common is often
    // just a process and a host.
    let telling = events.last().map_or(&fields, |event| &event.fields);
    Alert {
        id: group,
        kind: AlertKind::Sequence,
        time: last,
        detected: run.detected(window, last),
        severity: rule.severity,
        risk_score: rule.risk_score,
        entities: entities(&rule, telling),
        reason: reason_of(telling),
        fields,
        matched: run.matched.clone(),
        new_terms: vec![],
        history_partial: false,
        blocks,
        notable: None,
        risks: vec![],
        events,
        rule,
    }
}

/// What all events have in common: values that each of them has, field by field.
fn common(events: &[EventView]) -> Vec<(String, Vec<String>)> {
    let Some((first, rest)) = events.split_first() else { return vec![] };
    first
        .fields
        .iter()
        .filter_map(|(name, values)| {
            let kept: Vec<String> = values
                .iter()
                .filter(|value| rest.iter().all(|event| event.get(name).contains(value)))
                .cloned()
                .collect();
            (!kept.is_empty()).then(|| (name.clone(), kept))
        })
        .collect()
}

/// At most `max_signals` sequences a run; the earliest stay.
fn cap(run: &Run<'_>, finished: &mut Finished) {
    let cap = run.max_signals();
    if matches!(run.ready().ticks, crate::schedule::Ticks::All { .. }) {
        return;
    }
    let mut raised: std::collections::HashMap<i64, usize> = std::collections::HashMap::new();
    let before = finished.alerts.len();
    finished.alerts.retain(|alert| {
        let count = raised.entry(alert.detected).or_default();
        *count += 1;
        *count <= cap
    });
    let lost = before - finished.alerts.len();
    if lost > 0 {
        finished.warnings.push(format!(
            "{lost} sequences raised no alert because a run raises at most {cap} (max_signals); \
             lift it with --no-max-signals"
        ));
    }
}
