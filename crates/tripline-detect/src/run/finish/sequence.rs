//! Sequences: a shell alert with a building block for each event (`spec/elastic.md` 7.3).
//!
//! The machine runs once over all hits. In the product a sequence must lie inside one window of
//! the schedule; where it falls is chance, so a hunt gives what any phase could have found: the
//! span is bounded by `maxspan` and by the length of a window. A run asks for the most recent
//! `max_signals` sequences (2.4, 7.3).

use super::signals::{Prefer, lost, raise};
use super::{At, Finished, Run};
use crate::alert::{Alert, AlertKind, EventView, entities, reason_of, shell_id};
use crate::run::Error;
use crate::schedule::{Ticks, Window};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tripline_engine::tails::combinations;
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
    if complete.is_empty() {
        return Ok(Finished::default());
    }
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
    let look_back = run.ready().ticks.length();
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
    let place = |doc: &u64| places[*doc as usize];
    let spans: Vec<(i64, i64)> = outcome
        .found
        .iter()
        .map(|found| {
            let times = found.docs.iter().flatten().map(|doc| place(doc).1.time);
            times.fold((i64::MAX, i64::MIN), |(a, b), time| (a.min(time), b.max(time)))
        })
        .collect();
    let cap = run.max_signals();
    let raised = raise(runs(&run.ready().ticks, &spans), cap, Prefer::Newest);
    for (at, window) in &raised.by {
        let mut events = Vec::new();
        for doc in outcome.found[*at].docs.iter().flatten() {
            let (filter, at) = place(doc);
            events.push(run.event(at, filter, &View::Ecs)?);
        }
        finished.alerts.push(shell(run, events, *window));
    }
    finished.warnings.extend(lost(raised.lost, "sequences", cap));
    Ok(finished)
}

/// Hashes of the join keys for which every step that must happen has a hit. Hits of other keys
/// cannot become part of a sequence; most process starts never meet their network connection.
fn complete_keys(run: &Run<'_>, plan: &Sequence) -> HashSet<u64> {
    let count = |step: &&Step| -> usize {
        (0..run.harvests.len()).map(|harvest| run.hits(harvest, step.filter).times.len()).sum()
    };
    let mut steps: Vec<&Step> = plan.steps.iter().filter(|step| !step.missing).collect();
    // The rarest step first: what it has not seen need not be remembered of the others.
    steps.sort_by_key(count);
    let mut complete: Option<HashSet<u64>> = None;
    for step in steps {
        if complete.as_ref().is_some_and(HashSet::is_empty) {
            break;
        }
        let mut seen = HashSet::new();
        for harvest in 0..run.harvests.len() {
            for hit in 0..run.hits(harvest, step.filter).times.len() {
                let at = At { time: 0, order: (0, 0), harvest, hit };
                let keys: Vec<Vec<Arc<str>>> =
                    (0..step.keys.len()).map(|cell| run.values(at, step.filter, cell)).collect();
                let hashes = key_hashes(step, &keys).into_iter();
                match &complete {
                    None => seen.extend(hashes),
                    Some(before) => seen.extend(hashes.filter(|hash| before.contains(hash))),
                }
            }
        }
        complete = Some(seen);
    }
    complete.unwrap_or_default()
}

/// One hash for each combination of key values that the machine looks at; none when a required
/// key is absent.
fn key_hashes(step: &Step, keys: &[Vec<Arc<str>>]) -> Vec<u64> {
    let fields: Vec<Vec<Option<&str>>> = step
        .keys
        .iter()
        .zip(keys)
        .map(|(key, values)| match values.as_slice() {
            [] if key.optional => vec![None],
            values => values.iter().map(|v| Some(&**v)).collect(),
        })
        .collect();
    let mut hashes = Vec::new();
    combinations(&fields, Limits::default().combinations, |key| {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hashes.push(hasher.finish());
    });
    hashes
}

/// The shell alert on a sequence's events.
fn shell(run: &Run<'_>, events: Vec<EventView>, window: Window) -> Alert {
    let rule = Arc::clone(&run.ready().rule);
    let ids: Vec<(String, String)> =
        events.iter().map(|e| (e.id.clone(), e.index.clone())).collect();
    let group = shell_id(&ids, &rule.id, None);
    let last = events.iter().map(|e| e.time).max().unwrap_or_default();
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
        suppressed: None,
        enrichments: vec![],
        notable: None,
        risks: vec![],
        events,
        name: Arc::clone(&rule.name),
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

/// The runs that see whole sequences, in the order of their ticks. A sequence that no window
/// holds, because it lies across the ticks, belongs to the first run after it.
fn runs(ticks: &Ticks, spans: &[(i64, i64)]) -> BTreeMap<Window, Vec<usize>> {
    let mut runs: BTreeMap<Window, Vec<usize>> = BTreeMap::new();
    for (at, (first, last)) in spans.iter().enumerate() {
        let windows = ticks.windows_of(*last);
        let whole = windows.iter().any(|w| w.contains(*first));
        for window in windows {
            if !whole || window.contains(*first) {
                runs.entry(window).or_default().push(at);
                if !whole {
                    break;
                }
            }
        }
    }
    runs
}
