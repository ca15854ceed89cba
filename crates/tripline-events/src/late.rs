//! Columns that are made of their records when somebody reads them.
//!
//! Most of the columns that rules name are read in few batches: only where something else has hit
//! first. Of those, it is noted where the values stand, and nothing more.

use crate::{Column, ColumnBuilder, RawRows};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// A column of a batch: there already, or made when it is read for the first time. Whoever reads it
/// sees no difference.
#[derive(Debug, Clone)]
pub struct BatchColumn(Inner);

#[derive(Debug, Clone)]
enum Inner {
    Made(Column),
    Late(Box<Late>),
}

impl From<Column> for BatchColumn {
    fn from(column: Column) -> Self {
        Self(Inner::Made(column))
    }
}

impl Deref for BatchColumn {
    type Target = Column;

    fn deref(&self) -> &Column {
        match &self.0 {
            Inner::Made(column) => column,
            Inner::Late(late) => late.made.get_or_init(|| late.make()),
        }
    }
}

#[derive(Debug, Clone)]
struct Late {
    rows: usize,
    raw: Arc<RawRows>,
    noted: Noted,
    /// Set when the column is read.
    read: Arc<AtomicBool>,
    made: OnceLock<Column>,
}

impl Late {
    fn make(&self) -> Column {
        self.read.store(true, Ordering::Relaxed);
        let mut builder = ColumnBuilder::default();
        let mut buffer = String::new();
        for value in &self.noted.values {
            let (start, end) = (value.start as usize, value.end as usize);
            let row = value.row as usize;
            match value.form {
                Form::Own => builder.push(row, &self.noted.own[start..end]),
                Form::Plain => builder.push(row, text(&self.raw, row, start, end)),
                Form::Escaped => {
                    builder.push_escaped(row, text(&self.raw, row, start, end), &mut buffer);
                }
            }
        }
        builder.finish(self.rows)
    }
}

/// What was a text when it was noted is one.
fn text(raw: &RawRows, row: usize, start: usize, end: usize) -> &str {
    std::str::from_utf8(&raw.chunk(row)[start..end]).unwrap_or_default()
}

/// Where values stand.
#[derive(Debug, Clone, Default)]
struct Noted {
    values: Vec<Value>,
    /// Values that stand nowhere as they are.
    own: String,
}

#[derive(Debug, Clone, Copy)]
struct Value {
    row: u32,
    start: u32,
    end: u32,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In the row's chunk, as it is.
    Plain,
    /// In the row's chunk, with JSON's escapes.
    Escaped,
    /// Among the texts that were kept.
    Own,
}

/// Where a chunk lies in memory.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Extent {
    start: usize,
    len: usize,
}

impl Extent {
    pub fn of(chunk: &[u8]) -> Self {
        Self { start: chunk.as_ptr() as usize, len: chunk.len() }
    }

    /// Where in the chunk a text stands, if it is part of it.
    fn place(self, text: &str) -> Option<usize> {
        let at = (text.as_ptr() as usize).wrapping_sub(self.start);
        (at < self.len && text.len() <= self.len - at).then_some(at)
    }
}

/// A column of which few batches are expected to be read: its values are noted, but for a while
/// after it was read.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    noted: Noted,
    /// How many values the last batch had.
    expected: usize,
    read: Arc<AtomicBool>,
    /// In so many more batches it is made at once.
    at_once: u32,
}

impl Waiting {
    /// For so many batches after one that was read.
    const AT_ONCE: u32 = 64;

    /// A batch begins.
    pub fn start(&mut self) {
        if self.read.swap(false, Ordering::Relaxed) {
            self.at_once = Self::AT_ONCE;
        } else {
            self.at_once = self.at_once.saturating_sub(1);
        }
    }

    /// Whether values are noted in this batch.
    pub fn notes(&self) -> bool {
        self.at_once == 0
    }

    /// Notes a value of a row whose record lies in that chunk.
    pub fn note(&mut self, row: usize, text: &str, escaped: bool, chunk: Extent) {
        if self.noted.values.is_empty() {
            self.noted.values.reserve(self.expected);
        }
        let (start, form) = match chunk.place(text) {
            Some(at) if escaped => (at, Form::Escaped),
            Some(at) => (at, Form::Plain),
            None => {
                debug_assert!(!escaped, "only what stands in a record has its escapes");
                self.noted.own.push_str(text);
                (self.noted.own.len() - text.len(), Form::Own)
            }
        };
        let end = (start + text.len()) as u32;
        self.noted.values.push(Value { row: row as u32, start: start as u32, end, form });
    }

    /// The column of `rows` rows.
    pub fn finish(&mut self, rows: usize, raw: &Arc<RawRows>) -> BatchColumn {
        self.expected = self.noted.values.len();
        let late = Late {
            rows,
            raw: Arc::clone(raw),
            noted: std::mem::take(&mut self.noted),
            read: Arc::clone(&self.read),
            made: OnceLock::new(),
        };
        BatchColumn(Inner::Late(Box::new(late)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next batch of one column: a value in the chunk, one with an escape, one from elsewhere.
    fn batch(waiting: &mut Waiting) -> Option<BatchColumn> {
        let chunk = Arc::new(br#"{"a":"b\\c"}"#.to_vec());
        let mut raw = RawRows::default();
        for _ in 0..4 {
            raw.push(&chunk, 0, chunk.len());
        }
        let text = std::str::from_utf8(&chunk).unwrap();
        waiting.start();
        if !waiting.notes() {
            return None;
        }
        let extent = Extent::of(&chunk);
        waiting.note(0, &text[2..3], false, extent);
        waiting.note(1, &text[6..10], true, extent);
        waiting.note(1, "elsewhere", false, extent);
        waiting.note(3, &text[2..3], false, extent);
        Some(waiting.finish(4, &Arc::new(raw)))
    }

    #[test]
    fn made_of_the_record_when_read() {
        let mut waiting = Waiting::default();
        for _ in 0..3 {
            let column = batch(&mut waiting).expect("nobody has read it yet");
            assert!(matches!(&column.0, Inner::Late(late) if late.made.get().is_none()));
        }
        let column = batch(&mut waiting).unwrap();
        let rows: Vec<Vec<&str>> = (0..4).map(|row| column.values(row).collect()).collect();
        assert_eq!(rows, [vec!["a"], vec!["b\\c", "elsewhere"], vec![], vec!["a"]]);
        let pause = (0..1000).take_while(|_| batch(&mut waiting).is_none()).count();
        assert_eq!(pause as u32, Waiting::AT_ONCE, "it was read: for a while it is made at once");
        assert!(batch(&mut waiting).is_some(), "until then nobody read it");
    }
}
