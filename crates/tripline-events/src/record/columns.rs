//! Where the values of records go: to columns, or, of one record at a time, to a list.

use super::scan::unescape;
use crate::late::{Extent, Waiting};
use crate::{BatchColumn, ColumnBuilder, RawRows};
use std::sync::Arc;

/// The columns of a builder, which only become more.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    names: Vec<Arc<str>>,
    slots: Vec<Slot>,
    /// What the row's record lies in.
    chunk: Extent,
    /// With it, nothing goes to the columns.
    values: Option<RecordValues>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Whether a row has a value.
    touched: bool,
    /// Notes values instead, if the column is late.
    waiting: Option<Box<Waiting>>,
    builder: ColumnBuilder,
}

/// The values of one record.
#[derive(Debug, Default)]
pub(crate) struct RecordValues {
    text: String,
    /// The column of each value, and where it ends in the text.
    cells: Vec<(u32, u32)>,
}

impl RecordValues {
    pub fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    /// Column and value, in the order of the record.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut start = 0;
        self.cells.iter().map(move |(column, end)| {
            let value = &self.text[start..*end as usize];
            start = *end as usize;
            (*column as usize, value)
        })
    }

    fn end(&mut self, column: u32) {
        self.cells.push((column, self.text.len() as u32));
    }
}

impl Columns {
    pub fn keep_values(&mut self) {
        self.values = Some(RecordValues::default());
    }

    pub fn values(&self) -> Option<&RecordValues> {
        self.values.as_ref()
    }

    pub fn values_mut(&mut self) -> Option<&mut RecordValues> {
        self.values.as_mut()
    }

    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// A further column. `late`: it is made when somebody reads it.
    pub fn add(&mut self, name: Arc<str>, late: bool) -> u32 {
        self.names.push(name);
        self.slots.push(Slot { waiting: late.then(Box::default), ..Slot::default() });
        self.names.len() as u32 - 1
    }

    /// The values that come are of a record in that chunk.
    pub fn start_row(&mut self, chunk: &[u8]) {
        self.chunk = Extent::of(chunk);
    }

    /// A batch begins.
    pub fn start_batch(&mut self) {
        self.slots.iter_mut().filter_map(|slot| slot.waiting.as_mut()).for_each(|w| w.start());
    }

    /// Adds a value of a row.
    #[inline]
    pub fn push(&mut self, column: u32, row: usize, text: &str) {
        if let Some(values) = &mut self.values {
            values.text.push_str(text);
            return values.end(column);
        }
        let slot = &mut self.slots[column as usize];
        slot.touched = true;
        match &mut slot.waiting {
            Some(waiting) if waiting.notes() => waiting.note(row, text, false, self.chunk),
            _ => slot.builder.push(row, text),
        }
    }

    /// The same for a text with escapes, as it stands in JSON and in the chunk.
    #[inline]
    pub fn push_escaped(&mut self, column: u32, row: usize, raw: &str, buffer: &mut String) {
        if let Some(values) = &mut self.values {
            unescape(raw, &mut values.text);
            return values.end(column);
        }
        let slot = &mut self.slots[column as usize];
        slot.touched = true;
        match &mut slot.waiting {
            Some(waiting) if waiting.notes() => waiting.note(row, raw, true, self.chunk),
            _ => slot.builder.push_escaped(row, raw, buffer),
        }
    }

    /// Gives back memory: no values are expected soon.
    pub fn rest(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.builder.rest());
    }

    /// The columns of these rows that have values.
    pub fn finish(&mut self, rows: usize, raw: &Arc<RawRows>) -> Vec<(Arc<str>, BatchColumn)> {
        let mut columns = Vec::with_capacity(self.names.len());
        for (name, slot) in self.names.iter().zip(&mut self.slots) {
            if std::mem::take(&mut slot.touched) {
                let column = match &mut slot.waiting {
                    Some(waiting) if waiting.notes() => waiting.finish(rows, raw),
                    _ => slot.builder.finish_and_renew(rows).into(),
                };
                columns.push((Arc::clone(name), column));
            }
        }
        columns
    }
}
