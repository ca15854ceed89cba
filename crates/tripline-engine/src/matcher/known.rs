//! What a worker has learned of the values of a dictionary.

use super::automaton::Scratch;
use super::bind::Tested;
use super::bits;
use super::column::DICTIONARIES;
use super::eval::Leaves;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use tripline_events::{Column, NONE};

/// For each key of a dictionary the leaves that its value hits.
pub(super) struct Known {
    dict: u64,
    /// 0: not tested yet; else a position in `lists` plus one.
    by_key: Vec<u32>,
    /// The first one is empty.
    lists: Vec<List>,
    list_of: HashMap<Box<[u32]>, u32, FixedState>,
    leaves: Vec<u32>,
    /// Lists that rows of this batch have.
    touched: Vec<u32>,
    /// Lists of the rows that have any.
    found: Vec<(u32, u32)>,
}

struct List {
    leaves: Box<[u32]>,
    /// How many rows of the batch have it.
    rows: u32,
    /// Those rows, where there are enough of them.
    set: Vec<u64>,
}

/// What `by_key` says of values that hit nothing.
const EMPTY: u32 = 1;

impl Known {
    fn new(dict: u64) -> Self {
        let empty = List { leaves: Box::default(), rows: 0, set: vec![] };
        Self {
            dict,
            by_key: vec![],
            lists: vec![empty],
            list_of: HashMap::from_iter([(Box::default(), EMPTY)]),
            leaves: vec![],
            touched: vec![],
            found: vec![],
        }
    }

    /// What is known of a dictionary, among the last few.
    pub(super) fn of(known: &mut Vec<Self>, dict: u64) -> &mut Self {
        let at = known.iter().position(|k| k.dict == dict).unwrap_or_else(|| {
            if known.len() >= DICTIONARIES {
                known.remove(0);
            }
            known.push(Self::new(dict));
            known.len() - 1
        });
        &mut known[at]
    }

    /// Marks the leaves that a column's values hit, on some rows or on all.
    pub(super) fn mark(
        &mut self,
        tested: &Tested,
        column: &Column,
        rows: Option<&[u64]>,
        scratch: &mut Scratch,
        leaves: &mut Leaves,
    ) {
        if self.by_key.len() < column.dict.len() {
            self.by_key.resize(column.dict.len(), 0);
        }
        match (rows, &column.offsets) {
            (None, None) => {
                for (row, key) in column.keys.iter().enumerate() {
                    if *key != NONE {
                        self.value(tested, column, *key, row, scratch);
                    }
                }
            }
            (None, Some(_)) => {
                for row in 0..column.len() {
                    for key in column.keys_of(row) {
                        self.value(tested, column, *key, row, scratch);
                    }
                }
            }
            (Some(rows), _) => {
                for row in bits::rows(rows) {
                    for key in column.keys_of(row) {
                        self.value(tested, column, *key, row, scratch);
                    }
                }
            }
        }
        self.spread(bits::words(column.len()), leaves);
    }

    #[inline]
    fn value(
        &mut self,
        tested: &Tested,
        column: &Column,
        key: u32,
        row: usize,
        scratch: &mut Scratch,
    ) {
        let mut list = self.by_key[key as usize];
        if list == 0 {
            list = self.learn(tested, column.dict.get(key), scratch);
            self.by_key[key as usize] = list;
        }
        if list != EMPTY {
            let known = &mut self.lists[list as usize - 1];
            if known.rows == 0 {
                self.touched.push(list);
            }
            known.rows += 1;
            self.found.push((list, row as u32));
        }
    }

    fn learn(&mut self, tested: &Tested, value: &str, scratch: &mut Scratch) -> u32 {
        tested.automaton.run(value, scratch);
        self.leaves.clear();
        self.leaves.extend(scratch.passed.iter().map(|test| tested.leaves[*test as usize]));
        if let Some(list) = self.list_of.get(self.leaves.as_slice()) {
            return *list;
        }
        let leaves: Box<[u32]> = self.leaves.as_slice().into();
        self.lists.push(List { leaves: leaves.clone(), rows: 0, set: vec![] });
        let list = self.lists.len() as u32;
        self.list_of.insert(leaves, list);
        list
    }

    /// Rows to leaves: a list that many rows have as a set of rows, other ones row by row.
    fn spread(&mut self, words: usize, leaves: &mut Leaves) {
        for (list, row) in self.found.drain(..) {
            let list = &mut self.lists[list as usize - 1];
            if list.rows as usize > words {
                if list.set.is_empty() {
                    list.set.resize(words, 0);
                }
                bits::set(&mut list.set, row as usize);
            } else {
                for leaf in &list.leaves {
                    bits::set(leaves.of(*leaf), row as usize);
                }
            }
        }
        for list in self.touched.drain(..) {
            let list = &mut self.lists[list as usize - 1];
            if !list.set.is_empty() {
                for leaf in &list.leaves {
                    bits::or(leaves.of(*leaf), &list.set);
                }
                list.set = vec![];
            }
            list.rows = 0;
        }
    }
}
