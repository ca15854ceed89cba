//! Where the values of records go: to columns, or, of one record at a time, to a list.

use super::scan::unescape;
use crate::{Column, ColumnBuilder};
use std::sync::Arc;

/// The columns of a builder, which only become more.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    names: Vec<Arc<str>>,
    builders: Vec<ColumnBuilder>,
    touched: Vec<bool>,
    /// With it, nothing goes to the columns.
    values: Option<RecordValues>,
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

    /// A further column.
    pub fn add(&mut self, name: Arc<str>) -> u32 {
        self.names.push(name);
        self.builders.push(ColumnBuilder::default());
        self.touched.push(false);
        self.names.len() as u32 - 1
    }

    #[inline]
    pub fn push(&mut self, column: u32, row: usize, text: &str) {
        if let Some(values) = &mut self.values {
            values.text.push_str(text);
            return values.end(column);
        }
        self.builders[column as usize].push(row, text);
        self.touched[column as usize] = true;
    }

    /// The same for a text with escapes, as it stands in JSON.
    #[inline]
    pub fn push_escaped(&mut self, column: u32, row: usize, raw: &str, buffer: &mut String) {
        if let Some(values) = &mut self.values {
            unescape(raw, &mut values.text);
            return values.end(column);
        }
        self.builders[column as usize].push_escaped(row, raw, buffer);
        self.touched[column as usize] = true;
    }

    /// Gives back memory: no values are expected soon.
    pub fn rest(&mut self) {
        self.builders.iter_mut().for_each(ColumnBuilder::rest);
    }

    /// The columns of `rows` rows that have values.
    pub fn finish(&mut self, rows: usize) -> Vec<(Arc<str>, Column)> {
        let mut columns = Vec::with_capacity(self.names.len());
        for (at, touched) in self.touched.iter_mut().enumerate() {
            if std::mem::take(touched) {
                let column = self.builders[at].finish_and_renew(rows);
                columns.push((Arc::clone(&self.names[at]), column));
            }
        }
        columns
    }
}
