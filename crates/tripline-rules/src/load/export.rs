//! What Kibana exports as JSON: rules, lists of exceptions, items of both kinds of lists.
//!
//! An export is one object a line; its last line counts what was exported. Answers of the find
//! API (`{"data": […]}`), a list of objects, and one object alone (also wrapped as the packages of
//! prebuilt rules have it, `{"type": "security-rule", "attributes": {…}}`) are read as well. What
//! an object is, its keys tell, whatever the file's name.

use super::{not_a_rule, read_text};
use crate::codes::{NOT_A_RULE, SYNTAX};
use crate::report::FileReport;
use crate::value::{Node, Table, Value, parse_json};
use crate::{Rule, RuleSet, elastic};
use std::collections::BTreeMap;
use std::path::Path;
use tripline_diag::{Diagnostic, Span};

/// An object of the file, and where to say what is wrong with it.
struct Record {
    node: Node,
    report: FileReport,
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rule,
    /// The head of a list of exceptions.
    List,
    /// An item of a list of exceptions.
    Item,
    /// An item of a value list.
    ListValue,
    /// What was exported, in numbers; a connector for actions.
    Attachment,
    Other,
}

fn kind(table: &Table) -> Kind {
    let text = |key: &str| table.text(key);
    if table.has("list_id") && table.has("entries") {
        Kind::Item
    } else if table.has("list_id") && table.has("value") {
        Kind::ListValue
    } else if table.has("list_id") && table.has("name") {
        Kind::List
    } else if text("rule_id").is_some() && (table.has("query") || table.has("type")) {
        Kind::Rule
    } else if ["exported_count", "exported_rules_count", "exported_exception_list_count"]
        .iter()
        .any(|key| table.has(key))
        || text("type") == Some("action") && table.has("attributes")
    {
        Kind::Attachment
    } else {
        Kind::Other
    }
}

/// Adds what a file among the rules holds. Whether it is one of these files at all.
pub(super) fn rules(
    path: &Path,
    named: bool,
    set: &mut RuleSet,
    rules: &mut Vec<(Rule, FileReport, Option<Span>)>,
) -> bool {
    let Some(records) = open(path, named, set) else { return false };
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mut record in records {
        let Value::Table(table) = &record.node.value else { continue };
        match kind(table) {
            Kind::Rule => {
                let loaded = elastic::load_api(&mut record.report, table, record.node.span, named);
                if let Some((rule, span)) = loaded {
                    rules.push((rule, record.report.emptied(), span));
                }
            }
            other => lists(other, &mut record, false, set, &mut values),
        }
        set.problems.append(&mut record.report.problems);
    }
    set.lists.values(values);
    true
}

/// Adds the exceptions of a file that was given for them. Its rules, if it has any, are left out.
pub(crate) fn exceptions(path: &Path, set: &mut RuleSet) {
    let Some(records) = open(path, true, set) else { return };
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mut record in records {
        let Value::Table(table) = &record.node.value else { continue };
        match kind(table) {
            Kind::Rule => {}
            other => lists(other, &mut record, true, set, &mut values),
        }
        set.problems.append(&mut record.report.problems);
    }
    set.lists.values(values);
}

fn lists(
    kind: Kind,
    record: &mut Record,
    asked_for: bool,
    set: &mut RuleSet,
    values: &mut BTreeMap<String, Vec<String>>,
) {
    let Value::Table(table) = &record.node.value else { return };
    match kind {
        Kind::List => set.lists.header(table),
        Kind::Item => set.lists.item(&record.report, table, record.node.span, asked_for),
        Kind::ListValue => {
            let id = table.text("list_id").unwrap_or_default().to_owned();
            let value = match table.get("value").map(|n| &n.value) {
                Some(Value::Text(text) | Value::Number(text)) => text.clone(),
                _ => return,
            };
            values.entry(id).or_default().push(value);
        }
        Kind::Other => {
            let text = "the object is neither a rule nor an exception";
            record.report.add(Diagnostic::warning(&NOT_A_RULE, text).at(record.node.span));
        }
        Kind::Rule | Kind::Attachment => {}
    }
}

/// The objects of a file. None: it is no such file, which is said if it was named.
fn open(path: &Path, named: bool, set: &mut RuleSet) -> Option<Vec<Record>> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => {
            set.problems.push(*problem);
            return None;
        }
    };
    let (records, mut broken) = records(path, &text);
    let ours = |record: &Record| {
        record.node.value.as_table().is_some_and(|table| kind(table) != Kind::Other)
    };
    if !records.iter().any(ours) {
        if named {
            let mut report = FileReport::new(path, &text);
            if broken.is_empty() {
                not_a_rule(&mut report, "the file holds neither rules nor exceptions");
            }
            set.problems.append(&mut report.problems);
            set.problems.append(&mut broken);
        }
        return None;
    }
    set.problems.append(&mut broken);
    Some(records)
}

/// The objects of a text, and what cannot be read of it.
fn records(path: &Path, text: &str) -> (Vec<Record>, Vec<crate::Problem>) {
    // A document is told from lines by its first line, which is no value by itself, or the only one.
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or("");
    let several = lines.next().is_some();
    if parse_json(first).is_err() || !several {
        let report = FileReport::json(path, text, 1);
        return match parse_json(text) {
            Ok(node) => (unfold(node, &report), vec![]),
            // A broken first line of several: the lines after it may be sound.
            Err(_) if several && first.trim_start().starts_with("{\"") => by_line(path, text),
            Err((why, at)) => (vec![], vec![broken(report, &why, at)]),
        };
    }
    by_line(path, text)
}

fn by_line(path: &Path, text: &str) -> (Vec<Record>, Vec<crate::Problem>) {
    let (mut records, mut problems) = (vec![], vec![]);
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let report = FileReport::json(path, line, at as u32 + 1);
        match parse_json(line) {
            Ok(node) => records.append(&mut unfold(node, &report)),
            Err((why, at)) => problems.push(broken(report, &why, at)),
        }
    }
    (records, problems)
}

fn broken(mut report: FileReport, why: &str, at: usize) -> crate::Problem {
    report.add(
        Diagnostic::error(&SYNTAX, format!("not valid JSON: {why}")).at(Span::new(at, at + 1)),
    );
    report.problems.remove(0)
}

/// The objects in a list, in an answer of the find API, or in the wrapping of a package; or the
/// object itself.
fn unfold(node: Node, report: &FileReport) -> Vec<Record> {
    match node.value {
        Value::List(items) => {
            items.into_iter().flat_map(|item| unfold_object(item, report)).collect()
        }
        Value::Table(ref table) if !table.has("rule_id") && table.has("data") => {
            match table.get("data").map(|n| n.value.clone()) {
                Some(Value::List(items)) => {
                    items.into_iter().flat_map(|item| unfold_object(item, report)).collect()
                }
                _ => unfold_object(node, report),
            }
        }
        _ => unfold_object(node, report),
    }
}

fn unfold_object(node: Node, report: &FileReport) -> Vec<Record> {
    let inner = node
        .value
        .as_table()
        .filter(|table| table.text("type") == Some("security-rule"))
        .and_then(|table| table.get("attributes"))
        .filter(|attributes| attributes.value.as_table().is_some());
    let node = inner.cloned().unwrap_or(node);
    vec![Record { node, report: report.emptied() }]
}
