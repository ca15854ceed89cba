//! Reads the events once and keeps, for each filter, how far they come and which come nearest.
//!
//! Events for which the same tests hold are one group, so that what is kept does not grow with the
//! data: a rule has few ways to fail.

use super::near::{FAR, near};
use super::tree::{NEVER, State, Tree};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use tripline_engine::{FieldOrigin, InspectedRow, Inspector};
use tripline_events::{EventBatch, NO_TIME, Rejected, Sink, Stream};
use tripline_ir::FieldRef;
use tripline_kernels::pred::Row;

/// What a unit that does not hold weighs in a repair.
const TEST: u32 = 100;
/// What is added where the field is absent from the event, and where no event of the source could
/// ever pass.
const ABSENT: u32 = 1;
const IMPOSSIBLE: u32 = 150;

/// Groups beyond this many are counted in the funnel only.
const GROUPS: usize = 20_000;
/// So many events outside a filter's scope are looked at.
const OUTSIDE: u64 = 100_000;
/// Events kept of a group.
const KEPT: usize = 4;
/// Values of which the nearness is remembered.
const VALUES: usize = 200_000;

/// An event that was kept.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) stream: Arc<Stream>,
    pub(super) input: Arc<str>,
    pub(super) record: u64,
    pub(super) time: i64,
    pub(super) raw: Vec<u8>,
    distance: u32,
}

/// Events for which the same tests hold.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) stream: Arc<Stream>,
    pub(super) admitted: bool,
    pub(super) states: Vec<State>,
    pub(super) holds: bool,
    pub(super) cost: u32,
    /// The units that would have to change.
    pub(super) repair: Vec<usize>,
    pub(super) count: u64,
    pub(super) samples: Vec<Sample>,
}

/// A hit, for tails.
#[derive(Debug, Clone)]
pub(super) struct HitAt {
    pub(super) time: i64,
    /// Input and position in it.
    pub(super) order: (u32, u64),
    pub(super) input: Arc<str>,
    pub(super) record: u64,
    pub(super) source: Arc<str>,
    /// The values of the fields that the tail keeps of this filter's hits.
    pub(super) values: Vec<Vec<Arc<str>>>,
}

/// What became of the events at one filter.
pub(super) struct FilterWatch {
    pub(super) tree: Tree,
    keep: Vec<FieldRef>,
    /// Events in scope.
    pub(super) looked: u64,
    outside: u64,
    /// By conjunct: events that pass it and all before it, events that pass it.
    pub(super) passed: Vec<(u64, u64)>,
    pub(super) hits: u64,
    pub(super) kept: Vec<HitAt>,
    groups: HashMap<(usize, bool, Vec<State>), Group>,
    cheapest: u32,
    distances: HashMap<(usize, Vec<Box<str>>), u8>,
}

impl FilterWatch {
    pub(super) fn new(tree: Tree, keep: Vec<FieldRef>) -> Self {
        let passed = vec![(0, 0); tree.conjuncts().len()];
        Self {
            tree,
            keep,
            looked: 0,
            outside: 0,
            passed,
            hits: 0,
            kept: vec![],
            groups: HashMap::new(),
            cheapest: u32::MAX,
            distances: HashMap::new(),
        }
    }

    /// The groups, nearest first.
    pub(super) fn nearest(&mut self) -> Vec<Group> {
        let mut groups: Vec<Group> = self.groups.drain().map(|(_, group)| group).collect();
        for group in &mut groups {
            group.samples.sort_by_key(|s| (s.distance, s.time));
        }
        groups.retain(|group| !group.samples.is_empty());
        let distance = |group: &Group| group.samples.first().map_or(u32::MAX, |s| s.distance);
        groups.sort_by(|a, b| {
            (!a.admitted, a.cost, distance(a))
                .cmp(&(!b.admitted, b.cost, distance(b)))
                // A test that stands early in the query says what the rule is about.
                .then_with(|| b.repair.cmp(&a.repair))
                .then_with(|| a.stream.mapping.id.cmp(&b.stream.mapping.id))
        });
        groups
    }

