//! Correlations: findings of several rules that belong together.
//!
//! Hits with the same values of the group's fields are a group; a hit with several values in a
//! field is in a group for each combination, one that lacks a field is in none. Hits of one event
//! for several inputs are one event. The events of a group go by in the order (time, input,
//! record), and a window over them is never longer than the timespan: the time from its first to
//! its last event may be the timespan itself.
//!
//! When a window is looked at depends on what is asked ([`judged`]):
//!
//! - *At each event*, where more events can only make it true (at least so many events, values,
//!   rules; a sum that is large enough): the window are the events of the last timespan. A group is
//!   found when this becomes true, and again after it was false at an event, or when no event of
//!   the window was in the finding before.
//! - *At its end*, where more events could make it false (at most, exactly, `not`) or where it is
//!   about all values (mean, percentile, median): a window begins with the first event of a group,
//!   ends a timespan later, and the next one begins with the first event after it. Windows without
//!   an event are never looked at, nor do the data's end and the window's have to agree.

mod condition;
mod nearest;
mod tally;

pub use condition::{Judged, judged};
pub use nearest::Nearest;

use super::keys::{canonical, combinations};
use condition::Check;
use nearest::Watch;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tally::Tally;
use tripline_ir::{Correlation, CorrelationKind, parse_number};

/// What bounds a run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many combinations of one event's values are looked at.
    pub combinations: usize,
    /// How many groups, the first in the order of their first events.
    pub groups: usize,
    /// How many events of a window: of one that is looked at event by event the last ones, of one
    /// that is looked at once the first ones.
    pub events: usize,
    /// So many events of a finding are named.
    pub name_events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { combinations: 1_000, groups: 1_000_000, events: 100_000, name_events: 100 }
    }
}

/// What a limit took away. Anything but zeros deserves a warning on the rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Combinations of values.
    pub combinations: u64,
    /// Events of groups beyond the limit.
    pub groups: u64,
    /// Times that an event was left out of a window.
    pub events: u64,
}

/// A group that passes.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The values that its events share, in the order of `group_by`.
    pub terms: Vec<Arc<str>>,
    /// The number that was compared; with a condition on inputs, how many of them occur.
    pub value: f64,
    /// How many events the window has.
    pub count: u64,
    /// How many of them each input has.
    pub inputs: Vec<u64>,
    /// Time of the first event.
    pub first: i64,
    /// Time of the last one.
    pub last: i64,
    /// What breaks ties with other findings of the time: the order of the last event.
    pub order: (u32, u64),
    /// Events as the caller knows them, in order: at least the first and the last one of each
    /// input, and then the earliest, as many as are named.
    pub docs: Vec<u64>,
    /// The last event.
    pub last_doc: u64,
}

/// What a run gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// In the order of the last events, then of the terms.
    pub found: Vec<Found>,
    /// What limits took away.
    pub dropped: Dropped,
    /// Hits that lack a field of the group.
    pub lacking: u64,
    /// The group that came nearest, where none passes.
    pub nearest: Option<Nearest>,
}

/// A hit of an input.
struct Entry {
    time: i64,
    order: (u32, u64),
    doc: u64,
    input: u32,
    group: u32,
    /// Its values in `Machine::distinct` or `Machine::numbers`.
    values: (u32, u32),
}

/// Takes hits, then runs.
pub struct Machine<'a> {
    plan: &'a Correlation,
    limits: Limits,
    groups: HashMap<Vec<Arc<str>>, u32>,
    terms: Vec<Vec<Arc<str>>>,
    entries: Vec<Entry>,
    combined: HashMap<Vec<Arc<str>>, u32>,
    distinct: Vec<u32>,
    numbers: Vec<f64>,
    dropped: Dropped,
    lacking: u64,
}

/// One event of a group: the entries of one `doc`.
struct Event<'a> {
    time: i64,
    entries: &'a [Entry],
}

impl<'a> Machine<'a> {
    /// A machine without hits.
    pub fn new(plan: &'a Correlation, limits: Limits) -> Self {
        Self {
            plan,
            limits,
            groups: HashMap::new(),
            terms: vec![],
            entries: vec![],
            combined: HashMap::new(),
            distinct: vec![],
            numbers: vec![],
            dropped: Dropped::default(),
            lacking: 0,
        }
    }

