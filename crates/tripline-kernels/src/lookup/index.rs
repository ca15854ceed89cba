//! Finds the rows of a table by its key columns.
//!
//! One part of the keys gives candidates (all exact columns together if there are any, else the
//! first column), the others are checked on them.

use super::pattern::{self, Patterns};
use super::{Definition, MatchType};
use ipnet::IpNet;
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use tripline_ir::{Case, Value};

#[derive(Debug)]
pub(super) struct Index {
    keys: Vec<Key>,
    lead: Lead,
    /// Each row's place among the matches; none is file order.
    rank: Option<Vec<u32>>,
    case: Case,
    rows: u32,
}

/// A key column's cells, ready to be compared.
#[derive(Debug)]
enum Key {
    Exact(Vec<Box<str>>),
    Wildcard(Vec<Vec<Box<str>>>),
    Cidr(Vec<Option<IpNet>>),
}

/// What gives the candidates.
#[derive(Debug)]
enum Lead {
    /// No keys: every row.
    All,
    /// The exact columns, joined.
    Exact {
        columns: Vec<usize>,
        rows: HashMap<Vec<Box<str>>, Vec<u32>>,
    },
    Wildcard {
        column: usize,
        patterns: Patterns,
    },
    Cidr {
        column: usize,
        lengths: Vec<(bool, u8)>,
        rows: HashMap<IpNet, Vec<u32>>,
    },
}

/// How many combinations of values are looked up one by one.
const MOST_PROBES: usize = 4096;

fn combinations(values: &[Vec<Cow<'_, str>>], columns: &[usize]) -> usize {
    columns.iter().fold(1, |product, &at| product.saturating_mul(values[at].len()))
}

/// The network that a cell is; an address is a network of one.
pub(super) fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    net.map(|net| net.trunc())
}

/// The address that a value is. An IPv4-mapped IPv6 address is the IPv4 address.
fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

impl Index {
    pub(super) fn new(definition: &Definition, columns: &[usize], types: &[MatchType]) -> Self {
        let case = if definition.case_sensitive { Case::Sensitive } else { Case::Unicode };
        let cells = |column: usize| {
            definition.rows.iter().map(move |row| row.get(column).map_or("", |text| &**text))
        };
        let key = |(&column, kind): (&usize, &MatchType)| match kind {
            MatchType::Exact => {
                Key::Exact(cells(column).map(|text| case.fold(text).into()).collect())
            }
            MatchType::Wildcard => {
                Key::Wildcard(cells(column).map(|text| pattern::split(&case.fold(text))).collect())
            }
            MatchType::Cidr => Key::Cidr(cells(column).map(network).collect()),
        };
        let keys: Vec<Key> = columns.iter().zip(types).map(key).collect();
        let rank = definition.longest_prefix.then(|| rank(&keys, definition.rows.len()));
        let rows = definition.rows.len() as u32;
        let lead = Lead::new(&keys, rows);
        Self { keys, lead, rank, case, rows }
    }

    /// The rows that match, in order. One cell per key.
    pub(super) fn find(&self, cells: &[Value]) -> Vec<usize> {
        if cells.len() != self.keys.len() {
            return vec![];
        }
        let values: Vec<Vec<Cow<'_, str>>> = cells.iter().map(|cell| self.values(cell)).collect();
        let mut found = Vec::new();
        self.candidates(&values, &mut found);
        found.sort_unstable_by_key(|&row| {
            (self.rank.as_ref().map_or(0, |rank| rank[row as usize]), row)
        });
        found.dedup();
        found.retain(|&row| self.matches(row as usize, &values));
        found.into_iter().map(|row| row as usize).collect()
    }

