//! Exception lists and the rules that refer to them.
//!
//! A list holds for the rules whose `exceptions_list` names its id. A list that is given on the
//! command line, but that no loaded rule names, holds for all of Elastic's rules, because that is
//! why a person gives it; unless it is one rule's own list (`rule_default`), or one of the
//! endpoint's, which the detection engine does not apply.

use super::kibana;
use super::values::ValueLists;
use crate::codes::{ENDPOINT_LIST, MISSING_LIST, UNREFERENCED_LIST};
use crate::report::FileReport;
use crate::value::Table;
use crate::{EventException, Problem, RuleSet, Vendor};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span};

/// The list of the endpoint's exceptions. Rules refer to it, and the detection engine takes it out.
const ENDPOINT: &str = "endpoint_list";

/// What was read of exception lists and not linked yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    /// By id: name and type.
    headers: BTreeMap<String, Header>,
    items: Vec<Item>,
    values: ValueLists,
    /// Ids of lists that some file has.
    known: BTreeSet<String>,
    /// Items that are linked, so that one that is in two files counts once.
    seen: HashSet<(String, String)>,
    /// Lists of rules that were said to be missing.
    missed: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct Header {
    name: String,
    kind: String,
}

#[derive(Debug, Clone)]
struct Item {
    id: Option<String>,
    list: String,
    namespace: Option<String>,
    table: Table,
    place: Span,
    report: FileReport,
    /// Whether the file was given for its exceptions, and not for its rules.
    asked_for: bool,
}

impl Lists {
    pub fn header(&mut self, table: &Table) {
        let text = |key: &str| table.text(key).unwrap_or_default().to_owned();
        let header = Header { name: text("name"), kind: text("type") };
        self.known.insert(text("list_id"));
        self.headers.insert(text("list_id"), header);
    }

    pub fn item(&mut self, report: &FileReport, table: &Table, place: Span, asked_for: bool) {
        let list = table.text("list_id").unwrap_or_default().to_owned();
        self.known.insert(list.clone());
        let id = table.text("item_id").or_else(|| table.text("id"));
        self.items.push(Item {
            id: id.map(str::to_owned),
            list,
            namespace: table.text("namespace_type").map(str::to_owned),
            table: table.clone(),
            // A caret under a whole object says nothing.
            place: Span { end: place.start + 1, ..place },
            report: report.emptied(),
            asked_for,
        });
    }

    /// Items of value lists, by the list's id.
    pub fn values(&mut self, lists: BTreeMap<String, Vec<String>>) {
        for (id, values) in lists {
            self.values.set(&id, values);
        }
    }

    /// The values of a list that our own files name.
    pub fn value_list(
        &mut self,
        id: &str,
        beside: &std::path::Path,
    ) -> Result<std::sync::Arc<[String]>, String> {
        self.values.get(id, beside)
    }
}

/// Gives each rule the exceptions of its lists.
pub(super) fn link(set: &mut RuleSet) {
    let mut lists = std::mem::take(&mut set.lists);
    let mut by_list: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in std::mem::take(&mut lists.items) {
        let list = by_list.entry(item.list.clone()).or_default();
        let id = item.id.clone();
        // A file may be among the rules and be given for its exceptions too.
        if let Some(same) = list.iter_mut().find(|other| id.is_some() && other.id == id) {
            same.asked_for |= item.asked_for;
        } else if id.as_ref().is_none_or(|id| lists.seen.insert((item.list.clone(), id.clone()))) {
            list.push(item);
        }
    }
    by_list.retain(|_, items| !items.is_empty());
    for (id, items) in by_list {
        let kind = lists.headers.get(&id).map_or("", |h| h.kind.as_str());
        let first = &items[0];
        if id == ENDPOINT || kind.starts_with("endpoint") {
            let text = format!(
                "the list `{id}` is the endpoint's: the detection engine does not apply it"
            );
            say(set, first, Diagnostic::note(&ENDPOINT_LIST, text));
            continue;
        }
        let mut rules: Vec<usize> = (0..set.rules.len())
            .filter(|at| {
                references(&set.rules[*at]).any(|(list, namespace)| {
                    let same = |mine: &String| namespace.is_none_or(|n| n == mine);
                    list == id && first.namespace.as_ref().is_none_or(same)
                })
            })
            .collect();
        if rules.is_empty() {
            let all = items.iter().any(|item| item.asked_for) && kind != "rule_default";
            if all {
                rules = (0..set.rules.len())
                    .filter(|at| set.rules[*at].vendor == Vendor::Elastic)
                    .collect();
            }
            let name =
                lists.headers.get(&id).map(|h| format!(" (`{}`)", h.name)).unwrap_or_default();
            let effect = if all {
                format!("its exceptions hold for all {} rules of Elastic's", rules.len())
            } else {
                "its exceptions hold for none".to_owned()
            };
            let text = format!("no loaded rule refers to the list `{id}`{name}: {effect}");
            say(set, first, Diagnostic::warning(&UNREFERENCED_LIST, text));
        }
        for mut item in items {
            let read = kibana::read(&mut item.report, &item.table, item.place, &mut lists.values);
            set.problems.append(&mut item.report.problems);
            let Some(exception) = read else { continue };
            for at in &rules {
                let exception: EventException = exception.clone();
                Arc::make_mut(&mut set.rules[*at]).event_exceptions.push(exception);
            }
        }
    }
    missing(set, &mut lists);
    set.lists = lists;
}

/// Says which lists rules refer to that no file has.
fn missing(set: &mut RuleSet, lists: &mut Lists) {
    let mut rules: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, rule) in set.rules.iter().enumerate() {
        for (list, _) in references(rule) {
            if list != ENDPOINT && !lists.known.contains(list) && !lists.missed.contains(list) {
                rules.entry(list.to_owned()).or_default().push(at);
            }
        }
    }
    for (list, at) in rules {
        let first = &set.rules[at[0]];
        let others = match at.len() {
            1 => format!("`{}` refers", first.name),
            n => format!("{n} rules, `{}` among them, refer", first.name),
        };
        let text = format!("{others} to the exception list `{list}`, which no file has");
        let help = "export it from the product, and give it with --exceptions";
        let diagnostic = Diagnostic::warning(&MISSING_LIST, text).help(help);
        set.problems.push(Problem::of_path(&first.origin.path, diagnostic));
        lists.missed.insert(list);
    }
}

/// The lists that a rule refers to: id and name space. Those of the endpoint have no effect.
fn references(rule: &crate::Rule) -> impl Iterator<Item = (&str, Option<&str>)> {
    let list = rule.extra.get("exceptions_list").and_then(|value| value.as_array());
    list.into_iter()
        .flatten()
        .filter(|entry| !entry["type"].as_str().is_some_and(|kind| kind.starts_with("endpoint")))
        .filter_map(|entry| Some((entry["list_id"].as_str()?, entry["namespace_type"].as_str())))
}

fn say(set: &mut RuleSet, item: &Item, diagnostic: Diagnostic) {
    let mut report = item.report.emptied();
    report.add(diagnostic.at(item.place));
    set.problems.append(&mut report.problems);
}