    fn see(&mut self, seen: &Seen<'_, '_>, event: &Event<'_>) {
        // What the filter does not look at is shown only where there is nothing else, and then a
        // part of it is enough.
        if !event.admitted {
            self.outside += 1;
            if self.looked > 0 || self.outside > OUTSIDE {
                return;
            }
        }
        let states = self.tree.states(&event.row, seen.inspector.scalars());
        let holds = self.tree.holds(&states);
        if event.admitted {
            self.looked += 1;
            let mut so_far = true;
            for (at, conjunct) in self.tree.conjuncts().iter().enumerate() {
                let passes = conjunct.holds(&states);
                so_far &= passes;
                self.passed[at].0 += u64::from(so_far);
                self.passed[at].1 += u64::from(passes);
            }
            if holds {
                self.hits += 1;
                self.keep_hit(seen, event);
            }
        }
        self.group(seen, event, states, holds);
    }

    fn keep_hit(&mut self, seen: &Seen<'_, '_>, event: &Event<'_>) {
        if self.kept.len() >= seen.cap {
            return;
        }
        let values = self
            .keep
            .iter()
            .map(|field| {
                let mut values = Vec::new();
                event.row.values(field, &mut |v| values.push(Arc::from(v)));
                values
            })
            .collect();
        self.kept.push(HitAt {
            time: event.batch.time[event.at],
            order: (seen.rank, event.batch.record[event.at]),
            input: Arc::clone(&event.batch.input),
            record: event.batch.record[event.at],
            source: Arc::clone(&event.batch.stream.mapping.id),
            values,
        });
    }

    fn group(&mut self, seen: &Seen<'_, '_>, event: &Event<'_>, states: Vec<State>, holds: bool) {
        let key = (event.stream, event.admitted, states);
        if !self.groups.contains_key(&key) {
            if self.groups.len() >= GROUPS {
                return;
            }
            let weights = self.weights(seen.inspector, event, &key.2);
            let (cost, repair) = self.tree.repair(&key.2, &weights);
            let group = Group {
                stream: Arc::clone(&event.batch.stream),
                admitted: event.admitted,
                states: key.2.clone(),
                holds,
                cost,
                repair,
                count: 0,
                samples: vec![],
            };
            self.groups.insert(key.clone(), group);
        }
        let (cost, full, worst) = {
            let group = self.groups.get_mut(&key).expect("it was just there or made");
            group.count += 1;
            let worst = group.samples.iter().map(|s| s.distance).max().unwrap_or(u32::MAX);
            (group.cost, group.samples.len() >= KEPT, worst)
        };
        if event.admitted {
            self.cheapest = self.cheapest.min(cost);
        }
        // Far ones are shown only where there is nothing else.
        let far = cost > self.cheapest.saturating_add(4 * TEST) || cost >= NEVER;
        if far && (full || !self.groups[&key].samples.is_empty()) {
            return;
        }
        let repair = self.groups[&key].repair.clone();
        let distance = self.distance(seen, event, &repair);
        if full && distance >= worst {
            return;
        }
        let sample = event.sample(distance);
        let group = self.groups.get_mut(&key).expect("it was just there or made");
        if full && let Some(at) = group.samples.iter().position(|s| s.distance == worst) {
            group.samples.remove(at);
        }
        group.samples.push(sample);
    }

    fn weights(&self, inspector: &Inspector<'_>, event: &Event<'_>, states: &[State]) -> Vec<u32> {
        let mapping = &event.batch.stream.mapping;
        let fixed = |field: &FieldRef| {
            matches!(inspector.origin(mapping, field), FieldOrigin::Absent | FieldOrigin::Always(_))
        };
        let weight = |(at, state): (usize, &State)| {
            let unit = &self.tree.units[at];
            let mut weight = TEST + if state.absent { ABSENT } else { 0 };
            if !unit.open && !unit.fields.is_empty() && unit.fields.iter().all(fixed) {
                weight += IMPOSSIBLE;
            }
            weight
        };
        states.iter().enumerate().map(weight).collect()
    }

