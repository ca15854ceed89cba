//! What Elastic's rules see of a Windows event: each line of `windows.ndjson` is a record, the
//! source type that it is taken for, the values of fields, and fields that it has not.

use crate::world::Kept;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_events::{Decoder, Input, Options, Projection, Projector, Stream};
use tripline_kernels::mapping;
use tripline_schema::{Schema, View};

const CASES: &str = include_str!("windows.ndjson");

struct Everything;

impl Projector for Everything {
    fn projection(&self, _: &Stream) -> Projection {
        Projection { all: true, ..Projection::default() }
    }
}

/// A record's raw fields and what it was taken for.
fn read(schema: &Schema, record: &Value) -> (String, BTreeMap<String, Vec<String>>) {
    let mut decoder = Decoder::new(schema, Arc::new(Everything), Options::default()).unwrap();
    let mut kept = Kept::default();
    decoder.read(&Input::from_bytes("x", record.to_string().into_bytes()), &mut kept).unwrap();
    let [batch] = &kept.0[..] else { panic!("one record, one batch: {record}") };
    let columns = batch.columns.iter();
    let raw = columns
        .map(|(name, column)| (name.to_string(), column.values(0).map(str::to_owned).collect()))
        .collect();
    (batch.stream.mapping.id.to_string(), raw)
}

#[test]
fn windows_events_have_the_fields_of_elastics_pipelines() {
    let schema = Schema::builtin();
    let mut wrong = vec![];
    for (line, text) in CASES.lines().enumerate() {
        let case: Value = serde_json::from_str(text).unwrap();
        let (source, raw) = read(schema, &case["record"]);
        let at = format!("line {}, {source}", line + 1);
        if case["source"] != source {
            wrong.push(format!("{at}: expected source {}", case["source"]));
            continue;
        }
        let mapping = schema.mapping(&source).unwrap();
        let values = |field: &str| -> Vec<String> {
            let Some(expr) = schema.resolve(mapping, &View::Ecs, field) else { return vec![] };
            let fields: &mut mapping::RawFields<'_, '_> = &mut |path, f| {
                raw.get(path).into_iter().flatten().for_each(|v| f(v));
            };
            mapping::eval(&expr, mapping, fields, None).into_iter().map(String::from).collect()
        };
        for (field, expected) in case["fields"].as_object().unwrap() {
            let found = values(field);
            if Value::from(found.clone()) != *expected {
                wrong.push(format!("{at}: {field} is {found:?}, not {expected}"));
            }
        }
        for field in case["absent"].as_array().unwrap() {
            let found = values(field.as_str().unwrap());
            if !found.is_empty() {
                wrong.push(format!("{at}: {field} is {found:?}, not absent"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
