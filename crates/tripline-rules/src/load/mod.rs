//! Paths become a [`RuleSet`]: find the files, tell what each is, read it, put it together.
//!
//! ```text
//! paths ─▶ files (sorted) ─▶ Elastic rule, Kibana's export ──────────────┐
//!                          ├▶ macro, lookup, deployment ─▶ definitions ─┤
//!                          └▶ Splunk detection ──(waits for those)──────┴▶ rules, problems
//! ```

pub(crate) mod export;
mod files;
pub(crate) mod sniff;
mod toml_kind;
mod yaml_kind;

use crate::codes::{DUPLICATE, NO_RULES, NOT_A_RULE, SYNTAX, UNREADABLE};
use crate::report::FileReport;
use crate::splunk::Deployments;
use crate::value::Table;
use crate::{LoadOptions, Problem, Rule, RuleSet, elastic, exceptions, lookup, splunk, statements};
use files::Found;
pub(crate) use files::read_text;
use serde_norway::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use toml_kind::TomlKind;
use tripline_diag::{Diagnostic, Span};
use yaml_kind::YamlKind;

/// Loads rules from files and folders, recursively, in the order of their paths.
///
/// Nothing here fails: what cannot be read is a [`Problem`], and the rest loads. Definitions that
/// rules refer to (`macros/`, `lookups/`, `deployments/`) are found inside the folders and beside
/// the folders above them, so a folder of detections inside a pack is enough.
pub fn load(paths: &[PathBuf], options: &LoadOptions) -> RuleSet {
    let mut loader = Loader::default();
    let mut found: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut folders: Vec<(PathBuf, Vec<PathBuf>)> = vec![];
    let mut seen = HashSet::new();
    for path in paths {
        match files::find(path, &mut loader.set.problems) {
            Found::File(file) => {
                seen.insert(file.clone());
                found.insert(file, true);
            }
            Found::Folder(files) => {
                for file in &files {
                    seen.insert(file.clone());
                    found.entry(file.clone()).or_insert(false);
                }
                folders.push((path.clone(), files));
            }
            Found::Nothing => {}
        }
    }
    for (path, named) in &found {
        loader.file(path, *named);
    }
    for file in files::definitions_above(paths) {
        if seen.insert(file.clone()) {
            loader.definition(&file);
        }
    }
    loader.finish_splunk();
    for (folder, files) in folders {
        let is_rule = |f: &PathBuf| loader.rule_files.contains(f);
        if !files.iter().any(is_rule) {
            let text = format!("no rules in `{}`", folder.display());
            let help = "a rule is a TOML file with a `[rule]` table, a YAML file with `search` and `id`, or an \
                 export of Kibana's";
            let problem = Problem::of_path(&folder, Diagnostic::error(&NO_RULES, text).help(help));
            loader.set.problems.push(problem);
        }
    }
    let mut set = loader.merge();
    for path in &options.exceptions {
        exceptions::read(path, &mut set);
    }
    exceptions::link(&mut set);
    set
}

#[derive(Default)]
struct Loader {
    set: RuleSet,
    rules: Vec<(Rule, FileReport, Option<Span>)>,
    /// Detections wait until the deployments are known.
    detections: Vec<(FileReport, Value, bool)>,
    deployments: Deployments,
    /// Files that were rules, loaded or not.
    rule_files: HashSet<PathBuf>,
}

