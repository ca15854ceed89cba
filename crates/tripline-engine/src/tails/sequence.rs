//! Sequences: hits of several filters one after the other, joined by keys.
//!
//! Per key and step there are partial sequences in order of their last event. A hit of step `k`
//! takes the latest partial of step `k - 1` that ends strictly before it; that one and all older
//! ones are used up, whether or not the hit may join (`maxspan` from the first event, inclusive;
//! no `until` event from the partial's last event to the hit, inclusive). So an event is used at
//! most once per step, the same event may serve different steps of overlapping sequences, and a
//! newer start replaces an older one.
//!
//! Steps that must *not* occur are looked at when the others are complete: nothing with the same
//! key between the neighbouring events; after the last one up to `maxspan` from the first; before
//! the first one from `maxspan` before the last. With such steps at both ends the window floats:
//! only a pair of events on both sides not more than `maxspan` apart forbids the sequence.

use super::keys::{Key, step_keys};
use super::pipes;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tripline_ir::{Sequence, Step};

/// The tie-breaking field of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tiebreak {
    /// A whole number; before all text.
    Number(i64),
    /// Anything else.
    Text(Arc<str>),
}

impl From<&str> for Tiebreak {
    fn from(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.into()), Self::Number)
    }
}

/// An event that passed a filter of the sequence or sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepHit {
    /// The filter. It serves every step (and `until`) that refers to it; those have the same keys.
    pub step_filter: u32,
    /// Nanoseconds since 1970.
    pub time: i64,
    /// Orders events of the same time; those without come after those with.
    pub tiebreak: Option<Tiebreak>,
    /// Orders what is still equal: input and position in it.
    pub order: (u32, u64),
    /// The values of each join key of the step; none: the event lacks the field.
    pub keys: Vec<Vec<Arc<str>>>,
    /// The event, as the caller knows it.
    pub doc: u64,
}

/// What bounds a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time from the first to the last event, besides the sequence's own `maxspan`: the
    /// rule's look-back. Nanoseconds.
    pub look_back: Option<i64>,
    /// How many partial sequences there may be at a time. Beyond it no new ones are started.
    pub partials: usize,
    /// How many combinations of key values one event may have.
    pub combinations: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { look_back: None, partials: 1_000_000, combinations: 1_000 }
    }
}

/// A completed sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The event of each step; none for a step that must not occur.
    pub docs: Vec<Option<u64>>,
    /// The values of the join keys; none where an optional one is absent.
    pub keys: Vec<Option<Arc<str>>>,
}

/// What a limit took away. Anything but zeros deserves a warning on the rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Sequences that were not started because there were too many partial ones.
    pub partials: u64,
    /// Combinations of key values that were left out.
    pub combinations: u64,
}

impl Dropped {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Completed sequences in order of their last events, the sequence's pipes applied.
    pub found: Vec<Found>,
    /// What limits took away.
    pub dropped: Dropped,
}

/// When an event is, to the last tie.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ordinal {
    time: i64,
    /// `false` sorts first: an event with a tiebreak.
    lacks_tiebreak: bool,
    tiebreak: Option<Tiebreak>,
    order: (u32, u64),
}

impl Ordinal {
    fn of(hit: &StepHit) -> Self {
        Self {
            time: hit.time,
            lacks_tiebreak: hit.tiebreak.is_none(),
            tiebreak: hit.tiebreak.clone(),
            order: hit.order,
        }
    }
}

type Event = (Arc<Ordinal>, u64);

/// Events so far, in order.
type Partial = Vec<Event>;

/// For each key when something happened, ascending.
type Marks = HashMap<Key, Vec<Arc<Ordinal>>>;

/// Finds sequences. Hits may come in any order; several hits of one event (for several filters)
/// have the same `order`.
pub fn run(sequence: &Sequence, hits: &[StepHit], limits: &Limits) -> Outcome {
    let mut sorted: Vec<(Arc<Ordinal>, &StepHit)> =
        hits.iter().map(|h| (Arc::new(Ordinal::of(h)), h)).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.doc.cmp(&b.1.doc)));
    let mut machine = Machine::new(sequence, limits);
    // What forbids is known before what it forbids, so that equal ordinals count.
    for (ordinal, hit) in &sorted {
        machine.mark(ordinal, hit);
    }
    for (ordinal, hit) in &sorted {
        machine.advance(ordinal, hit);
    }
    machine.finish()
}

