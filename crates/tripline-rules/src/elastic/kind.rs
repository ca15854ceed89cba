//! What a rule's `type` is, with the keys that only this type has.

use super::reader::Reader;
use super::settings::tables;
use super::{keys, language_named};
use crate::codes::{BAD_VALUE, MISSING_KEY};
use crate::value::{Table, Value};
use crate::{Language, RuleKind, ThreatEntry, ThreatMatch};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};

const TYPES: &[&str] = &[
    "eql",
    "esql",
    "machine_learning",
    "new_terms",
    "query",
    "saved_query",
    "threat_match",
    "threshold",
];

/// Most fields that a threshold counts by.
const THRESHOLD_FIELDS: usize = 5;

/// The kind of the rule. None: it lacks what it cannot do without; the report says what.
pub(super) fn read(read: &mut Reader<'_, '_>, word: &str, place: Span) -> Option<RuleKind> {
    Some(match word {
        "query" => RuleKind::Query,
        // A saved search of the product's, of which a file may carry a copy.
        "saved_query" if read.table.has("query") => RuleKind::Query,
        "eql" => RuleKind::Eql,
        "new_terms" => return new_terms(read, place),
        "threshold" => return threshold(read, place),
        "threat_match" => return threat_match(read, place),
        "esql" | "machine_learning" | "saved_query" => RuleKind::Other(word.into()),
        _ => {
            let help = did_you_mean(word, TYPES.iter().copied())
                .unwrap_or_else(|| format!("types are {}", TYPES.join(", ")));
            read.error("type", &format!("`{word}` is no type of rule"), Some(help));
            return None;
        }
    })
}

/// `[rule.new_terms]`, as the rule files nest it: `value` holds the fields, and
/// `history_window_start` is a list of one table with its own `value`. In the product's own form
/// both are keys of the rule.
fn new_terms(read: &mut Reader<'_, '_>, place: Span) -> Option<RuleKind> {
    let (fields, history) = match read.table.get("new_terms").map(|n| &n.value) {
        Some(Value::Table(table)) => {
            keys::check_inner(read.report, table, keys::NEW_TERMS, "new_terms");
            let mut inner = Reader::inner(read.report, table);
            let fields = fields(&mut inner, "value", place)?;
            let window = tables(&mut inner, "history_window_start").into_iter().next();
            let history =
                window.and_then(|(table, _)| Reader::inner(read.report, table).back("value"));
            (fields, history)
        }
        Some(_) => {
            read.error("new_terms", "`new_terms` is not a table", None);
            return None;
        }
        None => (fields(read, "new_terms_fields", place)?, read.back("history_window_start")),
    };
    let Some(history) = history else {
        let text = "the rule does not say where its history starts";
        let help = "`history_window_start`, for example `now-7d`, says how far back a value must not have been seen";
        read.report.add(Diagnostic::error(&MISSING_KEY, text).at(place).help(help));
        return None;
    };
    Some(RuleKind::NewTerms { fields, history: history.most })
}

/// One to three fields.
fn fields(read: &mut Reader<'_, '_>, key: &str, place: Span) -> Option<Vec<Arc<str>>> {
    let fields: Vec<Arc<str>> = read.texts(key).into_iter().map(Into::into).collect();
    if fields.is_empty() && !read.table.has(key) {
        let text = format!("the rule has no `{key}`");
        let help = "a rule of type `new_terms` names the fields to watch";
        read.report.add(Diagnostic::error(&MISSING_KEY, text).at(place).help(help));
        return None;
    }
    if fields.is_empty() || fields.len() > 3 {
        read.error(key, "new terms are over one to three fields", None);
        return None;
    }
    Some(fields)
}

/// `threshold`: `field` is a text or a list, and none at all counts all events together.
fn threshold(read: &mut Reader<'_, '_>, place: Span) -> Option<RuleKind> {
    let Some(Value::Table(table)) = read.table.get("threshold").map(|n| &n.value) else {
        let text = "the rule has no `threshold`";
        let help = "a rule of type `threshold` has a table `threshold` with `field` and `value`";
        read.report.add(Diagnostic::error(&MISSING_KEY, text).at(place).help(help));
        return None;
    };
    keys::check_inner(read.report, table, keys::THRESHOLD, "threshold");
    let mut inner = Reader::inner(read.report, table);
    let fields: Vec<Arc<str>> = texts_without_empty(&mut inner, "field");
    if fields.len() > THRESHOLD_FIELDS {
        let text = format!("a threshold is over at most {THRESHOLD_FIELDS} fields");
        inner.error("field", &text, None);
        return None;
    }
    let value = count(&mut inner, place)?;
    let mut cardinality = vec![];
    for (table, span) in tables(&mut inner, "cardinality") {
        keys::check_inner(inner.report, table, &["field", "value"], "cardinality");
        let mut inner = Reader::inner(inner.report, table);
        let field = inner.required_text("field", span)?;
        cardinality.push((field.into(), count(&mut inner, span)?));
    }
    if cardinality.len() > 1 {
        let text = "the product allows one entry of `cardinality`; all of these must hold";
        inner.bad("cardinality", text, None);
    }
    Some(RuleKind::Threshold { fields, value, cardinality })
}