    /// A hit of an input: its time in nanoseconds since 1970, what breaks ties, the values of each
    /// of the input's keys and values, and the name of its event. In any order.
    pub fn push(
        &mut self,
        input: usize,
        time: i64,
        order: (u32, u64),
        keys: &[Vec<Arc<str>>],
        values: &[Vec<Arc<str>>],
        doc: u64,
    ) {
        let Some(about) = self.plan.inputs.get(input) else { return };
        let keys: Vec<Vec<Arc<str>>> = (0..self.plan.group_by.len())
            .map(|at| {
                let values = keys.get(at).map_or(&[][..], Vec::as_slice);
                match about.keys.get(at) {
                    Some(field) => values.iter().map(|v| canonical(field.ty, v)).collect(),
                    None => values.to_vec(),
                }
            })
            .collect();
        if keys.iter().any(Vec::is_empty) {
            self.lacking += 1;
            return;
        }
        let values = self.values(input, values);
        let (groups, terms, entries) = (&mut self.groups, &mut self.terms, &mut self.entries);
        let left_out = combinations(&keys, self.limits.combinations, |key| {
            let group = if let Some(group) = groups.get(&key) {
                *group
            } else {
                let group = terms.len() as u32;
                terms.push(key.clone());
                groups.insert(key, group);
                group
            };
            entries.push(Entry { time, order, doc, input: input as u32, group, values });
        });
        self.dropped.combinations += left_out as u64;
    }

    /// Where the values that are counted or reckoned with are put.
    fn values(&mut self, input: usize, values: &[Vec<Arc<str>>]) -> (u32, u32) {
        match self.plan.kind {
            CorrelationKind::EventCount
            | CorrelationKind::Temporal
            | CorrelationKind::TemporalOrdered => (0, 0),
            CorrelationKind::ValueCount => {
                let fields = &self.plan.inputs[input].values;
                let values: Vec<Vec<Arc<str>>> = values
                    .iter()
                    .zip(fields)
                    .map(|(values, field)| values.iter().map(|v| canonical(field.ty, v)).collect())
                    .collect();
                let start = self.distinct.len();
                if !values.is_empty() {
                    let (combined, distinct) = (&mut self.combined, &mut self.distinct);
                    let left_out = combinations(&values, self.limits.combinations, |value| {
                        let next = combined.len() as u32;
                        distinct.push(*combined.entry(value).or_insert(next));
                    });
                    self.dropped.combinations += left_out as u64;
                }
                (start as u32, self.distinct.len() as u32)
            }
            CorrelationKind::ValueSum
            | CorrelationKind::ValueAvg
            | CorrelationKind::ValuePercentile(_)
            | CorrelationKind::ValueMedian => {
                let start = self.numbers.len();
                self.numbers.extend(values.iter().flatten().filter_map(|text| parse_number(text)));
                (start as u32, self.numbers.len() as u32)
            }
        }
    }

    /// Goes through the groups.
    pub fn run(mut self) -> Outcome {
        let entries = self.ordered();
        let check = Check::new(self.plan);
        let mut outcome =
            Outcome { dropped: self.dropped, lacking: self.lacking, ..Outcome::default() };
        let mut watch = Watch::default();
        for of_group in entries.chunk_by(|a, b| a.group == b.group) {
            let events: Vec<Event<'_>> = of_group
                .chunk_by(|a, b| (a.time, a.order, a.doc) == (b.time, b.order, b.doc))
                .map(|entries| Event { time: entries[0].time, entries })
                .collect();
            let group = Group { machine: &self, check: &check, events: &events };
            match judged(self.plan) {
                Judged::AtEachEvent => group.slide(&mut outcome, &mut watch),
                Judged::AtItsEnd => group.leap(&mut outcome, &mut watch),
            }
        }
        outcome.found.sort_by(|a, b| {
            (a.last, a.order, &a.terms)
                .cmp(&(b.last, b.order, &b.terms))
                .then(a.first.cmp(&b.first))
        });
        outcome.nearest = watch.best.filter(|_| outcome.found.is_empty());
        outcome
    }

    /// The entries by group, in each in order; without the groups that are too many.
    fn ordered(&mut self) -> Vec<Entry> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable_by_key(|e| (e.time, e.order, e.doc, e.input, e.group));
        if self.terms.len() > self.limits.groups {
            // Which hit was pushed first must not decide: of groups that begin with the same event
            // the values do.
            let mut first: Vec<Option<(i64, (u32, u64))>> = vec![None; self.terms.len()];
            for entry in &entries {
                first[entry.group as usize].get_or_insert((entry.time, entry.order));
            }
            let mut groups: Vec<u32> = (0..self.terms.len() as u32).collect();
            groups.sort_by(|a, b| {
                let place = |group: u32| (first[group as usize], &self.terms[group as usize]);
                place(*a).cmp(&place(*b))
            });
            let kept: BTreeSet<u32> = groups.into_iter().take(self.limits.groups).collect();
            let before = entries.len();
            entries.retain(|entry| kept.contains(&entry.group));
            self.dropped.groups += (before - entries.len()) as u64;
        }
        entries.sort_by_key(|e| e.group);
        entries
    }
}

