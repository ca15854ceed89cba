//! Pipelines over small tables: each case reads as rows, stages, rows.

#![allow(clippy::unwrap_used, reason = "helpers of tests are outside of test functions")]

mod aggregates;
mod columns;
mod limits;
mod lookups;
mod model;
mod rows;

use serde_json::{Map, Value as Json};
use std::net::IpAddr;
use std::sync::Arc;
use tripline_diag::Span;
use tripline_ir::{
    Aggregate, Expr, Extend, FieldRef, GroupKey, Pipeline, RowSort, SortKey, Stage, StageKind,
    Value,
};
use tripline_kernels::lookup::LookupTable;
use tripline_kernels::table::{Table, TableBuilder};
use tripline_pipeline::{Context, Error, GeoIp, GeoPlace, Lookups, Output};

const SPAN: Span = Span { start: 3, end: 9 };

/// Rows as a JSON array of objects. Cells: null, a text, a number, or an array of them. Columns
/// stand in the order in which they first occur.
fn table(json: &str) -> Table {
    let rows: Vec<Map<String, Json>> = serde_json::from_str(json).unwrap();
    let mut names: Vec<Arc<str>> = Vec::new();
    for name in rows.iter().flat_map(Map::keys) {
        if !names.iter().any(|n| **n == **name) {
            names.push(name.as_str().into());
        }
    }
    let mut builder = TableBuilder::new(names.clone());
    for row in &rows {
        for (at, name) in names.iter().enumerate() {
            let texts = texts(row.get(&**name).unwrap_or(&Json::Null));
            builder.push(at, texts.iter().map(String::as_str));
        }
        builder.end_row();
    }
    builder.finish()
}

fn texts(json: &Json) -> Vec<String> {
    match json {
        Json::Null => vec![],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The rows as JSON, one object a row with every column in order.
fn shown(table: &Table) -> Vec<Json> {
    let row = |row: usize| {
        let cells = table.names.iter().enumerate().map(|(column, name)| {
            let cell = match table.cell(row, column) {
                Value::Null => Json::Null,
                Value::List(items) => items.iter().map(|v| Json::String(v.to_string())).collect(),
                value => Json::String(value.to_string()),
            };
            (name.to_string(), cell)
        });
        Json::Object(cells.collect())
    };
    (0..table.rows()).map(row).collect()
}

#[derive(Default)]
struct Tables(Vec<(&'static str, Arc<LookupTable>)>);

impl Lookups for Tables {
    fn table(&self, name: &str) -> Option<Arc<LookupTable>> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, table)| table.clone())
    }
}

/// Knows one address.
struct Dns;

impl GeoIp for Dns {
    fn locate(&self, ip: IpAddr) -> Option<GeoPlace> {
        (ip.to_string() == "8.8.8.8").then(|| GeoPlace {
            city: Some("Mountain View".to_owned()),
            country: Some("United States".to_owned()),
            lat: Some(37.5),
            lon: Some(-122.0),
            continent: Some("North America".to_owned()),
            ..GeoPlace::default()
        })
    }
}

fn pipeline(stages: Vec<StageKind>) -> Pipeline {
    let stages = stages.into_iter().map(|kind| Stage { kind, span: SPAN }).collect();
    Pipeline { columns: vec![], all_columns: false, stages, newest_first: false }
}

fn run_with(
    input: Table,
    stages: Vec<StageKind>,
    tables: &Tables,
    geoip: Option<&dyn GeoIp>,
) -> Result<Output, Error> {
    let zone = jiff::tz::TimeZone::UTC;
    let context = Context { now: 0, zone, lookups: tables, geoip, memory_limit: 1 << 28 };
    tripline_pipeline::run(&pipeline(stages), input, &context)
}

fn run(input: &str, stages: Vec<StageKind>) -> Result<Output, Error> {
    run_with(table(input), stages, &Tables::default(), Some(&Dns))
}

/// Compares rows, their order, and the order of columns.
#[track_caller]
fn check(input: &str, stages: Vec<StageKind>, expected: &str) {
    let output = run(input, stages).unwrap();
    let expected: Vec<Json> = serde_json::from_str(expected).unwrap();
    let lines = |rows: &[Json]| rows.iter().map(Json::to_string).collect::<Vec<_>>().join("\n");
    assert_eq!(lines(&shown(&output.table)), lines(&expected));
}

fn field(name: &str) -> Expr {
    Expr::field(FieldRef::row(name), SPAN)
}

fn literal(value: Value) -> Expr {
    Expr::literal(value, SPAN)
}

fn extend(name: &str, expr: Expr) -> Extend {
    Extend { name: name.into(), expr }
}

/// `function(arg) as name`; no argument for `""`.
fn aggregate(function: &'static str, arg: &str, name: &str) -> Aggregate {
    let arg = (!arg.is_empty()).then(|| field(arg));
    Aggregate { function, arg, parameter: None, pattern: None, name: name.into(), span: SPAN }
}

fn key(column: &str) -> GroupKey {
    GroupKey { column: column.into(), fill: None, span_seconds: None }
}

fn stats(aggregates: Vec<Aggregate>, by: &[&str]) -> StageKind {
    let by = by.iter().map(|column| key(column)).collect();
    StageKind::Aggregate { aggregates, by, row_on_empty: true }
}

/// `-` before a column: descending.
fn sort(columns: &[&str], limit: u64) -> StageKind {
    let keys = columns.iter().map(|column| SortKey {
        column: column.trim_start_matches('-').into(),
        descending: column.starts_with('-'),
    });
    StageKind::Sort(RowSort { keys: keys.collect(), limit })
}
