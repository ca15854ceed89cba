//! Thresholds: groups of events that are large enough, run by run.
//!
//! A run looks at the events of its window, both ends inside. Events with the same values of the
//! rule's fields are a group; an event with several values in a field is in a group for each
//! combination, one that lacks a field is in none; without fields all events are one group. A group
//! is found if it has at least so many events, and those have at least so many distinct values of
//! the counted fields (an event without a counted field is an event of the group all the same).
//!
//! Events that were alerted never count again. A run remembers of each group that it raised the
//! time of its last event; a later run whose window starts before that time leaves out every event
//! up to that time that has the group's values. As in the product it is the *event* that is left
//! out: one with the users `a` and `b` that was alerted for `a` does not count for `b` either.
//! Groups that a run found and did not raise, because of its cap, are not remembered.

use super::keys::{canonical, combinations, value_order};
use super::new_terms::Window;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tripline_schema::FieldType;

/// How many combinations of one event's values are looked at.
pub const COMBINATION_LIMIT: usize = 10_000;

/// What is found when.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The types of the fields that make a group.
    pub fields: Vec<FieldType>,
    /// At least so many events; 0 counts as 1.
    pub value: u64,
    /// Of each counted field its type, and how many distinct values there must be.
    pub cardinality: Vec<(FieldType, u64)>,
    /// At most so many groups a run, the first in the order of their values.
    pub max_groups: usize,
    /// So many events of a group, the first ones, are named.
    pub name_events: usize,
}

/// A group that a run raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The run, by the position of its window.
    pub window: usize,
    /// The values that its events share, one a field, each as an index gives it back.
    pub terms: Vec<Arc<str>>,
    /// How many events.
    pub count: u64,
    /// How many distinct values of each counted field.
    pub cardinality: Vec<u64>,
    /// Time of the first event.
    pub first: i64,
    /// Time of the last event.
    pub last: i64,
    /// The events in time order, as the caller knows them, as many as are named.
    pub docs: Vec<u64>,
}

/// What a run over all windows gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is raised, by run and then by values.
    pub found: Vec<Found>,
    /// How many times a run left out a group because of its cap.
    pub beyond_cap: u64,
    /// How many combinations of values are not looked at because an event has too many.
    pub combinations: u64,
}

type Group = u32;

struct Event {
    time: i64,
    order: (u32, u64),
    doc: u64,
    /// Where its groups are, and its counted values.
    groups: (usize, usize),
    counted: (usize, usize),
}

/// What an event has in the fields of a machine's rule; many events have the same.
#[derive(Debug, Clone, Copy)]
pub struct Values {
    groups: (usize, usize),
    counted: (usize, usize),
    left_out: u64,
}

/// Takes events, then runs.
pub struct Machine {
    rule: Rule,
    groups: HashMap<Vec<Arc<str>>, Group>,
    terms: Vec<Vec<Arc<str>>>,
    /// How many events each group has in all the data.
    totals: Vec<u64>,
    events: Vec<Event>,
    of_events: Vec<Group>,
    values: HashMap<(u32, Arc<str>), u32>,
    counted: Vec<(u32, u32)>,
    left_out: u64,
}

impl Machine {
    /// A machine without events.
    pub fn new(rule: Rule) -> Self {
        Self {
            rule: Rule { value: rule.value.max(1), ..rule },
            groups: HashMap::new(),
            terms: vec![],
            totals: vec![],
            events: vec![],
            of_events: vec![],
            values: HashMap::new(),
            counted: vec![],
            left_out: 0,
        }
    }

    /// What events may have in each field, and in each counted field.
    pub fn values(&mut self, fields: &[Vec<Arc<str>>], counted: &[Vec<Arc<str>>]) -> Values {
        let normal = |values: &Vec<Arc<str>>, ty: &FieldType| -> Vec<Arc<str>> {
            values.iter().map(|value| canonical(*ty, value)).collect()
        };
        let fields: Vec<Vec<Arc<str>>> =
            fields.iter().zip(&self.rule.fields).map(|(v, ty)| normal(v, ty)).collect();
        let start = self.of_events.len();
        let left_out = combinations(&fields, COMBINATION_LIMIT, |terms| {
            let group = if let Some(group) = self.groups.get(&terms) {
                *group
            } else {
                let group = self.terms.len() as Group;
                self.terms.push(terms.clone());
                self.totals.push(0);
                self.groups.insert(terms, group);
                group
            };
            self.of_events.push(group);
        });
        let groups = (start, self.of_events.len());
        let from = self.counted.len();
        for (at, (values, (ty, _))) in counted.iter().zip(&self.rule.cardinality).enumerate() {
            for value in normal(values, ty) {
                let next = self.values.len() as u32;
                let id = *self.values.entry((at as u32, value)).or_insert(next);
                self.counted.push((at as u32, id));
            }
        }
        Values { groups, counted: (from, self.counted.len()), left_out: left_out as u64 }
    }