fn texts_without_empty(read: &mut Reader<'_, '_>, key: &str) -> Vec<Arc<str>> {
    read.texts(key).into_iter().filter(|text| !text.trim().is_empty()).map(Into::into).collect()
}

/// A `value` of at least 1, without which there is no threshold.
fn count(read: &mut Reader<'_, '_>, place: Span) -> Option<u64> {
    if !read.table.has("value") {
        let text = "the threshold has no `value`";
        read.report.add(Diagnostic::error(&MISSING_KEY, text).at(place));
        return None;
    }
    let value = read.whole("value", 1..=i64::MAX);
    if value.is_none() {
        read.error("value", "without a number of events there is no threshold", None);
    }
    value.map(|n| n as u64)
}

fn threat_match(read: &mut Reader<'_, '_>, place: Span) -> Option<RuleKind> {
    let indices: Vec<Arc<str>> = texts_without_empty(read, "threat_index");
    if indices.is_empty() {
        let text = "the rule has no `threat_index`";
        let help = "a rule of type `threat_match` says in which indices its indicators are";
        read.report.add(Diagnostic::error(&MISSING_KEY, text).at(place).help(help));
    }
    let query = read.required_text("threat_query", place);
    let mut language = Language::Kql;
    if let Some(word) = read.text("threat_language") {
        if let Some(known @ (Language::Kql | Language::Lucene)) = language_named(&word) {
            language = known;
        } else {
            let help = did_you_mean(&word, ["kuery", "lucene"]);
            let text = format!("`{word}` is no language of indicators' queries");
            read.bad("threat_language", &text, help);
        }
    }
    let groups = groups(read, place);
    let path = read.text("threat_indicator_path").filter(|path| !path.trim().is_empty());
    let (query, groups) = (query?, groups?);
    if indices.is_empty() {
        return None;
    }
    let span = read.table.get("threat_query").map(|n| n.span);
    Some(RuleKind::ThreatMatch(Box::new(ThreatMatch {
        indices,
        language,
        query: read.report.query(&query, span),
        groups,
        path: path.unwrap_or_else(|| "threat.indicator".to_owned()).into(),
    })))
}

/// `threat_mapping`: groups of which one must hold, each of entries that must all hold.
fn groups(read: &mut Reader<'_, '_>, place: Span) -> Option<Vec<Vec<ThreatEntry>>> {
    let mut groups = vec![];
    let mut good = true;
    for (group, span) in tables(read, "threat_mapping") {
        keys::check_inner(read.report, group, &["entries"], "threat_mapping");
        let mut inner = Reader::inner(read.report, group);
        let mut entries = vec![];
        for (entry, span) in tables(&mut inner, "entries") {
            match threat_entry(inner.report, entry, span) {
                Some(entry) => entries.push(entry),
                None => good = false,
            }
        }
        // All entries negated would hold for almost any indicator: the product refuses it.
        if entries.iter().all(|e| e.negate) && good {
            let text = "a group of `threat_mapping` needs an entry that is not negated";
            read.report.add(Diagnostic::error(&BAD_VALUE, text).at(span));
            good = false;
        }
        groups.push(entries);
    }
    if groups.is_empty() {
        let text = "the rule has no `threat_mapping`";
        let help =
            "`threat_mapping` says which field of an event is compared with which of an indicator";
        read.report.add(Diagnostic::error(&MISSING_KEY, text).at(place).help(help));
        return None;
    }
    good.then_some(groups)
}

fn threat_entry(
    report: &mut crate::report::FileReport,
    entry: &Table,
    span: Span,
) -> Option<ThreatEntry> {
    keys::check_inner(report, entry, keys::THREAT_ENTRY, "entries");
    let mut read = Reader::inner(report, entry);
    let (field, value) = (read.required_text("field", span), read.required_text("value", span));
    if let Some(word) = read.text("type").filter(|word| word != "mapping") {
        read.error(
            "type",
            &format!("`{word}` is no kind of mapping"),
            did_you_mean(&word, ["mapping"]),
        );
        return None;
    }
    let negate = read.flag("negate").unwrap_or(false);
    Some(ThreatEntry { field: field?.into(), value: value?.into(), negate })
}
