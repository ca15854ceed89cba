//! The Lucene queries of Elastic's rules compile.

use std::path::{Path, PathBuf};
use tripline_diag::{SourceText, render};
use tripline_schema::Schema;

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
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
    let (mut queries, mut compiled) = (0, 0);
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let document: toml::Table = text.parse().unwrap();
        let rule = &document["rule"];
        if rule.get("language").and_then(toml::Value::as_str) != Some("lucene") {
            continue;
        }
        queries += 1;
        let query = rule["query"].as_str().unwrap();
        let result = tripline_lucene::compile(query, Schema::builtin());
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let source = SourceText::new(name, query);
        for diagnostic in &result.diagnostics {
            println!("{}", render(diagnostic, &source, false));
        }
        compiled += usize::from(result.plan.is_some());
    }
    println!("lucene ledger: {queries} queries, {compiled} compiled");
    assert_eq!((queries, compiled), (1, 1));
}
