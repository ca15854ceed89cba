//! Our own files of exceptions and filters.
//!
//! ```toml
//! [[exception]]
//! rule = "Detect Outbound SMB Traffic"   # id, name or file name; a list for several; "*" for all
//! name = "internal networks"
//! reason = "public space that is ours"
//! expires = "2027-01-01"                 # optional; a date is its first instant, UTC
//! os = ["windows"]                       # optional; only events of these systems
//!
//! [[exception.entry]]                    # all entries must hold
//! field = "dest_category"
//! operator = "is"                        # is, in, wildcard, cidr, list, exists, each with not_
//! values = ["internal"]                  # or value = "internal"
//!
//! [[exception.entry]]                    # the value is in bad-ips.txt beside this file
//! field = "source.ip"
//! operator = "list"
//! list = "bad-ips"
//! type = "ip"                            # keyword (default), ip, ip_range, long, double …
//!
//! [[exception.entry]]                    # one object of an array satisfies all inner entries
//! field = "file.Ext.code_signature"
//! operator = "nested"
//! entry = [{ field = "subject_name", value = "Us" }, { field = "trusted", value = "true" }]
//!
//! [[filter]]                             # what the rule's `_filter` macro stands for
//! rule = "Detect Outbound SMB Traffic"
//! search = 'search NOT dest_ip="203.0.113.7"'
//! ```
//!
//! In a `wildcard`, `*` and `?` are special and a backslash is a backslash.

use super::{instant, values};
use crate::assets::parse_net;
use crate::codes::{BAD_EXCEPTION, LOST_FILTER, NO_SUCH_RULE, SYNTAX, UNKNOWN_KEY};
use crate::elastic::reader::Reader;
use crate::load::one_line;
use crate::report::FileReport;
use crate::value::{Table, Value, span_of};
use crate::{
    Condition, EventException, Exception, ExceptionEntry, Language, RuleSet, Vendor, columns,
};
use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::{Case, Glob, Test};
use tripline_schema::Schema;

/// Operators that can be negated with `not_`, or (`is`) with `_not`.
const OPERATORS: &[&str] = &[
    "is",
    "in",
    "wildcard",
    "cidr",
    "list",
    "exists",
    "nested",
    "is_not",
    "not_in",
    "not_wildcard",
    "not_cidr",
    "not_list",
    "not_exists",
];

/// Adds the exceptions and filters of a file to the rules that they name. What cannot be read is a
/// problem of the set.
pub(super) fn read(path: &Path, text: &str, set: &mut RuleSet) {
    let mut report = FileReport::new(path, text);
    match DeTable::parse(text) {
        Ok(file) => {
            let file = Table::from_toml(file.get_ref());
            check_keys(&mut report, &file, &["exception", "filter"]);
            for (table, span) in file.tables("exception") {
                exception(&mut report, table, span, set);
            }
            for (table, span) in file.tables("filter") {
                filter(&mut report, table, span, set);
            }
        }
        Err(error) => {
            let diagnostic = Diagnostic::error(&SYNTAX, one_line(error.message()));
            report.add(match error.span() {
                Some(span) => diagnostic.at(span_of(span)),
                None => diagnostic,
            });
        }
    }
    set.problems.append(&mut report.problems);
}

fn exception(report: &mut FileReport, table: &Table, span: Span, set: &mut RuleSet) {
    check_keys(report, table, &["rule", "name", "reason", "expires", "os", "entry"]);
    let rules = rules(report, table, span, set);
    let mut read = Reader::inner(report, table);
    let name = read.text("name").unwrap_or_else(|| "exception".to_owned());
    let reason = read.text("reason").unwrap_or_default();
    let mut expires = None;
    if let Some(value) = table.get("expires") {
        expires = match &value.value {
            Value::Text(text) | Value::Time(text) => instant(text),
            _ => None,
        };
        if expires.is_none() {
            let help = "write a date, `2027-01-01`, or an instant, `2027-01-01T12:00:00Z`";
            let place = Some(value.span);
            return bad(report, "`expires` is not a date", place, Some(help.to_owned()));
        }
    }
    let found: Vec<_> = table.tables("entry").collect();
    if found.is_empty() {
        // An exception without conditions would hold for every event.
        return bad(report, "the exception has no `[[exception.entry]]`", Some(span), None);
    }
    let systems: Vec<Arc<str>> =
        Reader::inner(report, table).texts("os").into_iter().map(Into::into).collect();
    for at in rules {
        let vendor = set.rules[at].vendor;
        let mut all = vec![];
        if !systems.is_empty() {
            if vendor != Vendor::Elastic {
                let what =
                    format!("`os` is for Elastic's rules, and `{}` is none", set.rules[at].name);
                return bad(report, &what, table.get("os").map(|n| n.span), None);
            }
            all.push(super::of_systems(&systems));
        }
        for (entry, span) in &found {
            let Some(condition) = read_entry(report, entry, *span, vendor, None, set) else {
                return;
            };
            all.push(condition);
        }
        let condition = Condition::All(all);
        let (name, reason) = (name.clone(), reason.clone());
        let exception = EventException { name, reason, list: None, condition, expires };
        place(report, set, at, exception, span);
    }
}

