//! A batch's columns as a bound stream sees them, derived ones computed at most once a batch.
//!
//! A derived value depends on nothing but the values of its inputs, so it is computed once for
//! each distinct combination of their dictionary keys and kept across batches.

use super::Matcher;
use super::alias::{self, Alias};
use super::bind::{Bound, Origin, Source, assets};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::Arc;
use tripline_events::{Column, ColumnBuilder, Dict, EventBatch, NONE};
use tripline_kernels::mapping::{self, RawFields};
use tripline_schema::MapExpr;

/// How many dictionaries of a column a cache remembers at once: a worker matches what one decoder
/// reads, and a dictionary that was started anew never comes again.
pub(super) const DICTIONARIES: usize = 1;

/// How many combinations of inputs a derived column remembers.
const MEMO_LIMIT: usize = 1 << 20;

/// The columns of the current batch, by source.
#[derive(Default)]
pub(super) struct Columns {
    slots: Vec<Slot>,
    memos: Vec<Vec<Memo>>,
    properties: HashMap<Origin, ColumnBuilder, FixedState>,
}

#[derive(Default)]
enum Slot {
    /// Not asked for in this batch.
    #[default]
    Unknown,
    /// No row has it.
    Absent,
    /// The position in the batch.
    Raw(usize),
    Derived(Column),
}

impl Columns {
    pub(super) fn new(sources: usize) -> Self {
        let mut columns = Self::default();
        columns.slots.resize_with(sources, Slot::default);
        columns.memos.resize_with(sources, Vec::new);
        columns
    }

    /// Forgets the last batch's columns.
    pub(super) fn start(&mut self) {
        self.slots.iter_mut().for_each(|slot| *slot = Slot::Unknown);
    }

    /// Computes a column unless it is there.
    pub(super) fn prepare(
        &mut self,
        matcher: &Matcher,
        bound: &Bound,
        batch: &EventBatch,
        source: u32,
    ) {
        let at = source as usize;
        if !matches!(self.slots[at], Slot::Unknown) {
            return;
        }
        let source = &bound.sources[at];
        self.slots[at] = match &source.origin {
            Origin::Expr(expr) => match alias::of(expr, batch) {
                Some(Alias::Absent) => Slot::Absent,
                Some(Alias::Column(at)) => Slot::Raw(at),
                None => {
                    let memos = &mut self.memos[at];
                    Slot::Derived(derive(matcher, bound, batch, (source, expr), memos))
                }
            },
            Origin::Event(property) => {
                let builder = self.properties.entry(source.origin.clone()).or_default();
                Slot::Derived(property.column(batch, builder))
            }
        };
    }

    /// A column that was prepared; None: no row has it.
    pub(super) fn get<'a>(&'a self, batch: &'a EventBatch, source: u32) -> Option<&'a Column> {
        match &self.slots[source as usize] {
            Slot::Unknown | Slot::Absent => None,
            Slot::Raw(at) => Some(&batch.columns[*at].1),
            Slot::Derived(column) => Some(column),
        }
    }
}

/// What is known about combinations of inputs from certain dictionaries.
#[derive(Default)]
struct Memo {
    /// The inputs' dictionaries; 0 while an input had no column yet.
    dicts: Vec<u64>,
    /// Slot by key of a single input that has one value a row; `NONE` where not known.
    by_key: Vec<u32>,
    absent: Option<u32>,
    by_keys: HashMap<Box<[u32]>, u32, FixedState>,
    /// The derived keys of a slot: a range of `pool`.
    slots: Vec<(u32, u32)>,
    pool: Vec<u32>,
    builder: ColumnBuilder,
    dict: Option<Arc<Dict>>,
    /// The next batch must start anew: the dictionary has been closed.
    full: bool,
}

impl Memo {
    fn fits(&self, dicts: &[u64]) -> bool {
        !self.full && self.dicts.iter().zip(dicts).all(|(a, b)| a == b || *a == 0 || *b == 0)
    }
}

