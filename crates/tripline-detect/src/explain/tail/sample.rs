//! Which filters of a sample have a key, and which do not.

use super::{Hits, events, key_names, key_values};
use crate::explain::Why;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_engine::tails::step_keys;
use tripline_ir::Sample;

const COMBINATIONS: usize = 1000;

pub(super) fn reasons(all: &Hits<'_>, plan: &Sample) -> Vec<Why> {
    let mut why = Vec::new();
    if !all.alerts.is_empty() {
        return why;
    }
    let mut by: BTreeMap<Vec<Option<Arc<str>>>, Vec<usize>> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let hits = &all.filters[step.filter].kept;
        let mut lacking = 0;
        for hit in hits {
            let mut any = false;
            step_keys(step, &hit.values, COMBINATIONS, |key| {
                any = true;
                by.entry(key).or_insert_with(|| vec![0; plan.steps.len()])[at] += 1;
            });
            lacking += usize::from(!any);
        }
        if hits.is_empty() {
            why.push(Why::new("no_event_for_step", format!("No event passes step {}.", at + 1)));
        } else if lacking > 0 {
            let text = format!(
                "{lacking} of {} of step {} lack a join key ({}).",
                events(hits.len()),
                at + 1,
                key_names(&step.keys)
            );
            why.push(Why::new("key_missing", text));
        }
    }
    let has = |seen: &Vec<usize>| seen.iter().filter(|n| **n > 0).count();
    let Some((key, seen)) = by.iter().max_by_key(|(_, seen)| has(seen)) else { return why };
    if has(seen) == plan.steps.len() {
        let text = format!(
            "{} has events of all steps, but not enough different ones: one event cannot stand for \
             two steps.",
            key_values(key)
        );
        why.push(Why::new("same_event", text));
        return why;
    }
    let of = |present: bool| {
        let numbers = (1..).zip(seen).filter(|(_, n)| (**n > 0) == present);
        numbers.map(|(number, _): (usize, _)| number.to_string()).collect::<Vec<_>>().join(", ")
    };
    let text = format!(
        "No key has events of all steps. {} comes furthest: it has events of step {} and none of \
         step {}.",
        key_values(key),
        of(true),
        of(false)
    );
    why.push(Why::new("no_complete_key", text));
    why
}
