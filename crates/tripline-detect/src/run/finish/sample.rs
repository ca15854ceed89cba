//! Samples: a shell alert with a building block for each event (`spec/elastic.md` 2.6, 7.3).
//!
//! Each run of the schedule looks at its own window, as the product does, and asks for the first
//! `max_signals` samples in the order of their keys. A sample that an earlier run has found is known
//! by its events.

use super::sequence::{complete_keys, key_hashes};
use super::shell::shell;
use super::signals::{Prefer, lost, raise};
use super::{At, Finished, Run};
use crate::run::Error;
use std::collections::HashMap;
use std::sync::Arc;
use tripline_engine::tails::sample;
use tripline_engine::tails::sequence::StepHit;
use tripline_ir::{Sample, Step};
use tripline_schema::View;

pub(super) fn finish(run: &mut Run<'_, '_>, plan: &Sample) -> Result<Finished, Error> {
    let complete = complete_keys(run, plan.steps.iter().collect());
    // What windows see, by the time that chooses the window, with its hits' filters.
    let mut places: Vec<(At, &Step)> = Vec::new();
    if !complete.is_empty() {
        for step in &plan.steps {
            for at in run.by_window(step.filter) {
                let keys = keys(run, at, step);
                if key_hashes(step, &keys).iter().any(|hash| complete.contains(hash)) {
                    places.push((at, step));
                }
            }
        }
    }
    places.sort_by_key(|(at, step)| (at.window_time, at.time, at.order, step.filter));
    let hits: Vec<StepHit> = places
        .iter()
        .enumerate()
        .map(|(doc, (at, step))| StepHit {
            step_filter: step.filter as u32,
            time: at.time,
            tiebreak: None,
            order: at.order,
            keys: keys(run, *at, step),
            doc: doc as u64,
        })
        .collect();
    let ats: Vec<At> = places.iter().map(|(at, _)| *at).collect();
    let cap = run.max_signals();
    let mut finished = Finished::default();
    let mut numbers: HashMap<Vec<u64>, usize> = HashMap::new();
    let mut found: Vec<Vec<u64>> = Vec::new();
    let (mut runs, mut beyond) = (Vec::new(), Vec::new());
    let mut dropped = 0;
    for (window, seen) in run.windows(&ats) {
        let outcome = sample::run(plan, &hits[seen]);
        dropped += outcome.dropped;
        let mut all: Vec<usize> = Vec::new();
        for one in outcome.found {
            let next = found.len();
            let number = *numbers.entry(one.docs).or_insert_with_key(|docs| {
                found.push(docs.clone());
                next
            });
            all.push(number);
        }
        beyond.extend(all.split_off(all.len().min(cap)));
        runs.push((window, all));
    }
    let raised = raise(runs, cap, Prefer::Oldest);
    let mut order: Vec<_> = raised.by.iter().collect();
    order.sort_by_key(|(number, window)| (**window, **number));
    for (number, window) in order {
        let mut events = Vec::new();
        for doc in &found[*number] {
            let (at, step) = places[*doc as usize];
            events.push(run.event(at, step.filter, &View::Ecs)?);
        }
        finished.alerts.extend(shell(run, events, *window));
    }
    beyond.sort_unstable();
    beyond.dedup();
    let beyond = beyond.iter().filter(|number| !raised.by.contains_key(number)).count();
    finished.warnings.extend(lost(beyond + raised.lost, "samples", cap));
    if dropped > 0 {
        finished.warnings.push(format!(
            "{dropped} combinations of join key values were not followed because an event has more \
             than {}",
            sample::COMBINATION_LIMIT
        ));
    }
    Ok(finished)
}

fn keys(run: &Run<'_, '_>, at: At, step: &Step) -> Vec<Vec<Arc<str>>> {
    (0..step.keys.len()).map(|cell| run.values(at, step.filter, cell)).collect()
}
