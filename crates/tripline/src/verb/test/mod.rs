//! `tripline test`: rules against the tests that they bring.

mod json;
mod junit;
mod text;

use crate::cli::{
    Failure, Given, LogArgs, Outcome, exist, find, instant, io_reason, load_with, report_problems,
    schema_with, zone,
};
use crate::out;
use clap::Args as ClapArgs;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tripline_detect::{CaseResult, HuntOptions, Verdict, run_case};
use tripline_rules::{
    Case, CaseOptions, CaseSet, CaseState, LoadOptions, Rule, RuleSet, load_cases,
};
use tripline_schema::Schema;

const EXAMPLES: &str = "\
Examples:
  tripline test examples/tested-rules
  tripline test regression_data --rules rules/ --also-json
  tripline test --rules security_content/detections --attack-data attack_data
  tripline test rules/ --format junit --output tests.xml

Exit codes: 0 all tests passed; 1 some failed, or could not be run; 2 something to fix, or no test.";

/// Options of `test`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Files and folders with tests: rules with `tests`, files `*.tests.yml` and `*.tests.toml`,
    /// SigmaHQ's `info.yml`. The rules are looked for here too, unless --rules is given.
    paths: Vec<PathBuf>,
    /// Rule files, or folders with rules; tests that stand in them or beside them are run too.
    #[arg(long = "rules", value_name = "PATH", num_args = 1.., help_heading = "Choosing tests")]
    rules: Vec<PathBuf>,
    /// Only the tests of this rule, by id, name or file name; may be given several times.
    #[arg(long = "rule", value_name = "RULE", help_heading = "Choosing tests")]
    only: Vec<String>,
    /// Only tests with this text in their name or in their rule's name, whatever the case.
    #[arg(long, value_name = "TEXT", help_heading = "Choosing tests")]
    filter: Option<String>,
    /// Of SigmaHQ's tests on EVTX files, run the JSON file beside it as well, which holds the same
    /// records.
    #[arg(long, help_heading = "Choosing tests")]
    also_json: bool,
    /// A local copy of Splunk's attack data, or of its `datasets`, for tests that name their data
    /// by an address there. Nothing is fetched.
    #[arg(long, value_name = "DIR", help_heading = "Choosing tests")]
    attack_data: Option<PathBuf>,
    /// File of exceptions that hold in all tests; may be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    exceptions: Vec<PathBuf>,
    #[command(flatten)]
    given: Given,
    /// Folder with mapping files of your own; may be given several times.
    #[arg(long, value_name = "DIR", help_heading = "Running")]
    mappings: Vec<PathBuf>,
    /// Table of networks and their categories (CSV: cidr,category), for tests that name none.
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    assets: Option<PathBuf>,
    /// MaxMind database of cities or countries (.mmdb), for tests that name none.
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    geoip: Option<PathBuf>,
    /// The clock of tests that name none: a date or a time in ISO 8601. The present by default.
    #[arg(long, value_name = "TIME", value_parser = instant, help_heading = "Running")]
    now: Option<Timestamp>,
    /// Time zone of tests that name none.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone, help_heading = "Running")]
    timezone: TimeZone,
    /// Tests at once; all cores by default. Results do not depend on it.
    #[arg(long, value_name = "N", help_heading = "Running",
          value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// How to print: for people, as one JSON object a line, or as JUnit XML for CI systems.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "junit"], help_heading = "Output")]
    format: String,
    /// Write the results to this file instead of standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Name the tests that pass and those that are skipped, too.
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,
}

/// A test that was run.
struct Ran<'a> {
    case: &'a Case,
    /// Its rule, if it is loaded.
    rule: Option<&'a Rule>,
    result: CaseResult,
    time: Duration,
}

/// All of them, and what there is to say about all.
struct Report<'a> {
    ran: Vec<Ran<'a>>,
    time: Duration,
    coverage: Coverage,
    /// Rules that name a file of tests which is not there, with that file.
    missing: Vec<(&'a Rule, &'a str)>,
}

impl Report<'_> {
    fn count(&self, verdict: Verdict) -> usize {
        self.ran.iter().filter(|ran| ran.result.verdict == verdict).count()
    }
}