/// Decides whether an exception is tested on events or on result rows.
fn place(
    report: &mut FileReport,
    set: &mut RuleSet,
    at: usize,
    exception: EventException,
    span: Span,
) {
    let rule = &set.rules[at];
    let schema = Schema::builtin();
    let plan =
        if rule.language == Language::Spl { set.compile(rule, None, schema).plan } else { None };
    let mut fields = vec![];
    exception.condition.for_each_field(&mut |field| fields.push(field.to_owned()));
    let on_events = plan
        .as_ref()
        .is_none_or(|plan| fields.iter().all(|field| columns::is_event_field(plan, schema, field)));
    if on_events {
        Arc::make_mut(&mut set.rules[at]).event_exceptions.push(exception);
        return;
    }
    if let Some(have) = plan.as_ref().and_then(columns::output) {
        for field in fields.iter().filter(|field| !have.contains(*field)) {
            let text = format!("the results of `{}` have no column `{field}`", rule.name);
            let help = did_you_mean(field, have.iter().map(String::as_str)).unwrap_or_else(|| {
                let list: Vec<&str> = have.iter().map(String::as_str).collect();
                format!("they have {}", list.join(", "))
            });
            report.add(Diagnostic::warning(&LOST_FILTER, text).at(span).help(help));
        }
    }
    let entries = match exception.condition {
        Condition::All(list) => list.into_iter().filter_map(on_row).collect(),
        _ => vec![],
    };
    let EventException { name, reason, expires, .. } = exception;
    let exception = Exception { name, reason, entries, expires };
    Arc::make_mut(&mut set.rules[at]).exceptions.push(exception);
}

/// A condition on a column. Those of searches are tests and their negations only.
fn on_row(condition: Condition) -> Option<ExceptionEntry> {
    match condition {
        Condition::Test { field, test } => Some(ExceptionEntry { field, test, excluded: false }),
        Condition::Exists { field } => {
            Some(ExceptionEntry { field, test: Test::Exists, excluded: false })
        }
        Condition::Not(inner) => {
            on_row(*inner).map(|entry| ExceptionEntry { excluded: !entry.excluded, ..entry })
        }
        _ => None,
    }
}

/// An entry; inside a nested one, `parent` is the name of the outer field.
fn read_entry(
    report: &mut FileReport,
    table: &Table,
    span: Span,
    vendor: Vendor,
    parent: Option<&str>,
    set: &mut RuleSet,
) -> Option<Condition> {
    check_keys(report, table, &["field", "operator", "values", "value", "list", "type", "entry"]);
    let mut read = Reader::inner(report, table);
    let name = read.required_text("field", span)?;
    let field: Arc<str> = match parent {
        Some(parent) => format!("{parent}.{name}").into(),
        None => name.as_str().into(),
    };
    let operator = read.text("operator").unwrap_or_else(|| "is".to_owned());
    let key = if table.has("values") { "values" } else { "value" };
    let values = match table.get(key).map(|n| &n.value) {
        Some(Value::Number(digits)) => vec![digits.clone()],
        Some(Value::Flag(flag)) => vec![flag.to_string()],
        _ => read.texts(key),
    };
    let place = table.get(key).map_or(span, |n| n.span);
    let excluded = operator == "is_not" || operator.starts_with("not_");
    let plain = operator.trim_start_matches("not_").trim_end_matches("_not");
    if matches!(plain, "is" | "in" | "wildcard" | "cidr") && values.is_empty() {
        bad(report, &format!("`{operator}` needs `values`, a list of texts"), Some(place), None);
        return None;
    }
    // Elastic compares keywords letter by letter; Splunk's searches without regard to case.
    let elastic = vendor == Vendor::Elastic;
    let case = if elastic { Case::Sensitive } else { Case::Unicode };
    let known = OPERATORS.contains(&operator.as_str());
    let condition = match plain {
        "is" | "in" if known => equals(field, &values, elastic, case),
        "wildcard" if known => {
            let patterns = values.iter().map(|v| Glob::parse(v, elastic, case)).collect();
            Condition::Test { field, test: Test::Glob { patterns, case } }
        }
        "cidr" if known => {
            let mut nets = vec![];
            for value in &values {
                let Some(net) = parse_net(value) else {
                    let what = format!("`{value}` is neither an address nor a network");
                    bad(report, &what, Some(place), None);
                    return None;
                };
                nets.push(net);
            }
            Condition::Test { field, test: Test::Cidr(nets) }
        }
        "list" if known => Condition::Test { field, test: value_list(report, table, span, set)? },
        "exists" if known => Condition::Exists { field },
        "nested" if known && elastic && parent.is_none() => {
            let inner: Option<Vec<Condition>> = table
                .tables("entry")
                .map(|(entry, span)| read_entry(report, entry, span, vendor, Some(&name), set))
                .collect();
            let inner = inner?;
            if inner.is_empty() {
                bad(report, "`nested` needs `entry`, a list of entries", Some(span), None);
                return None;
            }
            Condition::Nested { path: field, condition: Box::new(Condition::All(inner)) }
        }
        "nested" if known => {
            let what = "`nested` is for Elastic's rules, and not inside `nested`";
            bad(report, what, Some(span), None);
            return None;
        }
        _ => {
            let place = table.get("operator").map(|n| n.span);
            let help = did_you_mean(&operator, OPERATORS.iter().copied())
                .unwrap_or_else(|| format!("operators are {}", OPERATORS.join(", ")));
            bad(report, &format!("`{operator}` is no operator"), place, Some(help));
            return None;
        }
    };
    Some(if excluded { Condition::Not(Box::new(condition)) } else { condition })
}

