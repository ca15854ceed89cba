//! What the matcher does besides matching: gates, projections, reasons, values, errors.

use crate::world::{Decoder, Record, field, plan, plan_in, schema, stream};
use std::sync::Arc;
use tripline_diag::Span;
use tripline_engine::{Applicability, Context, ErrorKind, Hit, Lack, Matcher};
use tripline_events::{EventBatch, Projection, Projector, RawRows, Stream};
use tripline_ir::{
    Case, Expr, FieldRef, FieldSet, FieldType, Glob, Leaf, Multi, Plan, Pred, Scope, Test, View,
};
use tripline_schema::Schema;

fn equals(name: &str, value: &str) -> Pred {
    let test = Test::Equals { values: vec![value.into()], case: Case::Sensitive };
    Pred::leaf(field(name), test, Span::default())
}

fn matcher(schema: &Schema, plans: &[Plan]) -> Arc<Matcher> {
    let plans: Vec<&Plan> = plans.iter().collect();
    Arc::new(Matcher::new(&plans, schema, Context::default()).unwrap())
}

fn record(fields: &[(&'static str, &[&str])]) -> Record {
    fields.iter().map(|(n, vs)| (*n, vs.iter().map(|v| (*v).to_owned()).collect())).collect()
}

#[test]
fn gates_and_reasons() {
    let schema = schema();
    let indices = |p: &[&str]| Scope::Indices(p.iter().map(|p| (*p).into()).collect());
    let plans = [
        plan_in(indices(&["logs-t*"]), equals("a", "x")),
        plan_in(indices(&["logs-*", "-logs-t*"]), equals("a", "x")),
        plan_in(Scope::Dataset("Endpoint.Processes".into()), equals("a", "x")),
        plan_in(Scope::Dataset("Endpoint.Proc".into()), equals("a", "x")),
        plan(Pred::And(vec![equals("nope", "x"), equals("a", "x"), equals("nada", "x")])),
        plan(Pred::Or(vec![equals("nope", "x"), equals("a", "x")])),
        plan(equals("const", "Other")),
        plan(equals("nope", "x").negate()),
        plan(equals("const", "Const").negate()),
    ];
    let matcher = matcher(&schema, &plans);
    let stream = stream(&schema, "t");
    let of = |plan| matcher.applicability(plan, 0, &stream.mapping, &stream.indices);
    let never = |lacks: &[(&str, &[&str])]| Applicability::Never {
        lacks: lacks
            .iter()
            .map(|(field, always)| Lack {
                field: (*field).into(),
                always: always.iter().map(|v| (*v).into()).collect(),
            })
            .collect(),
    };
    assert_eq!(of(0), Applicability::Applicable);
    assert_eq!(of(1), Applicability::Gated);
    assert_eq!(of(2), Applicability::Applicable);
    assert_eq!(of(3), Applicability::Gated);
    assert_eq!(of(4), never(&[("nope", &[]), ("nada", &[])]));
    assert_eq!(of(5), Applicability::Applicable);
    assert_eq!(of(6), never(&[("const", &["Const", "10"])]), "the constant has another value");
    assert_eq!(of(7), Applicability::Applicable);
    assert_eq!(of(8), never(&[("const", &["Const", "10"])]));
    assert_eq!(of(99), Applicability::Gated);
}

#[test]
fn only_needed_columns_are_asked_for() {
    let schema = schema();
    let t = stream(&schema, "t");
    let other = stream(&schema, "other");
    let one = matcher(&schema, &[plan(Pred::And(vec![equals("low", "x"), equals("const", "10")]))]);
    let expected = Projection { columns: vec!["ra".into()], ..Projection::default() };
    assert_eq!(one.projection(&t), expected);
    assert!(one.projection(&other).skip, "no event of it can match");
    let any =
        Pred::Leaf(Leaf { field: FieldSet::Anything, test: Test::Exists, span: Span::default() });
    assert!(matcher(&schema, &[plan(any)]).projection(&t).all);
    let gated = plan_in(Scope::Indices(vec!["filebeat-*".into()]), equals("a", "x"));
    assert!(matcher(&schema, &[gated]).projection(&t).skip);
}

#[test]
fn what_recognised_an_event_decides_conditions() {
    let schema = schema();
    let said = stream(&schema, "other");
    let recognised = Stream { recognised: true, ..(*said).clone() };
    let with = |id: Pred| plan(Pred::And(vec![id, equals("other", "x")]));
    // `o` is 4 or 5, `s` is 6: that decides some conditions.
    let (o, s) = (equals("o", "7"), equals("s", "5"));
    let one = |plan| matcher(&schema, &[plan]);
    assert!(one(with(o.clone())).projection(&recognised).skip);
    assert!(one(with(s)).projection(&recognised).skip);
    assert!(!one(with(o)).projection(&said).skip, "somebody said that it is of that source");
    let columns = |plan| one(plan).projection(&recognised).columns;
    let either = Pred::Or(vec![equals("o", "4"), equals("o", "5")]);
    for (id, read) in [
        (equals("s", "6"), vec!["rt"]),
        (equals("o", "4"), vec!["ro", "rt"]),
        (either, vec!["ro", "rt"]),
    ] {
        let columns = columns(with(id));
        assert_eq!(columns.iter().map(|c| &**c).collect::<Vec<_>>(), read);
    }
    let late = |plan| one(plan).projection(&recognised).late;
    assert_eq!(late(with(equals("o", "4"))), ["rt".into()], "it is read where `o` is 4");
}

#[test]
fn values_come_through_the_view() {
    let schema = schema();
    let stream = stream(&schema, "t");
    let matcher =
        matcher(&schema, &[plan(Pred::Or(vec![equals("low", "x"), equals("joined", "y")]))]);
    let mut worker = matcher.worker();
    let mut decoder = Decoder::new(&stream);
    for turn in ["A", "B"] {
        let batch = decoder
            .batch(&[record(&[("ra", &[turn]), ("rb", &["y", "z"])]), record(&[("rb", &["q"])])]);
        assert_eq!(worker.run(&batch), [Hit { plan: 0, filter: 0, row: 0 }]);
        let mut get = |row, name: &str| {
            let mut values = Vec::new();
            worker.values(&batch, row, &field(name), &mut |v| values.push(v.to_owned()));
            values
        };
        assert_eq!(get(0, "low"), [turn.to_lowercase()]);
        assert_eq!(get(1, "low"), [""; 0]);
        assert_eq!(get(0, "joined"), [turn, "y", "z"]);
        assert_eq!(get(1, "joined"), ["q"]);
        assert_eq!(get(1, "const"), ["Const", "10"], "a field that no plan names");
        assert_eq!(get(1, "filled"), ["q"], "the same, computed for the row");
        assert_eq!(get(1, "nope"), [""; 0]);
    }
}

#[test]
fn every_plan_that_cannot_run_is_named() {
    let regex = |p: &str| {
        let test = Test::Regex { patterns: vec![p.into()], case: Case::Ascii, anchored: true };
        plan(Pred::leaf(field("a"), test, Span::new(3, 9)))
    };
    let mut deep = equals("a", "x");
    for _ in 0..300 {
        deep = Pred::Not(Box::new(deep));
    }
    let plans = [regex("a("), regex("ok"), regex("(?<!x)y"), plan(deep)];
    let errors =
        Matcher::new(&plans.iter().collect::<Vec<_>>(), &schema(), Context::default()).unwrap_err();
    assert_eq!(errors.iter().map(|e| e.0).collect::<Vec<_>>(), [0, 2, 3]);
    assert_eq!(errors[0].1.kind(), ErrorKind::Query);
    assert_eq!(errors[2].1.kind(), ErrorKind::Resources);
    assert_eq!(errors[0].1.span(), Some(Span::new(3, 9)));
    assert!(errors[0].1.to_string().contains("unclosed group"), "{}", errors[0].1);
}

#[test]
fn nested_conditions_hold_within_one_element() {
    let schema = schema();
    let stream = stream(&schema, "t");
    let nested = Pred::Nested {
        path: field("nest"),
        pred: Box::new(Pred::And(vec![equals("nest.name", "k"), equals("nest.sub.value", "1")])),
        span: Span::default(),
    };
    let matcher = matcher(&schema, &[plan(nested)]);
    let mut raw = RawRows::default();
    let records = [
        r#"{"things":[{"name":"k","sub":{"value":1}},{"name":"l"}]}"#,
        r#"{"things":[{"name":"k"},{"name":"l","sub":{"value":1}}]}"#,
        r#"{"things":{"name":["j","k"],"sub.value":"1"}}"#,
        r#"{"things":"k"}"#,
        r"not json",
    ];
    for record in records {
        raw.push(&Arc::new(record.as_bytes().to_vec()), 0, record.len());
    }
    let batch = EventBatch {
        stream,
        input: "test".into(),
        time: vec![0; records.len()],
        record: (0..records.len() as u64).collect(),
        columns: vec![],
        raw: raw.into(),
    };
    let mut worker = matcher.worker();
    let rows: Vec<u32> = worker.run(&batch).iter().map(|h| h.row).collect();
    assert_eq!(rows, [0, 2]);
}

#[test]
fn a_pattern_over_names_sees_defined_and_raw_fields() {
    let schema = schema();
    let stream = stream(&schema, "t");
    let pattern = |p: &str| {
        let field = FieldSet::Matching { view: View::Ecs, pattern: p.into() };
        let test = Test::Equals { values: vec!["v".into()], case: Case::Sensitive };
        plan(Pred::Leaf(Leaf { field, test, span: Span::default() }))
    };
    let matcher = matcher(&schema, &[pattern("x.*"), pattern("y.*"), pattern("sa*"), pattern("*")]);
    let mut decoder = Decoder::new(&stream);
    let batch = decoder.batch(&[record(&[("y.raw", &["v"])]), record(&[("ra", &["v"])])]);
    let mut worker = matcher.worker();
    let hits: Vec<(u32, u32)> = worker.run(&batch).iter().map(|h| (h.plan, h.row)).collect();
    assert_eq!(hits, [(0, 0), (2, 1), (3, 0), (3, 1)]);
}

#[test]
fn what_every_event_has_can_be_tested_and_read() {
    let schema = schema();
    let stream = stream(&schema, "t");
    let splunk = |name: &str| FieldRef::new(View::Splunk, name, FieldType::Unknown);
    let on = |field: FieldRef, pattern: &str| {
        let patterns = vec![Glob::parse(pattern, false, Case::Ascii)];
        plan(Pred::leaf(field, Test::Glob { patterns, case: Case::Ascii }, Span::default()))
    };
    let matcher = matcher(
        &schema,
        &[
            on(splunk("_raw"), "*needle*"),
            on(splunk("source"), "te*"),
            on(splunk("_time"), "0.*"),
            on(field("@timestamp"), "1970-01-01T00:00:00.000000001Z"),
        ],
    );
    let mut decoder = Decoder::new(&stream);
    let batch = decoder.batch(&[record(&[("ra", &["a"])]), record(&[("ra", &["a Needle"])])]);
    let mut worker = matcher.worker();
    let hits: Vec<(u32, u32)> = worker.run(&batch).iter().map(|h| (h.plan, h.row)).collect();
    assert_eq!(hits, [(0, 1), (1, 0), (1, 1), (3, 1)]);
    let mut values = Vec::new();
    worker.values(&batch, 1, &splunk("source"), &mut |v| values.push(v.to_owned()));
    assert_eq!(values, ["test"]);
}

#[test]
fn combinations_beyond_the_limit_are_counted() {
    let schema = schema();
    let stream = stream(&schema, "t");
    // Never true: a list of several values is no boolean, and each value is text.
    let expr = Expr::field(field("a"), Span::default());
    let never = Pred::Expr { expr, multi: Multi::AnyCombination };
    let matcher = matcher(&schema, &[plan(equals("a", "0")), plan(never)]);
    let values: Vec<String> = (0..70_000).map(|n| n.to_string()).collect();
    let many: Record = [("ra", values)].into();
    let batch = Decoder::new(&stream).batch(&[many, record(&[("ra", &["1"])])]);
    let mut worker = matcher.worker();
    assert_eq!(worker.run(&batch), [Hit { plan: 0, filter: 0, row: 0 }]);
    assert_eq!(worker.cut_combinations().iter().collect::<Vec<_>>(), [(&1, &1)]);
}
