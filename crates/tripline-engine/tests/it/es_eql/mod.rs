//! Elasticsearch's own EQL queries over Elasticsearch's own test data: same ids, same order.
//!
//! The ledger `corpora/es-eql.md` says of each suite how many queries run, how many of them give
//! what Elasticsearch gives, and which do not run, by diagnostic code. `SPEC_UPDATE=1` writes it
//! anew; a query that runs and gives something else fails the test in any case.

// The lint's exception covers `#[test]` functions, not what they call.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../../../../tripline-eql/tests/it/oracle/load.rs"]
mod load;
mod world;

use load::{Case, Suite, suites};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use tripline_diag::Diagnostic;
use tripline_eql::{Options, compile};
use tripline_ir::Plan;
use world::World;

const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpora/es-eql.md");

fn oracles() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let path = std::env::var_os("TRIPLINE_CORPORA").map_or_else(|| default.into(), PathBuf::from);
    let path = path.join("oracles/es-eql");
    if path.is_dir() {
        Some(path)
    } else {
        println!("skipped: no oracle at {}", path.display());
        None
    }
}

/// What became of a query.
enum Verdict {
    Equal,
    Other(String),
    NotRun(Vec<Diagnostic>),
}

#[test]
fn queries_give_the_ids_that_elasticsearch_gives() {
    let Some(folder) = oracles() else { return };
    let mut ledger = Ledger::default();
    for suite in suites(&folder) {
        check(&suite, &mut ledger);
    }
    let text = ledger.text();
    if std::env::var_os("SPEC_UPDATE").is_some() {
        std::fs::create_dir_all(PathBuf::from(LEDGER).parent().unwrap()).unwrap();
        std::fs::write(LEDGER, &text).unwrap();
    }
    assert!(ledger.wrong.is_empty(), "\n{}", ledger.wrong.join("\n"));
    let committed = std::fs::read_to_string(LEDGER).unwrap_or_default();
    assert_eq!(committed, text, "run again with SPEC_UPDATE=1 if this is right");
}

/// All queries of a suite go through one matcher, as rules do.
fn check(suite: &Suite, ledger: &mut Ledger) {
    let mut plans: Vec<(&Case, Plan)> = Vec::new();
    let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
    for case in &suite.cases {
        let compiled = compile(&case.query, &Options::default(), &suite.mapping);
        match compiled.plan {
            Some(plan) => plans.push((case, plan)),
            None => {
                verdicts.insert(&case.name, Verdict::NotRun(compiled.diagnostics));
            }
        }
    }
    let world = World::new(suite);
    let only: Vec<(&Plan, Option<usize>)> =
        plans.iter().map(|(case, plan)| (plan, case.size)).collect();
    let results = world.run(&only);
    for ((case, _), result) in plans.iter().zip(&results) {
        verdicts.insert(&case.name, compare(case, result));
    }
    ledger.add(suite, &verdicts);
}

fn compare(case: &Case, result: &world::Found) -> Verdict {
    if !case.expected.contains(&result.ids) {
        return Verdict::Other(format!("ids {:?}, not {:?}", result.ids, case.expected));
    }
    match &case.join_keys {
        Some(keys) if !keys.iter().map(|key| instant(key)).eq(result.keys.iter().cloned()) => {
            Verdict::Other(format!("join keys {:?}, not {keys:?}", result.keys))
        }
        _ => Verdict::Equal,
    }
}

/// Samples show an instant as milliseconds, sequences as ISO text; here it is always the former.
fn instant(key: &str) -> String {
    let at = key.parse::<jiff::Timestamp>();
    at.map_or_else(|_| key.to_owned(), |at| at.as_millisecond().to_string())
}

#[derive(Default)]
struct Ledger {
    rows: Vec<String>,
    wrong: Vec<String>,
    /// Code and title, then queries.
    not_run: BTreeMap<(&'static str, &'static str), Vec<String>>,
}

impl Ledger {
    fn add(&mut self, suite: &Suite, verdicts: &BTreeMap<&str, Verdict>) {
        let (mut equal, mut other, mut not_run) = (0, 0, 0);
        for case in &suite.cases {
            let name = format!("{}/{}", suite.name, case.name);
            match &verdicts[&*case.name] {
                Verdict::Equal => equal += 1,
                Verdict::Other(how) => {
                    other += 1;
                    self.wrong.push(format!("{name}: {how}"));
                }
                Verdict::NotRun(diagnostics) => {
                    not_run += 1;
                    let first = diagnostics.iter().find(|d| d.is_error()).unwrap();
                    let code = (first.code.id, first.code.title);
                    self.not_run.entry(code).or_default().push(name);
                }
            }
        }
        let all = suite.cases.len();
        self.rows.push(format!("| {} | {all} | {equal} | {other} | {not_run} |", suite.name));
    }

    fn text(&self) -> String {
        let mut text = String::from(
            "# EQL: Elasticsearch's own queries\n\nMade by `SPEC_UPDATE=1 cargo test -p \
             tripline-engine es_eql`; do not edit. A query is equal if it returns the same events \
             in the same order, and for sequences the same join keys.\n\n\
             | suite | queries | equal | different | not run |\n|---|---:|---:|---:|---:|\n",
        );
        for row in &self.rows {
            let _ = writeln!(text, "{row}");
        }
        if !self.wrong.is_empty() {
            text.push_str("\n## Different\n\n");
            for line in &self.wrong {
                let _ = writeln!(text, "- {line}");
            }
        }
        if !self.not_run.is_empty() {
            text.push_str("\n## Not run\n\n| code | reason | queries |\n|---|---|---|\n");
            for ((code, title), names) in &self.not_run {
                let _ = writeln!(text, "| {code} | {title} | {} |", names.join(", "));
            }
        }
        text
    }
}
