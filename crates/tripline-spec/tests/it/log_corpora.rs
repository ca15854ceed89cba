//! All log corpora through the first four rules: no panic, nothing lost, totals in a ledger.

use crate::support::{NOW, all, corpora, our_rules, run};
use std::fmt::Write;
use tripline_detect::HuntOptions;
use tripline_events::discover;

#[test]
fn every_corpus_goes_through() {
    let Some(corpora) = corpora("every_corpus_goes_through") else { return };
    let set = our_rules();
    let selected = all(&set);
    let mut table = String::from(
        "# Log corpora through the outbound-SMB rules\n\n\
         Records = events + set aside. Alerts: direct (EQL), rare (new terms), internet (KQL), detect (SPL).\n\n\
         | corpus | inputs | records | events | set aside | source types | direct | rare | internet | detect |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for corpus in [
        "cloud",
        "evtx/attack-samples",
        "otrf",
        "sigma-regression",
        "suricata",
        "whole-host",
        "windows-json",
        "zeek/json",
        "zeek/tsv",
    ] {
        let inputs = discover(&[corpora.join("logs").join(corpus)], None).unwrap();
        let mut options = HuntOptions::at(NOW);
        options.threads = 2;
        options.max_signals = false;
        let found = run(&inputs, &set, &selected, &options);
        let s = &found.summary;
        assert_eq!(s.records, s.event_count() + s.set_aside_count(), "{corpus}");
        assert!(s.failed.is_empty(), "{corpus}: {:?}", s.failed);
        let alerts =
            |name: &str| found.alerts.iter().filter(|a| a.rule.name.starts_with(name)).count();
        let _ = writeln!(
            table,
            "| {corpus} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            s.inputs,
            s.records,
            s.event_count(),
            s.set_aside_count(),
            s.events.len(),
            alerts("Direct Outbound"),
            alerts("Rare SMB"),
            alerts("SMB (Windows"),
            alerts("Detect Outbound"),
        );
        if corpus == "evtx/attack-samples" {
            assert_eq!(alerts("Direct Outbound"), 0, "loopback connections and process 4");
        }
    }
    tripline_spec::check("logs.md", &table).unwrap();
}
