//! One thread's matching on one stream: columns to leaves, leaves to filters.

use super::automaton::Scratch;
use super::bind::{Bound, FieldSource, LeafKind, Node, RowTest, Scan};
use super::column::{Columns, DICTIONARIES};
use super::keywords;
use super::known::Known;
use super::row::{ElementRow, EventRow, objects};
use super::worker::BatchId;
use super::{Matcher, bits, names};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::Arc;
use tripline_events::{Column, EventBatch};
use tripline_kernels::pred::{self, Verdict};
use tripline_kernels::test;
use tripline_schema::wildcard_match;

/// A batch, and what it is matched with.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) matcher: &'a Matcher,
    pub(super) bound: &'a Bound,
    pub(super) batch: &'a EventBatch,
}

/// What a worker keeps for a stream.
pub(super) struct State {
    pub(super) bound: Arc<Bound>,
    pub(super) current: Option<BatchId>,
    pub(super) columns: Columns,
    /// Rows on which an expression was not tried on all combinations of values.
    pub(super) cut: u64,
    /// For each tested column, what is known of the values of the last few dictionaries.
    known: Vec<Vec<Known>>,
    /// For each deferred column the rows that have been tested.
    done: Vec<Vec<u64>>,
    /// Whether values pass tests that no automaton decides, by leaf.
    verdicts: HashMap<u32, Verdicts, FixedState>,
    /// For each scan, what is known of values by column: 0 not tested, 1 fails, 2 passes.
    scanned: Vec<HashMap<u64, Vec<u8>, FixedState>>,
    keyworded: keywords::Memory,
    /// Rows of a leaf; meaningful for the leaves in `live`.
    leaves: Leaves,
    /// The filters of which a necessary leaf hit.
    candidates: Vec<u64>,
    scratch: Scratch,
    /// Sets of rows that nobody uses now.
    spare: Vec<Vec<u64>>,
}

/// The rows of each leaf.
pub(super) struct Leaves {
    rows: Vec<Vec<u64>>,
    live: Vec<bool>,
    touched: Vec<u32>,
    words: usize,
}

impl Leaves {
    /// The rows of a leaf, to be added to.
    #[inline]
    pub(super) fn of(&mut self, leaf: u32) -> &mut [u64] {
        let at = leaf as usize;
        if !self.live[at] {
            self.live[at] = true;
            self.touched.push(leaf);
            self.rows[at].clear();
            self.rows[at].resize(self.words, 0);
        }
        &mut self.rows[at]
    }

    fn forget(&mut self) {
        for leaf in self.touched.drain(..) {
            self.live[leaf as usize] = false;
        }
    }
}

impl State {
    pub(super) fn new(bound: Arc<Bound>) -> Self {
        Self {
            current: None,
            columns: Columns::new(bound.sources.len()),
            cut: 0,
            known: bound.tested.iter().map(|_| vec![]).collect(),
            done: bound.tested.iter().map(|_| vec![]).collect(),
            verdicts: HashMap::default(),
            scanned: bound.scans.iter().map(|_| HashMap::default()).collect(),
            keyworded: keywords::Memory::default(),
            leaves: Leaves {
                rows: vec![vec![]; bound.leaves.len()],
                live: vec![false; bound.leaves.len()],
                touched: vec![],
                words: 0,
            },
            candidates: vec![],
            scratch: Scratch::default(),
            spare: vec![],
            bound,
        }
    }

    pub(super) fn start(&mut self, rows: usize) {
        self.columns.start();
        self.leaves.forget();
        self.leaves.words = bits::words(rows);
        self.done.iter_mut().for_each(Vec::clear);
        self.keyworded.start();
    }

    /// Tests the columns that filters wait for.
    pub(super) fn test_columns(&mut self, run: Run<'_>) {
        for at in 0..run.bound.tested.len() {
            if !run.bound.tested[at].deferred {
                self.test_column(run, at, None);
            }
        }
    }

    /// Tests each distinct value of a column that is new, and marks the rows of all leaves.
    fn test_column(&mut self, run: Run<'_>, at: usize, rows: Option<&[u64]>) {
        let tested = &run.bound.tested[at];
        self.columns.prepare(run.matcher, run.bound, run.batch, tested.source);
        let Some(column) = self.columns.get(run.batch, tested.source) else { return };
        let known = Known::of(&mut self.known[at], column.dict.id());
        known.mark(tested, column, rows, &mut self.scratch, &mut self.leaves);
    }

