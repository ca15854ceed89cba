//! Dictionary-encoded columns.
//!
//! A value is text. Numbers and booleans keep the text that the record had (`445`, `true`), so
//! that a column has one type whatever collector wrote it; a test that is about numbers reads the
//! text once per distinct value. The dictionary of a column lives across batches (it only grows),
//! so that what the matcher learned about a value is never computed twice. That is why this is
//! not an Arrow `DictionaryArray`, whose values would be copied with every batch; candidates
//! become Arrow arrays when they leave the matcher.

use crate::record::unescape;
use crate::same::same;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The key of a row without a value.
pub const NONE: u32 = u32::MAX;

/// The values of a column, numbered in the order in which they came. Each is there once, but for
/// columns whose values hardly ever come again: there equal values may have several keys.
#[derive(Debug, Clone)]
pub struct Dict {
    id: u64,
    bytes: String,
    ends: Vec<u32>,
}

impl Default for Dict {
    fn default() -> Self {
        Self { id: Self::new_id(), bytes: String::new(), ends: Vec::new() }
    }
}

impl Dict {
    fn new_id() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// Another one, without values, in the same memory.
    fn renewed(mut self) -> Self {
        self.bytes.clear();
        self.ends.clear();
        Self { id: Self::new_id(), ..self }
    }

    /// Identity: the same id means that values with the same key are the same value, for ever. A
    /// dictionary that was started anew has a new id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes its values take.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, key: u32) -> &str {
        let key = key as usize;
        let start = if key == 0 { 0 } else { self.ends[key - 1] as usize };
        &self.bytes[start..self.ends[key] as usize]
    }

    /// Whether a key has that value.
    #[inline]
    fn is(&self, key: u32, value: &str) -> bool {
        let key = key as usize;
        let start = if key == 0 { 0 } else { self.ends[key - 1] as usize };
        let end = self.ends[key] as usize;
        end - start == value.len() && same(&self.bytes.as_bytes()[start..end], value.as_bytes())
    }

    fn push(&mut self, value: &str) -> u32 {
        self.bytes.push_str(value);
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }
}

/// A column of a batch. A row has no value, one, or several.
#[derive(Debug, Clone)]
pub struct Column {
    /// Keys into the dictionary; [`NONE`] where a row has no value. Without `offsets`, one a row.
    pub keys: Vec<u32>,
    /// With it, row `r` has the keys `offsets[r]..offsets[r + 1]` (none of them [`NONE`]).
    pub offsets: Option<Vec<u32>>,
    /// The values. Equal keys are equal values; not always the other way round.
    pub dict: Arc<Dict>,
}

impl Column {
    /// A column of `rows` absent values.
    pub fn absent(rows: usize) -> Self {
        Self { keys: vec![NONE; rows], offsets: None, dict: Arc::default() }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.offsets.as_ref().map_or(self.keys.len(), |o| o.len() - 1)
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys of a row's values.
    #[inline]
    pub fn keys_of(&self, row: usize) -> &[u32] {
        match &self.offsets {
            Some(offsets) => &self.keys[offsets[row] as usize..offsets[row + 1] as usize],
            None if self.keys[row] == NONE => &[],
            None => &self.keys[row..=row],
        }
    }

    /// The values of a row.
    pub fn values(&self, row: usize) -> impl Iterator<Item = &str> {
        self.keys_of(row).iter().map(|key| self.dict.get(*key))
    }

    /// The first value of a row.
    pub fn first(&self, row: usize) -> Option<&str> {
        self.keys_of(row).first().map(|key| self.dict.get(*key))
    }
}

/// Builds columns batch after batch over one dictionary.
#[derive(Debug, Default)]
pub struct ColumnBuilder {
    dict: Arc<Dict>,
    /// The dictionary before, whose memory the next one takes if nobody reads it any more.
    before: Option<Arc<Dict>>,
    /// Hashes of the values, and their keys: a value is only looked at when its hash fits, and
    /// never when the table grows.
    table: HashTable<(u32, u32)>,
    hasher: FixedState,
    keys: Vec<u32>,
    offsets: Option<Vec<u32>>,
    /// The key of the value before.
    last: Option<u32>,
    /// How many values were looked up in this dictionary.
    asked: usize,
    /// How many rows the last batch had.
    rows: usize,
    escaped: Escaped,
    /// For so many more batches no value is looked up, because hardly any came again: a value may
    /// then be in the dictionary more than once.
    appending: u32,
}

/// Values as they stand in JSON, with escapes, and the keys of what they stand for: what comes again
/// need not be unescaped again.
#[derive(Debug, Default)]
struct Escaped {
    /// Hash, key, and where the text starts and ends.
    table: HashTable<(u32, u32, u32, u32)>,
    texts: Vec<u8>,
    asked: u32,
    found: u32,
}

impl Escaped {
    /// So many bytes are kept before it is judged whether values come again.
    const TRIED: usize = 1 << 18;

