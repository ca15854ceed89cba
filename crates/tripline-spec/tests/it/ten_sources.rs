//! The same outbound connection as each of the sources that the first pages name: for each rule
//! the verdict that follows from its index patterns and from what the source provides.

use crate::support::{NOW, all, our_rules, root, run};
use std::collections::BTreeMap;
use tripline_detect::HuntOptions;
use tripline_events::discover;

#[test]
fn each_source_gives_each_rule_its_verdict() {
    let folder = root().join("examples/outbound-smb/sources");
    let table = std::fs::read_to_string(folder.join("expected.tsv")).unwrap();
    let set = our_rules();
    let selected = all(&set);
    let mut verdicts: BTreeMap<(String, String), (bool, String)> = BTreeMap::new();
    for line in table.lines().skip(1).filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [source, rule, verdict, reason] = parts[..] else { panic!("four columns: {line}") };
        verdicts
            .insert((source.to_owned(), rule.to_owned()), (verdict == "hit", reason.to_owned()));
    }
    let sources: Vec<&String> = verdicts.keys().map(|(source, _)| source).collect();
    let rules = [
        ("000", "Direct Outbound"),
        ("001", "Rare SMB"),
        ("002", "SMB (Windows"),
        ("003", "Detect Outbound"),
    ];
    let mut wrong = Vec::new();
    let mut seen: Vec<&String> = vec![];
    for source in sources {
        if seen.contains(&source) {
            continue;
        }
        seen.push(source);
        let inputs = discover(&[folder.join(format!("{source}.ndjson"))], None).unwrap();
        let found = run(&inputs, &set, &selected, &HuntOptions::at(NOW));
        assert!(found.summary.event_count() > 0, "{source} has no events");
        assert!(found.summary.set_aside.is_empty(), "{source}: {:?}", found.summary.examples);
        for (number, name) in rules {
            let hit = found.alerts.iter().any(|a| a.rule.name.starts_with(name));
            let Some((expected, reason)) = verdicts.get(&(source.clone(), number.to_owned()))
            else {
                panic!("{source} has no verdict for {number}");
            };
            if hit != *expected {
                wrong.push(format!("{source} {number}: expected {expected} because {reason}"));
            }
        }
    }
    assert!(seen.len() >= 10, "{} sources", seen.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `ORIGIN.md` says how many alerts each file of the example gives for each rule.
#[test]
fn the_example_gives_what_its_table_says() {
    let folder = root().join("examples/outbound-smb");
    let text = std::fs::read_to_string(folder.join("ORIGIN.md")).unwrap();
    let row = text.lines().find(|l| l.starts_with("| all |")).unwrap();
    let expected: Vec<usize> = row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    let set = our_rules();
    let inputs = discover(&[folder.join("logs")], None).unwrap();
    let found = run(&inputs, &set, &all(&set), &HuntOptions::at(NOW));
    let count = |name: &str| found.alerts.iter().filter(|a| a.rule.name.starts_with(name)).count();
    let seen = vec![
        found.summary.event_count() as usize,
        count("Direct Outbound"),
        count("Rare SMB"),
        count("SMB (Windows"),
        count("Detect Outbound"),
    ];
    assert_eq!(seen, expected, "events, 000, 001, 002, 003");
}
