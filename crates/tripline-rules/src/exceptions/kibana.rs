//! One item of an exception list, as Kibana exports it.

use super::values::{self, ValueLists};
use super::{instant, of_systems};
use crate::codes::{BAD_EXCEPTION, NO_VALUE_LIST};
use crate::elastic::reader::Reader;
use crate::report::FileReport;
use crate::value::{Table, Value};
use crate::{Condition, EventException};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};

const TYPES: &[&str] = &["exists", "list", "match", "match_any", "nested", "wildcard"];

/// The exception of an item. None: it cannot be read, or needs a value list that is not there; it
/// then excepts nothing, and the report says why.
pub(super) fn read(
    report: &mut FileReport,
    item: &Table,
    place: Span,
    lists: &mut ValueLists,
) -> Option<EventException> {
    let mut read = Reader::inner(report, item);
    let name = read.text("name").unwrap_or_else(|| "exception".to_owned());
    let reason = read.text("description").unwrap_or_default();
    let list = read.text("list_id").map(Into::into);
    let mut expires = None;
    if let Some(text) = read.text("expire_time") {
        expires = instant(&text);
        if expires.is_none() {
            bad(
                report,
                &format!("`{text}` is no instant"),
                item.get("expire_time").map(|n| n.span),
            );
            return None;
        }
    }
    let mut all = vec![];
    let systems = Reader::inner(report, item).texts("os_types");
    if !systems.is_empty() {
        let systems: Vec<Arc<str>> = systems.into_iter().map(Into::into).collect();
        all.push(of_systems(&systems));
    }
    let entries = entries(report, item, None, lists)?;
    if entries.is_empty() {
        bad(report, "the exception has no `entries`, and would hold for every event", Some(place));
        return None;
    }
    all.extend(entries);
    Some(EventException { name, reason, list, condition: Condition::All(all), expires })
}

fn entries(
    report: &mut FileReport,
    table: &Table,
    parent: Option<&str>,
    lists: &mut ValueLists,
) -> Option<Vec<Condition>> {
    let Some(Value::List(list)) = table.get("entries").map(|n| &n.value) else {
        return Some(vec![]);
    };
    let mut all = vec![];
    for node in list {
        let Value::Table(entry) = &node.value else {
            bad(report, "an entry is not an object", Some(node.span));
            return None;
        };
        all.push(condition(report, entry, node.span, parent, lists)?);
    }
    Some(all)
}

/// One entry; inside a nested one, `parent` is the name of the outer field.
fn condition(
    report: &mut FileReport,
    entry: &Table,
    place: Span,
    parent: Option<&str>,
    lists: &mut ValueLists,
) -> Option<Condition> {
    let mut read = Reader::inner(report, entry);
    let kind = read.required_text("type", place)?;
    let name = read.required_text("field", place)?;
    let operator = read.text("operator").unwrap_or_else(|| "included".to_owned());
    let field: Arc<str> = match parent {
        Some(parent) => format!("{parent}.{name}").into(),
        None => name.as_str().into(),
    };
    let texts = |values: Vec<String>| values.into_iter().map(Arc::from).collect::<Vec<Arc<str>>>();
    let condition = match kind.as_str() {
        "match" => Condition::Match { field, values: vec![value(&mut read, place)?.into()] },
        "match_any" => {
            let values = texts(read.texts("value"));
            if values.is_empty() {
                bad(report, "`match_any` needs a `value`, a list of texts", Some(place));
                return None;
            }
            Condition::Match { field, values }
        }
        "wildcard" => Condition::Wildcard { field, values: vec![value(&mut read, place)?.into()] },
        "exists" => Condition::Exists { field },
        "list" => {
            let list = entry.table("list");
            let part = |key: &str| list.and_then(|list| list.text(key));
            let (Some(id), Some(kind)) = (part("id"), part("type")) else {
                bad(
                    report,
                    "an entry of type `list` names no `list` with `id` and `type`",
                    Some(place),
                );
                return None;
            };
            match lists.get(id, &report.path).and_then(|list| values::test(kind, &list)) {
                Ok(test) => Condition::Test { field, test },
                Err(why) => {
                    let help = format!(
                        "the exception excepts nothing; put the values, one a line, into a file `{id}` beside this one"
                    );
                    report.add(Diagnostic::warning(&NO_VALUE_LIST, why).at(place).help(help));
                    return None;
                }
            }
        }
        "nested" if parent.is_none() => {
            let inner = entries(report, entry, Some(&name), lists)?;
            if inner.is_empty() {
                bad(report, "an entry of type `nested` has no `entries`", Some(place));
                return None;
            }
            // A nested entry has no operator of its own.
            let condition = Box::new(Condition::All(inner));
            return Some(Condition::Nested { path: field, condition });
        }
        other => {
            let help = did_you_mean(other, TYPES.iter().copied())
                .unwrap_or_else(|| format!("types are {}", TYPES.join(", ")));
            let place = entry.get("type").map(|n| n.span);
            let mut diagnostic =
                Diagnostic::error(&BAD_EXCEPTION, format!("`{other}` is no type of entry here"));
            diagnostic.span = place;
            report.add(diagnostic.help(help));
            return None;
        }
    };
    match operator.as_str() {
        "included" => Some(condition),
        "excluded" => Some(Condition::Not(Box::new(condition))),
        other => {
            let what = format!("`{other}` is neither `included` nor `excluded`");
            bad(report, &what, entry.get("operator").map(|n| n.span));
            None
        }
    }
}

fn value(read: &mut Reader<'_, '_>, place: Span) -> Option<String> {
    match read.table.get("value").map(|n| &n.value) {
        Some(Value::Number(digits)) => Some(digits.clone()),
        Some(Value::Flag(flag)) => Some(flag.to_string()),
        _ => read.required_text("value", place),
    }
}

fn bad(report: &mut FileReport, what: &str, span: Option<Span>) {
    let mut diagnostic = Diagnostic::error(&BAD_EXCEPTION, what);
    diagnostic.span = span;
    report.add(diagnostic);
}