    /// Tests a deferred column on rows that have not been looked at.
    fn demand(&mut self, run: Run<'_>, at: usize, rows: &[u64]) {
        if !run.bound.tested[at].deferred {
            return;
        }
        let mut new = self.copy(rows);
        let done = &mut self.done[at];
        done.resize(rows.len(), 0);
        bits::and_not(&mut new, done);
        bits::or(done, &new);
        if !bits::is_empty(&new) {
            self.test_column(run, at, Some(&new));
        }
        self.spare.push(new);
    }

    /// Finds the filters of which a necessary leaf hit.
    pub(super) fn candidates(&mut self, bound: &Bound) {
        self.candidates.clear();
        self.candidates.resize(bits::words(bound.filters.len()), 0);
        for filter in &bound.unconditional {
            bits::set(&mut self.candidates, *filter as usize);
        }
        for leaf in &self.leaves.touched {
            for filter in &bound.needed_by[*leaf as usize] {
                bits::set(&mut self.candidates, *filter as usize);
            }
        }
    }

    pub(super) fn candidate_words(&self) -> usize {
        self.candidates.len()
    }

    pub(super) fn candidate_word(&self, at: usize) -> u64 {
        self.candidates[at]
    }

    /// Whether any row can pass, as far as leaves without rows tell.
    pub(super) fn possible(&self, bound: &Bound, node: &Node) -> bool {
        match node {
            Node::Leaf(leaf) => {
                let at = *leaf as usize;
                self.leaves.live[at] || {
                    let leaf = &bound.leaves[at];
                    matches!(leaf.kind, LeafKind::Open(_))
                        || leaf.tested.is_some_and(|at| bound.tested[at as usize].deferred)
                }
            }
            Node::And(parts) => parts.iter().all(|p| self.possible(bound, p)),
            Node::Or(parts) => parts.iter().any(|p| self.possible(bound, p)),
            Node::Const(b) => *b,
            Node::Not(_) | Node::Scan(_) | Node::Row(_) => true,
        }
    }

    /// Leaves those rows for which a condition holds.
    pub(super) fn narrow(&mut self, run: Run<'_>, node: &Node, rows: &mut Vec<u64>) {
        match node {
            Node::Const(true) => {}
            Node::Const(false) => rows.fill(0),
            Node::Leaf(leaf) => self.leaf(run, *leaf, rows),
            Node::Not(inner) => {
                let mut excluded = self.copy(rows);
                self.narrow(run, inner, &mut excluded);
                bits::and_not(rows, &excluded);
                self.spare.push(excluded);
            }
            Node::And(parts) => {
                for part in parts {
                    self.narrow(run, part, rows);
                    if bits::is_empty(rows) {
                        break;
                    }
                }
            }
            Node::Or(parts) => {
                let mut left = self.copy(rows);
                for part in parts {
                    if !self.possible(run.bound, part) {
                        continue;
                    }
                    let mut more = self.copy(&left);
                    self.narrow(run, part, &mut more);
                    bits::and_not(&mut left, &more);
                    self.spare.push(more);
                    if bits::is_empty(&left) {
                        break;
                    }
                }
                bits::and_not(rows, &left);
                self.spare.push(left);
            }
            Node::Scan(at) => {
                let found = self.scan(run, *at as usize, rows);
                bits::and(rows, &found);
                self.spare.push(found);
            }
            Node::Row(at) => {
                let found = self.row_test(run, &run.bound.row_tests[*at as usize], rows);
                bits::and(rows, &found);
                self.spare.push(found);
            }
        }
    }

    fn copy(&mut self, rows: &[u64]) -> Vec<u64> {
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.clear();
        copy.extend_from_slice(rows);
        copy
    }

    fn none(&mut self, words: usize) -> Vec<u64> {
        let mut none = self.spare.pop().unwrap_or_default();
        none.clear();
        none.resize(words, 0);
        none
    }

