//! Indicator match: events that share values with indicators.
//!
//! Groups of entries are OR-ed, the entries of a group AND-ed. An entry compares a field of the
//! event with a field of the indicator, as a query on an index of that field's type would: text as
//! a whole and with its case, analysed text by its tokens, numbers, instants and addresses by what
//! they are. A network as value of an indicator matches the addresses in it.
//!
//! The product never joins. It reads one side, the smaller one of a run, and asks the index of the
//! other for its values, and that shows where a field has several values: those of the index that
//! is asked are all looked at, of the side that is read only the first counts, or, for a group with
//! more than one entry or with a field of another type than text or address, a record with several
//! values is passed over. Which side is the smaller one is chance, so a pair matches here if it
//! matches in either direction, and the answer does not depend on how much data there is.
//!
//! A negated entry holds if no value is equal. Where the side that is read has no value, the other
//! one must have some; where it has several, the entry is left out.

use super::keys::canonical;
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tripline_ir::analyze;
use tripline_kernels::test::{IpKey, network_key, parse_ip};
use tripline_schema::FieldType;

/// One comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The type of the event's field.
    pub event: FieldType,
    /// The type of the indicator's field.
    pub indicator: FieldType,
    /// Whether they must differ.
    pub negate: bool,
}

/// Events or indicators. Rows are numbered in their order; columns are the entries of all groups,
/// one group after the other.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// How many rows.
    pub len: usize,
    /// The values of a row's column, in the order of the record.
    pub values: &'a dyn Fn(usize, usize) -> Vec<Arc<str>>,
}

/// What bounds a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At most so many matches an event; the product considers 200.
    pub matches: usize,
    /// At most so many pairs are compared that share the value by which they were found.
    pub pairs: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { matches: 200, pairs: 100_000_000 }
    }
}

/// An indicator that an event matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The row of the indicator.
    pub indicator: usize,
    /// The group that holds.
    pub group: usize,
    /// For each entry of the group that is not negated, in their order, the value of the event
    /// that is equal.
    pub values: Vec<Arc<str>>,
}

/// What a join gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The events that match, by row, with their matches by indicator and group.
    pub found: BTreeMap<usize, Vec<Match>>,
    /// How many events have more matches than are given.
    pub truncated: usize,
    /// Whether so many pairs were to be compared that some were not.
    pub gave_up: bool,
}

/// Joins events with indicators.
pub fn run(
    groups: &[Vec<Entry>],
    events: Side<'_>,
    indicators: Side<'_>,
    limits: &Limits,
) -> Outcome {
    let mut join =
        Join { outcome: Outcome::default(), full: HashSet::new(), pairs: 0, limits: *limits };
    let mut first = 0;
    let mut ready = Vec::new();
    for (number, entries) in groups.iter().enumerate() {
        let group = Group { number, entries, first };
        first += entries.len();
        // A group of negated entries only would match nearly everything; the product refuses it.
        if let Some(pivot) = group.pivot(indicators) {
            ready.push((group, pivot));
        }
    }
    // The smaller side is looked up, the larger one is gone through.
    if events.len <= indicators.len {
        let indexes: Vec<Index> =
            ready.iter().map(|(g, pivot)| Index::new(g, *pivot, events, Which::Event)).collect();
        let mut near = Vec::new();
        for indicator in 0..indicators.len {
            for ((group, pivot), index) in ready.iter().zip(&indexes) {
                let values = (indicators.values)(indicator, group.first + pivot);
                index.near(group.entries[*pivot], &values, Which::Indicator, &mut near);
                for event in &near {
                    join.pair(group, *event, indicator, events, indicators);
                }
            }
            if join.outcome.gave_up {
                break;
            }
        }
    } else {
        let indexes: Vec<Index> = ready
            .iter()
            .map(|(g, pivot)| Index::new(g, *pivot, indicators, Which::Indicator))
            .collect();
        let mut near = Vec::new();
        for event in 0..events.len {
            let mut candidates: Vec<(usize, usize)> = Vec::new();
            for (at, ((group, pivot), index)) in ready.iter().zip(&indexes).enumerate() {
                let values = (events.values)(event, group.first + pivot);
                index.near(group.entries[*pivot], &values, Which::Event, &mut near);
                candidates.extend(near.iter().map(|indicator| (*indicator, at)));
            }
            candidates.sort_unstable();
            for (indicator, at) in candidates {
                join.pair(&ready[at].0, event, indicator, events, indicators);
                if join.full.contains(&event) {
                    break;
                }
            }
            if join.outcome.gave_up {
                break;
            }
        }
    }
    join.outcome
}

