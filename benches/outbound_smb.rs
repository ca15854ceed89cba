//! The first four rules over 2 million Zeek connections and 1 million Sysmon events, NDJSON.
//!
//! Measures, each in a process of its own and on one thread: parsing alone (simd-json to a tape,
//! one buffer), decoding (with the columns that the rules need), decoding and matching, and the
//! whole hunt. Shares are differences. Memory is the peak of the process (VmHWM). The number of
//! alerts is printed with every run, so that speeds are compared at equal results.
//!
//! `cargo bench -p tripline-bench --bench outbound_smb [-- RECORDS_IN_THOUSANDS]`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use tripline_bench::{decode, parse, peak, read_and_match, sysmon, zeek_conn};
use tripline_detect::{HuntOptions, Selected, Silent, hunt};
use tripline_events::discover;
use tripline_ir::Plan;
use tripline_rules::{LoadOptions, RuleSet, load};
use tripline_schema::Schema;

const NOW: i64 = 1_717_200_000_000_000_000;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|a| a != "--bench" && a != "--nocapture").collect();
    if let [phase, file] = arguments.as_slice() {
        run(phase, Path::new(file));
        return;
    }
    let thousands: u64 = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(1000);
    let folder = std::env::temp_dir().join("tripline-bench");
    std::fs::create_dir_all(&folder).unwrap();
    println!("| data | phase | events/s | MB/s | seconds | against parse | peak MB | result |");
    println!("|---|---|---|---|---|---|---|---|");
    for (name, records) in [("zeek", thousands * 2000), ("sysmon", thousands * 1000)] {
        let path = folder.join(format!("{name}-{records}.ndjson"));
        if !path.exists() {
            if name == "zeek" { zeek_conn(&path, records) } else { sysmon(&path, records) }
                .unwrap();
        }
        let bytes = std::fs::metadata(&path).unwrap().len() as f64;
        // Once through, so that every phase finds the file in memory.
        std::fs::read(&path).unwrap();
        let mut parse = 0.0;
        for phase in ["parse", "decode", "match", "hunt"] {
            let output = Command::new(std::env::current_exe().unwrap())
                .args([phase, path.to_str().unwrap()])
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let mut words = text.split_whitespace();
            let seconds: f64 = words.next().unwrap().parse().unwrap();
            let peak: f64 = words.next().unwrap().parse().unwrap();
            let result = words.collect::<Vec<_>>().join(" ");
            if phase == "parse" {
                parse = seconds;
            }
            println!(
                "| {name} {records} | {phase} | {:.0} | {:.0} | {seconds:.2} | {:.2} | {peak:.0} | {result} |",
                records as f64 / seconds,
                bytes / 1e6 / seconds,
                seconds / parse,
            );
        }
    }
}

fn run(phase: &str, path: &Path) {
    let start = Instant::now();
    let result = match phase {
        "parse" => format!("{} events", parse(path).unwrap()),
        "decode" => format!("{} events", decode(&plans(), path, NOW)),
        "match" => {
            let (events, hits) = read_and_match(&plans(), path, NOW);
            format!("{events} events, {hits} hits")
        }
        _ => whole(path),
    };
    println!("{} {} {result}", start.elapsed().as_secs_f64(), peak());
}

fn rules() -> RuleSet {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/outbound-smb");
    load(&[folder], &LoadOptions::default())
}

fn plans() -> Vec<Arc<Plan>> {
    let set = rules();
    let schema = Schema::builtin();
    let plan = |rule| Arc::new(set.compile(rule, None, schema).plan.unwrap());
    set.rules.iter().map(|rule| plan(rule)).collect()
}

fn whole(path: &Path) -> String {
    let set = rules();
    let selected: Vec<Selected> =
        set.rules.iter().map(|rule| Selected { rule: Arc::clone(rule), version: None }).collect();
    let inputs = discover(&[path.to_owned()], None).unwrap();
    let mut options = HuntOptions::at(NOW);
    options.max_signals = false;
    let found = hunt(&inputs, &set, &selected, Schema::builtin(), &options, &Silent).unwrap();
    format!("{} events, {} alerts", found.summary.event_count(), found.alerts.len())
}