struct Machine<'a> {
    sequence: &'a Sequence,
    limits: &'a Limits,
    /// Positions of the steps that must occur.
    positive: Vec<usize>,
    /// The tighter of `maxspan` and look-back.
    span: Option<i64>,
    /// By key, then by positive step.
    groups: HashMap<Key, Vec<VecDeque<Partial>>>,
    partials: usize,
    last_sweep: Option<i64>,
    until: Marks,
    /// By step; empty for positive ones.
    forbidden: Vec<Marks>,
    complete: Vec<(Key, Partial)>,
    dropped: Dropped,
}

impl<'a> Machine<'a> {
    fn new(sequence: &'a Sequence, limits: &'a Limits) -> Self {
        let positive: Vec<usize> =
            (0..sequence.steps.len()).filter(|at| !sequence.steps[*at].missing).collect();
        let span = match (sequence.maxspan, limits.look_back) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            sequence,
            limits,
            positive,
            span,
            groups: HashMap::new(),
            partials: 0,
            last_sweep: None,
            until: Marks::new(),
            forbidden: vec![Marks::new(); sequence.steps.len()],
            complete: vec![],
            dropped: Dropped::default(),
        }
    }

    /// The keys under which a hit counts for a step.
    fn keys(&mut self, step: &Step, hit: &StepHit) -> Vec<Key> {
        let mut keys = Vec::new();
        let over = step_keys(step, &hit.keys, self.limits.combinations, |key| keys.push(key));
        self.dropped.combinations += over as u64;
        keys
    }

    fn mark(&mut self, ordinal: &Arc<Ordinal>, hit: &StepHit) {
        let sequence = self.sequence;
        if let Some(until) =
            sequence.until.as_ref().filter(|u| u.filter == hit.step_filter as usize)
        {
            for key in self.keys(until, hit) {
                self.until.entry(key).or_default().push(Arc::clone(ordinal));
            }
        }
        for (at, step) in sequence.steps.iter().enumerate() {
            if step.missing && step.filter == hit.step_filter as usize {
                for key in self.keys(step, hit) {
                    self.forbidden[at].entry(key).or_default().push(Arc::clone(ordinal));
                }
            }
        }
    }

    fn advance(&mut self, ordinal: &Arc<Ordinal>, hit: &StepHit) {
        let sequence = self.sequence;
        // Later steps first: an event never follows itself.
        for at in (0..self.positive.len()).rev() {
            let step = &sequence.steps[self.positive[at]];
            if step.filter != hit.step_filter as usize {
                continue;
            }
            for key in self.keys(step, hit) {
                if at == 0 {
                    self.store(key, 0, vec![(Arc::clone(ordinal), hit.doc)]);
                } else if let Some(mut partial) = self.take(&key, at - 1, ordinal) {
                    partial.push((Arc::clone(ordinal), hit.doc));
                    self.store(key, at, partial);
                }
            }
        }
    }

    /// The latest partial of a step that ends before the ordinal, unless it may not go on. It and
    /// all older ones are gone.
    fn take(&mut self, key: &Key, step: usize, ordinal: &Ordinal) -> Option<Partial> {
        let group = self.groups.get_mut(key)?.get_mut(step)?;
        let before = group.iter().take_while(|p| last(p) < ordinal).count();
        let latest = group.drain(..before).next_back()?;
        self.partials -= before;
        if self.span.is_some_and(|span| ordinal.time.saturating_sub(latest[0].0.time) > span) {
            return None;
        }
        if let Some(marks) = self.until.get(key) {
            let nearest = marks.partition_point(|m| **m <= *ordinal);
            if nearest > 0 && *marks[nearest - 1] >= *last(&latest) {
                return None;
            }
        }
        Some(latest)
    }

    fn store(&mut self, key: Key, step: usize, partial: Partial) {
        if step + 1 == self.positive.len() {
            self.complete.push((key, partial));
            return;
        }
        if self.partials >= self.limits.partials {
            self.sweep(last(&partial).time);
        }
        if self.partials >= self.limits.partials {
            self.dropped.partials += 1;
            return;
        }
        let steps = self.positive.len() - 1;
        let group =
            &mut self.groups.entry(key).or_insert_with(|| vec![VecDeque::new(); steps])[step];
        // Whatever comes is at or after this event, so of those that end before it only the latest
        // can ever be taken.
        let older = group.iter().take_while(|p| last(p) < last(&partial)).count();
        let gone = older.saturating_sub(1);
        group.drain(..gone);
        group.push_back(partial);
        self.partials = self.partials + 1 - gone;
    }

    /// Forgets partials that are too old to be completed; not more than 16 times a span.
    fn sweep(&mut self, now: i64) {
        let Some(span) = self.span else { return };
        if self.last_sweep.is_some_and(|t| now.saturating_sub(t) < span / 16) {
            return;
        }
        self.last_sweep = Some(now);
        let mut kept = 0;
        self.groups.retain(|_, group| {
            for partials in group.iter_mut() {
                partials.retain(|p| now.saturating_sub(p[0].0.time) <= span);
                kept += partials.len();
            }
            group.iter().any(|partials| !partials.is_empty())
        });
        self.partials = kept;
    }

    fn finish(mut self) -> Outcome {
        let mut complete = std::mem::take(&mut self.complete);
        complete.retain(|(key, partial)| self.allowed(key, partial));
        // By the event that completed it: the product's `Sequence.compareTo` and its test
        // sequenceWithOptionalFieldsAndUntil_2, whatever a comment there says of the first event.
        complete.sort_by(|(k, p), (l, q)| {
            last(p).cmp(last(q)).then_with(|| p[0].0.cmp(&q[0].0)).then_with(|| k.cmp(l))
        });
        let found = complete
            .into_iter()
            .map(|(keys, partial)| {
                let mut docs = vec![None; self.sequence.steps.len()];
                for (at, (_, doc)) in self.positive.iter().zip(partial) {
                    docs[*at] = Some(doc);
                }
                Found { docs, keys }
            })
            .collect();
        Outcome { found: pipes::apply(&self.sequence.pipes, found), dropped: self.dropped }
    }

    /// Whether no step that must not occur forbids a sequence.
    fn allowed(&self, key: &Key, partial: &Partial) -> bool {
        let (Some(head), Some(tail)) = (self.positive.first(), self.positive.last()) else {
            return true;
        };
        let (first, end) = (&*partial[0].0, last(partial));
        let span = self.sequence.maxspan.unwrap_or(i64::MAX);
        let (mut before, mut after): (Vec<i64>, Vec<i64>) = (vec![], vec![]);
        let (mut leading, mut trailing) = (false, false);
        for (at, _) in self.sequence.steps.iter().enumerate().filter(|(_, s)| s.missing) {
            leading |= at < *head;
            trailing |= at > *tail;
            let Some(marks) = self.forbidden[at].get(key) else { continue };
            if at < *head {
                before.extend(marks.iter().filter(|m| ***m < *first).map(|m| m.time));
            } else if at > *tail {
                after.extend(marks.iter().filter(|m| ***m > *end).map(|m| m.time));
            } else {
                let next = self.positive.partition_point(|p| *p < at);
                let (left, right) = (&*partial[next - 1].0, &*partial[next].0);
                if marks.iter().any(|m| **m > *left && **m < *right) {
                    return false;
                }
            }
        }
        match (leading, trailing) {
            (true, true) => {
                // The pair that is closest together decides.
                let pair = before.iter().max().zip(after.iter().min());
                pair.is_none_or(|(m1, m2)| m2.saturating_sub(*m1) > span)
            }
            (true, false) => !before.iter().any(|m| *m >= end.time.saturating_sub(span)),
            (false, true) => !after.iter().any(|m| *m <= first.time.saturating_add(span)),
            (false, false) => true,
        }
    }
}

fn last(partial: &Partial) -> &Ordinal {
    let (ordinal, _) = partial.last().expect("a partial sequence starts with an event");
    ordinal
}

#[cfg(test)]
mod tests;
