//! Blank values of Windows events: Sigma sees them, Elastic and Splunk do not.

use crate::world::Kept;
use std::sync::Arc;
use tripline_diag::Span;
use tripline_engine::{Context, Hit, Matcher};
use tripline_events::{Decoder, EventBatch, Input, Options, Projector};
use tripline_ir::{
    Case, FieldRef, FieldType, Filter, Glob, Plan, Pred, Scope, Tail, Test, Threshold, View,
};
use tripline_kernels::pred::Row;
use tripline_schema::Schema;

fn field(view: &View, name: &str) -> FieldRef {
    FieldRef::new(view.clone(), name, FieldType::Unknown)
}

fn plan(view: &View, name: &str, test: Test) -> Plan {
    let pred = Pred::leaf(field(view, name), test, Span::default());
    let filters = vec![Filter { scope: Scope::Any, pred, span: Span::default() }];
    Plan { filters, tail: Tail::Each { pipes: vec![] } }
}

fn equals(value: &str) -> Test {
    Test::Equals { values: vec![value.into()], case: Case::Unicode }
}

/// Five events of Security 4624: `WorkstationName` is a dash, empty, null, missing, `PC`.
fn events() -> Vec<u8> {
    ["\"WorkstationName\":\"-\",", "\"WorkstationName\":\"\",", "\"WorkstationName\":null,", "", "\"WorkstationName\":\"PC\","]
        .map(|field| {
            format!(
                r##"{{"Event":{{"System":{{"Channel":"Security","EventID":4624,"TimeCreated":{{"#attributes":{{"SystemTime":"2020-01-01T00:00:00Z"}}}}}},"EventData":{{{field}"LogonType":3}}}}}}"##
            )
        })
        .join("\n")
        .into_bytes()
}

fn matcher(plans: &[Plan]) -> Arc<Matcher> {
    let plans: Vec<&Plan> = plans.iter().collect();
    Arc::new(Matcher::new(&plans, Schema::builtin(), Context::default()).unwrap())
}

fn batches(matcher: &Arc<Matcher>) -> Vec<EventBatch> {
    let projector = Arc::clone(matcher) as Arc<dyn Projector>;
    let mut decoder = Decoder::new(Schema::builtin(), projector, Options::default()).unwrap();
    let mut kept = Kept::default();
    decoder.read(&Input::from_bytes("x", events()), &mut kept).unwrap();
    kept.0
}

fn rows(view: &View, name: &str, test: Test) -> Vec<u32> {
    let matcher = matcher(&[plan(view, name, test)]);
    let batches = batches(&matcher);
    let [batch] = &batches[..] else { panic!("one stream") };
    matcher.worker().run(batch).iter().map(|Hit { row, .. }| *row).collect()
}

#[test]
fn only_sigma_sees_blank_values() {
    let star = || Test::Glob {
        patterns: vec![Glob::parse("*", true, Case::Unicode)],
        case: Case::Unicode,
    };
    for (test, sigma, elastic) in [
        (Test::Exists, vec![0, 1, 4], vec![4]),
        (equals("-"), vec![0], vec![]),
        (equals(""), vec![1], vec![]),
        (equals("pc"), vec![4], vec![4]),
        (star(), vec![0, 1, 4], vec![4]),
        (Test::Not(Box::new(equals("pc"))), vec![0, 1], vec![]),
    ] {
        assert_eq!(rows(&View::Sigma, "WorkstationName", test.clone()), sigma, "{test:?}");
        let ecs = rows(&View::Ecs, "winlog.event_data.WorkstationName", test.clone());
        assert_eq!(ecs, elastic, "{test:?}");
        assert_eq!(rows(&View::Ecs, "source.domain", test.clone()), elastic, "{test:?}");
        assert_eq!(rows(&View::Splunk, "WorkstationName", test.clone()), elastic, "{test:?}");
    }
}

#[test]
fn a_test_that_no_blank_value_passes_reads_one_column() {
    let of = |test| {
        let matcher = matcher(&[plan(&View::Sigma, "WorkstationName", test)]);
        let stream = Arc::clone(&batches(&matcher)[0].stream);
        matcher.projection(&stream).columns
    };
    assert_eq!(of(equals("pc")), ["EventData.WorkstationName".into()]);
    let both = ["EventData.WorkstationName".into(), "EventData.WorkstationName (blank)".into()];
    assert_eq!(of(equals("-")), both);
}

/// Keys have them, and so has what an explanation shows.
#[test]
fn keys_have_blank_values() {
    let key = field(&View::Sigma, "WorkstationName");
    let mut grouped = plan(&View::Sigma, "LogonType", equals("3"));
    grouped.tail =
        Tail::Threshold(Threshold { fields: vec![key.clone()], value: 1, cardinality: vec![] });
    let matcher = matcher(&[grouped]);
    let batches = batches(&matcher);
    let mut worker = matcher.worker();
    let inspector = matcher.inspector();
    let mut keys = vec![];
    let mut shown = vec![];
    for row in 0..5 {
        worker.values(&batches[0], row, &key, &mut |v| keys.push((row, v.to_owned())));
        inspector.row(&batches[0], row).values(&key, &mut |v| shown.push((row, v.to_owned())));
    }
    let expected = [(0, "-"), (1, ""), (4, "PC")].map(|(row, v)| (row, v.to_owned()));
    assert_eq!(keys, expected);
    assert_eq!(shown, expected);
}
