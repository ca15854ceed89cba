//! Corpus ledgers: how many of the published rules load and compile, and why the others do not.
//!
//! `SPEC_UPDATE=1 cargo test -p tripline-rules` rewrites the tables under `corpora/`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use tripline_diag::has_errors;
use tripline_ir::{Plan, Tail};
use tripline_rules::{LoadOptions, Rule, RuleKind, RuleSet, Vendor, load};
use tripline_schema::Schema;

pub fn corpus(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("TRIPLINE_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let path = base.join("rules").join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}

/// The type of a rule as its file names it, and the form of an EQL query.
fn kind(rule: &Rule, plan: Option<&Plan>) -> String {
    match &rule.kind {
        RuleKind::Query => "query".to_owned(),
        RuleKind::Eql => match plan.map(|plan| &plan.tail) {
            Some(Tail::Sequence(_)) => "eql (sequence)".to_owned(),
            Some(Tail::Sample(_)) => "eql (sample)".to_owned(),
            _ => "eql (event)".to_owned(),
        },
        RuleKind::NewTerms { .. } => "new_terms".to_owned(),
        RuleKind::Threshold { .. } => "threshold".to_owned(),
        RuleKind::ThreatMatch(_) => "threat_match".to_owned(),
        RuleKind::Search => "search".to_owned(),
        RuleKind::Correlation => "correlation".to_owned(),
        RuleKind::Other(name) => name.to_string(),
    }
}

fn table(title: &str, set: &RuleSet) -> String {
    let mut loading: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &set.problems {
        let code = problem.diagnostic.code;
        *loading.entry(format!("{} {}", code.id, code.title)).or_default() += 1;
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut warnings: BTreeMap<String, usize> = BTreeMap::new();
    let mut compiled = 0;
    // Type, language and verdict.
    let mut kinds: BTreeMap<(String, &str, String), usize> = BTreeMap::new();
    for rule in &set.rules {
        let result = set.compile(rule, None, Schema::builtin());
        let name = |d: &tripline_diag::Diagnostic| format!("{} {}", d.code.id, d.code.title);
        let error = result.diagnostics.iter().find(|d| d.is_error());
        let verdict =
            error.map_or("compiles".to_owned(), |d| format!("{} {}", d.code.id, d.message));
        *kinds
            .entry((kind(rule, result.plan.as_ref()), rule.language.word(), verdict))
            .or_default() += 1;
        if let Some(error) = error {
            assert!(result.plan.is_none());
            *reasons.entry(name(error)).or_default() += 1;
        } else {
            assert!(result.plan.is_some() && !has_errors(&result.diagnostics));
            compiled += 1;
        }
        let said: std::collections::BTreeSet<String> =
            result.diagnostics.iter().filter(|d| !d.is_error()).map(name).collect();
        for one in said {
            *warnings.entry(one).or_default() += 1;
        }
    }
    let mut out =
        format!("# {title}\n\nWritten by `SPEC_UPDATE=1 cargo test -p tripline-rules`.\n\n");
    let _ = writeln!(out, "| rules | |\n|---|---:|\n| loaded | {} |", set.rules.len());
    let _ =
        writeln!(out, "| compiled | {compiled} |\n| not run | {} |", set.rules.len() - compiled);
    if set.rules.iter().any(|rule| rule.vendor == Vendor::Elastic) {
        out.push_str(
            "\n## By type and language\n\n| type | language | | rules |\n|---|---|---|---:|\n",
        );
        for ((kind, language, verdict), count) in kinds {
            let _ = writeln!(out, "| {kind} | {language} | {verdict} | {count} |");
        }
    }
    for (heading, counts) in [
        ("Not run, by the first error", reasons),
        ("Warnings and notes, by rules that have one", warnings),
        ("Problems of files", loading),
    ] {
        let _ = writeln!(out, "\n## {heading}\n");
        if counts.is_empty() {
            out.push_str("None.\n");
            continue;
        }
        out.push_str("| code | count |\n|---|---:|\n");
        for (code, count) in counts {
            let _ = writeln!(out, "| {code} | {count} |");
        }
    }
    out
}

fn check(corpus_name: &str, rules: usize, title: &str, file: &str) {
    let Some(path) = corpus(corpus_name) else { return };
    let set = load(&[path], &LoadOptions::default());
    assert_eq!(set.rules.len(), rules);
    let found = table(title, &set);
    settle(file, &found);
}

/// Compares a ledger with the committed one.
pub fn settle(file: &str, found: &str) {
    let ledger = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpora")).join(file);
    if std::env::var_os("SPEC_UPDATE").is_some() {
        std::fs::create_dir_all(ledger.parent().unwrap()).unwrap();
        std::fs::write(&ledger, found).unwrap();
    }
    let committed = std::fs::read_to_string(&ledger).unwrap_or_default();
    assert_eq!(found, committed, "run with SPEC_UPDATE=1 to accept");
}

/// Why rules do not compile, and what is said of those that do, by code.
fn reasons_of(set: &RuleSet) -> String {
    let name = |d: &tripline_diag::Diagnostic| format!("{} {}", d.code.id, d.code.title);
    let mut counts: [BTreeMap<String, usize>; 3] = Default::default();
    for rule in &set.rules {
        let result = set.compile(rule, None, Schema::builtin());
        if let Some(error) = result.diagnostics.iter().find(|d| d.is_error()) {
            if std::env::var_os("LEDGER_DUMP").is_some() {
                println!(
                    "{}\n{}",
                    rule.origin.path.display(),
                    tripline_diag::render(error, &rule.query, false)
                );
            }
            *counts[0].entry(format!("{} ({})", name(error), error.message)).or_default() += 1;
        }
        let warned: std::collections::BTreeSet<String> =
            result.diagnostics.iter().filter(|d| !d.is_error()).map(name).collect();
        for one in warned {
            *counts[1].entry(one).or_default() += 1;
        }
    }
    for problem in &set.problems {
        *counts[2].entry(name(&problem.diagnostic)).or_default() += 1;
    }
    let headings = [
        "Not run, by the first error",
        "Warnings and notes, by rules that have one",
        "Problems of files",
    ];
    let mut out = String::new();
    for (heading, counts) in headings.iter().zip(counts) {
        let _ = writeln!(out, "\n## {heading}\n");
        if counts.is_empty() {
            out.push_str("None.\n");
            continue;
        }
        out.push_str("| code | count |\n|---|---:|\n");
        for (code, count) in counts {
            let _ = writeln!(out, "| {code} | {count} |");
        }
    }
    out
}

#[test]
fn elastic() {
    check("elastic", 2192, "Elastic's published rules", "elastic-rules.md");
}

#[test]
fn splunk() {
    check("splunk", 1711, "Splunk's published detections", "splunk-rules.md");
}

/// The folders of the corpus, those that the publisher calls rules first.
const FOLDERS: [&str; 7] = [
    "rules",
    "rules-emerging-threats",
    "rules-threat-hunting",
    "rules-compliance",
    "rules-placeholder",
    "unsupported",
    "deprecated",
];

#[test]
fn sigma() {
    let Some(path) = corpus("sigma") else { return };
    let mut out = String::from(
        "# Sigma's published rules\n\nWritten by `SPEC_UPDATE=1 cargo test -p tripline-rules`.\n\n\
         A rule is loaded whatever it says; it compiles if all that it says can be run. No \
         placeholders are given.\n\n| folder | documents | loaded | compiled | not run |\n\
         |---|---:|---:|---:|---:|\n",
    );
    let mut all = RuleSet::default();
    let mut published = (0, 0);
    for folder in FOLDERS {
        let mut set = load(&[path.join(folder)], &LoadOptions::default());
        let compiles =
            |rule: &&Arc<Rule>| set.compile(rule, None, Schema::builtin()).plan.is_some();
        let loaded = set.rules.len();
        let compiled = set.rules.iter().filter(compiles).count();
        let documents = documents(&path.join(folder));
        let _ = writeln!(
            out,
            "| {folder} | {documents} | {loaded} | {compiled} | {} |",
            loaded - compiled
        );
        if folder.starts_with("rules") {
            published = (published.0 + loaded, published.1 + compiled);
            assert_eq!(loaded, documents, "{folder}");
        }
        all.problems.append(&mut set.problems);
        all.rules.append(&mut set.rules);
    }
    let (loaded, compiled) = published;
    let _ = writeln!(
        out,
        "\nOf the rules in folders that are called rules, {loaded} are loaded and {compiled} \
         compile."
    );
    assert_eq!(loaded, 3780);
    out.push_str(&reasons_of(&all));
    settle("sigma-rules.md", &out);
}

/// How many documents of a folder have a detection or a correlation.
fn documents(folder: &std::path::Path) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += documents(&path);
        } else if path.extension().is_some_and(|e| e == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let is_rule =
                |line: &&str| line.starts_with("detection:") || line.starts_with("correlation:");
            count += text.lines().filter(is_rule).count();
        }
    }
    count
}
