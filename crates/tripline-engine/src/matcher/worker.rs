//! One thread's matching, and what it has learned about values.

use super::bind::FieldSource;
use super::bindings::{self, StreamKey};
use super::eval::{Run, State};
use super::{Hit, Matcher, bits};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_events::{Column, EventBatch, Stream};
use tripline_ir::FieldRef;
use tripline_kernels::mapping::{self, RawFields};

/// What a field is in a batch.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// No row has it.
    Absent,
    /// Every row has these values.
    Same(&'a [Arc<str>]),
    /// A column of the record, or one that was derived.
    Column(&'a Column),
    /// No plan names it: [`Worker::values`] looks it up row by row.
    Unnamed,
}

/// Matches batches. What it has found out about a value of a dictionary it never computes again.
pub struct Worker {
    matcher: Arc<Matcher>,
    streams: Streams,
    rows: Vec<u64>,
    hits: Vec<Hit>,
    cut: BTreeMap<u32, u64>,
}

impl Worker {
    pub(super) fn new(matcher: Arc<Matcher>) -> Self {
        Self {
            matcher,
            streams: Streams::default(),
            rows: vec![],
            hits: vec![],
            cut: BTreeMap::new(),
        }
    }

    /// The hits of all filters in a batch, sorted by plan, filter and row.
    pub fn run(&mut self, batch: &EventBatch) -> &[Hit] {
        self.hits.clear();
        if batch.is_empty() {
            return &self.hits;
        }
        let matcher = Arc::clone(&self.matcher);
        let state = self.streams.state(&matcher, batch);
        let bound = Arc::clone(&state.bound);
        if bound.filters.is_empty() {
            return &self.hits;
        }
        let run = Run { matcher: &matcher, bound: &bound, batch };
        state.start(batch.len());
        state.test_columns(run);
        state.candidates(&bound);
        for at in 0..state.candidate_words() {
            for bit in bits::rows(&[state.candidate_word(at)]) {
                let filter = &bound.filters[at * 64 + bit];
                if !state.possible(&bound, &filter.node) {
                    continue;
                }
                bits::fill(&mut self.rows, batch.len());
                state.narrow(run, &filter.node, &mut self.rows);
                if state.cut > 0 {
                    *self.cut.entry(filter.plan).or_default() += std::mem::take(&mut state.cut);
                }
                self.hits.extend(bits::rows(&self.rows).map(|row| Hit {
                    plan: filter.plan,
                    filter: filter.filter,
                    row: row as u32,
                }));
            }
        }
        &self.hits
    }

    /// By plan, on how many rows so far an expression was not tried on all combinations of values
    /// because there were more than [`tripline_kernels::pred::COMBINATION_LIMIT`]. Each deserves a warning.
    pub fn cut_combinations(&self) -> &BTreeMap<u32, u64> {
        &self.cut
    }

    /// A field in all rows of a batch, through the source's view: for who asks for many rows, and
    /// remembers what he made of a dictionary's values.
    pub fn field<'a>(&'a mut self, batch: &'a EventBatch, field: &FieldRef) -> Field<'a> {
        let matcher = Arc::clone(&self.matcher);
        let state = self.streams.state(&matcher, batch);
        match state.bound.fields.get(field) {
            Some(FieldSource::Absent) => Field::Absent,
            Some(FieldSource::Const(values)) => Field::Same(values),
            Some(FieldSource::Column(source)) => {
                state.columns.prepare(&matcher, &state.bound, batch, *source);
                state.columns.get(batch, *source).map_or(Field::Absent, Field::Column)
            }
            None => Field::Unnamed,
        }
    }

    /// Calls `f` with each value of a field in a row, through the source's view. Derived columns
    /// are computed once a batch. A field that no plan names is looked up for this row only, and
    /// only among the columns that the batch has.
    pub fn values(
        &mut self,
        batch: &EventBatch,
        row: usize,
        field: &FieldRef,
        f: &mut dyn FnMut(&str),
    ) {
        let matcher = Arc::clone(&self.matcher);
        let state = self.streams.state(&matcher, batch);
        let bound = Arc::clone(&state.bound);
        match bound.fields.get(field) {
            Some(FieldSource::Absent) => {}
            Some(FieldSource::Const(values)) => {
                for value in values {
                    f(value);
                }
            }
            Some(FieldSource::Column(source)) => {
                state.columns.prepare(&matcher, &bound, batch, *source);
                if let Some(column) = state.columns.get(batch, *source) {
                    column.values(row).for_each(f);
                }
            }
            None => {
                let resolved = matcher.schema.resolve(&bound.mapping, &field.view, &field.name);
                let Some(expr) = resolved else { return };
                let raw: &mut RawFields<'_, '_> = &mut |path, f| {
                    if let Some(column) = batch.column(path) {
                        column.values(row).for_each(f);
                    }
                };
                let assets = super::bind::assets(&matcher);
                let values = mapping::eval(&expr, &bound.mapping, raw, assets);
                for value in &values {
                    f(value);
                }
            }
        }
    }
}

/// The states of the streams that came by.
#[derive(Default)]
struct Streams {
    by_key: HashMap<StreamKey, usize, FixedState>,
    states: Vec<State>,
    /// The stream that was asked for last; most questions are about it.
    last: Option<(Arc<Stream>, usize)>,
}

impl Streams {
    /// The state of the batch's stream, turned to this batch.
    fn state(&mut self, matcher: &Matcher, batch: &EventBatch) -> &mut State {
        let at = match &self.last {
            Some((stream, at)) if Arc::ptr_eq(stream, &batch.stream) => *at,
            _ => {
                let at = self.find(matcher, &batch.stream);
                self.last = Some((Arc::clone(&batch.stream), at));
                at
            }
        };
        let state = &mut self.states[at];
        if !state.current.as_ref().is_some_and(|id| id.is(batch)) {
            state.start(batch.len());
            state.current = Some(BatchId::of(batch));
        }
        state
    }

    fn find(&mut self, matcher: &Matcher, stream: &Stream) -> usize {
        *self.by_key.entry(bindings::key(stream)).or_insert_with(|| {
            self.states.push(State::new(matcher.bound(stream)));
            self.states.len() - 1
        })
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("streams", &self.streams.states.len())
            .finish_non_exhaustive()
    }
}

/// What tells batches apart: where their records stand, and where their columns lie in memory.
pub(super) struct BatchId {
    input: Arc<str>,
    first: Option<u64>,
    last: Option<u64>,
    rows: usize,
    address: usize,
}

impl BatchId {
    fn of(batch: &EventBatch) -> Self {
        Self {
            input: batch.input.clone(),
            first: batch.record.first().copied(),
            last: batch.record.last().copied(),
            rows: batch.len(),
            address: batch.time.as_ptr() as usize,
        }
    }

    fn is(&self, batch: &EventBatch) -> bool {
        self.address == batch.time.as_ptr() as usize
            && self.rows == batch.len()
            && self.first == batch.record.first().copied()
            && self.last == batch.record.last().copied()
            && self.input == batch.input
    }
}
