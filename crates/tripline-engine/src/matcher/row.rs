//! One event of a batch as a row, and the objects inside its record.

use super::bind::{Bound, FieldSource};
use super::column::Columns;
use super::names;
use serde_json::{Map, Value};
use std::sync::Arc;
use tripline_events::EventBatch;
use tripline_ir::{FieldRef, View};
use tripline_kernels::pred::Row;

/// An event. The columns that it is asked for must have been prepared.
pub(super) struct EventRow<'a> {
    pub(super) bound: &'a Bound,
    pub(super) columns: &'a Columns,
    pub(super) batch: &'a EventBatch,
    pub(super) row: usize,
}

impl Row for EventRow<'_> {
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str)) {
        match self.bound.fields.get(field) {
            Some(FieldSource::Const(values)) => {
                for value in values {
                    f(value);
                }
            }
            Some(FieldSource::Column(source)) => {
                if let Some(column) = self.columns.get(self.batch, *source) {
                    column.values(self.row).for_each(f);
                }
            }
            Some(FieldSource::Absent) | None => {}
        }
    }

    fn each_field(&self, view: &View, f: &mut dyn FnMut(&str, &str)) {
        for (path, column) in self.batch.fields() {
            names::of_raw(&self.bound.mapping, view, path, &mut |name| {
                column.values(self.row).for_each(|value| f(name, value));
            });
        }
    }

    fn each_value(&self, f: &mut dyn FnMut(&str)) {
        for (_, column) in self.batch.fields() {
            column.values(self.row).for_each(&mut *f);
        }
    }

    fn raw(&self) -> Option<&str> {
        std::str::from_utf8(self.batch.raw.get(self.row)).ok()
    }
}

/// Calls `f` with each object that stands at `path` in a record. Dotted keys and nested objects
/// are the same path.
pub(super) fn objects(record: &Value, path: &str, f: &mut dyn FnMut(&Map<String, Value>)) {
    descend(record, path, &mut |value| each_object(value, f));
}

fn each_object(value: &Value, f: &mut dyn FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => f(object),
        Value::Array(items) => items.iter().for_each(|item| each_object(item, f)),
        _ => {}
    }
}

/// Calls `f` with what stands at a dotted path, through arrays.
fn descend(value: &Value, path: &str, f: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                if key == path {
                    f(inner);
                } else if let Some(rest) = path.strip_prefix(key.as_str())
                    && let Some(rest) = rest.strip_prefix('.')
                {
                    descend(inner, rest, f);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| descend(item, path, f)),
        _ => {}
    }
}

/// An element of a nested array. Its fields are named from the root.
pub(super) struct ElementRow<'a> {
    /// The array's name in the view.
    pub(super) path: Arc<str>,
    pub(super) object: &'a Map<String, Value>,
}

impl Row for ElementRow<'_> {
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str)) {
        let Some(inner) = field.name.strip_prefix(&*self.path).and_then(|n| n.strip_prefix('.'))
        else {
            return;
        };
        for (key, value) in self.object {
            if key == inner {
                texts(value, f);
            } else if let Some(rest) = inner.strip_prefix(key.as_str())
                && let Some(rest) = rest.strip_prefix('.')
            {
                descend(value, rest, &mut |v| texts(v, f));
            }
        }
    }

    fn each_field(&self, _: &View, f: &mut dyn FnMut(&str, &str)) {
        for (key, value) in self.object {
            leaves(&format!("{}.{key}", self.path), value, f);
        }
    }

    fn elements(&self, path: &FieldRef, f: &mut dyn FnMut(&dyn Row)) {
        let Some(inner) = path.name.strip_prefix(&*self.path).and_then(|n| n.strip_prefix('.'))
        else {
            return;
        };
        for (key, value) in self.object {
            let mut found = |value: &Value| {
                each_object(value, &mut |object| {
                    f(&ElementRow { path: path.name.clone(), object });
                });
            };
            if key == inner {
                found(value);
            } else if let Some(rest) = inner.strip_prefix(key.as_str())
                && let Some(rest) = rest.strip_prefix('.')
            {
                descend(value, rest, &mut found);
            }
        }
    }
}

/// Calls `f` with the text of each scalar; objects and nulls have none.
fn texts(value: &Value, f: &mut dyn FnMut(&str)) {
    match value {
        Value::Null | Value::Object(_) => {}
        Value::Bool(b) => f(if *b { "true" } else { "false" }),
        Value::Number(n) => f(&n.to_string()),
        Value::String(s) => f(s),
        Value::Array(items) => items.iter().for_each(|item| texts(item, f)),
    }
}

/// Calls `f` with the text of each scalar of a record, however deep.
pub(super) fn texts_below(value: &Value, f: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(object) => object.values().for_each(|inner| texts_below(inner, f)),
        Value::Array(items) => items.iter().for_each(|item| texts_below(item, f)),
        scalar => texts(scalar, f),
    }
}

fn leaves(name: &str, value: &Value, f: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, inner)| leaves(&format!("{name}.{key}"), inner, f));
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(name, item, f)),
        scalar => texts(scalar, &mut |text| f(name, text)),
    }
}
