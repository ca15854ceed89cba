//! All of Elastic's KQL and EQL rules over Windows events (the OTRF data sets, NDJSON) and over Zeek
//! connections: what does the number of rules cost?
//!
//! For 10, 100, 500 and all rules that compile (a fixed, mixed choice: in the order of a hash of
//! their ids), each in a process of its own and on one thread: reading and matching, and the whole
//! hunt. The last column is the time against 100 rules. Memory is the peak of the process (VmHWM).
//! Seconds are processor time. Hits and alerts are printed with every run.
//!
//! Needs the corpora (`TRIPLINE_CORPORA`, by default `../shared/corpora`).
//!
//! `cargo bench -p tripline-bench --bench all_rules [-- ZEEK_RECORDS_IN_THOUSANDS]`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tripline_bench::{corpora, peak, processor_seconds, read_and_match, windows, zeek_conn};
use tripline_detect::{HuntOptions, Selected, Silent, hunt};
use tripline_events::discover;
use tripline_rules::{LoadOptions, Rule, RuleSet, load};
use tripline_schema::Schema;

const NOW: i64 = 1_767_225_600_000_000_000;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|a| a != "--bench" && a != "--nocapture").collect();
    let Some(corpora) = corpora() else {
        println!("skipped: no corpora (TRIPLINE_CORPORA, ../shared/corpora)");
        return;
    };
    if let [phase, count, file] = arguments.as_slice() {
        run(phase, count.parse().unwrap(), Path::new(file), &corpora);
        return;
    }
    let thousands: u64 = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(1000);
    let folder = std::env::temp_dir().join("tripline-bench");
    std::fs::create_dir_all(&folder).unwrap();
    let zeek = folder.join(format!("zeek-{}.ndjson", thousands * 1000));
    if !zeek.exists() {
        zeek_conn(&zeek, thousands * 1000).unwrap();
    }
    let otrf = folder.join("otrf-windows.ndjson");
    if !otrf.exists() {
        windows(&otrf, &corpora.join("logs/otrf")).unwrap();
    }
    println!(
        "| data | phase | rules | events/s | MB/s | seconds | start-up s | peak MB | against 100 rules | result |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (name, path) in [("windows", &otrf), ("zeek", &zeek)] {
        let bytes = std::fs::metadata(path).unwrap().len() as f64;
        // Once through, so that every phase finds the file in memory.
        std::fs::read(path).unwrap();
        for phase in ["match", "hunt"] {
            let mut hundred = f64::NAN;
            for count in [100_usize, 10, 500, usize::MAX] {
                let output = Command::new(std::env::current_exe().unwrap())
                    .args([phase, &count.to_string(), path.to_str().unwrap()])
                    .output()
                    .unwrap();
                let text = String::from_utf8(output.stdout).unwrap();
                let mut words = text.split_whitespace();
                let mut number = || words.next().unwrap().parse::<f64>().unwrap();
                let (ready, seconds, memory, rules, events) =
                    (number(), number(), number(), number(), number());
                let result = words.collect::<Vec<_>>().join(" ");
                if count == 100 {
                    hundred = seconds;
                }
                println!(
                    "| {name} | {phase} | {rules:.0} | {:.0} | {:.0} | {seconds:.2} | {ready:.2} | {memory:.0} | {:.2} | {result} |",
                    events / seconds,
                    bytes / 1e6 / seconds,
                    seconds / hundred,
                );
            }
        }
    }
}

/// Prints start-up seconds, seconds of the work, peak memory, rules, events and the result.
fn run(phase: &str, count: usize, path: &Path, corpora: &Path) {
    let set = load(&[corpora.join("rules/elastic")], &LoadOptions::default());
    let rules = chosen(&set, count);
    let ready = processor_seconds();
    let (events, result) = if phase == "match" {
        let plans: Vec<_> = rules
            .iter()
            .map(|rule| Arc::new(set.compile(rule, None, Schema::builtin()).plan.unwrap()))
            .collect();
        let (events, hits) = read_and_match(&plans, path, NOW);
        (events as u64, format!("{hits} hits"))
    } else {
        let selected: Vec<Selected> =
            rules.iter().map(|r| Selected { rule: Arc::clone(r), version: None }).collect();
        let inputs = discover(&[path.to_owned()], None).unwrap();
        let options = HuntOptions::at(NOW);
        let found = hunt(&inputs, &set, &selected, Schema::builtin(), &options, &Silent).unwrap();
        (found.summary.event_count(), format!("{} alerts", found.alerts.len()))
    };
    let seconds = processor_seconds() - ready;
    println!("{ready} {seconds} {} {} {events} {result}", peak(), rules.len());
}

/// The first so many rules that compile, in an order that mixes them and that never changes.
fn chosen(set: &RuleSet, count: usize) -> Vec<&Arc<Rule>> {
    let mut rules: Vec<&Arc<Rule>> = set.rules.iter().collect();
    rules.sort_by_cached_key(|rule| {
        rule.id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    });
    let compiles = |rule: &&Arc<Rule>| set.compile(rule, None, Schema::builtin()).plan.is_some();
    rules.into_iter().filter(compiles).take(count).collect()
}
