//! How far a sequence came for each key, and what broke it.
//!
//! The machine of the engine runs again under easier conditions (fewer steps, no `maxspan`, no
//! `until`, nothing forbidden); what it finds then and not before names the reason.

use super::{HitAt, Hits, events, key_names, key_values, span};
use crate::explain::Why;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tripline_engine::tails::sequence::{self, Found, Limits, StepHit};
use tripline_engine::tails::step_keys;
use tripline_ir::{Sequence, Step};

type Key = Vec<Option<Arc<str>>>;

/// How many combinations of one event's key values are looked at.
const COMBINATIONS: usize = 1000;
/// At most so many keys are looked at one by one.
const KEYS: usize = 2000;

/// The hits of all filters, as the machine wants them.
struct Steps<'a> {
    sequence: &'a Sequence,
    /// Positions of the steps that must occur.
    positive: Vec<usize>,
    hits: Vec<StepHit>,
    docs: Vec<&'a HitAt>,
    look_back: Option<i64>,
}

pub(super) fn reasons(all: &Hits<'_>, plan: &Sequence) -> Vec<Why> {
    let mut why = Vec::new();
    let positive: Vec<usize> =
        (0..plan.steps.len()).filter(|at| !plan.steps[*at].missing).collect();
    let mut docs: Vec<&HitAt> = Vec::new();
    let mut hits: Vec<StepHit> = Vec::new();
    for (filter, watch) in all.filters.iter().enumerate() {
        for hit in &watch.kept {
            hits.push(StepHit {
                step_filter: filter as u32,
                time: hit.time,
                tiebreak: None,
                order: hit.order,
                keys: hit.values.clone(),
                doc: docs.len() as u64,
            });
            docs.push(hit);
        }
    }
    let steps = Steps { sequence: plan, positive, hits, docs, look_back: all.look_back() };
    if !all.alerts.is_empty() {
        return why;
    }
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, s)| !s.missing) {
        if all.filters[step.filter].hits == 0 {
            let text = format!("No event passes step {} ({}).", at + 1, tests(all, step));
            why.push(Why::new("no_event_for_step", text));
        }
    }
    keys_missing(all, &steps, &mut why);
    let by_key = steps.by_key();
    let complete: HashSet<&Key> = by_key
        .iter()
        .filter(|(_, seen)| steps.positive.iter().all(|at| seen[*at] > 0))
        .map(|(key, _)| key)
        .collect();
    if complete.is_empty() {
        steps.nowhere_complete(&by_key, &mut why);
        return why;
    }
    let keys = steps.sequence.steps[steps.positive[0]].keys.as_slice();
    if !keys.is_empty() {
        let text = format!(
            "{} of {} values of {} have events of all steps.",
            complete.len(),
            by_key.len(),
            key_names(keys)
        );
        why.push(Why::new("complete_keys", text));
    }
    let mut chosen: Vec<&Key> = complete.into_iter().collect();
    chosen.sort();
    chosen.truncate(KEYS);
    steps.broken(&chosen, &mut why);
    why
}

/// Whether a hit counts for a step under a key.
fn same_key(step: &Step, hit: &StepHit, wanted: &Key) -> bool {
    let mut same = false;
    step_keys(step, &hit.keys, COMBINATIONS, |key| same |= key == *wanted);
    same
}

/// What a step is about, in short: where its condition ends to hold.
fn tests(all: &Hits<'_>, step: &Step) -> String {
    let filter = &all.filters[step.filter];
    match filter.looked {
        0 => "none is in its scope".to_owned(),
        looked => format!("of {} in its scope", events(looked as usize)),
    }
}

