//! Ledger of lints: what is found in the published rules, by code.
//!
//! `SPEC_UPDATE=1 cargo test -p tripline-rules` rewrites the table; `LINT_DUMP=file` writes each
//! finding with its place, to be read.

use crate::ledger::{corpus, settle};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tripline_diag::Severity;
use tripline_rules::{LoadOptions, lint, load};
use tripline_schema::Schema;

#[test]
fn elastic() {
    check("elastic", "Elastic's published rules", "elastic");
}

#[test]
fn sigma() {
    check("sigma", "Sigma's published rules", "sigma");
}

fn check(name: &str, of: &str, file: &str) {
    let Some(path) = corpus(name) else { return };
    let set = load(&[path], &LoadOptions::default());
    let mut rules: BTreeMap<(String, &str, &str), (usize, usize)> = BTreeMap::new();
    let mut dump = String::new();
    for rule in &set.rules {
        let mut of_rule = BTreeSet::new();
        for found in lint(&set, rule, Schema::builtin()) {
            let severity = match found.severity {
                Severity::Error => continue,
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let entry =
                rules.entry((found.code.id.to_owned(), severity, found.code.title)).or_default();
            entry.1 += 1;
            entry.0 += usize::from(of_rule.insert(found.code.id));
            let text = found.span.map_or("", |span| span.of(&rule.query.text));
            let _ = writeln!(
                dump,
                "{}\t{}\t{}\t{}\t{}",
                found.code.id,
                rule.origin.path.file_name().unwrap_or_default().to_string_lossy(),
                found.message,
                text.split_whitespace().collect::<Vec<_>>().join(" "),
                found.help.unwrap_or_default()
            );
        }
    }
    if let Some(file) = std::env::var_os("LINT_DUMP") {
        std::fs::write(file, dump).unwrap();
    }
    let mut out = format!(
        "# Lints of {of}\n\nWritten by `SPEC_UPDATE=1 cargo test -p tripline-rules`. Rules that do \
         not run are not here, `{file}-rules.md` has them.\n\n| code | | rules | findings \
         |\n|---|---|---:|---:|\n",
    );
    for ((code, severity, title), (rules, findings)) in rules {
        let _ = writeln!(out, "| {code} {title} | {severity} | {rules} | {findings} |");
    }
    settle(&format!("{file}-lints.md"), &out);
}