impl Loader {
    fn file(&mut self, path: &Path, named: bool) {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        if ["json", "ndjson"].iter().any(|e| extension.eq_ignore_ascii_case(e)) {
            // In a folder, other JSON is no mistake.
            if (named || sniff::may_hold_rules(path))
                && export::rules(path, named, &mut self.set, &mut self.rules)
            {
                self.rule_files.insert(path.to_owned());
            }
            return;
        }
        let text = match read_text(path) {
            Ok(text) => text,
            Err(problem) => {
                self.rule_files.insert(path.to_owned());
                self.set.problems.push(*problem);
                return;
            }
        };
        let mut report = FileReport::new(path, &text);
        match extension.to_ascii_lowercase().as_str() {
            "toml" => self.toml(&mut report, &text, named),
            "yml" | "yaml" => self.yaml(report, &text, named),
            _ => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                not_a_rule(&mut report, &format!("`{name}` is neither TOML nor YAML nor JSON"));
                self.set.problems.append(&mut report.problems);
            }
        }
    }

    fn toml(&mut self, report: &mut FileReport, text: &str, named: bool) {
        let table = match toml::de::DeTable::parse(text) {
            Ok(table) => Table::from_toml(table.get_ref()),
            Err(error) => {
                self.rule_files.insert(report.path.clone());
                let diagnostic = Diagnostic::error(&SYNTAX, one_line(error.message()));
                report.add(match error.span() {
                    Some(span) => diagnostic.at(Span::new(span.start, span.end)),
                    None => diagnostic,
                });
                self.set.problems.append(&mut report.problems);
                return;
            }
        };
        match toml_kind::kind(&table) {
            TomlKind::Rule => {
                self.rule_files.insert(report.path.clone());
                if let Some((rule, span)) = elastic::load(report, &table, named) {
                    self.rules.push((rule, report.emptied(), span));
                }
            }
            TomlKind::Statements => self.set.statements.extend(statements::load(report, &table)),
            TomlKind::Exceptions if named => {
                not_a_rule(report, "the file holds exceptions, which `--exceptions` reads");
            }
            TomlKind::Other if named => not_a_rule(report, "the file has no `[rule]` table"),
            TomlKind::Exceptions | TomlKind::Other => {}
        }
        self.set.problems.append(&mut report.problems);
    }

    fn yaml(&mut self, mut report: FileReport, text: &str, named: bool) {
        let value: Value = match serde_norway::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                self.rule_files.insert(report.path.clone());
                let diagnostic = Diagnostic::error(&SYNTAX, one_line(&yaml_message(&error)));
                report.add(match error.location() {
                    Some(at) => diagnostic.at(Span::new(at.index(), at.index() + 1)),
                    None => diagnostic,
                });
                self.set.problems.append(&mut report.problems);
                return;
            }
        };
        match yaml_kind::kind(&value) {
            YamlKind::Detection => {
                self.rule_files.insert(report.path.clone());
                self.detections.push((report, value, named));
                return;
            }
            YamlKind::Sigma => {
                self.rule_files.insert(report.path.clone());
                *self.set.skipped.entry("Sigma rules, which are not run yet").or_default() += 1;
                if named {
                    not_a_rule(&mut report, "Sigma rules are not run yet");
                }
            }
            YamlKind::Other if named => {
                not_a_rule(&mut report, "the file has no `search` with an `id`");
            }
            _ if named => not_a_rule(&mut report, "the file defines what rules use, but no rule"),
            kind => self.define(&mut report, kind, &value),
        }
        self.set.problems.append(&mut report.problems);
    }

    /// A file of a `macros/`, `lookups/` or `deployments/` folder above what was named.
    fn definition(&mut self, path: &Path) {
        let Ok(text) = read_text(path) else { return };
        let Ok(value) = serde_norway::from_str::<Value>(&text) else { return };
        let mut report = FileReport::new(path, &text);
        self.define(&mut report, yaml_kind::kind(&value), &value);
        self.set.problems.append(&mut report.problems);
    }

    fn define(&mut self, report: &mut FileReport, kind: YamlKind, value: &Value) {
        match kind {
            YamlKind::Macro => self.set.macros.add(report, value),
            YamlKind::Lookup => lookup::define(&mut self.set.lookups, report, value),
            YamlKind::Deployment => self.deployments.add(&report.path, value),
            YamlKind::Detection | YamlKind::Sigma | YamlKind::Other => {}
        }
    }

    fn finish_splunk(&mut self) {
        for (mut report, value, named) in std::mem::take(&mut self.detections) {
            let loaded = splunk::load(&mut report, &value, &self.deployments, named);
            self.set.problems.append(&mut report.problems);
            if let Some((rule, span)) = loaded {
                self.rules.push((rule, report, span));
            }
        }
    }

    /// Puts rules in order and drops all but the first of those with the same id.
    fn merge(mut self) -> RuleSet {
        self.rules.sort_by(|a, b| a.0.origin.path.cmp(&b.0.origin.path));
        let mut first: HashMap<String, PathBuf> = HashMap::new();
        for (rule, mut report, span) in self.rules {
            let key = rule.id.to_ascii_lowercase();
            if let Some(other) = first.get(&key) {
                let text = format!(
                    "rule id `{}` is in `{}` and in `{}`",
                    rule.id,
                    other.display(),
                    report.path.display()
                );
                let mut diagnostic = Diagnostic::error(&DUPLICATE, text)
                    .help("the first is kept; give this one an id of its own");
                diagnostic.span = span;
                report.add(diagnostic);
                self.set.problems.append(&mut report.problems);
                continue;
            }
            first.insert(key, rule.origin.path.clone());
            self.set.rules.push(rule);
        }
        self.set.problems.sort_by(|a, b| a.place().cmp(&b.place()));
        self.set
    }
}

fn not_a_rule(report: &mut FileReport, text: &str) {
    report.add(Diagnostic::error(&NOT_A_RULE, text).help(
        "rules are Elastic's TOML or JSON files and Splunk's YAML files, or folders of them",
    ));
}

pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The message without the place, which the caret shows.
fn yaml_message(error: &serde_norway::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// A path of a problem that is about no file that could be read.
pub(crate) fn unreadable(path: &Path, why: &str) -> Box<Problem> {
    let text = format!("cannot read `{}`: {why}", path.display());
    Box::new(Problem::of_path(path, Diagnostic::error(&UNREADABLE, text)))
}