    /// Whether values come again often enough.
    fn pays(&self) -> bool {
        self.asked < 4096 && self.texts.len() < Self::TRIED || self.found > self.asked / 2
    }

    /// Begins anew; memory that many others could use is given back.
    fn clear(&mut self) {
        if self.texts.capacity() > Self::TRIED {
            self.table = HashTable::new();
            self.texts = Vec::new();
        }
        self.table.clear();
        self.texts.clear();
        (self.asked, self.found) = (0, 0);
    }
}

impl ColumnBuilder {
    /// A dictionary that has grown beyond this many bytes is started anew with the next batch.
    pub const DICT_LIMIT: usize = 1 << 20;

    /// A dictionary with more values than this must have saved every second look-up.
    const USEFUL_LIMIT: usize = 1 << 15;

    /// Texts with escapes are kept up to so many bytes.
    const ESCAPED_LIMIT: usize = 1 << 20;

    /// From a dictionary of this many values is judged whether values come again at all.
    const JUDGED: usize = 1 << 13;

    /// The same of long values (rendered messages, call traces): from so many bytes, of so many values.
    const JUDGED_LONG: (usize, usize) = (1 << 18, 1 << 8);

    /// How many batches are appended before it is judged anew.
    const APPENDED: u32 = 16;

    /// The same of long values, where a mistake is dear and trying is cheap.
    const APPENDED_LONG: u32 = 4;

    /// Adds a value to row `row`. Rows must come in ascending order; a row may get several values
    /// and rows may be left out.
    pub fn push(&mut self, row: usize, value: &str) {
        let key = self.intern(value);
        self.add(row, key);
    }

    #[inline]
    fn add(&mut self, row: usize, key: u32) {
        match &mut self.offsets {
            None => {
                if self.keys.len() == row + 1 {
                    self.start_lists();
                    self.push_list(row, key);
                } else {
                    if self.keys.is_empty() {
                        self.keys.reserve(self.rows.max(row + 1));
                    }
                    self.keys.resize(row, NONE);
                    self.keys.push(key);
                }
            }
            Some(_) => self.push_list(row, key),
        }
    }

    /// The same for a value with escapes, as it stands in JSON.
    pub(crate) fn push_escaped(&mut self, row: usize, raw: &str, buffer: &mut String) {
        if self.escaped.texts.len() > Self::ESCAPED_LIMIT {
            self.escaped.clear();
        }
        if self.appending > 0 || !self.escaped.pays() {
            if self.escaped.texts.capacity() > 0 {
                self.escaped.table = HashTable::new();
                self.escaped.texts = Vec::new();
            }
            buffer.clear();
            unescape(raw, buffer);
            return self.push(row, buffer);
        }
        self.escaped.asked += 1;
        let hash = self.hasher.hash_one(raw) as u32;
        let texts = &self.escaped.texts;
        let found = self.escaped.table.find(spread(hash), |(h, _, start, end)| {
            *h == hash && same(&texts[*start as usize..*end as usize], raw.as_bytes())
        });
        let key = if let Some((_, key, ..)) = found {
            self.escaped.found += 1;
            self.asked += 1;
            *key
        } else {
            buffer.clear();
            unescape(raw, buffer);
            let key = self.intern(buffer);
            let start = self.escaped.texts.len() as u32;
            self.escaped.texts.extend_from_slice(raw.as_bytes());
            let entry = (hash, key, start, self.escaped.texts.len() as u32);
            self.escaped.table.insert_unique(spread(hash), entry, |(h, ..)| spread(*h));
            key
        };
        self.add(row, key);
    }

