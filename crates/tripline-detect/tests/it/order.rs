//! Order between events of one instant, copies, and rules that are the same.

use crate::support::{at_once, ecs, found, input, pairs, rule, run, scheduled};
use std::io::Write;
use tripline_detect::AlertKind;
use tripline_events::Input;
use tripline_rules::{Language, Rule};

fn archive(members: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Each member counts its records from 0; those of a later member come after those of an earlier.
#[test]
fn members_of_an_archive_are_in_order() {
    let other = ecs(1.0, "file", "a", "1.1.1.1");
    let (process, network) =
        (ecs(2.0, "process", "a", "1.1.1.1"), ecs(2.0, "network", "a", "1.1.1.1"));
    let first = format!("{other}\n{other}\n{process}\n");
    let query = "sequence by host.name [process where true] [network where true]";
    for batch_rows in [1, 7, 8192] {
        for (members, expected) in [
            ([("1.json", first.clone()), ("2.json", network.clone())], 1),
            ([("1.json", network.clone()), ("2.json", first.clone())], 0),
        ] {
            let mut options = scheduled();
            options.batch_rows = batch_rows;
            let inputs = [Input::from_bytes("logs.zip".to_owned(), archive(&members))];
            let hunt = run(&[rule(Language::Eql, query)], &inputs, &options);
            assert_eq!(hunt.summary.event_count(), 4);
            assert_eq!(hunt.alerts.len(), expected, "batches of {batch_rows}");
            for event in hunt.alerts.iter().flat_map(|alert| &alert.events) {
                let expected = if event.get("event.category") == ["process"] { 2 } else { 0 };
                assert_eq!(event.record, expected, "the record's number in {}", event.input);
            }
        }
    }
}

/// A copy of a record in another input is the same event, and no event is two steps of one sequence.
#[test]
fn a_copy_does_not_follow_its_original() {
    let query = "sequence by host.name [any where true] [any where true]";
    let process = ecs(1.0, "process", "a", "1.1.1.1");
    let network = ecs(1.0, "network", "a", "1.1.1.1");
    for (lines, expected) in [
        (vec![process.clone(), process.clone()], 0),
        (vec![process.clone(), process.clone(), network.clone()], 1),
        (vec![process.clone(), network.clone()], 1),
    ] {
        let names = ["x", "y", "z"];
        let inputs: Vec<Input> =
            names.iter().zip(lines).map(|(name, line)| input(name, &[line])).collect();
        let hunt = run(&[rule(Language::Eql, query)], &inputs, &scheduled());
        let pairs: Vec<Vec<&str>> = hunt
            .alerts
            .iter()
            .map(|alert| alert.events.iter().flat_map(|e| e.get("event.category").iter()).collect())
            .collect();
        assert_eq!(pairs, vec![vec!["process", "network"]; expected]);
    }
}

#[test]
fn the_steps_of_a_sequence_may_be_in_different_inputs() {
    let query = "sequence by host.name [process where true] [network where true]";
    let inputs = [
        input("b", &[ecs(2.0, "network", "a", "1.1.1.1")]),
        input("a", &[ecs(1.0, "process", "a", "1.1.1.1")]),
    ];
    for threads in [1, 2] {
        let mut options = scheduled();
        options.threads = threads;
        let hunt = run(&[rule(Language::Eql, query)], &inputs, &options);
        assert_eq!(found(&hunt), pairs(&[("a", 5)]));
        assert_eq!(hunt.alerts[0].kind, AlertKind::Sequence);
        let names: Vec<&str> = hunt.alerts[0].events.iter().map(|e| &*e.input).collect();
        assert_eq!(names, ["a", "b"]);
    }
}

/// One event may be the end of one sequence and the start of the next, but never follows itself.
#[test]
fn an_event_that_two_steps_match() {
    let query = "sequence by host.name [network where true] [network where true]";
    let one = [input("x", &[ecs(1.0, "network", "a", "1.1.1.1")])];
    assert!(run(&[rule(Language::Eql, query)], &one, &scheduled()).alerts.is_empty());
    let three: Vec<String> =
        (1..=3).map(|m| ecs(f64::from(m), "network", "a", "1.1.1.1")).collect();
    let hunt = run(&[rule(Language::Eql, query)], &[input("x", &three)], &scheduled());
    let records: Vec<Vec<u64>> =
        hunt.alerts.iter().map(|a| a.events.iter().map(|e| e.record).collect()).collect();
    assert_eq!(records, [[0, 1], [1, 2]]);
}

/// The same file twice: the same alerts, and the summary counts what is given.
#[test]
fn copies_of_a_record_are_one_alert() {
    let lines = [ecs(1.0, "network", "a", "1.1.1.1"), ecs(2.0, "network", "b", "1.1.1.1")];
    let rule = rule(Language::Kql, "event.category: network");
    let once = run(std::slice::from_ref(&rule), &[input("x", &lines)], &scheduled());
    let twice = run(&[rule], &[input("x", &lines), input("y", &lines)], &scheduled());
    let ids = |hunt: &tripline_detect::Hunt| -> Vec<String> {
        hunt.alerts.iter().map(|a| a.id.clone()).collect()
    };
    assert_eq!(ids(&once), ids(&twice));
    assert_eq!(twice.summary.event_count(), 4);
    assert_eq!(twice.summary.rules[0].alerts, 2);
}

#[test]
fn rules_with_the_same_query_raise_their_own_alerts() {
    let one = rule(Language::Kql, "event.category: network");
    let two = Rule { id: "s".into(), name: "Twin".into(), ..one.clone() };
    let hunt = run(&[one, two], &[input("x", &[ecs(1.0, "network", "a", "1.1.1.1")])], &at_once());
    assert_eq!(hunt.alerts.len(), 2);
    assert_ne!(hunt.alerts[0].id, hunt.alerts[1].id);
    assert!(hunt.summary.rules.iter().all(|rule| rule.alerts == 1));
}

/// Which records people are shown of those that were set aside does not depend on who read them.
#[test]
fn examples_of_what_was_set_aside() {
    let bad = |n: usize, first: &str| format!("{}\n{{{first}\n", "{}\n".repeat(n));
    let members =
        [("1.json", bad(5, "one")), ("2.json", bad(0, "two")), ("3.json", bad(1, "three"))];
    let inputs = || {
        vec![
            Input::from_bytes("a.json".to_owned(), bad(1, "a").into_bytes()),
            Input::from_bytes("b.zip".to_owned(), archive(&members)),
            Input::from_bytes("c.json".to_owned(), bad(3, "c").into_bytes()),
        ]
    };
    let mut known = None;
    for threads in [1, 2, 3] {
        for backwards in [false, true] {
            for batch_rows in [1, 8192] {
                let mut inputs = inputs();
                if backwards {
                    inputs.reverse();
                }
                let mut options = scheduled();
                (options.threads, options.batch_rows) = (threads, batch_rows);
                let summary = run(&[rule(Language::Kql, "a: b")], &inputs, &options).summary;
                assert_eq!(summary.records, 15);
                assert_eq!(summary.records, summary.event_count() + summary.set_aside_count());
                let shown = summary.examples;
                assert_eq!(*known.get_or_insert_with(|| shown.clone()), shown, "{threads}");
            }
        }
    }
}
