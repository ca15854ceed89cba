//! Rows of multivalue cells.
//!
//! A cell is a list of texts: none (null), one, or several. As Arrow: `List<Utf8>`, where an absent
//! cell is a null list.

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{Array, ListArray, StringArray};
use std::sync::Arc;
use tripline_ir::Value;

/// Named columns of multivalue cells.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Column names.
    pub names: Vec<Arc<str>>,
    /// `List<Utf8>`, one per name, all of the same length.
    pub columns: Vec<ListArray>,
}

impl Table {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Array::len)
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&ListArray> {
        self.names.iter().position(|n| **n == *name).map(|at| &self.columns[at])
    }

    /// A cell: null, a text, or a list of texts.
    pub fn cell(&self, row: usize, column: usize) -> Value {
        cell(&self.columns[column], row)
    }
}

/// A cell of a `List<Utf8>` array.
pub fn cell(column: &ListArray, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    let values = column.value(row);
    let Some(texts) = values.as_any().downcast_ref::<StringArray>() else { return Value::Null };
    Value::list(texts.iter().flatten().map(Value::from))
}

/// Builds a [`Table`] row by row.
#[derive(Debug)]
pub struct TableBuilder {
    names: Vec<Arc<str>>,
    columns: Vec<ListBuilder<StringBuilder>>,
    rows: usize,
}

impl TableBuilder {
    /// An empty table with these columns.
    pub fn new(names: Vec<Arc<str>>) -> Self {
        let columns = names.iter().map(|_| ListBuilder::new(StringBuilder::new())).collect();
        Self { names, columns, rows: 0 }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Sets the next cell of a column. Every column must get exactly one cell a row.
    pub fn push<'a>(&mut self, column: usize, values: impl IntoIterator<Item = &'a str>) {
        let builder = &mut self.columns[column];
        let mut any = false;
        for value in values {
            builder.values().append_value(value);
            any = true;
        }
        builder.append(any);
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.rows += 1;
        debug_assert!(self.columns.iter_mut().all(|c| {
            use arrow_array::builder::ArrayBuilder;
            c.len() == self.rows
        }));
    }

    /// The table.
    pub fn finish(mut self) -> Table {
        let columns = self.columns.iter_mut().map(ListBuilder::finish).collect();
        Table { names: self.names, columns }
    }
}