    /// The column of `rows` rows; the builder is ready for the next batch.
    pub fn finish(&mut self, rows: usize) -> Column {
        let column = self.column(rows);
        if self.dict.bytes() > Self::DICT_LIMIT {
            self.start_anew();
        }
        column
    }

    /// The same, and a dictionary of values that hardly come again is started anew early: it saves
    /// little work, and does not fit the processor's cache.
    pub(crate) fn finish_and_renew(&mut self, rows: usize) -> Column {
        let column = self.column(rows);
        if self.appending > 0 {
            self.appending -= 1;
            self.start_anew();
            return column;
        }
        let (bytes, values) = Self::JUDGED_LONG;
        let long = self.dict.bytes() > bytes && self.dict.len() > values;
        if (long || self.dict.len() > Self::JUDGED) && self.dict.len() > self.asked / 4 * 3 {
            self.appending = if long { Self::APPENDED_LONG } else { Self::APPENDED };
            self.start_anew();
            return column;
        }
        let mostly_new = self.dict.len() > Self::USEFUL_LIMIT && self.dict.len() > self.asked / 2;
        if mostly_new || self.dict.bytes() > Self::DICT_LIMIT {
            self.start_anew();
        }
        column
    }

    fn column(&mut self, rows: usize) -> Column {
        self.rows = rows;
        match &mut self.offsets {
            None => self.keys.resize(rows, NONE),
            Some(offsets) => offsets.resize(rows + 1, self.keys.len() as u32),
        }
        Column {
            keys: std::mem::take(&mut self.keys),
            offsets: self.offsets.take(),
            dict: Arc::clone(&self.dict),
        }
    }

    /// Gives back all memory: no value is expected soon.
    pub(crate) fn rest(&mut self) {
        if !self.dict.is_empty() {
            self.start_anew();
        }
        self.before = None;
        self.table = HashTable::new();
        self.escaped = Escaped::default();
    }

    fn start_anew(&mut self) {
        self.before = Some(std::mem::take(&mut self.dict));
        self.table.clear();
        self.escaped.clear();
        self.last = None;
        self.asked = 0;
    }

    fn start_lists(&mut self) {
        let mut offsets = Vec::with_capacity(self.keys.len() + 1);
        let mut kept = Vec::with_capacity(self.keys.len() + 1);
        offsets.push(0);
        for key in &self.keys {
            if *key != NONE {
                kept.push(*key);
            }
            offsets.push(kept.len() as u32);
        }
        self.keys = kept;
        self.offsets = Some(offsets);
    }

    fn push_list(&mut self, row: usize, key: u32) {
        let end = self.keys.len() as u32;
        let offsets = self.offsets.get_or_insert_with(|| vec![0]);
        if offsets.len() < row + 2 {
            offsets.resize(row + 1, end);
            offsets.push(end);
        }
        self.keys.push(key);
        offsets[row + 1] = end + 1;
    }

    fn intern(&mut self, value: &str) -> u32 {
        // Many columns (protocol, channel) have the same value row after row.
        if let Some(last) = self.last
            && self.dict.is(last, value)
        {
            return last;
        }
        let key = self.look_up(value);
        self.last = Some(key);
        key
    }

