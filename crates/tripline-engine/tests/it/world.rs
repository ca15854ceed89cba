//! A small source with every kind of field, batches of it, and the slow way to evaluate a filter.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use tripline_diag::Span;
use tripline_events::{BatchColumn, ColumnBuilder, EventBatch, RawRows, Rejected, Sink, Stream};
use tripline_ir::{FieldRef, FieldType, Filter, Plan, Pred, Scope, Tail, View};
use tripline_kernels::mapping;
use tripline_kernels::pred::Row;
use tripline_schema::{Mapping, Schema};

pub const SOURCES: &str = r#"
[[source]]
id = "t"
title = "Test"
time = ["ts"]
[source.elastic]
indices = ["logs-t-default"]
prefixes = { "x." = "y." }
[source.elastic.fields]
"a" = "ra"
"same" = "ra"
"b" = "rb"
"low" = "lower(ra)"
"either" = "coalesce(rb, ra)"
"joined" = "append(ra, rb)"
"filled" = "default(rb, 'none')"
"part" = "split(ra, '.')"
"const" = "['Const', '10']"
"nest" = "things"
[source.splunk]
sourcetype = "t"
datasets = ["Endpoint.Processes"]

[[source]]
id = "other"
title = "Other"
recognise = [{ where = { ro = ["4", "5"], rs = ["6"] } }]
[source.elastic]
indices = ["logs-other-default"]
[source.elastic.fields]
"o" = "ro"
"s" = "rs"
"other" = "rt"
"#;

/// Raw fields of a record and their values.
pub type Record = BTreeMap<&'static str, Vec<String>>;

pub fn schema() -> Schema {
    Schema::load(&[("test.toml", SOURCES)]).unwrap()
}

pub fn stream(schema: &Schema, id: &str) -> Arc<Stream> {
    let mapping = Arc::clone(schema.mapping(id).unwrap());
    let indices = mapping.elastic.indices.clone();
    Arc::new(Stream { key: id.into(), mapping, indices, recognised: false })
}

pub fn field(name: &str) -> FieldRef {
    let ty = if name == "const" { FieldType::Long } else { FieldType::Boolean };
    FieldRef::new(View::Ecs, name, ty)
}

pub fn plan(pred: Pred) -> Plan {
    plan_in(Scope::Any, pred)
}

pub fn plan_in(scope: Scope, pred: Pred) -> Plan {
    let filters = vec![Filter { scope, pred, span: Span::default() }];
    Plan { filters, tail: Tail::Each { pipes: vec![] } }
}

/// Makes batches over dictionaries that live on, as a decoder does.
pub struct Decoder {
    stream: Arc<Stream>,
    builders: BTreeMap<&'static str, ColumnBuilder>,
    read: u64,
}

impl Decoder {
    pub fn new(stream: &Arc<Stream>) -> Self {
        Self { stream: Arc::clone(stream), builders: BTreeMap::new(), read: 0 }
    }

    pub fn batch(&mut self, records: &[Record]) -> EventBatch {
        let mut raw = RawRows::default();
        for (row, record) in records.iter().enumerate() {
            for (name, values) in record {
                let builder = self.builders.entry(name).or_default();
                for value in values {
                    builder.push(row, value);
                }
            }
            let text = raw_text(record).into_bytes();
            let end = text.len();
            raw.push(&Arc::new(text), 0, end);
        }
        let rows = records.len();
        let columns: Vec<(Arc<str>, BatchColumn)> =
            self.builders.iter_mut().map(|(n, b)| (Arc::from(*n), b.finish(rows).into())).collect();
        let first = self.read;
        self.read += rows as u64;
        EventBatch {
            stream: Arc::clone(&self.stream),
            input: "test".into(),
            time: (first..self.read).map(|n| n as i64).collect(),
            record: (first..self.read).collect(),
            columns,
            raw: raw.into(),
        }
    }
}

pub fn raw_text(record: &Record) -> String {
    serde_json::to_string(record).unwrap()
}

/// A record as the view shows it, every field computed when it is asked for.
pub struct SlowRow<'a> {
    pub schema: &'a Schema,
    pub mapping: &'a Mapping,
    pub record: &'a Record,
    pub text: String,
}

impl Row for SlowRow<'_> {
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str)) {
        let Some(expr) = self.schema.resolve(self.mapping, &field.view, &field.name) else {
            return;
        };
        let raw: &mut mapping::RawFields<'_, '_> = &mut |path, f| {
            for value in self.record.get(path).into_iter().flatten() {
                f(value);
            }
        };
        for value in mapping::eval(&expr, self.mapping, raw, None) {
            f(&value);
        }
    }

    fn each_field(&self, view: &View, f: &mut dyn FnMut(&str, &str)) {
        for name in self.mapping.elastic.fields.keys() {
            self.values(&FieldRef::new(view.clone(), name.clone(), FieldType::Unknown), &mut |v| {
                f(name, v);
            });
        }
        for (raw, values) in self.record {
            if let Some(rest) = raw.strip_prefix("y.") {
                for value in values {
                    f(&format!("x.{rest}"), value);
                }
            }
        }
    }

    fn each_value(&self, f: &mut dyn FnMut(&str)) {
        for value in self.record.values().flatten() {
            f(value);
        }
    }

    fn raw(&self) -> Option<&str> {
        Some(&self.text)
    }
}

/// Keeps the batches of a decoder; nothing may be set aside.
#[derive(Default)]
pub struct Kept(pub Vec<EventBatch>);

impl Sink for Kept {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        self.0.push(batch);
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, rejected: Rejected) {
        panic!("{rejected:?}");
    }

    fn progress(&mut self, _: u64) {}
}
