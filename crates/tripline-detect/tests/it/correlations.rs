//! Why a correlation finds nothing, and what it needs.

use crate::support::{NOW, at_once, input};
use std::fmt::Write;
use std::sync::Arc;
use tripline_detect::{
    AlertKind, ExplainOptions, RuleState, Selected, Silent, explain, hunt, to_elastic,
};
use tripline_rules::{LoadOptions, RuleSet, load};
use tripline_schema::Schema;

/// A connection so many seconds after nine.
fn conn(seconds: u32, from: &str, state: &str, bytes: Option<u32>) -> String {
    let bytes = bytes.map_or(String::new(), |n| format!(r#","orig_bytes":{n}"#));
    format!(
        r#"{{"ts":"2024-05-14T09:00:{seconds:02}Z","uid":"C1","id.orig_h":"{from}","conn_state":"{state}"{bytes}}}"#
    )
}

/// Rules on rejected, accepted and reset connections, and a correlation of them.
fn rules(correlation: &str) -> RuleSet {
    rules_with(correlation, "product: zeek, service: conn")
}

/// The last of them with another log source.
fn rules_with(correlation: &str, last: &str) -> RuleSet {
    let mut text =
        format!("title: C\nid: 00000000-0000-4000-8000-000000000001\ncorrelation:\n{correlation}");
    let zeek = "product: zeek, service: conn";
    for (name, state, source) in
        [("rejected", "REJ", zeek), ("accepted", "SF", zeek), ("reset", "RSTO", last)]
    {
        let _ = write!(
            text,
            "---\ntitle: {name}\nname: {name}\nlogsource: {{{source}}}\ndetection:\n  s: {{conn_state: \
             {state}}}\n  condition: s\n"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yml"), text).unwrap();
    let set = load(&[folder.path().to_owned()], &LoadOptions::default());
    assert!(set.problems.iter().all(|p| !p.diagnostic.is_error()), "{:?}", set.problems);
    set
}

fn selected(set: &RuleSet) -> Selected {
    let rule = set.rules.iter().find(|rule| &*rule.name == "C").unwrap();
    Selected { rule: Arc::clone(rule), version: None }
}

/// Codes and texts of the reasons.
fn reasons(correlation: &str, lines: &[String]) -> Vec<(&'static str, String)> {
    let set = rules(correlation);
    let wanted = ExplainOptions { event: None, nearest: 3 };
    let inputs = [input("a.ndjson", lines)];
    let found =
        explain(&inputs, &set, &selected(&set), Schema::builtin(), &at_once(), &wanted).unwrap();
    assert_eq!(found.errors, []);
    found.reasons.into_iter().map(|why| (why.code, why.text)).collect()
}

const COUNT: &str = "  type: event_count\n  rules: [rejected]\n  group-by: [id.orig_h]\n  timespan: 10s\n  condition: {gte: 3}\n";

#[test]
fn how_far_a_group_came() {
    let lines = [
        conn(0, "10.0.0.1", "REJ", None),
        conn(5, "10.0.0.1", "REJ", None),
        conn(11, "10.0.0.1", "REJ", None),
        conn(1, "10.0.0.2", "REJ", None),
    ];
    assert_eq!(
        reasons(COUNT, &lines),
        [(
            "correlation_short",
            "The group that comes nearest is `10.0.0.1`: 2 events within 10 s. Its event_count is \
             2, and at least 3 is needed."
                .to_owned()
        )]
    );
}

#[test]
fn which_rule_is_missing() {
    let temporal = "  type: temporal\n  rules: [rejected, accepted, reset]\n  group-by: [id.orig_h]\n  timespan: 10s\n";
    let lines = [
        conn(0, "10.0.0.1", "REJ", None),
        conn(0, "10.0.0.2", "REJ", None),
        conn(1, "10.0.0.2", "SF", None),
    ];
    let [(code, text)] = &reasons(temporal, &lines)[..] else { panic!("one reason") };
    assert_eq!(*code, "correlation_short");
    assert!(
        text.ends_with("It has findings of `rejected`, `accepted` and none of `reset`."),
        "{text}"
    );
    let ordered = "  type: temporal_ordered\n  rules: [rejected, accepted]\n  group-by: [id.orig_h]\n  timespan: 10s\n";
    let lines = [conn(0, "10.0.0.2", "SF", None), conn(1, "10.0.0.2", "REJ", None)];
    let [(_, text)] = &reasons(ordered, &lines)[..] else { panic!("one reason") };
    assert!(
        text.ends_with("findings of all rules, but only 1 of them one after the other."),
        "{text}"
    );
}

#[test]
fn a_field_that_is_missing() {
    let by_service = COUNT.replace("id.orig_h", "service");
    let lines = [conn(0, "10.0.0.1", "REJ", None), conn(1, "10.0.0.1", "REJ", None)];
    let [(code, text)] = &reasons(&by_service, &lines)[..] else { panic!("one reason") };
    assert_eq!(*code, "key_missing");
    assert!(
        text.starts_with("2 of 2 events that the referred rules find lack one of `service`"),
        "{text}"
    );
    let sum = "  type: value_sum\n  rules: [rejected]\n  timespan: 10s\n  condition: {field: orig_bytes, gte: 3}\n";
    let [(_, text)] = &reasons(sum, &lines)[..] else { panic!("one reason") };
    assert!(
        text.ends_with("None of them has a number to reckon with; at least 3 is needed."),
        "{text}"
    );
}

/// The document that other tools read.
#[test]
fn what_an_alert_says() {
    let set = rules(COUNT);
    let lines: Vec<String> = (0..4).map(|n| conn(n, "10.0.0.1", "REJ", None)).collect();
    let inputs = [input("a.ndjson", &lines)];
    let found =
        hunt(&inputs, &set, &[selected(&set)], Schema::builtin(), &at_once(), &Silent).unwrap();
    assert!(matches!(found.summary.rules[0].state, RuleState::Ran));
    let [alert] = &found.alerts[..] else { panic!("one alert") };
    let AlertKind::Correlation(result) = &alert.kind else { panic!("{:?}", alert.kind) };
    assert_eq!((result.kind, result.count, &*result.value), ("event_count", 3, "3"));
    assert_eq!(result.inputs, [("rejected".to_owned(), 3)]);
    assert_eq!(*alert.entities, [("id.orig_h".to_owned(), "10.0.0.1".to_owned())]);
    assert!(alert.time < NOW && alert.detected == alert.time);
    let document = &to_elastic(alert, Schema::builtin())[0];
    assert_eq!(
        document["kibana.alert.correlation_result"],
        serde_json::json!({
            "type": "event_count",
            "count": 3,
            "value": "3",
            "from": "2024-05-14T09:00:00Z",
            "terms": [{"field": "id.orig_h", "value": "10.0.0.1"}],
            "rules": [{"name": "rejected", "count": 3}],
        })
    );
}

/// A rule of the correlation may have no source in the data.
#[test]
fn what_must_be_there() {
    let state = |correlation: &str| {
        // Nothing here is an event of Windows.
        let set = rules_with(correlation, "product: windows");
        let inputs = [input("a.ndjson", &[conn(0, "10.0.0.1", "REJ", None)])];
        let found = hunt(&inputs, &set, &[selected(&set)], Schema::builtin(), &at_once(), &Silent);
        matches!(found.unwrap().summary.rules[0].state, RuleState::Ran)
    };
    let of = |ty: &str, condition: &str| {
        format!("  type: {ty}\n  rules: [rejected, reset]\n  timespan: 10s\n{condition}")
    };
    assert!(state(&of("event_count", "  condition: {gte: 2}\n")));
    assert!(!state(&of("temporal", "")));
    assert!(state(&of("temporal", "  condition: {gte: 1}\n")));
    assert!(state(&of("temporal", "  condition: rejected and not reset\n")));
    assert!(!state(&of("temporal", "  condition: reset and not rejected\n")));
}