/// Which of the two a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Event,
    Indicator,
}

struct Group<'a> {
    number: usize,
    entries: &'a [Entry],
    /// The column of its first entry.
    first: usize,
}

impl Group<'_> {
    /// The entry by which pairs are found: the one that tells indicators best apart.
    fn pivot(&self, indicators: Side<'_>) -> Option<usize> {
        let candidates: Vec<usize> =
            (0..self.entries.len()).filter(|at| !self.entries[*at].negate).collect();
        if candidates.len() <= 1 {
            return candidates.first().copied();
        }
        // A sample is enough to tell a hash from a category.
        let distinct = |at: &usize| {
            let rows = (0..indicators.len).step_by(indicators.len / 10_000 + 1);
            let values = rows.flat_map(|row| (indicators.values)(row, self.first + at));
            values.collect::<HashSet<_>>().len()
        };
        // Of equals the first.
        candidates.into_iter().rev().max_by_key(distinct)
    }

    /// Whether each record's first value is asked for, instead of records with exactly one.
    fn by_terms(&self) -> bool {
        let plain = |ty| {
            matches!(
                ty,
                FieldType::Keyword
                    | FieldType::ConstantKeyword
                    | FieldType::Wildcard
                    | FieldType::Ip
                    | FieldType::Unknown
            )
        };
        match self.entries {
            [entry] => plain(entry.event) && plain(entry.indicator),
            _ => false,
        }
    }
}

/// Rows by the values of one column.
struct Index {
    rows: HashMap<Arc<str>, Vec<usize>>,
    /// Networks among the values, by length and first address.
    networks: HashMap<(u8, IpKey), Vec<usize>>,
    lengths: Vec<u8>,
    /// Addresses in order, where networks will be asked for.
    addresses: BTreeMap<IpKey, Vec<usize>>,
}

impl Index {
    fn new(group: &Group<'_>, pivot: usize, side: Side<'_>, which: Which) -> Self {
        let entry = group.entries[pivot];
        let mut index = Self {
            rows: HashMap::new(),
            networks: HashMap::new(),
            lengths: vec![],
            addresses: BTreeMap::new(),
        };
        let push = |rows: &mut Vec<usize>, row| {
            if rows.last() != Some(&row) {
                rows.push(row);
            }
        };
        for row in 0..side.len {
            for value in (side.values)(row, group.first + pivot) {
                for key in entry.keys(&value) {
                    push(index.rows.entry(key).or_default(), row);
                }
                match which {
                    Which::Event => {
                        if let Some(ip) = entry.address(&value) {
                            push(index.addresses.entry(ip).or_default(), row);
                        }
                    }
                    Which::Indicator => {
                        if let Some(network) = entry.network(&value) {
                            push(index.networks.entry(network).or_default(), row);
                        }
                    }
                }
            }
        }
        index.lengths = index.networks.keys().map(|(bits, _)| *bits).collect();
        index.lengths.sort_unstable();
        index.lengths.dedup();
        index
    }

    /// The rows that may match values of the other side, ascending.
    fn near(&self, entry: Entry, values: &[Arc<str>], of: Which, rows: &mut Vec<usize>) {
        rows.clear();
        for value in values {
            for key in entry.keys(value) {
                rows.extend(self.rows.get(&key).into_iter().flatten());
            }
            match of {
                Which::Event => {
                    let Some(ip) = entry.address(value) else { continue };
                    for bits in &self.lengths {
                        let network = self.networks.get(&(*bits, ip.masked(*bits)));
                        rows.extend(network.into_iter().flatten());
                    }
                }
                Which::Indicator => {
                    let Some((bits, from)) = entry.network(value) else { continue };
                    let after = self.addresses.range(from..);
                    let inside = after.take_while(|(ip, _)| ip.masked(bits) == from);
                    rows.extend(inside.flat_map(|(_, rows)| rows));
                }
            }
        }
        rows.sort_unstable();
        rows.dedup();
    }
}

