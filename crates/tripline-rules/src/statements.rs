//! The catalogue of known false positives: what rules' authors say about them, by technique.

use crate::elastic::reader::Reader;
use crate::report::FileReport;
use crate::value::Table;
use crate::{Rule, RuleSet};
use std::collections::BTreeMap;

/// A statement of the catalogue (`false-positives.toml`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name.
    pub id: String,
    /// What is known, and what to do about it.
    pub text: String,
    /// ATT&CK techniques that it is about.
    pub techniques: Vec<String>,
    /// Rules that it is about, by id or name.
    pub rules: Vec<String>,
    /// The category of the asset table whose exclusion answers it.
    pub exclude_assets: Option<String>,
    /// The fields in which that category appears.
    pub exclude_fields: Vec<String>,
}

/// A statement where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// What is known.
    pub text: &'a str,
    /// The rule that says so in its own file, or none for the catalogue's.
    pub rule: Option<&'a str>,
    /// The entry of the catalogue, for its suggested exclusion.
    pub entry: Option<&'a Statement>,
}

pub(crate) fn load(report: &mut FileReport, file: &Table) -> Vec<Statement> {
    let mut statements = vec![];
    for (table, place) in file.tables("statement") {
        let exclude = table.get("exclude").map(|node| node.value.to_json()).unwrap_or_default();
        let fields = exclude["fields"].as_array().map_or(&[][..], |list| list);
        let mut read = Reader::inner(report, table);
        let Some(text) = read.required_text("text", place) else { continue };
        statements.push(Statement {
            id: read.text("id").unwrap_or_default(),
            text: text.trim().to_owned(),
            techniques: read.texts("techniques"),
            rules: read.texts("rules"),
            exclude_assets: exclude["assets"].as_str().map(str::to_owned),
            exclude_fields: fields.iter().filter_map(|f| f.as_str().map(str::to_owned)).collect(),
        });
    }
    statements
}

/// What is known to be harmless, by ATT&CK technique: the rules' own statements and the catalogue.
pub fn statements_by_technique(set: &RuleSet) -> BTreeMap<&str, Vec<Said<'_>>> {
    let mut by: BTreeMap<&str, Vec<Said<'_>>> = BTreeMap::new();
    for rule in &set.rules {
        for technique in rule.threat.iter().flat_map(|t| &t.techniques) {
            for text in &rule.false_positives {
                let said = Said { text, rule: Some(&rule.name), entry: None };
                by.entry(&technique.id).or_default().push(said);
            }
        }
    }
    for entry in &set.statements {
        for technique in &entry.techniques {
            let said = Said { text: &entry.text, rule: None, entry: Some(entry) };
            by.entry(technique).or_default().push(said);
        }
    }
    by
}

/// What is known to be harmless about one rule: its own statements, then those of the catalogue
/// that name it.
pub fn statements_of<'a>(set: &'a RuleSet, rule: &'a Rule) -> Vec<Said<'a>> {
    let own =
        rule.false_positives.iter().map(|text| Said { text, rule: Some(&rule.name), entry: None });
    let names = |entry: &&Statement| {
        entry.rules.iter().any(|r| r.eq_ignore_ascii_case(&rule.id) || r == &*rule.name)
    };
    let listed = set.statements.iter().filter(names).map(|entry| Said {
        text: &entry.text,
        rule: None,
        entry: Some(entry),
    });
    own.chain(listed).collect()
}