/// Steps whose events lack a join key.
fn keys_missing(all: &Hits<'_>, steps: &Steps<'_>, why: &mut Vec<Why>) {
    for (at, step) in steps.sequence.steps.iter().enumerate() {
        let hits = &all.filters[step.filter].kept;
        for (place, key) in step.keys.iter().enumerate().filter(|(_, key)| !key.optional) {
            let lacking: Vec<&HitAt> =
                hits.iter().filter(|hit| hit.values.get(place).is_none_or(Vec::is_empty)).collect();
            let Some(first) = lacking.first() else { continue };
            let text = format!(
                "{} of {} of step {} lack the join key `{}` and cannot be part of a sequence.",
                lacking.len(),
                events(hits.len()),
                at + 1,
                key.field.name
            );
            why.push(Why::new("key_missing", text).events([first.place()]));
        }
    }
}

impl Steps<'_> {
    /// For each key how many events each step has.
    fn by_key(&self) -> BTreeMap<Key, Vec<usize>> {
        let mut by: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for hit in &self.hits {
            for (at, step) in self.sequence.steps.iter().enumerate() {
                if step.filter == hit.step_filter as usize && !step.missing {
                    step_keys(step, &hit.keys, COMBINATIONS, |key| {
                        let seen =
                            by.entry(key).or_insert_with(|| vec![0; self.sequence.steps.len()]);
                        seen[at] += 1;
                    });
                }
            }
        }
        by
    }

    /// No key has events of all steps.
    fn nowhere_complete(&self, by_key: &BTreeMap<Key, Vec<usize>>, why: &mut Vec<Why>) {
        let reached = |seen: &Vec<usize>| self.positive.iter().filter(|at| seen[**at] > 0).count();
        let Some((key, seen)) = by_key.iter().max_by_key(|(_, seen)| reached(seen)) else { return };
        let step = &self.sequence.steps[self.positive[0]];
        if self.positive.iter().any(|at| by_key.values().all(|seen| seen[*at] == 0)) {
            return;
        }
        let lacks: Vec<String> = self
            .positive
            .iter()
            .filter(|at| seen[**at] == 0)
            .map(|at| (at + 1).to_string())
            .collect();
        let text = format!(
            "No value of {} has events of all steps: {} comes furthest and has none of step {}.",
            key_names(&step.keys),
            key_values(key),
            lacks.join(", ")
        );
        why.push(Why::new("no_complete_key", text));
        // The same name, written otherwise by another source, is not the same key.
        let folded = |key: &Key| -> Vec<String> {
            key.iter().map(|v| v.as_ref().map_or(String::new(), |v| v.to_lowercase())).collect()
        };
        let mut like: HashMap<Vec<String>, Vec<&Key>> = HashMap::new();
        for key in by_key.keys() {
            like.entry(folded(key)).or_default().push(key);
        }
        let mut pairs: Vec<&Vec<&Key>> = like.values().filter(|keys| keys.len() > 1).collect();
        pairs.sort();
        if let Some([first, second, ..]) = pairs.first().map(|keys| keys.as_slice()) {
            let text = format!(
                "{} and {} differ in case only, and are different keys.",
                key_values(first),
                key_values(second)
            );
            why.push(Why::new("key_case", text));
        }
    }

    /// Some keys have events of all steps: what breaks them.
    fn broken(&self, keys: &[&Key], why: &mut Vec<Why>) {
        let wanted: HashSet<&Key> = keys.iter().copied().collect();
        let hits: Vec<StepHit> =
            self.hits.iter().filter(|hit| self.has(hit, &wanted)).cloned().collect();
        let limits = Limits { look_back: self.look_back, ..Limits::default() };
        let free = Limits { look_back: None, ..limits };
        let plan = self.sequence;
        let unbounded = Sequence { maxspan: None, ..plan.clone() };
        let endless = Sequence { until: None, ..plan.clone() };
        let allowed = Sequence {
            steps: plan.steps.iter().filter(|s| !s.missing).cloned().collect(),
            ..plan.clone()
        };
        let run = |plan: &Sequence, limits: &Limits| sequence::run(plan, &hits, limits).found;
        if !run(plan, &limits).is_empty() {
            return;
        }
        let mut said = false;
        if plan.maxspan.is_some() || self.look_back.is_some() {
            let found = run(&unbounded, &free);
            if let Some((best, took)) = self.tightest(&found) {
                why.push(self.too_long(best, took));
                said = true;
            }
        }
        if plan.until.is_some()
            && let Some(found) = run(&endless, &limits).first()
        {
            why.push(self.until_between(found, &hits));
            said = true;
        }
        if allowed.steps.len() < plan.steps.len()
            && let Some(found) = run(&allowed, &limits).first()
        {
            why.push(self.forbidden(found, &hits));
            said = true;
        }
        if said {
            return;
        }
        let bare = Sequence { maxspan: None, until: None, ..allowed.clone() };
        if let Some((best, took)) = self.tightest(&run(&bare, &free)) {
            let text = format!(
                "For {} all steps occur in order within {}, but more than one of `maxspan`, `until` \
                 and the steps that must not occur stands in the way.",
                key_values(&best.keys),
                span(took)
            );
            why.push(Why::new("several_conditions", text).events(self.places(best)));
            return;
        }
        self.out_of_order(&bare, &hits, &free, why);
    }

    fn has(&self, hit: &StepHit, wanted: &HashSet<&Key>) -> bool {
        let mut found = false;
        for step in self.sequence.steps.iter().chain(&self.sequence.until) {
            if step.filter == hit.step_filter as usize {
                step_keys(step, &hit.keys, COMBINATIONS, |key| found |= wanted.contains(&key));
            }
        }
        found
    }

    /// The sequence that took the least time.
    fn tightest<'f>(&self, found: &'f [Found]) -> Option<(&'f Found, i64)> {
        let took = |found: &Found| {
            let times = found.docs.iter().flatten().map(|doc| self.docs[*doc as usize].time);
            times.clone().max().zip(times.min()).map_or(0, |(last, first)| last - first)
        };
        found.iter().map(|f| (f, took(f))).min_by_key(|(_, took)| *took)
    }

    fn places(&self, found: &Found) -> Vec<crate::explain::Place> {
        found.docs.iter().flatten().map(|doc| self.docs[*doc as usize].place()).collect()
    }

    fn too_long(&self, best: &Found, took: i64) -> Why {
        let (code, what, limit) = match (self.sequence.maxspan, self.look_back) {
            (Some(max), Some(back)) if back < max => ("beyond_look_back", "look-back", back),
            (Some(max), _) => ("beyond_maxspan", "`maxspan`", max),
            (None, back) => ("beyond_look_back", "look-back", back.unwrap_or(0)),
        };
        let text = format!(
            "All steps occur in order for {}, but too far apart: the closest take {}, {} more than \
             the {what} of {}.",
            key_values(&best.keys),
            span(took),
            span(took.saturating_sub(limit)),
            span(limit)
        );
        Why::new(code, text).events(self.places(best))
    }

    fn until_between(&self, found: &Found, hits: &[StepHit]) -> Why {
        let (first, last) = self.ends(found);
        let between = self.sequence.until.as_ref().and_then(|until| {
            hits.iter().find(|hit| {
                hit.step_filter as usize == until.filter
                    && hit.time >= first
                    && hit.time <= last
                    && same_key(until, hit, &found.keys)
            })
        });
        let text = format!(
            "All steps occur in time for {}, but an `until` event comes between them (the last \
             below).",
            key_values(&found.keys)
        );
        Why::new("until_between", text)
            .events(self.places(found))
            .events(between.map(|hit| self.docs[hit.doc as usize].place()))
    }

    fn forbidden(&self, found: &Found, hits: &[StepHit]) -> Why {
        let (first, last) = self.ends(found);
        let reach = self.sequence.maxspan.unwrap_or(i64::MAX);
        let mut culprit = None;
        let mut number = 0;
        for (at, step) in self.sequence.steps.iter().enumerate().filter(|(_, s)| s.missing) {
            let near = hits
                .iter()
                .filter(|hit| hit.step_filter as usize == step.filter)
                .filter(|hit| same_key(step, hit, &found.keys))
                .filter(|hit| {
                    hit.time >= last.saturating_sub(reach)
                        && hit.time <= first.saturating_add(reach)
                })
                .min_by_key(|hit| hit.time.abs_diff(last));
            if culprit.is_none() && near.is_some() {
                (culprit, number) = (near, at + 1);
            }
        }
        let text = format!(
            "All other steps occur in time for {}, but the event that must not occur (step \
             {number}) does: the last below.",
            key_values(&found.keys)
        );
        Why::new("forbidden_event", text)
            .events(self.places(found))
            .events(culprit.map(|hit| self.docs[hit.doc as usize].place()))
    }

    fn ends(&self, found: &Found) -> (i64, i64) {
        let times = found.docs.iter().flatten().map(|doc| self.docs[*doc as usize].time);
        (times.clone().min().unwrap_or(0), times.max().unwrap_or(0))
    }

    /// However much time there is, the steps do not follow each other.
    fn out_of_order(&self, bare: &Sequence, hits: &[StepHit], limits: &Limits, why: &mut Vec<Why>) {
        // The furthest that any key comes.
        let steps = bare.steps.len();
        let furthest = (1..steps).rev().find_map(|count| {
            if count == 1 {
                return Some((count, None));
            }
            let part = Sequence { steps: bare.steps[..count].to_vec(), ..bare.clone() };
            let found = sequence::run(&part, hits, limits).found;
            found.into_iter().next().map(|found| (count, Some(found)))
        });
        let Some((count, partial)) = furthest else { return };
        let next = &bare.steps[count];
        let last_step = &bare.steps[count - 1];
        let of = |step: &Step| -> Vec<&StepHit> {
            hits.iter().filter(|hit| hit.step_filter as usize == step.filter).collect()
        };
        // The partial sequence's last event, or the first event of the first step.
        let (key, last, shown) = if let Some(found) = &partial {
            (found.keys.clone(), self.ends(found).1, self.places(found))
        } else {
            let Some(first) = of(last_step).into_iter().min_by_key(|hit| hit.time) else { return };
            let mut keys = Vec::new();
            step_keys(last_step, &first.keys, COMBINATIONS, |key| keys.push(key));
            let Some(key) = keys.into_iter().next() else { return };
            (key, first.time, vec![self.docs[first.doc as usize].place()])
        };
        let candidates: Vec<&StepHit> =
            of(next).into_iter().filter(|hit| same_key(next, hit, &key)).collect();
        let number = self.positive.get(count).map_or(count, |at| at + 1);
        let before = self.positive.get(count - 1).map_or(count, |at| at + 1);
        // The event that the sequence came to: it cannot follow itself.
        let at = shown.last().cloned();
        let itself = |hit: &StepHit| Some(self.docs[hit.doc as usize].place()) == at;
        let nearest = candidates.iter().max_by_key(|hit| (hit.time, !itself(hit)));
        let (code, text) = match nearest {
            Some(hit) if itself(hit) => (
                "same_event",
                format!(
                    "For {} the only event of step {number} that is late enough is that of step \
                     {before}, and one event cannot stand for two steps.",
                    key_values(&key)
                ),
            ),
            None => (
                "no_event_for_step",
                format!("For {} no event of step {number} occurs.", key_values(&key)),
            ),
            Some(hit) if hit.time == last => (
                "same_instant",
                format!(
                    "For {} the events of steps {before} and {number} have the same time; which \
                     comes first is decided by their order in the input, and step {number} must \
                     come after.",
                    key_values(&key)
                ),
            ),
            Some(hit) if hit.time < last => (
                "order_reversed",
                format!(
                    "For {} the event of step {number} comes {} before that of step {before}, and \
                     must come after.",
                    key_values(&key),
                    span(last - hit.time)
                ),
            ),
            Some(_) => (
                "used_up",
                format!(
                    "For {} the events of step {number} come after those of step {before}, but \
                     those are used up by other sequences.",
                    key_values(&key)
                ),
            ),
        };
        let place = nearest.filter(|hit| !itself(hit));
        let place = place.map(|hit| self.docs[hit.doc as usize].place());
        why.push(Why::new(code, text).events(shown).events(place));
    }
}
