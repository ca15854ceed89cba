//! The lanes of Sigma's rules: what do thousands of rules cost, and what do they cost elsewhere?
//!
//! | lane | events | rules |
//! |---|---|---|
//! | a | OTRF's Windows events as they were recorded, NDJSON, 2.5 KB each | Sigma, product windows |
//! | b | process creations of the same data, every command line unique, without the rendered message | the same |
//! | c | Zeek connections, NDJSON | Sigma, product zeek |
//! | d | EVTX files | Sigma, product windows |
//! | e | as a | all of Elastic's and all of Sigma's |
//!
//! Each phase runs in a process of its own. `parse` is the floor: the lines of the file to a
//! simd-json tape with reused buffers, nothing else. `match` decodes and matches on one thread,
//! `hunt` is the whole product on one thread, with every alert written as NDJSON to nowhere, and
//! `hunt on 2` the same with two threads. Seconds are processor time, but for the last column,
//! which is the clock's: only there do two threads show. Start-up (load, compile) is apart. Memory is
//! the peak of the process (VmHWM).
//!
//! Where `rsigma` is installed (`TRIPLINE_RSIGMA`, or on the PATH), it runs over the same events and
//! rule files in its settings; its start-up, measured with one event, is taken off.
//!
//! Needs the corpora (`TRIPLINE_CORPORA`, by default `../shared/corpora`).
//!
//! `cargo bench -p tripline-bench --bench lanes [-- a b c d e]`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use tripline_bench::data::{self, Data};
use tripline_bench::{corpora, parse, peak, peers, processor_seconds, read_and_match};
use tripline_detect::{Alert, Detail, HuntOptions, Selected, Silent, iso, json_text, search};
use tripline_events::discover;
use tripline_rules::{LoadOptions, Rule, RuleSet, Vendor, load};
use tripline_schema::Schema;

const NOW: i64 = 1_767_225_600_000_000_000;

/// The rules of a lane: the folder of Elastic's rules, and the product of Sigma's.
struct Lane {
    name: &'static str,
    elastic: bool,
    product: Option<&'static str>,
}

const LANES: [Lane; 5] = [
    Lane { name: "a", elastic: false, product: Some("windows") },
    Lane { name: "b", elastic: false, product: Some("windows") },
    Lane { name: "c", elastic: false, product: Some("zeek") },
    Lane { name: "d", elastic: false, product: Some("windows") },
    Lane { name: "e", elastic: true, product: None },
];

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|a| a != "--bench" && a != "--nocapture").collect();
    let Some(corpora) = corpora() else {
        println!("skipped: no corpora (TRIPLINE_CORPORA, ../shared/corpora)");
        return;
    };
    if let [_, phase, lane, rules, logs] = arguments.as_slice() {
        let lane = LANES.iter().find(|l| l.name == *lane).unwrap();
        run(phase, lane, &corpora, Path::new(rules), Path::new(logs));
        return;
    }
    let data = Data::make(&std::env::temp_dir().join("tripline-bench"), &corpora).unwrap();
    println!(
        "| lane | engine | phase | rules | events | events/s | MB/s | seconds | start-up s | peak MB | result | clock s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for lane in &LANES {
        if arguments.is_empty() || arguments.iter().any(|a| a == lane.name) {
            bench(lane, &data);
        }
    }
}

fn bench(lane: &Lane, data: &Data) {
    let (logs, rules) = data.of(lane.name);
    data::warm(&logs);
    for phase in ["parse", "match", "hunt", "hunt on 2"] {
        if phase == "parse" && lane.name == "d" {
            continue;
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["run", phase, lane.name, rules.to_str().unwrap(), logs.to_str().unwrap()])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        if !output.status.success() {
            println!("| {} | tripline | {phase} | failed: {} |", lane.name, text.trim());
            continue;
        }
        println!("| {} | tripline | {phase} | {}", lane.name, text.trim());
    }
    if lane.name != "e" {
        for line in peers::rsigma(&data.annotated(lane.name), &rules) {
            println!("| {} | {line}", lane.name);
        }
    }
}

/// Prints a line of the table.
fn run(phase: &str, lane: &Lane, corpora: &Path, rules: &Path, logs: &Path) {
    let bytes = data::bytes(logs) as f64;
    let before = processor_seconds();
    let (set, chosen) = if phase == "parse" {
        (RuleSet::default(), vec![])
    } else {
        rules_of(lane, corpora, rules)
    };
    let plans: Vec<_> = if phase == "match" {
        let plan = |rule| set.compile(rule, None, Schema::builtin()).plan.map(Arc::new);
        chosen.iter().filter_map(|rule| plan(rule)).collect()
    } else {
        vec![]
    };
    let ready = processor_seconds();
    let clock = Instant::now();
    let (events, result) = match phase {
        "parse" => (parse(logs).unwrap() as u64, String::new()),
        "match" => {
            let (events, hits) = read_and_match(&plans, logs, NOW);
            (events as u64, format!("{hits} hits"))
        }
        _ => {
            let selected: Vec<Selected> =
                chosen.iter().map(|r| Selected { rule: Arc::clone(r), version: None }).collect();
            let inputs = discover(&[logs.to_owned()], None).unwrap();
            let threads = if phase == "hunt" { 1 } else { 2 };
            let options = HuntOptions { threads, ..HuntOptions::at(NOW) };
            let found =
                search(&inputs, &set, &selected, Schema::builtin(), &options, &Silent).unwrap();
            let all: Vec<usize> = (0..found.len()).collect();
            let format = |alert: &Alert, out: &mut Vec<u8>| {
                line(alert, out);
                Ok(())
            };
            found.write(&mut std::io::sink(), &all, Detail::Everything, &format).unwrap();
            let result = (found.summary.event_count(), format!("{} alerts", found.len()));
            // As the command line does at its end.
            std::mem::forget(found);
            result
        }
    };
    let elapsed = clock.elapsed().as_secs_f64();
    let seconds = processor_seconds() - ready;
    let rules = if phase == "match" { plans.len() } else { chosen.len() };
    println!(
        "{rules} | {events} | {:.0} | {:.0} | {seconds:.2} | {:.2} | {:.0} | {result} | {elapsed:.2} |",
        events as f64 / seconds,
        bytes / 1e6 / seconds,
        ready - before,
        peak(),
    );
}

/// An alert with all its fields as a line.
fn line(alert: &Alert, out: &mut Vec<u8>) {
    for text in [&alert.id, &*alert.rule.id, &iso(alert.time), &alert.reason] {
        json_text(out, text);
        out.push(b',');
    }
    for event in &alert.events {
        out.extend_from_slice(event.fields.json());
    }
    out.push(b'\n');
}

/// The rules of a lane: those that compile, deprecated ones of the lane's folder included.
fn rules_of(lane: &Lane, corpora: &Path, rules: &Path) -> (RuleSet, Vec<Arc<Rule>>) {
    let mut paths: Vec<PathBuf> = vec![rules.to_owned()];
    if lane.elastic {
        paths.push(corpora.join("rules/elastic"));
    }
    let set = load(&paths, &LoadOptions::default());
    let compiles = |rule: &&Arc<Rule>| set.compile(rule, None, Schema::builtin()).plan.is_some();
    let wanted = |rule: &&Arc<Rule>| rule.vendor != Vendor::Elastic || lane.elastic;
    let chosen: Vec<Arc<Rule>> = set
        .rules
        .iter()
        .filter(wanted)
        .filter(|rule| lane.product.is_none() || rule.vendor == Vendor::Sigma)
        .filter(compiles)
        .cloned()
        .collect();
    (set, chosen)
}