fn derive(
    matcher: &Matcher,
    bound: &Bound,
    batch: &EventBatch,
    (source, expr): (&Source, &MapExpr),
    memos: &mut Vec<Memo>,
) -> Column {
    let inputs: Vec<Option<&Column>> = source.inputs.iter().map(|p| batch.column(p)).collect();
    let dicts: Vec<u64> = inputs.iter().map(|c| c.map_or(0, |c| c.dict.id())).collect();
    memos.retain(|m| !m.full);
    let at = memos.iter().position(|m| m.fits(&dicts)).unwrap_or_else(|| {
        if memos.len() >= DICTIONARIES {
            memos.remove(0);
        }
        memos.push(Memo { dicts: dicts.clone(), ..Memo::default() });
        memos.len() - 1
    });
    let memo = &mut memos[at];
    for (known, now) in memo.dicts.iter_mut().zip(&dicts) {
        if *now != 0 {
            *known = *now;
        }
    }

    let rows = batch.len();
    let mut slot_of_row = Vec::with_capacity(rows);
    let mut fresh: Vec<Vec<String>> = Vec::new();
    let mut key = Vec::new();
    let first = memo.slots.len() as u32;
    for row in 0..rows {
        let simple = match inputs.as_slice() {
            [None] => Some(NONE),
            [Some(column)] if column.offsets.is_none() => Some(column.keys[row]),
            _ => None,
        };
        let next = first + fresh.len() as u32;
        let slot = match simple {
            Some(NONE) => *memo.absent.get_or_insert(next),
            Some(k) => {
                let k = k as usize;
                if memo.by_key.len() <= k {
                    memo.by_key.resize(k + 1, NONE);
                }
                if memo.by_key[k] == NONE {
                    memo.by_key[k] = next;
                }
                memo.by_key[k]
            }
            None => {
                key.clear();
                for input in &inputs {
                    let keys = input.map_or(&[][..], |c| c.keys_of(row));
                    key.push(keys.len() as u32);
                    key.extend_from_slice(keys);
                }
                if let Some(slot) = memo.by_keys.get(key.as_slice()) {
                    *slot
                } else {
                    memo.by_keys.insert(key.as_slice().into(), next);
                    next
                }
            }
        };
        if slot == next {
            fresh.push(evaluate(matcher, bound, (source, expr), &inputs, row));
        }
        slot_of_row.push(slot);
    }
    remember(memo, &fresh);
    assemble(memo, &slot_of_row)
}

fn evaluate(
    matcher: &Matcher,
    bound: &Bound,
    (source, expr): (&Source, &MapExpr),
    inputs: &[Option<&Column>],
    row: usize,
) -> Vec<String> {
    let raw: &mut RawFields<'_, '_> = &mut |path, f| {
        if let Some(at) = source.inputs.iter().position(|p| **p == *path)
            && let Some(column) = inputs[at]
        {
            column.values(row).for_each(f);
        }
    };
    let values = mapping::eval(expr, &bound.mapping, raw, assets(matcher));
    values.into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Interns what is new, one slot each.
fn remember(memo: &mut Memo, fresh: &[Vec<String>]) {
    if fresh.is_empty() {
        return;
    }
    // The builder appends in place only while nobody else holds the dictionary.
    memo.dict = None;
    for (slot, values) in fresh.iter().enumerate() {
        for value in values {
            memo.builder.push(slot, value);
        }
    }
    let interned = memo.builder.finish(fresh.len());
    for slot in 0..fresh.len() {
        let start = memo.pool.len() as u32;
        memo.pool.extend_from_slice(interned.keys_of(slot));
        memo.slots.push((start, memo.pool.len() as u32));
    }
    memo.full = interned.dict.bytes() > ColumnBuilder::DICT_LIMIT || memo.slots.len() > MEMO_LIMIT;
    memo.dict = Some(interned.dict);
}

fn assemble(memo: &Memo, slot_of_row: &[u32]) -> Column {
    let dict = memo.dict.clone().unwrap_or_default();
    let range = |slot: u32| {
        let (start, end) = memo.slots[slot as usize];
        &memo.pool[start as usize..end as usize]
    };
    if slot_of_row.iter().all(|slot| range(*slot).len() <= 1) {
        let keys = slot_of_row.iter().map(|s| range(*s).first().copied().unwrap_or(NONE));
        return Column { keys: keys.collect(), offsets: None, dict };
    }
    let mut keys = Vec::new();
    let mut offsets = vec![0];
    for slot in slot_of_row {
        keys.extend_from_slice(range(*slot));
        offsets.push(keys.len() as u32);
    }
    Column { keys, offsets: Some(offsets), dict }
}
