//! The labelled connections of `corpora/logs/smb-outbound`: real ones, ones derived from captures,
//! and real ones moved to the edges of every network in the rules.

use crate::support::{NOW, corpora, our_rules, rule, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use tripline_detect::{AlertKind, HuntOptions};
use tripline_events::Input;

const HOUR: i64 = 3_600_000_000_000;

#[test]
fn verdicts_equal_the_labels() {
    let Some(corpora) = corpora("verdicts_equal_the_labels") else { return };
    let set = our_rules();
    let (query, search) =
        (rule(&set, "SMB (Windows File Sharing)"), rule(&set, "Detect Outbound SMB"));
    let mut table = String::from(
        "# Outbound SMB, labelled connections\n\n| file | rule | rows | equal | unequal |\n|---|---|---|---|---|\n",
    );
    let mut unequal = Vec::new();
    for file in ["zeek-conn-smb-real", "conn-smb-derived", "conn-smb-relocated"] {
        let path = corpora.join(format!("logs/smb-outbound/{file}.ndjson"));
        let text = std::fs::read_to_string(path).unwrap();
        let rows: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        // One connection an hour, so that each is alone in its window and a group is one row.
        let base = 1_700_000_000 / 3600 * 3600;
        let events: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let mut event = row["event"].clone();
                event["ts"] = (base + 3600 * at as i64 + 600).into();
                event.to_string()
            })
            .collect();
        let inputs = [Input::from_bytes(file.to_owned(), events.join("\n").into_bytes())];
        let options = HuntOptions::at(NOW);

        for (selected, label) in
            [(&query, "elastic_smb_internet"), (&search, "splunk_or_binds_tighter")]
        {
            let found = run(&inputs, &set, std::slice::from_ref(selected), &options);
            assert_eq!(found.summary.event_count(), rows.len() as u64);
            let hits: BTreeSet<usize> = found
                .alerts
                .iter()
                .map(|alert| match alert.kind {
                    AlertKind::Row { from, .. } => {
                        ((from - base * 1_000_000_000 + HOUR / 6) / HOUR) as usize
                    }
                    _ => alert.events[0].record as usize,
                })
                .collect();
            let mut equal = 0;
            for (at, row) in rows.iter().enumerate() {
                let expected = row["expected"][label].as_bool().unwrap();
                if hits.contains(&at) == expected {
                    equal += 1;
                } else {
                    unequal.push(format!("{file} row {}: {label} is {expected}", at + 1));
                }
            }
            let (name, all) = (&selected.rule.name, rows.len());
            let _ = writeln!(table, "| {file} | {name} | {all} | {equal} | {} |", all - equal);
        }
    }
    assert!(unequal.is_empty(), "{table}\n{}", unequal.join("\n"));
    tripline_spec::check("smb-outbound.md", &table).unwrap();
}
