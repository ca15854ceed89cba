//! Corpus ledgers: how many of the published rules load and compile, and why the others do not.
//!
//! `SPEC_UPDATE=1 cargo test -p tripline-rules` rewrites the tables under `corpora/`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
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
    let ledger = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpora")).join(file);
    if std::env::var_os("SPEC_UPDATE").is_some() {
        std::fs::create_dir_all(ledger.parent().unwrap()).unwrap();
        std::fs::write(&ledger, &found).unwrap();
    }
    let committed = std::fs::read_to_string(&ledger).unwrap_or_default();
    assert_eq!(found, committed, "run with SPEC_UPDATE=1 to accept");
}

#[test]
fn elastic() {
    check("elastic", 2192, "Elastic's published rules", "elastic-rules.md");
}

#[test]
fn splunk() {
    check("splunk", 1711, "Splunk's published detections", "splunk-rules.md");
}

#[test]
fn sigma_loads() {
    let Some(path) = corpus("sigma") else { return };
    let start = std::time::Instant::now();
    let set = load(&[path.clone()], &LoadOptions::default());
    println!("{} rules, {} problems, {:?}", set.rules.len(), set.problems.len(), start.elapsed());
    for problem in set.problems.iter().take(40) {
        println!("{}", problem.render(false));
    }
}
