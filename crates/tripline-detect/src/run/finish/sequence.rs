//! Sequences: a shell alert with a building block for each event (`spec/elastic.md` 7.3).
//!
//! The machine runs once over all hits. In the product a sequence must lie inside one window of
//! the schedule; where it falls is chance, so a hunt gives what any phase could have found: the
//! span is bounded by `maxspan` and by the length of a window. A run asks for the most recent
//! `max_signals` sequences (2.4, 7.3).

use super::shell::shell;
use super::signals::{Prefer, lost, raise};
use super::{At, Finished, Run};
use crate::run::Error;
use crate::schedule::{Ticks, Window};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tripline_engine::tails::sequence::{self, Limits, StepHit, Tiebreak};
use tripline_engine::tails::step_keys;
use tripline_ir::{Sequence, Step};
use tripline_schema::View;

pub(super) fn finish(run: &mut Run<'_, '_>, plan: &Sequence) -> Result<Finished, Error> {
    let filters: Vec<usize> = {
        let mut all: Vec<usize> =
            plan.steps.iter().chain(&plan.until).map(|step| step.filter).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let mut places: Vec<(usize, At)> = Vec::new();
    let mut hits: Vec<StepHit> = Vec::new();
    let needed: Vec<&Step> = plan.steps.iter().filter(|step| !step.missing).collect();
    let complete = complete_keys(run, needed);
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
                tiebreak: run.tiebreaker(at, filter).map(|text| Tiebreak::from(&*text)),
                order: at.order,
                keys,
                doc: places.len() as u64,
            });
            places.push((filter, at));
        }
    }
    // Windows may go by another time than the order of events and `maxspan`
    // (`timestamp_override`); then it is that one which must fit a window.
    let two_times = places.iter().any(|(_, at)| at.window_time != at.time);
    let length = run.ready().ticks.length();
    let look_back = length.filter(|_| !two_times);
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
            let times = found.docs.iter().flatten().map(|doc| place(doc).1.window_time);
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
        finished.alerts.extend(shell(run, events, *window));
    }
    finished.warnings.extend(lost(raised.lost, "sequences", cap));
    Ok(finished)
}

/// Hashes of the join keys for which each of these steps has a hit. Hits of other keys cannot become
/// part of a sequence or sample; most process starts never meet their network connection.
pub(super) fn complete_keys(run: &Run<'_, '_>, mut steps: Vec<&Step>) -> HashSet<u64> {
    let count = |step: &&Step| -> usize {
        (0..run.harvests.len()).map(|harvest| run.hits(harvest, step.filter).len()).sum()
    };
    // The rarest step first: what it has not seen need not be remembered of the others.
    steps.sort_by_key(count);
    let mut complete: Option<HashSet<u64>> = None;
    for step in steps {
        if complete.as_ref().is_some_and(HashSet::is_empty) {
            break;
        }
        let mut seen = HashSet::new();
        for harvest in 0..run.harvests.len() {
            for hit in 0..run.hits(harvest, step.filter).len() {
                let at = At { time: 0, window_time: 0, order: (0, 0), harvest, hit };
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
pub(super) fn key_hashes(step: &Step, keys: &[Vec<Arc<str>>]) -> Vec<u64> {
    let mut hashes = Vec::new();
    step_keys(step, keys, Limits::default().combinations, |key| {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hashes.push(hasher.finish());
    });
    hashes
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
