//! What the values of an event change in its alert.

use crate::support::{ecs, input, rule, run, scheduled};
use tripline_detect::{Alert, to_elastic};
use tripline_rules::{Language, Overrides, Rule, Severity};
use tripline_schema::Schema;

/// An ECS document with more fields.
fn with(more: &str) -> String {
    ecs(1.0, "network", "a", "1.1.1.1").replacen('{', &format!("{{{more},"), 1)
}

fn raised(overrides: Overrides, event: &str) -> Alert {
    let rule = Rule {
        severity: Severity::Low,
        risk_score: 21,
        overrides,
        ..rule(Language::Kql, "event.category: network")
    };
    run(&[rule], &[input("x", &[event.to_owned()])], &scheduled()).alerts.remove(0)
}

#[test]
fn the_most_severe_match_counts() {
    let mapping = |entries: &[(&str, &str, Severity)]| Overrides {
        severity: entries.iter().map(|(f, v, s)| ((*f).into(), (*v).to_owned(), *s)).collect(),
        ..Overrides::default()
    };
    let levels =
        [("rule.level", "critical", Severity::Critical), ("rule.level", "warn", Severity::Medium)];
    for (event, expected) in [
        (r#""rule":{"level":"warn"}"#, Severity::Medium),
        (r#""rule":{"level":["warn","critical"]}"#, Severity::Critical),
        (r#""rule":{"level":"Critical"}"#, Severity::Low),
        (r#""labels":{"x":"critical"}"#, Severity::Low),
    ] {
        let alert = raised(mapping(&levels), &with(event));
        assert_eq!(alert.severity, expected, "{event}");
        assert_eq!(alert.rule.severity, Severity::Low);
    }
    let numbers = [("event.severity", "73", Severity::High)];
    let event = ecs(1.0, "network", "a", "1.1.1.1").replace("\"kind\"", "\"severity\":73,\"kind\"");
    assert_eq!(raised(mapping(&numbers), &event).severity, Severity::High);
}

#[test]
fn the_highest_valid_score_counts() {
    let overrides = Overrides { risk: vec!["event.risk_score".into()], ..Overrides::default() };
    for (value, expected) in
        [("47", 47), ("[12, 80.4, 300]", 80), ("\"66\"", 66), ("101", 21), ("\"high\"", 21)]
    {
        let event = ecs(1.0, "network", "a", "1.1.1.1")
            .replace("\"kind\"", &format!("\"risk_score\":{value},\"kind\""));
        assert_eq!(raised(overrides.clone(), &event).risk_score, expected, "{value}");
    }
}

#[test]
fn the_name_is_what_the_event_says() {
    let overrides = Overrides { name: Some("rule.name".into()), ..Overrides::default() };
    let alert = raised(overrides.clone(), &with(r#""rule":{"name":"Odd thing"}"#));
    assert_eq!(&*alert.name, "Odd thing");
    assert_eq!(&*alert.rule.name, "Rule");
    let document = &to_elastic(&alert, Schema::builtin())[0];
    assert_eq!(document["kibana.alert.rule.name"], "Odd thing");
    let reason = document["kibana.alert.reason"].as_str().unwrap();
    assert!(reason.ends_with("created low alert Odd thing."), "{reason}");
    let several = raised(overrides.clone(), &with(r#""rule":{"name":["one","two"]}"#));
    assert_eq!(&*several.name, "Rule", "a list is no name");
    assert_eq!(&*raised(overrides, &with(r#""labels":{"x":"y"}"#)).name, "Rule");
}

#[test]
fn sequences_have_none() {
    let overrides = Overrides { name: Some("host.name".into()), ..Overrides::default() };
    let query = "sequence by host.name [process where true] [network where true]";
    let rule = Rule { overrides, ..rule(Language::Eql, query) };
    let events = [ecs(1.0, "process", "a", "1.1.1.1"), ecs(2.0, "network", "a", "1.1.1.1")];
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    let alert = &hunt.alerts[0];
    assert_eq!(&*alert.name, "Rule");
    assert!(alert.blocks.iter().all(|block| &*block.name == "Rule"));
}
