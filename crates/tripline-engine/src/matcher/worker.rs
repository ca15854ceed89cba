//! One thread's matching, and what it has learned about values.

use super::automaton::Scratch;
use super::bind::{Bound, FieldSource, Node, RowTest, Scan};
use super::column::{Columns, DICTIONARIES};
use super::row::{ElementRow, EventRow, objects};
use super::{Hit, Matcher, StreamKey, bits, names};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_events::{Column, EventBatch, Stream};
use tripline_ir::FieldRef;
use tripline_kernels::mapping;
use tripline_kernels::pred::{self, Verdict};
use tripline_schema::wildcard_match;

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
    scratch: Scratch,
    hits: Vec<Hit>,
    cut: BTreeMap<u32, u64>,
}

impl Worker {
    pub(super) fn new(matcher: Arc<Matcher>) -> Self {
        Self {
            matcher,
            streams: Streams::default(),
            scratch: Scratch::default(),
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
        state.start(batch.len());
        let bound = Arc::clone(&state.bound);
        if bound.filters.is_empty() {
            return &self.hits;
        }
        for at in 0..bound.tested.len() {
            state.test_column(&matcher, &bound, batch, at, &mut self.scratch);
        }
        let all = bits::full(batch.len());
        for filter in state.candidates(&bound) {
            let filter = &bound.filters[filter as usize];
            let found = state.eval(&matcher, &bound, batch, &filter.node, &all);
            if state.cut > 0 {
                *self.cut.entry(filter.plan).or_default() += std::mem::take(&mut state.cut);
            }
            self.hits.extend(bits::rows(&found).map(|row| Hit {
                plan: filter.plan,
                filter: filter.filter,
                row: row as u32,
            }));
        }
        &self.hits
    }

    /// By plan, on how many rows so far an expression was not tried on all combinations of values
    /// because there were more than [`pred::COMBINATION_LIMIT`]. Each deserves a warning.
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
                let mut raw = |path: &str, f: &mut dyn FnMut(&str)| {
                    if let Some(column) = batch.column(path) {
                        column.values(row).for_each(f);
                    }
                };
                let assets = super::bind::assets(&matcher);
                let values = mapping::eval(&expr, &bound.mapping, &mut raw, assets);
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
        let key = (stream.mapping.id.clone(), stream.indices.clone());
        *self.by_key.entry(key).or_insert_with(|| {
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
struct BatchId {
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

/// What a worker keeps for a stream.
struct State {
    bound: Arc<Bound>,
    current: Option<BatchId>,
    columns: Columns,
    /// For each tested column, what is known of the values of the last few dictionaries.
    known: Vec<Vec<Known>>,
    /// For each scan, the same by column.
    scanned: Vec<HashMap<u64, Vec<u8>, FixedState>>,
    /// Rows of a leaf; meaningful for the leaves in `live`.
    rows: Vec<Vec<u64>>,
    live: Vec<bool>,
    touched: Vec<u32>,
    words: usize,
    /// Rows on which an expression was not tried on all combinations of values.
    cut: u64,
}

/// For each key of a dictionary the leaves that its value passes.
struct Known {
    dict: u64,
    /// 0: not tested yet; else a position in `lists` plus one.
    by_key: Vec<u32>,
    lists: Vec<Box<[u32]>>,
    list_of: HashMap<Box<[u32]>, u32, FixedState>,
}

impl Known {
    fn new(dict: u64) -> Self {
        Self { dict, by_key: vec![], lists: vec![], list_of: HashMap::default() }
    }

    fn learn(&mut self, key: usize, leaves: Box<[u32]>) {
        let next = self.lists.len() as u32 + 1;
        let lists = &mut self.lists;
        self.by_key[key] = *self.list_of.entry(leaves).or_insert_with_key(|leaves| {
            lists.push(leaves.clone());
            next
        });
    }
}

impl State {
    fn new(bound: Arc<Bound>) -> Self {
        Self {
            current: None,
            columns: Columns::new(bound.sources.len()),
            known: bound.tested.iter().map(|_| vec![]).collect(),
            scanned: bound.scans.iter().map(|_| HashMap::default()).collect(),
            rows: vec![vec![]; bound.leaves],
            live: vec![false; bound.leaves],
            touched: vec![],
            words: 0,
            cut: 0,
            bound,
        }
    }

    fn start(&mut self, rows: usize) {
        self.columns.start();
        self.forget_leaves();
        self.words = bits::words(rows);
    }

    fn forget_leaves(&mut self) {
        for leaf in self.touched.drain(..) {
            self.live[leaf as usize] = false;
        }
    }

    /// Tests each distinct value of a column that is new, and marks the rows of all leaves.
    fn test_column(
        &mut self,
        matcher: &Matcher,
        bound: &Bound,
        batch: &EventBatch,
        at: usize,
        scratch: &mut Scratch,
    ) {
        let tested = &bound.tested[at];
        self.columns.prepare(matcher, bound, batch, tested.source);
        let Some(column) = self.columns.get(batch, tested.source) else { return };
        let known = &mut self.known[at];
        let dict = column.dict.id();
        let place = known.iter().position(|k| k.dict == dict).unwrap_or_else(|| {
            if known.len() >= DICTIONARIES {
                known.remove(0);
            }
            known.push(Known::new(dict));
            known.len() - 1
        });
        let known = &mut known[place];
        known.by_key.resize(column.dict.len().max(known.by_key.len()), 0);
        for row in 0..column.len() {
            for key in column.keys_of(row) {
                let key = *key as usize;
                if known.by_key[key] == 0 {
                    tested.automaton.run(column.dict.get(key as u32), scratch);
                    let leaves =
                        scratch.passed.iter().map(|test| tested.leaves[*test as usize]).collect();
                    known.learn(key, leaves);
                }
                for leaf in &*known.lists[known.by_key[key] as usize - 1] {
                    let leaf = *leaf as usize;
                    if !self.live[leaf] {
                        self.live[leaf] = true;
                        self.touched.push(leaf as u32);
                        self.rows[leaf].clear();
                        self.rows[leaf].resize(self.words, 0);
                    }
                    bits::set(&mut self.rows[leaf], row);
                }
            }
        }
    }

    /// The filters of which a necessary leaf hit, in order.
    fn candidates(&self, bound: &Bound) -> Vec<u32> {
        let mut candidates = bound.unconditional.clone();
        for leaf in &self.touched {
            candidates.extend_from_slice(&bound.needed_by[*leaf as usize]);
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// The rows among `within` for which a condition holds.
    fn eval(
        &mut self,
        matcher: &Matcher,
        bound: &Bound,
        batch: &EventBatch,
        node: &Node,
        within: &[u64],
    ) -> Vec<u64> {
        match node {
            Node::Const(true) => within.to_vec(),
            Node::Const(false) => vec![0; within.len()],
            Node::Leaf(leaf) => {
                let leaf = *leaf as usize;
                if !self.live[leaf] {
                    return vec![0; within.len()];
                }
                let mut found = within.to_vec();
                bits::and(&mut found, &self.rows[leaf]);
                found
            }
            Node::Not(inner) => {
                let mut found = within.to_vec();
                let excluded = self.eval(matcher, bound, batch, inner, within);
                bits::and_not(&mut found, &excluded);
                found
            }
            Node::And(parts) => {
                let mut found = within.to_vec();
                for part in parts {
                    found = self.eval(matcher, bound, batch, part, &found);
                    if bits::is_empty(&found) {
                        break;
                    }
                }
                found
            }
            Node::Or(parts) => {
                let mut found = vec![0; within.len()];
                let mut left = within.to_vec();
                for part in parts {
                    let more = self.eval(matcher, bound, batch, part, &left);
                    bits::or(&mut found, &more);
                    bits::and_not(&mut left, &more);
                    if bits::is_empty(&left) {
                        break;
                    }
                }
                found
            }
            Node::Scan(at) => self.scan(bound, batch, *at as usize, within),
            Node::Row(at) => {
                self.row_test(matcher, bound, batch, &bound.row_tests[*at as usize], within)
            }
        }
    }

    fn scan(&mut self, bound: &Bound, batch: &EventBatch, at: usize, within: &[u64]) -> Vec<u64> {
        let scan = &bound.scans[at];
        let mut found = vec![0; within.len()];
        let known = &mut self.scanned[at];
        // Dictionaries come and go; what is known of them is dropped when there are too many.
        if known.len() > DICTIONARIES * batch.columns.len().max(64) {
            known.clear();
        }
        for (path, column) in batch.fields() {
            if scan_reads(bound, scan, path) {
                let seen = known.entry(column.dict.id()).or_default();
                mark_scanned(scan, column, seen, within, &mut found);
            }
        }
        if scan.names.is_none() {
            for row in bits::rows(within) {
                if !bits::get(&found, row)
                    && let Ok(raw) = std::str::from_utf8(batch.raw.get(row))
                    && scan.test.matches_raw(raw)
                {
                    bits::set(&mut found, row);
                }
            }
        }
        found
    }

    fn row_test(
        &mut self,
        matcher: &Matcher,
        bound: &Bound,
        batch: &EventBatch,
        test: &RowTest,
        within: &[u64],
    ) -> Vec<u64> {
        let mut found = vec![0; within.len()];
        match test {
            RowTest::Expr { expr, multi } => {
                for field in expr.fields() {
                    if let Some(FieldSource::Column(source)) = bound.fields.get(field) {
                        self.columns.prepare(matcher, bound, batch, *source);
                    }
                }
                for row in bits::rows(within) {
                    let event = EventRow { bound, columns: &self.columns, batch, row };
                    match pred::verdict(expr, *multi, &event, &matcher.scalars) {
                        Verdict::Holds => bits::set(&mut found, row),
                        Verdict::Fails => {}
                        Verdict::Cut => self.cut += 1,
                    }
                }
            }
            RowTest::Nested { path, raw, pred } => {
                for row in bits::rows(within) {
                    let Ok(record) = serde_json::from_slice(batch.raw.get(row)) else { continue };
                    let mut hit = false;
                    objects(&record, raw, &mut |object| {
                        let element = ElementRow { path: path.name.clone(), object };
                        hit = hit || pred.eval(&element, &matcher.scalars);
                    });
                    if hit {
                        bits::set(&mut found, row);
                    }
                }
            }
        }
        found
    }
}

/// Whether a scan looks at a raw column.
fn scan_reads(bound: &Bound, scan: &Scan, path: &str) -> bool {
    let Some((view, pattern)) = &scan.names else { return true };
    let mut reads = false;
    names::of_raw(&bound.mapping, view, path, &mut |name| {
        reads = reads || wildcard_match(pattern, name);
    });
    reads
}

/// `seen`, by key: 0 not tested, 1 fails, 2 passes.
fn mark_scanned(
    scan: &Scan,
    column: &Column,
    seen: &mut Vec<u8>,
    within: &[u64],
    found: &mut [u64],
) {
    seen.resize(column.dict.len().max(seen.len()), 0);
    for row in bits::rows(within) {
        for key in column.keys_of(row) {
            let known = &mut seen[*key as usize];
            if *known == 0 {
                *known = 1 + u8::from(scan.test.matches(column.dict.get(*key)));
            }
            if *known == 2 {
                bits::set(found, row);
                break;
            }
        }
    }
}
