//! New terms.

use crate::support::{MINUTE, at_once, ecs, found, input, pairs, rule, run, scheduled};
use tripline_rules::{Language, Rule, RuleKind};

fn terms() -> Rule {
    Rule {
        kind: RuleKind::NewTerms {
            fields: vec!["destination.ip".into()],
            history: 7 * 24 * 60 * MINUTE,
        },
        ..rule(Language::Kql, "event.category: network")
    }
}

/// One window over everything: an address is new once, at its first event, even if the data is
/// longer than the history.
#[test]
fn one_window_over_more_than_the_history() {
    let days = |n: f64| n * 24.0 * 60.0;
    let events = [
        ecs(days(0.0), "network", "a", "1.1.1.1"),
        ecs(days(20.0), "network", "b", "2.2.2.2"),
        ecs(days(25.0), "network", "c", "1.1.1.1"),
        ecs(days(30.0), "network", "d", "3.3.3.3"),
    ];
    let hunt = run(&[terms()], &[input("x", &events)], &at_once());
    let seen: Vec<(&str, bool)> =
        hunt.alerts.iter().map(|a| (a.new_terms[0].as_str(), a.history_partial)).collect();
    // Of the first there is no history in the data.
    assert_eq!(seen, [("1.1.1.1", true), ("2.2.2.2", false), ("3.3.3.3", false)]);
}

#[test]
fn without_enough_history_they_can_be_left_out() {
    let mut options = scheduled();
    let events = [input("x", &[ecs(1.0, "network", "a", "1.1.1.1")])];
    let hunt = run(&[terms()], &events, &options);
    assert!(hunt.alerts[0].history_partial);
    assert_eq!(hunt.summary.notes.len(), 1);
    options.require_history = true;
    assert!(run(&[terms()], &events, &options).alerts.is_empty());
}

/// An old record of another source is no history of this one.
#[test]
fn history_is_that_of_the_sources_that_the_rule_looks_at() {
    let days = |n: f64| n * 24.0 * 60.0;
    let events = [
        ecs(days(-30.0), "process", "a", "9.9.9.9"),
        ecs(days(0.0), "network", "a", "1.1.1.1"),
        ecs(days(20.0), "network", "a", "2.2.2.2"),
    ];
    let indices = vec!["logs-endpoint.events.network-*".into()];
    let rules = [Rule { indices, ..terms() }, rule(Language::Kql, "event.category: process")];
    let hunt = run(&rules, &[input("x", &events)], &scheduled());
    let seen: Vec<(&str, bool)> = hunt
        .alerts
        .iter()
        .filter_map(|a| Some((a.new_terms.first()?.as_str(), a.history_partial)))
        .collect();
    assert_eq!(seen, [("1.1.1.1", true), ("2.2.2.2", false)]);
}

/// What a run leaves out because of its cap is new to the next run that sees it after its start.
#[test]
fn the_next_run_raises_what_the_cap_left_out() {
    let rule = Rule { max_signals: 2, ..terms() };
    let events: Vec<String> = [("a", 0.5), ("b", 2.0), ("c", 3.0), ("d", 4.0)]
        .iter()
        .zip(1..)
        .map(|((host, minute), n)| ecs(*minute, "network", host, &format!("{n}.1.1.1")))
        .collect();
    let hunt = run(std::slice::from_ref(&rule), &[input("x", &events)], &scheduled());
    assert_eq!(found(&hunt), pairs(&[("a", 5), ("b", 5), ("c", 10), ("d", 10)]));
    // The run at minute 10 does not see half a minute past nine any more.
    let rule = Rule { max_signals: 1, ..rule };
    let events: Vec<String> = [("a", 0.4), ("b", 0.5), ("c", 0.6)]
        .iter()
        .zip(1..)
        .map(|((host, minute), n)| ecs(*minute, "network", host, &format!("{n}.1.1.1")))
        .collect();
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    assert_eq!(found(&hunt), pairs(&[("a", 5)]));
    assert!(hunt.summary.rules[0].warnings[0].starts_with("2 new terms raised no alert"));
}