/// The events of one group, in order.
struct Group<'a> {
    machine: &'a Machine<'a>,
    check: &'a Check<'a>,
    events: &'a [Event<'a>],
}

impl Group<'_> {
    /// Looks at the last timespan at each event.
    fn slide(&self, outcome: &mut Outcome, watch: &mut Watch) {
        let (machine, events) = (self.machine, self.events);
        let mut tally = Tally::new(machine);
        let (mut from, mut held) = (0, false);
        let mut last_found: Option<usize> = None;
        for (at, event) in events.iter().enumerate() {
            while event.time.saturating_sub(events[from].time) > machine.plan.timespan {
                tally.remove(&events[from]);
                from += 1;
            }
            if at - from >= machine.limits.events.max(1) {
                tally.remove(&events[from]);
                from += 1;
                outcome.dropped.events += 1;
            }
            tally.add(at, event);
            let window = &events[from..=at];
            let (value, holds) = self.check.of(&tally, from, window);
            let fresh = last_found.is_none_or(|last| last < from);
            if holds && (!held || fresh) {
                outcome.found.push(self.found(window, &tally, value));
                last_found = Some(at);
            } else if !holds && outcome.found.is_empty() {
                watch.see(self.check, self.terms(window), &tally, value, window);
            }
            held = holds;
        }
    }

    /// Looks at windows that follow each other.
    fn leap(&self, outcome: &mut Outcome, watch: &mut Watch) {
        let (machine, mut rest) = (self.machine, self.events);
        while let Some(first) = rest.first() {
            let inside = |e: &Event<'_>| e.time.saturating_sub(first.time) <= machine.plan.timespan;
            let (window, after) = rest.split_at(rest.partition_point(inside));
            rest = after;
            let kept = window.len().min(machine.limits.events.max(1));
            outcome.dropped.events += (window.len() - kept) as u64;
            let window = &window[..kept];
            let mut tally = Tally::new(machine);
            for (at, event) in window.iter().enumerate() {
                tally.add(at, event);
            }
            let (value, holds) = self.check.of(&tally, 0, window);
            if holds {
                outcome.found.push(self.found(window, &tally, value));
            } else if outcome.found.is_empty() {
                watch.see(self.check, self.terms(window), &tally, value, window);
            }
        }
    }

    fn terms(&self, window: &[Event<'_>]) -> &[Arc<str>] {
        window
            .first()
            .map_or(&[], |event| self.machine.terms[event.entries[0].group as usize].as_slice())
    }

    fn found(&self, window: &[Event<'_>], tally: &Tally<'_>, value: Option<f64>) -> Found {
        let last = &window[window.len() - 1].entries[0];
        Found {
            terms: self.terms(window).to_vec(),
            value: value.unwrap_or_else(|| tally.present().count() as f64),
            count: window.len() as u64,
            inputs: tally.inputs.clone(),
            first: window[0].time,
            last: last.time,
            order: last.order,
            docs: named(window, tally.inputs.len(), self.machine.limits.name_events),
            last_doc: last.doc,
        }
    }
}

/// Which events of a window are named.
fn named(window: &[Event<'_>], inputs: usize, most: usize) -> Vec<u64> {
    let doc = |at: usize| window[at].entries[0].doc;
    if window.len() <= most {
        return (0..window.len()).map(doc).collect();
    }
    let mut ends: Vec<Option<(usize, usize)>> = vec![None; inputs];
    for (at, event) in window.iter().enumerate() {
        for entry in event.entries {
            let end = &mut ends[entry.input as usize];
            *end = Some((end.map_or(at, |(first, _)| first), at));
        }
    }
    let mut chosen: BTreeSet<usize> = ends.iter().flatten().flat_map(|(a, b)| [*a, *b]).collect();
    for at in 0..window.len() {
        if chosen.len() >= most {
            break;
        }
        chosen.insert(at);
    }
    chosen.into_iter().map(doc).collect()
}
