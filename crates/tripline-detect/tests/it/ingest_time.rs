//! `timestamp_override`: windows by another time than the order of events.

use crate::support::{MINUTE, NINE, ecs, found, input, pairs, rule, run, scheduled};
use tripline_detect::{iso, to_elastic};
use tripline_rules::{Language, Rule, RuleKind};
use tripline_schema::Schema;

/// An ECS document that came in at another minute than it happened.
fn ingested(minutes: f64, at: Option<f64>, category: &str, host: &str) -> String {
    let event = ecs(minutes, category, host, &format!("1.1.1.{}", minutes as u8));
    let Some(at) = at else { return event };
    let at = iso(NINE + (at * 60.0) as i64 * 1_000_000_000);
    event.replace("\"kind\"", &format!("\"ingested\":\"{at}\",\"kind\""))
}

fn overriding(language: Language, query: &str) -> Rule {
    Rule { timestamp_override: Some("event.ingested".into()), ..rule(language, query) }
}

#[test]
fn the_window_is_that_of_the_override_and_the_fallback_is_the_events_time() {
    let rule = overriding(Language::Kql, "event.category: network");
    let events =
        [ingested(1.0, Some(31.0), "network", "late"), ingested(2.0, None, "network", "own")];
    let hunt = run(std::slice::from_ref(&rule), &[input("x", &events)], &scheduled());
    assert_eq!(found(&hunt), pairs(&[("late", 35), ("own", 5)]));
    let late = &hunt.alerts[0];
    assert_eq!(late.time, NINE + MINUTE, "the alert is about when it happened");
    let document = &to_elastic(late, Schema::builtin())[0];
    assert_eq!(document["kibana.alert.original_time"], "2024-05-14T09:01:00Z");
    assert_eq!(document["@timestamp"], "2024-05-14T09:35:00Z");

    let mut options = scheduled();
    options.timestamp_override = false;
    let hunt = run(&[rule], &[input("x", &events)], &options);
    assert_eq!(found(&hunt), pairs(&[("late", 5), ("own", 5)]));
}

#[test]
fn without_fallback_an_event_must_have_it() {
    let rule = Rule {
        timestamp_fallback_disabled: true,
        ..overriding(Language::Kql, "event.category: network")
    };
    let events =
        [ingested(1.0, Some(31.0), "network", "late"), ingested(2.0, None, "network", "own")];
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    assert_eq!(found(&hunt), pairs(&[("late", 35)]));
    let warnings = hunt.summary.rules[0].warnings.concat();
    assert!(warnings.starts_with("1 hits were not looked at because they lack"), "{warnings}");
}

/// The order and the span are those of the events, the window is that of their arrival.
#[test]
fn sequences_are_ordered_by_what_happened() {
    let query = "sequence by host.name with maxspan=2m [process where true] [network where true]";
    let rule = overriding(Language::Eql, query);
    for (process, network, expected) in [
        // Both arrive much later, the second step first.
        (ingested(1.0, Some(63.0), "process", "a"), ingested(2.0, Some(62.0), "network", "a"), 1),
        // They arrive in order, but happened the other way round.
        (ingested(2.0, Some(62.0), "process", "a"), ingested(1.0, Some(63.0), "network", "a"), 0),
        // Further apart than the span, although they arrive together.
        (ingested(1.0, Some(62.0), "process", "a"), ingested(4.0, Some(62.0), "network", "a"), 0),
    ] {
        let hunt =
            run(std::slice::from_ref(&rule), &[input("x", &[process, network])], &scheduled());
        assert_eq!(hunt.alerts.len(), expected);
        if let Some(alert) = hunt.alerts.first() {
            assert_eq!(alert.detected, NINE + 65 * MINUTE);
        }
    }
}

/// A term is old if an event with it came in before, whenever that one happened.
#[test]
fn new_terms_go_by_arrival() {
    let rule = Rule {
        kind: RuleKind::NewTerms { fields: vec!["host.name".into()], history: 60 * MINUTE },
        ..overriding(Language::Kql, "event.category: network")
    };
    let events =
        [ingested(40.0, Some(41.0), "network", "a"), ingested(1.0, Some(61.0), "network", "a")];
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    assert_eq!(found(&hunt), pairs(&[("a", 45)]));
    // Events of last year say nothing of what came in before the first one did.
    let events = [
        ecs(1.0 - 500_000.0, "process", "b", "1.1.1.1"),
        ingested(40.0, Some(41.0), "network", "a"),
    ];
    let rule = Rule {
        kind: RuleKind::NewTerms { fields: vec!["host.name".into()], history: 60 * MINUTE },
        ..overriding(Language::Kql, "event.category: network")
    };
    assert!(run(&[rule], &[input("x", &events)], &scheduled()).alerts[0].history_partial);
}
