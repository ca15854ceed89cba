//! Our own files of exceptions and filters.
//!
//! ```toml
//! [[exception]]
//! rule = "Detect Outbound SMB Traffic"   # id, name or file name; a list for several rules
//! name = "internal networks"
//! reason = "public space that is ours"
//! expires = "2027-01-01"                 # optional; a date is its first instant, UTC
//!
//! [[exception.entry]]                    # all entries must hold
//! field = "dest_category"
//! operator = "is"                        # is, is_not, in, not_in, wildcard, cidr, exists, not_exists
//! values = ["internal"]
//!
//! [[filter]]                             # what the rule's `_filter` macro stands for
//! rule = "Detect Outbound SMB Traffic"
//! search = 'search NOT dest_ip="203.0.113.7"'
//! ```
//!
//! **Where an exception is tested.** On an Elastic rule, on the events, for every step of a
//! sequence, as the product does. On a Splunk search, on the events if the field is one of theirs
//! (a field of the data model, with or without the dataset's name: `dest_category`,
//! `All_Traffic.dest_category`), else on the result rows (`count`, a column made by `eval`). A
//! `tstats` that does not group by `dest_category` has no such column in its results, so only the
//! test on the events can use it. Entries of one exception are tested in one place: all on the
//! events, if all are fields of events.
//!
//! `src_category` and `dest_category` (for Elastic's rules also `source.category` and
//! `destination.category`) are the categories of the run's asset table, on every source.
//!
//! An exception that has expired excludes no event later than that instant; hunting through older
//! events it still holds, as it did then.

use crate::assets::parse_net;
use crate::codes::{BAD_EXCEPTION, NO_SUCH_RULE, SYNTAX};
use crate::elastic::reader::Reader;
use crate::load::{one_line, read_text};
use crate::report::FileReport;
use crate::value::{Table, Value, span_of};
use crate::{Exception, ExceptionEntry, Language, RuleSet, Vendor, columns};
use std::path::Path;
use toml::de::DeTable;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::{Case, Glob, Test};
use tripline_schema::Schema;

const OPERATORS: &[&str] =
    &["is", "is_not", "in", "not_in", "wildcard", "cidr", "exists", "not_exists"];