impl Entry {
    /// The keys of a value, read as a value of either field.
    fn keys(self, value: &Arc<str>) -> Vec<Arc<str>> {
        let mut all = keys(self.event, value);
        if self.indicator != self.event {
            all.extend(keys(self.indicator, value));
        }
        all
    }

    /// The network that an indicator's value is, where addresses are compared.
    fn network(self, value: &str) -> Option<(u8, IpKey)> {
        if self.event != FieldType::Ip || !value.contains('/') {
            return None;
        }
        value.parse::<IpNet>().ok().map(|net| network_key(&net))
    }

    /// The address that an event's value is, where addresses are compared.
    fn address(self, value: &str) -> Option<IpKey> {
        (self.event == FieldType::Ip).then(|| parse_ip(value)).flatten()
    }

    /// The first of `many` that `one` asks for, both read as values of type `ty`.
    fn equal<'v>(
        self,
        ty: FieldType,
        one: &Arc<str>,
        many: &'v [Arc<str>],
        one_is: Which,
    ) -> Option<&'v Arc<str>> {
        if let (Which::Indicator, Some((bits, from))) = (one_is, self.network(one)) {
            let inside = |ip: IpKey| ip.masked(bits) == from;
            return many.iter().find(|value| self.address(value).is_some_and(inside));
        }
        let wanted = keys(ty, one);
        many.iter().find(|value| keys(ty, value).iter().any(|key| wanted.contains(key)))
    }
}

/// What a value is looked up by: one text for all its spellings, or for analysed text its tokens.
/// Values are equal if they share a key.
fn keys(ty: FieldType, value: &Arc<str>) -> Vec<Arc<str>> {
    match ty {
        FieldType::Text => analyze(value).into_iter().map(Into::into).collect(),
        _ => vec![canonical(ty, value)],
    }
}

struct Join {
    outcome: Outcome,
    /// Events that have more matches than are given.
    full: HashSet<usize>,
    pairs: u64,
    limits: Limits,
}

impl Join {
    /// Looks at a pair. Those of an event come in the order of indicators and groups.
    fn pair(
        &mut self,
        group: &Group<'_>,
        event: usize,
        indicator: usize,
        events: Side<'_>,
        indicators: Side<'_>,
    ) {
        if self.full.contains(&event) || self.outcome.gave_up {
            return;
        }
        self.pairs += 1;
        if self.pairs > self.limits.pairs {
            self.outcome.gave_up = true;
            return;
        }
        let columns = group.first..group.first + group.entries.len();
        let of_event: Vec<_> = columns.clone().map(|at| (events.values)(event, at)).collect();
        let of_indicator: Vec<_> = columns.map(|at| (indicators.values)(indicator, at)).collect();
        let Some(values) = group
            .asks(&of_indicator, &of_event, Which::Indicator)
            .or_else(|| group.asks(&of_event, &of_indicator, Which::Event))
        else {
            return;
        };
        let found = self.outcome.found.entry(event).or_default();
        if found.len() == self.limits.matches {
            self.full.insert(event);
            self.outcome.truncated += 1;
        } else {
            found.push(Match { indicator, group: group.number, values });
        }
    }
}

impl Group<'_> {
    /// Whether the values of one side, which is read, find those of the other, whose index is
    /// asked: the event's values that are equal.
    fn asks(
        &self,
        read: &[Vec<Arc<str>>],
        asked: &[Vec<Arc<str>>],
        read_is: Which,
    ) -> Option<Vec<Arc<str>>> {
        let mut equal = Vec::with_capacity(self.entries.len());
        for ((entry, read), asked) in self.entries.iter().zip(read).zip(asked) {
            let ty = match read_is {
                Which::Indicator => entry.event,
                Which::Event => entry.indicator,
            };
            if entry.negate {
                let holds = match read.as_slice() {
                    [] => !asked.is_empty(),
                    [one] => entry.equal(ty, one, asked, read_is).is_none(),
                    _ => true,
                };
                if !holds {
                    return None;
                }
                continue;
            }
            let one = match read.as_slice() {
                [one] => one,
                [first, ..] if self.by_terms() => first,
                _ => return None,
            };
            let other = entry.equal(ty, one, asked, read_is)?;
            equal.push(Arc::clone(if read_is == Which::Event { one } else { other }));
        }
        Some(equal)
    }
}
