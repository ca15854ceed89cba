//! Paths become a [`RuleSet`]: find the files, tell what each is, read it, put it together.
//!
//! ```text
//! paths ─▶ files (sorted) ─▶ Elastic rule, Kibana's export ──────────────┐
//!                          ├▶ macro, lookup, deployment ─▶ definitions ─┤
//!                          ├▶ Splunk detection ──(waits for those)──────┤
//!                          └▶ Sigma rule, correlation, filter ──────────┴▶ rules, problems
//! ```

pub(crate) mod export;
mod files;
mod read;
pub(crate) mod sniff;
mod toml_kind;
mod yaml_kind;

use crate::codes::{DUPLICATE, NO_RULES, NOT_A_RULE, UNREADABLE};
use crate::report::FileReport;
use crate::sigma::{self, SigmaFile};
use crate::splunk::Deployments;
use crate::{LoadOptions, Problem, Rule, RuleSet, Vendor, exceptions, lookup, splunk};
pub(crate) use files::{Found, find, read_text};
use read::{Content, FileRead};
use serde_norway::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
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
        match find(path, &mut loader.set.problems) {
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
    let found: Vec<(PathBuf, bool)> = found.into_iter().collect();
    for file in read::read_all(&found) {
        loader.file(file);
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
            let help = "a rule is a TOML file with a `[rule]` table, a YAML file with `search` and `id` or with \
                 `logsource` and `detection`, or an export of Kibana's";
            let problem = Problem::of_path(&folder, Diagnostic::error(&NO_RULES, text).help(help));
            loader.set.problems.push(problem);
        }
    }
    let mut set = loader.merge();
    for path in &options.placeholders {
        sigma::placeholders(path, &mut set);
    }
    for path in &options.pipelines {
        sigma::pipeline(path, &mut set);
    }
    sigma::link(&mut set);
    for path in &options.exceptions {
        exceptions::read(path, &mut set);
    }
    exceptions::link(&mut set);
    set
}

/// A rule, the file that it is from, and the place of its id.
pub(crate) type Loaded = (Rule, FileReport, Option<Span>);

#[derive(Default)]
struct Loader {
    set: RuleSet,
    rules: Vec<Loaded>,
    /// Detections wait until the deployments are known.
    detections: Vec<(FileReport, Value, bool)>,
    deployments: Deployments,
    /// Files that were rules, loaded or not.
    rule_files: HashSet<PathBuf>,
}

impl Loader {
    fn file(&mut self, file: FileRead) {
        let FileRead { path, named, of_rules, mut problems, content } = file;
        self.set.problems.append(&mut problems);
        if of_rules {
            self.rule_files.insert(path.clone());
        }
        match content {
            Content::Nothing => {}
            Content::Json => {
                // In a folder, other JSON is no mistake.
                if (named || sniff::may_hold_rules(&path))
                    && export::rules(&path, named, &mut self.set, &mut self.rules)
                {
                    self.rule_files.insert(path);
                }
            }
            Content::Rules(mut rules) => self.rules.append(&mut rules),
            Content::Statements(statements) => self.set.statements.extend(statements),
            Content::Detection(report, value) => self.detections.push((report, value, named)),
            Content::Definition(mut report, kind, value) => {
                self.define(&mut report, kind, &value);
                self.set.problems.append(&mut report.problems);
            }
            Content::Sigma(SigmaFile { mut rules, mut filters }) => {
                self.rules.append(&mut rules);
                self.set.sigma_filters.append(&mut filters);
            }
        }
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

    /// Puts rules in order and drops all but the first of a vendor's with the same id. Vendors take
    /// over rules from each other with their ids: there the later one gets an id of its own.
    fn merge(mut self) -> RuleSet {
        self.rules.sort_by(|a, b| a.0.origin.path.cmp(&b.0.origin.path));
        let mut first: HashMap<String, (PathBuf, Vendor)> = HashMap::new();
        for (mut rule, mut report, span) in self.rules {
            if let Some((other, vendor)) = first.get(&rule.id.to_ascii_lowercase()) {
                let text = format!(
                    "rule id `{}` is in `{}` and in `{}`",
                    rule.id,
                    other.display(),
                    report.path.display()
                );
                let own = format!("{}-{}", rule.id, rule.vendor.word());
                let kept = *vendor != rule.vendor && !first.contains_key(&own.to_ascii_lowercase());
                let mut diagnostic = if kept {
                    let help = format!("both are kept; the id of this one is `{own}` here");
                    Diagnostic::note(&DUPLICATE, text).help(help)
                } else {
                    let help = "the first is kept; give this one an id of its own";
                    Diagnostic::error(&DUPLICATE, text).help(help)
                };
                diagnostic.span = span;
                report.add(diagnostic);
                self.set.problems.append(&mut report.problems);
                if !kept {
                    continue;
                }
                rule.id = own.into();
            }
            let place = (rule.origin.path.clone(), rule.vendor);
            first.insert(rule.id.to_ascii_lowercase(), place);
            self.set.rules.push(Arc::new(rule));
        }
        self.set.problems.sort_by(|a, b| a.place().cmp(&b.place()));
        self.set
    }
}

fn not_a_rule(report: &mut FileReport, text: &str) {
    report.add(Diagnostic::error(&NOT_A_RULE, text).help(
        "rules are Elastic's TOML or JSON files and Splunk's or Sigma's YAML files, or folders of them",
    ));
}

pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A path of a problem that is about no file that could be read.
pub(crate) fn unreadable(path: &Path, why: &str) -> Box<Problem> {
    let text = format!("cannot read `{}`: {why}", path.display());
    Box::new(Problem::of_path(path, Diagnostic::error(&UNREADABLE, text)))
}
