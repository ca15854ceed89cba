//! Every KQL query of Elastic's rules compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tripline_diag::{SourceText, render};
use tripline_schema::Schema;

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rule_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
}

#[test]
fn queries_of_elastics_rules_compile() {
    let Some(folder) = crate::shared("rules/elastic") else { return };
    let mut files = Vec::new();
    rule_files(&folder, &mut files);
    let (mut rules, mut queries, mut compiled, mut broken) = (0, 0, 0, Vec::new());
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    let mut literal_wildcards = BTreeSet::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let document: toml::Table = text.parse().unwrap();
        let rule = &document["rule"];
        if rule.get("language").and_then(toml::Value::as_str) != Some("kuery") {
            continue;
        }
        rules += 1;
        for key in ["query", "threat_query"] {
            let Some(query) = rule.get(key).and_then(toml::Value::as_str) else { continue };
            queries += 1;
            let result = tripline_kql::compile(query, Schema::builtin());
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let source = SourceText::new(name, query);
            for diagnostic in &result.diagnostics {
                if diagnostic.code.id == "KQL012" {
                    literal_wildcards.insert(file.clone());
                }
                *said.entry(diagnostic.code.id).or_default() += 1;
                if diagnostic.is_error() || std::env::var_os("KQL_SHOW").is_some() {
                    broken.push(render(diagnostic, &source, false));
                }
            }
            compiled += usize::from(result.plan.is_some());

            // And each survives being printed.
            let (tree, _) = tripline_kql::parse(query);
            let (again, _) = tripline_kql::parse(&tripline_kql::print_kql(&tree));
            assert_eq!(tripline_kql::print_ast(&again), tripline_kql::print_ast(&tree), "{query}");
        }
    }
    println!("kql ledger: {rules} rules, {queries} queries, {compiled} compiled, said {said:?}");
    println!("{}", broken.join("\n"));
    assert_eq!(compiled, queries, "{}", broken.join("\n"));
    // The rules that mean a wildcard and quote it, one of them on analysed text.
    assert_eq!((literal_wildcards.len(), said["KQL012"]), (6, 42));
}