/// Adds the exceptions and filters of a file to the rules that they name. What cannot be read is a
/// problem of the set.
pub fn load_exceptions(path: &Path, set: &mut RuleSet) {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => {
            set.problems.push(*problem);
            return;
        }
    };
    let mut report = FileReport::new(path, &text);
    match DeTable::parse(&text) {
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
    check_keys(report, table, &["rule", "name", "reason", "expires", "entry"]);
    let rules = rules(report, table, span, set);
    let mut read = Reader::inner(report, table);
    let name = read.text("name").unwrap_or_else(|| "exception".to_owned());
    let reason = read.text("reason").unwrap_or_default();
    let mut expires = None;
    if let Some(value) = table.get("expires") {
        expires = instant(&value.value);
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
    for at in rules {
        let vendor = set.rules[at].vendor;
        let Some(entries) = found
            .iter()
            .map(|(entry, span)| read_entry(report, entry, *span, vendor))
            .collect::<Option<Vec<_>>>()
        else {
            return;
        };
        let exception = Exception { name: name.clone(), reason: reason.clone(), entries, expires };
        place(report, set, at, exception, span);
    }
}

/// Decides whether an exception is tested on events or on result rows.
fn place(report: &mut FileReport, set: &mut RuleSet, at: usize, exception: Exception, span: Span) {
    let rule = &set.rules[at];
    let mut on_events = true;
    if rule.language == Language::Spl {
        let schema = Schema::builtin();
        if let Some(plan) = set.compile(rule, None, schema).plan {
            on_events =
                exception.entries.iter().all(|e| columns::is_event_field(&plan, schema, &e.field));
            if !on_events && let Some(have) = columns::output(&plan) {
                for entry in exception.entries.iter().filter(|e| !have.contains(&*e.field)) {
                    let text =
                        format!("the results of `{}` have no column `{}`", rule.name, entry.field);
                    let help = did_you_mean(&entry.field, have.iter().map(String::as_str))
                        .unwrap_or_else(|| {
                            let list: Vec<&str> = have.iter().map(String::as_str).collect();
                            format!("they have {}", list.join(", "))
                        });
                    report.add(
                        Diagnostic::warning(&crate::codes::LOST_FILTER, text).at(span).help(help),
                    );
                }
            }
        }
    }
    let rule = &mut set.rules[at];
    if on_events { rule.event_exceptions.push(exception) } else { rule.exceptions.push(exception) }
}

fn read_entry(
    report: &mut FileReport,
    table: &Table,
    span: Span,
    vendor: Vendor,
) -> Option<ExceptionEntry> {
    check_keys(report, table, &["field", "operator", "values", "value"]);
    let mut read = Reader::inner(report, table);
    let field = read.required_text("field", span)?;
    let operator = read.text("operator").unwrap_or_else(|| "is".to_owned());
    let key = if table.has("values") { "values" } else { "value" };
    let values = read.texts(key);
    let place = table.get(key).map_or(span, |n| n.span);
    let needs_values = !matches!(operator.as_str(), "exists" | "not_exists");
    if needs_values && values.is_empty() {
        bad(report, &format!("`{operator}` needs `values`, a list of texts"), Some(place), None);
        return None;
    }
    // Elastic compares keywords letter by letter; Splunk's searches without regard to case.
    let case = if vendor == Vendor::Elastic { Case::Sensitive } else { Case::Unicode };
    let test = match operator.as_str() {
        "is" | "is_not" | "in" | "not_in" => equals(&values, case),
        "wildcard" => Test::Glob {
            patterns: values
                .iter()
                .map(|v| Glob::parse(v, vendor == Vendor::Elastic, case))
                .collect(),
            case,
        },
        "cidr" => {
            let mut nets = vec![];
            for value in &values {
                let Some(net) = parse_net(value) else {
                    let what = format!("`{value}` is neither an address nor a network");
                    bad(report, &what, Some(place), None);
                    return None;
                };
                nets.push(net);
            }
            Test::Cidr(nets)
        }
        "exists" | "not_exists" => Test::Exists,
        other => {
            let place = table.get("operator").map(|n| n.span);
            let help = did_you_mean(other, OPERATORS.iter().copied())
                .unwrap_or_else(|| format!("operators are {}", OPERATORS.join(", ")));
            bad(report, &format!("`{other}` is no operator"), place, Some(help));
            return None;
        }
    };
    let excluded = matches!(operator.as_str(), "is_not" | "not_in" | "not_exists");
    Some(ExceptionEntry { field: field.into(), test, excluded })
}

/// Addresses are compared as addresses, so that `::1` and `0:0:0:0:0:0:0:1` are one.
fn equals(values: &[String], case: Case) -> Test {
    let nets: Option<Vec<_>> =
        values.iter().map(|v| v.parse::<std::net::IpAddr>().ok().map(Into::into)).collect();
    nets.map_or_else(
        || Test::Equals { values: values.iter().map(|v| case.fold(v).into()).collect(), case },
        Test::Cidr,
    )
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
            Diagnostic::warning(
                &crate::codes::UNKNOWN_KEY,
                format!("there is no key `{name}` here"),
            )
            .at(entry.key_span)
            .maybe_help(did_you_mean(name, known.iter().copied())),
        );
    }
}

/// Nanoseconds since 1970 of a date or an instant, as text or as TOML writes it.
fn instant(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Text(text) | Value::Time(text) => text,
        _ => return None,
    };
    let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let date = text.parse::<jiff::civil::Date>().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })?;
    i64::try_from(instant.as_nanosecond()).ok()
}
