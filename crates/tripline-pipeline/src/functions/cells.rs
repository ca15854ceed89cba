//! Cells in Arrow arrays.

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{Array, ArrayRef, ListArray, StringArray};
use arrow_schema::{DataType, Field, FieldRef};
use datafusion::error::{DataFusionError, Result};
use std::sync::Arc;
use tripline_ir::Value;

/// The field of a cell's values.
pub(crate) fn field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Utf8, true))
}

/// The type of a column of cells.
pub(crate) fn data_type() -> DataType {
    DataType::List(field())
}

/// A column of cells, or of single texts (which an unnested column is).
pub(crate) enum Cells<'a> {
    Lists { list: &'a ListArray, values: &'a StringArray },
    Texts(&'a StringArray),
}

impl<'a> Cells<'a> {
    pub(crate) fn of(array: &'a dyn Array) -> Result<Self> {
        if let Some(texts) = array.as_any().downcast_ref() {
            return Ok(Self::Texts(texts));
        }
        let list = array.as_any().downcast_ref::<ListArray>();
        let values = list.and_then(|l| l.values().as_any().downcast_ref::<StringArray>());
        match (list, values) {
            (Some(list), Some(values)) => Ok(Self::Lists { list, values }),
            _ => Err(DataFusionError::Internal(format!("not cells: {}", array.data_type()))),
        }
    }

    /// The texts of a row's cell.
    pub(crate) fn texts(&self, row: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        let (texts, range) = match self {
            Self::Texts(texts) => (*texts, row..row + 1),
            Self::Lists { list, values } if list.is_valid(row) => {
                let offsets = list.value_offsets();
                (*values, offsets[row] as usize..offsets[row + 1] as usize)
            }
            Self::Lists { values, .. } => (*values, 0..0),
        };
        range.filter(|&at| texts.is_valid(at)).map(|at| texts.value(at))
    }

    /// A row's cell.
    pub(crate) fn value(&self, row: usize) -> Value {
        Value::list(self.texts(row).map(Value::from))
    }
}

/// Builds a column of cells.
#[derive(Default)]
pub(crate) struct CellsBuilder(ListBuilder<StringBuilder>);

impl CellsBuilder {
    pub(crate) fn push(&mut self, value: &Value) {
        let items = value.items();
        for item in items {
            match item {
                Value::Str(text) => self.0.values().append_value(text),
                other => self.0.values().append_value(other.to_string()),
            }
        }
        self.0.append(!items.is_empty());
    }

    pub(crate) fn finish(mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// One cell as an array of one.
pub(crate) fn single(value: &Value) -> ListArray {
    let mut builder = CellsBuilder::default();
    builder.push(value);
    builder.0.finish()
}