/// How many rules have tests that can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Coverage {
    rules: usize,
    tested: usize,
    /// With a test that wants alerts.
    positive: usize,
    /// With a test that wants none.
    negative: usize,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    if args.paths.is_empty() && args.rules.is_empty() {
        return Err(Failure::user("name the files or folders with rules and their tests"));
    }
    exist(&args.paths)?;
    exist(args.attack_data.as_slice())?;
    let schema = schema_with(&args.mappings)?;
    let running = LogArgs {
        assets: args.assets.clone(),
        geoip: args.geoip.clone(),
        now: args.now,
        timezone: args.timezone.clone(),
        threads: args.threads,
        ..LogArgs::without_logs()
    };
    let options = running.options()?;
    let rules = if args.rules.is_empty() { &args.paths } else { &args.rules };
    let loading = LoadOptions { exceptions: args.exceptions.clone(), ..args.given.options() };
    let set = load_with(rules, &loading)?;
    report_problems(&set, false);
    let paths: Vec<PathBuf> = args.paths.iter().chain(&args.rules).cloned().collect();
    let reading = CaseOptions { attack_data: args.attack_data.clone(), also_json: args.also_json };
    let mut found = load_cases(&paths, &set, &reading);
    choose(args, &set, &mut found)?;
    if found.cases.is_empty() {
        return Err(Failure::user(none(args, &set)));
    }

    let start = Instant::now();
    let ran = run_all(&found.cases, &set, &schema, &options);
    let missing =
        found.missing.iter().map(|(at, path)| (&*set.rules[*at], path.as_str())).collect();
    let coverage = coverage(&found.cases, &set, args);
    let report = Report { ran, time: start.elapsed(), coverage, missing };
    match &args.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| {
                Failure::user(format!("--output {}: {}", path.display(), io_reason(&error)))
            })?;
            print(args, &report, BufWriter::new(file))?;
        }
        None => print(args, &report, BufWriter::new(io::stdout().lock()))?,
    }
    if args.format != "text" || args.output.is_some() {
        text::summary(&mut io::stderr().lock(), &report)?;
    }
    let wrong = report.count(Verdict::Failed) + report.count(Verdict::Error);
    if wrong == 0 && report.count(Verdict::Passed) == 0 {
        return Err(Failure::user(format!(
            "no test was run: {} skipped",
            out::counted(report.ran.len(), "test")
        )));
    }
    Ok(if wrong > 0 { Outcome::Found } else { Outcome::Done })
}

fn print(args: &Args, report: &Report<'_>, mut out: impl Write) -> Result<(), Failure> {
    match args.format.as_str() {
        "json" => json::print(&mut out, report)?,
        "junit" => junit::print(&mut out, report)?,
        _ => {
            text::print(&mut out, report, args.verbose)?;
            if args.output.is_none() {
                text::summary(&mut out, report)?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// Leaves the tests that `--rule` and `--filter` choose.
fn choose(args: &Args, set: &RuleSet, found: &mut CaseSet) -> Result<(), Failure> {
    let mut wanted = BTreeSet::new();
    for name in &args.only {
        let rule = find(set, name)?;
        wanted.extend(set.rules.iter().position(|other| Arc::ptr_eq(other, rule)));
    }
    if !wanted.is_empty() {
        found.cases.retain(|case| case.rule.is_some_and(|rule| wanted.contains(&rule)));
        found.missing.retain(|(rule, _)| wanted.contains(rule));
    }
    if let Some(filter) = &args.filter {
        let filter = filter.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&filter);
        found.cases.retain(|case| has(&case.name) || has(&case.rule_name));
    }
    Ok(())
}

/// The sentence for no tests.
fn none(args: &Args, set: &RuleSet) -> String {
    if args.filter.is_some() || !args.only.is_empty() {
        return "no test: --rule and --filter leave none".to_owned();
    }
    format!(
        "no test: none of the {} and no file beside them has one; a test is an entry of `tests` in \
         a rule's file or in a file `*.tests.yml` or `*.tests.toml`, or an `info.yml` of SigmaHQ's",
        out::counted(set.rules.len(), "rule")
    )
}

/// Runs the tests with so many workers; the results are in the order of the tests.
fn run_all<'a>(
    cases: &'a [Case],
    set: &'a RuleSet,
    schema: &Schema,
    options: &HuntOptions,
) -> Vec<Ran<'a>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Ran<'a>)>> = Mutex::new(vec![]);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(at) else { break };
            let start = Instant::now();
            let result = run_case(case, set, schema, options);
            let rule = case.rule.and_then(|rule| set.rules.get(rule)).map(|rule| &**rule);
            let ran = Ran { case, rule, result, time: start.elapsed() };
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, ran));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..options.threads.min(cases.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, ran)| ran).collect()
}

fn coverage(cases: &[Case], set: &RuleSet, args: &Args) -> Coverage {
    let ready = || cases.iter().filter(|case| case.state == CaseState::Ready);
    let count = |keep: &dyn Fn(&Case) -> bool| {
        ready()
            .filter(|case| keep(case))
            .filter_map(|case| case.rule)
            .collect::<BTreeSet<_>>()
            .len()
    };
    Coverage {
        rules: if args.only.is_empty() { set.rules.len() } else { args.only.len() },
        tested: count(&|_| true),
        positive: count(&|case| !case.expected.is_negative()),
        negative: count(&|case| case.expected.is_negative()),
    }
}