    /// An event: its time in nanoseconds since 1970, what breaks ties, what it has in the fields, and
    /// its name. In any order.
    pub fn push(&mut self, time: i64, order: (u32, u64), values: Values, doc: u64) {
        let Values { groups, counted, left_out } = values;
        self.left_out += left_out;
        if groups.0 == groups.1 {
            return;
        }
        for group in &self.of_events[groups.0..groups.1] {
            self.totals[*group as usize] += 1;
        }
        self.events.push(Event { time, order, doc, groups, counted });
    }

    /// Runs once a window, in the order of the windows.
    pub fn run(mut self, windows: &[Window]) -> Outcome {
        // Most groups are too small in all the data together, and most events are in none other.
        let (totals, of_events, least) = (&self.totals, &self.of_events, self.rule.value);
        self.events.retain(|e| {
            of_events[e.groups.0..e.groups.1].iter().any(|g| totals[*g as usize] >= least)
        });
        self.events.sort_unstable_by_key(|e| (e.time, e.order, e.doc));
        let mut outcome = Outcome { combinations: self.left_out, ..Outcome::default() };
        let mut alerted: HashMap<Group, i64> = HashMap::new();
        let mut tally = Tally::new(self.terms.len());
        for (at, window) in windows.iter().enumerate() {
            alerted.retain(|_, last| *last > window.from);
            tally.clear();
            let start = self.events.partition_point(|e| e.time < window.from);
            let end = start + self.events[start..].partition_point(|e| e.time <= window.to);
            for (number, event) in self.events[start..end].iter().enumerate() {
                let groups = &self.of_events[event.groups.0..event.groups.1];
                let known = |group| alerted.get(group).is_some_and(|last| event.time <= *last);
                if !alerted.is_empty() && groups.iter().any(known) {
                    continue;
                }
                for group in groups {
                    tally.add(*group, (start + number) as u32);
                }
            }
            for found in self.large(&tally, at, &mut outcome) {
                let group = self.groups[&found.terms];
                let last = alerted.entry(group).or_insert(found.last);
                *last = found.last.max(*last);
                outcome.found.push(found);
            }
        }
        outcome
    }

    /// The groups that are large enough, in order, up to the cap.
    fn large(&self, tally: &Tally, window: usize, outcome: &mut Outcome) -> Vec<Found> {
        let mut large: Vec<(Group, Vec<u64>)> = tally
            .groups()
            .filter(|(_, events)| events.len() as u64 >= self.rule.value)
            .filter_map(|(group, events)| Some((group, self.cardinality(events)?)))
            .collect();
        large.sort_by(|(a, _), (b, _)| self.compare(*a, *b));
        let cap = self.rule.max_groups;
        outcome.beyond_cap += large.len().saturating_sub(cap) as u64;
        large.truncate(cap);
        let found = large.into_iter().map(|(group, cardinality)| {
            let events = tally.of(group);
            let event = |at: &u32| &self.events[*at as usize];
            Found {
                window,
                terms: self.terms[group as usize].clone(),
                count: events.len() as u64,
                cardinality,
                first: events.first().map_or(0, |at| event(at).time),
                last: events.last().map_or(0, |at| event(at).time),
                docs: events.iter().take(self.rule.name_events).map(|at| event(at).doc).collect(),
            }
        });
        found.collect()
    }

    /// How many distinct values of each counted field events have; none if too few of one.
    fn cardinality(&self, events: &[u32]) -> Option<Vec<u64>> {
        let mut counts = Vec::with_capacity(self.rule.cardinality.len());
        for (at, (_, least)) in self.rule.cardinality.iter().enumerate() {
            let mut seen: BTreeSet<u32> = BTreeSet::new();
            for event in events {
                let (from, to) = self.events[*event as usize].counted;
                let values = self.counted[from..to].iter().filter(|(field, _)| *field == at as u32);
                seen.extend(values.map(|(_, value)| *value));
            }
            if (seen.len() as u64) < *least {
                return None;
            }
            counts.push(seen.len() as u64);
        }
        Some(counts)
    }

    /// The order in which pages of groups come: by the first field, then the next, ascending.
    fn compare(&self, a: Group, b: Group) -> Ordering {
        let (a, b) = (&self.terms[a as usize], &self.terms[b as usize]);
        let fields = self.rule.fields.iter().zip(a).zip(b);
        fields.fold(Ordering::Equal, |so_far, ((ty, a), b)| {
            so_far.then_with(|| value_order(*ty, a, b).then_with(|| a.cmp(b)))
        })
    }
}

/// The events of each group in one window.
struct Tally {
    events: Vec<Vec<u32>>,
    touched: Vec<Group>,
}

impl Tally {
    fn new(groups: usize) -> Self {
        Self { events: vec![vec![]; groups], touched: vec![] }
    }

    fn clear(&mut self) {
        for group in self.touched.drain(..) {
            self.events[group as usize].clear();
        }
    }

    fn add(&mut self, group: Group, event: u32) {
        let events = &mut self.events[group as usize];
        if events.is_empty() {
            self.touched.push(group);
        }
        events.push(event);
    }

    fn of(&self, group: Group) -> &[u32] {
        &self.events[group as usize]
    }

    fn groups(&self) -> impl Iterator<Item = (Group, &[u32])> {
        self.touched.iter().map(|group| (*group, self.of(*group)))
    }
}