    fn look_up(&mut self, value: &str) -> u32 {
        if let Some(before) = self.before.take()
            && let Some(dict) = Arc::into_inner(before)
        {
            self.dict = Arc::new(dict.renewed());
        }
        if self.appending > 0 {
            return Arc::make_mut(&mut self.dict).push(value);
        }
        self.asked += 1;
        let hash = self.hasher.hash_one(value) as u32;
        let dict = &self.dict;
        let found = self.table.find(spread(hash), |(h, key)| *h == hash && dict.is(*key, value));
        if let Some((_, key)) = found {
            return *key;
        }
        let key = Arc::make_mut(&mut self.dict).push(value);
        self.table.insert_unique(spread(hash), (hash, key), |(h, _)| spread(*h));
        key
    }
}

/// The hash that the table wants: it takes a place from the low bits, and a tag from the high ones.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(column: &Column) -> Vec<Vec<&str>> {
        (0..column.len()).map(|r| column.values(r).collect()).collect()
    }

    #[test]
    fn scalars_with_gaps() {
        let mut b = ColumnBuilder::default();
        b.push(1, "a");
        b.push(3, "b");
        b.push(4, "a");
        let c = b.finish(6);
        assert!(c.offsets.is_none());
        assert_eq!(rows(&c), [vec![], vec!["a"], vec![], vec!["b"], vec!["a"], vec![]]);
    }

    #[test]
    fn a_dictionary_of_ever_new_values_is_started_anew() {
        let (mut new, mut known) = (ColumnBuilder::default(), ColumnBuilder::default());
        let mut ids = [vec![], vec![]];
        for batch in 0..40 {
            for row in 0..4096 {
                let n = batch * 4096 + row;
                new.push(row, &n.to_string());
                known.push(row, &(n * 7919 % 1000).to_string());
            }
            let (a, b) = (new.finish_and_renew(4096), known.finish_and_renew(4096));
            assert_eq!(a.first(1), Some(&*(batch * 4096 + 1).to_string()));
            ids[0].push(a.dict.id());
            ids[1].push(b.dict.id());
        }
        ids.iter_mut().for_each(Vec::dedup);
        assert!(ids[0].len() > 1 && ids[1].len() == 1, "{ids:?}");
    }

    #[test]
    fn values_that_hardly_come_again_are_appended() {
        let mut b = ColumnBuilder::default();
        for batch in 0..60 {
            for row in 0..4096 {
                // From the 40th batch on they do come again.
                let n = if batch < 40 { batch * 4096 + row } else { row % 10 };
                b.push(row, &n.to_string());
            }
            let column = b.finish_and_renew(4096);
            for row in [0, 1, 4095] {
                let n = if batch < 40 { batch * 4096 + row } else { row % 10 };
                assert_eq!(column.first(row), Some(&*n.to_string()));
            }
            assert!(batch < 58 || column.dict.len() < 3 * 4096, "{}", column.dict.len());
        }
    }

    #[test]
    fn long_values_that_hardly_come_again_are_not_kept() {
        let mut b = ColumnBuilder::default();
        let long = |n: usize| format!("{n}\\\\{}", "x".repeat(1000));
        let mut buffer = String::new();
        for batch in 0..12 {
            for row in 0..500 {
                b.push_escaped(row, &long(batch * 500 + row), &mut buffer);
            }
            let column = b.finish_and_renew(500);
            let expected = long(batch * 500 + 7).replace("\\\\", "\\");
            assert_eq!(column.first(7), Some(expected.as_str()));
            assert!(column.dict.bytes() < 700_000 && b.escaped.texts.len() < 300_000);
        }
        for batch in 0..12 {
            for row in 0..500 {
                b.push_escaped(row, &long(row % 100), &mut buffer);
            }
            let column = b.finish_and_renew(500);
            assert!(batch < 6 || column.dict.len() == 100, "{}", column.dict.len());
        }
        b.rest();
        b.push(0, "a");
        assert_eq!(b.finish(1).first(0), Some("a"));
    }

    #[test]
    fn lists_with_gaps_and_a_second_batch() {
        let mut b = ColumnBuilder::default();
        b.push(0, "a");
        b.push(2, "b");
        b.push(2, "c");
        b.push(5, "a");
        b.push(5, "a");
        let c = b.finish(7);
        assert_eq!(
            rows(&c),
            [vec!["a"], vec![], vec!["b", "c"], vec![], vec![], vec!["a", "a"], vec![]]
        );
        b.push(0, "c");
        let d = b.finish(1);
        assert_eq!(rows(&d), [vec!["c"]]);
        assert_eq!(c.dict.id(), d.dict.id());
    }
}