    /// How far the values of an event are from what the units of the repair want.
    fn distance(&mut self, seen: &Seen<'_, '_>, event: &Event<'_>, repair: &[usize]) -> u32 {
        let mut sum = 0;
        for at in repair {
            let unit = &self.tree.units[*at];
            let [field] = unit.fields.as_slice() else {
                sum += u32::from(FAR);
                continue;
            };
            let mut values: Vec<Box<str>> = Vec::new();
            event.row.values(field, &mut |v| values.push(v.into()));
            let key = (*at, values);
            let known = self.distances.get(&key).copied();
            let distance = known.unwrap_or_else(|| {
                let (tests, negated) = unit.tests();
                let of = |value: &str| near(&tests, value, seen.inspector.scalars().now);
                let found = if negated {
                    FAR
                } else {
                    key.1.iter().map(|v| of(v).distance).min().unwrap_or(FAR + 1)
                };
                if self.distances.len() < VALUES {
                    self.distances.insert(key, found);
                }
                found
            });
            sum += u32::from(distance);
        }
        sum
    }
}

/// An event that is looked at.
struct Event<'a> {
    batch: &'a EventBatch,
    at: usize,
    row: InspectedRow<'a>,
    stream: usize,
    admitted: bool,
}

impl Event<'_> {
    fn sample(&self, distance: u32) -> Sample {
        Sample {
            stream: Arc::clone(&self.batch.stream),
            input: Arc::clone(&self.batch.input),
            record: self.batch.record[self.at],
            time: self.batch.time[self.at],
            raw: self.batch.raw.get(self.at).to_vec(),
            distance,
        }
    }
}

/// What all filters see of the run.
struct Seen<'i, 'm> {
    inspector: &'i Inspector<'m>,
    rank: u32,
    cap: usize,
}

/// The one event that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The name of its input, or a part of it; none: any.
    pub(super) input: Option<Arc<str>>,
    /// Its position there, from 0.
    pub(super) record: u64,
}

/// Reads events.
pub(super) struct Watch<'i, 'm> {
    pub(super) inspector: &'i Inspector<'m>,
    pub(super) filters: Vec<FilterWatch>,
    pub(super) rank: u32,
    pub(super) events: u64,
    pub(super) set_aside: BTreeMap<&'static str, u64>,
    /// Streams with their events, in the order in which they turned up.
    pub(super) streams: Vec<(Arc<Stream>, u64)>,
    pub(super) wanted: Option<Wanted>,
    /// Events that are the wanted one: more than one if several inputs fit.
    pub(super) found: Vec<Sample>,
    pub(super) range: Option<(i64, i64)>,
    pub(super) cap: usize,
}

impl Watch<'_, '_> {
    fn stream(&mut self, stream: &Arc<Stream>) -> usize {
        let known = self.streams.iter().position(|(s, _)| {
            Arc::ptr_eq(s, stream)
                || (s.mapping.id == stream.mapping.id && s.indices == stream.indices)
        });
        known.unwrap_or_else(|| {
            self.streams.push((Arc::clone(stream), 0));
            self.streams.len() - 1
        })
    }

    fn wants(&self, batch: &EventBatch, row: usize) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| {
            wanted.record == batch.record[row]
                && wanted.input.as_ref().is_none_or(|name| {
                    *batch.input == **name || batch.input.ends_with(&format!("/{name}"))
                })
        })
    }
}

impl Sink for Watch<'_, '_> {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        let stream = self.stream(&batch.stream);
        self.events += batch.len() as u64;
        self.streams[stream].1 += batch.len() as u64;
        let admitted: Vec<bool> = (0..self.filters.len())
            .map(|filter| self.inspector.admits(0, filter, &batch.stream))
            .collect();
        for row in 0..batch.len() {
            let time = batch.time[row];
            if time != NO_TIME {
                let (low, high) = self.range.unwrap_or((time, time));
                self.range = Some((low.min(time), high.max(time)));
            }
            let wanted = self.wants(&batch, row);
            for (at, filter) in self.filters.iter_mut().enumerate() {
                let seen = Seen { inspector: self.inspector, rank: self.rank, cap: self.cap };
                let event = Event {
                    batch: &batch,
                    at: row,
                    row: self.inspector.row(&batch, row),
                    stream,
                    admitted: admitted[at],
                };
                if wanted && at == 0 {
                    self.found.push(event.sample(0));
                }
                filter.see(&seen, &event);
            }
        }
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, rejected: Rejected) {
        *self.set_aside.entry(rejected.reason.word()).or_default() += 1;
    }

    fn progress(&mut self, _: u64) {}
}