/// The values of a list: a text file beside this one.
fn value_list(
    report: &mut FileReport,
    table: &Table,
    span: Span,
    set: &mut RuleSet,
) -> Option<Test> {
    let mut read = Reader::inner(report, table);
    let id = read.required_text("list", span)?;
    let kind = read.text("type").unwrap_or_else(|| "keyword".to_owned());
    let found = set.lists.value_list(&id, &report.path);
    match found.and_then(|values| values::test(&kind, &values)) {
        Ok(test) => Some(test),
        Err(why) => {
            let help =
                format!("put the values, one a line, into a file `{id}.txt` beside this one");
            bad(report, &why, table.get("list").map(|n| n.span), Some(help));
            None
        }
    }
}

/// Addresses are compared as addresses, so that `::1` and `0:0:0:0:0:0:0:1` are one. On Elastic's
/// rules, other values are compared as the field's type wants.
fn equals(field: Arc<str>, values: &[String], elastic: bool, case: Case) -> Condition {
    let nets: Option<Vec<_>> =
        values.iter().map(|v| v.parse::<std::net::IpAddr>().ok().map(Into::into)).collect();
    if let Some(nets) = nets {
        return Condition::Test { field, test: Test::Cidr(nets) };
    }
    if elastic {
        let values = values.iter().map(|v| v.as_str().into()).collect();
        return Condition::Match { field, values };
    }
    let values = values.iter().map(|v| case.fold(v).into()).collect();
    Condition::Test { field, test: Test::Equals { values, case } }
}

fn filter(report: &mut FileReport, table: &Table, span: Span, set: &mut RuleSet) {
    check_keys(report, table, &["rule", "search", "reason"]);
    let rules = rules(report, table, span, set);
    let Some(search) = Reader::inner(report, table).required_text("search", span) else { return };
    for at in rules {
        let rule = &set.rules[at];
        if rule.language == Language::Spl {
            set.filters.insert(rule.id.clone(), search.clone());
        } else {
            let what = format!("`{}` is no Splunk search; a filter is for those", rule.name);
            let help = "use `[[exception]]`".to_owned();
            bad(report, &what, Some(span), Some(help));
        }
    }
}

/// The rules that an entry names, by position.
fn rules(report: &mut FileReport, table: &Table, span: Span, set: &RuleSet) -> Vec<usize> {
    let names = Reader::inner(report, table).texts("rule");
    if names.is_empty() {
        bad(report, "the entry names no `rule`", Some(span), None);
    }
    let place = table.get("rule").map_or(span, |n| n.span);
    let mut found = vec![];
    for name in names {
        if name == "*" {
            return (0..set.rules.len()).collect();
        }
        match set.position(&name) {
            Some(at) => found.push(at),
            None => report.add(
                Diagnostic::warning(&NO_SUCH_RULE, format!("no rule `{name}` is loaded"))
                    .at(place)
                    .maybe_help(did_you_mean(&name, set.names())),
            ),
        }
    }
    found
}

fn bad(report: &mut FileReport, what: &str, span: Option<Span>, help: Option<String>) {
    let mut diagnostic = Diagnostic::error(&BAD_EXCEPTION, what);
    diagnostic.span = span;
    report.add(diagnostic.maybe_help(help));
}

fn check_keys(report: &mut FileReport, table: &Table, known: &[&str]) {
    for entry in table.entries().iter().filter(|e| !known.contains(&e.key.as_str())) {
        let name = &entry.key;
        report.add(
            Diagnostic::warning(&UNKNOWN_KEY, format!("there is no key `{name}` here"))
                .at(entry.key_span)
                .maybe_help(did_you_mean(name, known.iter().copied())),
        );
    }
}