    fn values<'a>(&self, cell: &'a Value) -> Vec<Cow<'a, str>> {
        let fold = |value: &'a Value| match value {
            Value::Str(text) if self.case == Case::Sensitive => Cow::Borrowed(&**text),
            other => Cow::Owned(self.case.fold(&other.to_string())),
        };
        cell.items().iter().map(fold).collect()
    }

    fn candidates(&self, values: &[Vec<Cow<'_, str>>], found: &mut Vec<u32>) {
        match &self.lead {
            Lead::All => found.extend(0..self.rows),
            // Many values in several columns: walking the rows is cheaper than the combinations.
            Lead::Exact { columns, .. } if combinations(values, columns) > MOST_PROBES => {
                found.extend(0..self.rows);
            }
            Lead::Exact { columns, rows } => {
                let mut probes: Vec<Vec<Box<str>>> = vec![vec![]];
                for &column in columns {
                    let longer = |probe: &Vec<Box<str>>| {
                        let probe = probe.clone();
                        values[column]
                            .iter()
                            .map(move |value| {
                                let mut probe = probe.clone();
                                probe.push((&**value).into());
                                probe
                            })
                            .collect::<Vec<_>>()
                    };
                    probes = probes.iter().flat_map(longer).collect();
                }
                for probe in &probes {
                    found.extend(rows.get(probe).into_iter().flatten());
                }
            }
            Lead::Wildcard { column, patterns } => {
                values[*column].iter().for_each(|text| patterns.candidates(text, found));
            }
            Lead::Cidr { column, lengths, rows } => {
                for ip in values[*column].iter().filter_map(|text| address(text)) {
                    for (_, length) in lengths.iter().filter(|(v4, _)| *v4 == ip.is_ipv4()) {
                        if let Ok(net) = IpNet::new(ip, *length) {
                            found.extend(rows.get(&net.trunc()).into_iter().flatten());
                        }
                    }
                }
            }
        }
    }

    fn matches(&self, row: usize, values: &[Vec<Cow<'_, str>>]) -> bool {
        self.keys.iter().zip(values).all(|(key, values)| match key {
            Key::Exact(cells) => values.iter().any(|value| **value == *cells[row]),
            Key::Wildcard(cells) => values.iter().any(|value| pattern::matches(&cells[row], value)),
            Key::Cidr(cells) => cells[row].is_some_and(|net| {
                values.iter().filter_map(|value| address(value)).any(|ip| net.contains(&ip))
            }),
        })
    }
}

impl Lead {
    fn new(keys: &[Key], row_count: u32) -> Self {
        let exact: Vec<usize> =
            (0..keys.len()).filter(|&at| matches!(keys[at], Key::Exact(_))).collect();
        if !exact.is_empty() {
            let mut rows: HashMap<Vec<Box<str>>, Vec<u32>> = HashMap::new();
            for row in 0..row_count {
                let cells = exact.iter().map(|&at| match &keys[at] {
                    Key::Exact(cells) => cells[row as usize].clone(),
                    _ => unreachable!("only exact columns were taken"),
                });
                rows.entry(cells.collect()).or_default().push(row);
            }
            return Self::Exact { columns: exact, rows };
        }
        match keys.first() {
            None | Some(Key::Exact(_)) => Self::All,
            Some(Key::Wildcard(cells)) => {
                let mut patterns = Patterns::default();
                for (parts, row) in cells.iter().zip(0..) {
                    patterns.add(parts, row);
                }
                Self::Wildcard { column: 0, patterns }
            }
            Some(Key::Cidr(cells)) => {
                let mut rows: HashMap<IpNet, Vec<u32>> = HashMap::new();
                for (net, row) in cells.iter().zip(0..) {
                    if let Some(net) = net {
                        rows.entry(*net).or_default().push(row);
                    }
                }
                let mut lengths: Vec<(bool, u8)> =
                    rows.keys().map(|net| (net.addr().is_ipv4(), net.prefix_len())).collect();
                lengths.sort_unstable();
                lengths.dedup();
                Self::Cidr { column: 0, lengths, rows }
            }
        }
    }
}

/// Longer prefixes first: the sum over the CIDR keys.
fn rank(keys: &[Key], rows: usize) -> Vec<u32> {
    let bits = |row: usize| -> u32 {
        let nets = keys.iter().map(|key| match key {
            Key::Cidr(cells) => cells[row].map_or(0, |net| u32::from(net.prefix_len())),
            _ => 0,
        });
        nets.sum()
    };
    (0..rows).map(|row| u32::MAX - bits(row)).collect()
}