    fn leaf(&mut self, run: Run<'_>, at: u32, rows: &mut [u64]) {
        let leaf = &run.bound.leaves[at as usize];
        let test = match &leaf.kind {
            LeafKind::Open(test) => test,
            LeafKind::Exact | LeafKind::Guarded(_) => {
                if let Some(tested) = leaf.tested {
                    self.demand(run, tested as usize, rows);
                }
                if !self.leaves.live[at as usize] {
                    rows.fill(0);
                    return;
                }
                bits::and(rows, &self.leaves.rows[at as usize]);
                match &leaf.kind {
                    LeafKind::Guarded(test) => test,
                    _ => return,
                }
            }
        };
        if bits::is_empty(rows) {
            return;
        }
        self.columns.prepare(run.matcher, run.bound, run.batch, leaf.source);
        let Some(column) = self.columns.get(run.batch, leaf.source) else {
            rows.fill(0);
            return;
        };
        verify(column, test.get(), rows, self.verdicts.entry(at).or_default());
    }

    fn scan(&mut self, run: Run<'_>, at: usize, within: &[u64]) -> Vec<u64> {
        let scan = &run.bound.scans[at];
        let mut found = self.none(within.len());
        if scan.guarded {
            let mut rows = within.to_vec();
            let memory = &mut self.keyworded;
            run.bound.keywords.narrow(run.batch, at, &mut rows, &mut found, memory);
            for row in bits::rows(&rows) {
                if keyword_stands(&scan.test, run.batch.raw.get(row)) {
                    bits::set(&mut found, row);
                }
            }
            return found;
        }
        let known = &mut self.scanned[at];
        // Dictionaries come and go; what is known of them is dropped when there are too many.
        if known.len() > DICTIONARIES * run.batch.columns.len().max(64) {
            known.clear();
        }
        for (path, column) in &run.batch.columns {
            if scan_reads(run.bound, scan, path) {
                let seen = known.entry(column.dict.id()).or_default();
                mark_scanned(scan, column, seen, within, &mut found);
            }
        }
        if scan.names.is_none() {
            for row in bits::rows(within) {
                if !bits::get(&found, row)
                    && let Ok(raw) = std::str::from_utf8(run.batch.raw.get(row))
                    && scan.test.matches_raw(raw)
                {
                    bits::set(&mut found, row);
                }
            }
        }
        found
    }

    fn row_test(&mut self, run: Run<'_>, test: &RowTest, within: &[u64]) -> Vec<u64> {
        let Run { matcher, bound, batch } = run;
        let mut found = self.none(within.len());
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

/// Whether the values of a dictionary pass a test.
#[derive(Default)]
struct Verdicts {
    dict: u64,
    /// By key: 0 not tested, 1 fails, 2 passes.
    known: Vec<u8>,
}

/// Leaves those rows of which a value passes a test.
fn verify(column: &Column, test: &test::Compiled, rows: &mut [u64], verdicts: &mut Verdicts) {
    if verdicts.dict != column.dict.id() {
        *verdicts = Verdicts { dict: column.dict.id(), known: vec![] };
    }
    verdicts.known.resize(column.dict.len().max(verdicts.known.len()), 0);
    for (at, word) in rows.iter_mut().enumerate() {
        for bit in bits::rows(&[*word]) {
            let row = at * 64 + bit;
            let known = &mut verdicts.known;
            if !column.keys_of(row).iter().any(|key| passes(test, column, *key, known)) {
                *word &= !(1 << bit);
            }
        }
    }
}

/// Whether a value passes a test, asked once a key. `known`, by key: 0 not tested, 1 fails, 2 passes.
fn passes(test: &test::Compiled, column: &Column, key: u32, known: &mut [u8]) -> bool {
    let known = &mut known[key as usize];
    if *known == 0 {
        *known = 1 + u8::from(test.matches(column.dict.get(key)));
    }
    *known == 2
}

/// Whether a value of a record passes a test, or its text does.
fn keyword_stands(test: &test::Compiled, raw: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(raw) else { return false };
    if test.matches_raw(text) {
        return true;
    }
    let mut hit = false;
    if let Ok(record) = serde_json::from_slice(raw) {
        super::row::texts_below(&record, &mut |value| hit = hit || test.matches(value));
    }
    hit
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
        if column.keys_of(row).iter().any(|key| passes(&scan.test, column, *key, seen)) {
            bits::set(found, row);
        }
    }
}
