//! Every EQL rule of Elastic's pack goes through.

use crate::support::{corpora, open, rendered};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tripline_diag::has_errors;
use tripline_eql::{Options, compile, parse, print_ast};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "toml") {
            found.push(path);
        }
    }
}

/// `(file, query)` of every EQL rule.
fn queries() -> Option<Vec<(String, String)>> {
    let mut paths = Vec::new();
    files(&corpora()?.join("rules/elastic"), &mut paths);
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let Ok(rule) = std::fs::read_to_string(&path).unwrap().parse::<toml::Table>() else {
            continue;
        };
        let rule = &rule["rule"];
        if rule.get("language").and_then(|l| l.as_str()) == Some("eql") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            all.push((name, rule["query"].as_str().unwrap().to_owned()));
        }
    }
    Some(all)
}

#[test]
fn every_rule_compiles() {
    let Some(queries) = queries() else { return };
    let mut failures: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut warnings: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, query) in &queries {
        let compiled = compile(query, &Options::default(), open());
        for d in &compiled.diagnostics {
            if d.is_error() {
                let shown = rendered(query, std::slice::from_ref(d));
                failures.entry(d.code.id).or_default().push(format!("{name}: {shown}"));
            } else {
                *warnings.entry(d.code.id).or_default() += 1;
            }
        }
        assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics), "{name}");
    }
    for (code, all) in &failures {
        println!("{code}: {}\n{}", all.len(), all.join("\n"));
    }
    println!("{} rules; warnings {warnings:?}", queries.len());
    let counts: Vec<(&str, usize)> = failures.iter().map(|(c, all)| (*c, all.len())).collect();
    assert_eq!(counts, []);
    // 26 values in 18 lists, and two `==`, have an asterisk that is taken literally.
    assert_eq!(warnings.into_iter().collect::<Vec<_>>(), [("EQL016", 28)]);
    assert_eq!(queries.len(), 1081);
}

#[test]
fn every_rule_survives_printing() {
    let Some(queries) = queries() else { return };
    for (name, query) in &queries {
        let printed = print_ast(&parse(query).0);
        let (again, diagnostics) = parse(&printed);
        assert!(diagnostics.is_empty(), "{name}:\n{}", rendered(&printed, &diagnostics));
        assert_eq!(print_ast(&again), printed, "{name}");
    }
}

/// Cutting real queries anywhere gives diagnostics, never a panic.
#[test]
fn halves_of_rules_do_not_panic() {
    let Some(queries) = queries() else { return };
    for (_, query) in queries.iter().step_by(7) {
        for cut in (0..query.len()).step_by(query.len() / 12 + 1) {
            if query.is_char_boundary(cut) {
                compile(&query[..cut], &Options::default(), open());
                compile(&query[cut..], &Options::default(), open());
            }
        }
    }
}
