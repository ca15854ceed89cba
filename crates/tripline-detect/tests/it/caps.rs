//! `max_signals`, and the cap on hits.

use crate::support::{ecs, found, input, pairs, rule, run, scheduled};
use tripline_rules::{Language, Rule, Schedule};

#[test]
fn kql_raises_the_oldest_and_the_next_run_the_rest() {
    let rule = Rule { max_signals: 2, ..rule(Language::Kql, "event.category: network") };
    let events: Vec<String> = ["a", "b", "c"]
        .iter()
        .zip(1..)
        .map(|(h, m)| ecs(f64::from(m), "network", h, "1.1.1.1"))
        .collect();
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    // The run at minute 10 sees minutes 1 to 10.
    assert_eq!(found(&hunt), pairs(&[("a", 5), ("b", 5), ("c", 10)]));
    assert!(hunt.summary.rules[0].warnings.is_empty(), "{:?}", hunt.summary.rules[0].warnings);
}

#[test]
fn eql_asks_for_the_most_recent() {
    let rule = Rule { max_signals: 2, ..rule(Language::Eql, "network where true") };
    let events: Vec<String> = ["a", "b", "c"]
        .iter()
        .zip(1..)
        .map(|(h, m)| ecs(f64::from(m), "network", h, "1.1.1.1"))
        .collect();
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    assert_eq!(found(&hunt), pairs(&[("b", 5), ("c", 5)]));
    let warnings = &hunt.summary.rules[0].warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("1 hits raised no alert"), "{warnings:?}");
}

#[test]
fn of_sequences_the_most_recent_ones_stay() {
    let query = "sequence by host.name [process where true] [network where true]";
    let rule = Rule { max_signals: 1, ..rule(Language::Eql, query) };
    let mut events = Vec::new();
    for (host, minute) in [("a", 1.0), ("b", 2.0), ("c", 3.0)] {
        events.push(ecs(minute, "process", host, "1.1.1.1"));
        events.push(ecs(minute + 0.5, "network", host, "1.1.1.1"));
    }
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    assert_eq!(found(&hunt), pairs(&[("c", 5)]));
    assert!(hunt.summary.rules[0].warnings[0].starts_with("2 sequences raised no alert"));
}

#[test]
fn a_sequence_is_not_longer_than_a_window() {
    let query = "sequence by host.name [process where true] [network where true]";
    let mut rule = rule(Language::Eql, query);
    let events = [ecs(1.0, "process", "a", "1.1.1.1"), ecs(9.0, "network", "a", "1.1.1.1")];
    for (from, to, expected) in [(9, 0, 1), (7, 0, 0), (12, 4, 1), (12, 5, 0)] {
        let minutes = |n: i64| n * crate::support::MINUTE;
        rule.schedule =
            Schedule::Interval { every: minutes(5), from: minutes(from), to: minutes(to) };
        let hunt = run(&[rule.clone()], &[input("x", &events)], &scheduled());
        assert_eq!(hunt.alerts.len(), expected, "from {from} minutes ago to {to}");
    }
}

#[test]
fn the_first_hits_are_kept_whatever_reads_them() {
    let inputs: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|name| {
            let events: Vec<String> = (0..40)
                .map(|n| {
                    // Two streams in turn, whose batches do not come in the order of the records.
                    let category = if n % 2 == 0 { "network" } else { "process" };
                    ecs(f64::from(n) / 100.0, category, &format!("{name}{n}"), "1.1.1.1")
                })
                .collect();
            input(name, &events)
        })
        .collect();
    let rule = rule(Language::Kql, "host.name: *");
    for (cap, expected) in [(1, 1), (7, 7), (45, 45), (119, 119), (120, 120)] {
        let mut known: Option<Vec<String>> = None;
        for (threads, batch_rows) in [(1, 1), (1, 7), (3, 7), (2, 8192)] {
            let mut options = scheduled();
            options.max_signals = false;
            (options.candidate_cap, options.threads, options.batch_rows) =
                (cap, threads, batch_rows);
            let hunt = run(std::slice::from_ref(&rule), &inputs, &options);
            assert_eq!(hunt.alerts.len(), expected);
            let left = 120 - expected;
            let warned = hunt.summary.rules[0].warnings.concat();
            assert_eq!(warned.starts_with(&format!("{left} hits were beyond the cap")), left > 0);
            let ids: Vec<String> = hunt.alerts.into_iter().map(|a| a.id).collect();
            assert_eq!(*known.get_or_insert_with(|| ids.clone()), ids, "{threads} {batch_rows}");
        }
    }
}

#[test]
fn an_expression_that_was_not_tried_on_all_values_is_said() {
    let rule = rule(
        Language::Eql,
        "process where concat(process.args, process.parent.args) == \"nothing\"",
    );
    let event = |values: u32| {
        let list = |letter: &str| {
            let all: Vec<String> = (0..values).map(|n| format!("\"{letter}{n}\"")).collect();
            all.join(",")
        };
        format!(
            r#"{{"@timestamp":{},"ecs":{{"version":"8.11.0"}},"event":{{"category":["process"]}},"process":{{"args":[{}],"parent":{{"args":[{}]}}}}}}"#,
            crate::support::NINE / 1_000_000,
            list("a"),
            list("b"),
        )
    };
    for (values, expected) in [
        (256, &[][..]),
        (
            300,
            &["on 1 events an expression was tried on the first 65536 combinations of values only"],
        ),
    ] {
        let hunt = run(std::slice::from_ref(&rule), &[input("x", &[event(values)])], &scheduled());
        assert_eq!(hunt.summary.rules[0].warnings, expected);
    }
}
