//! Elastic detection rules: TOML files with `[metadata]` and `[rule]`.
//!
//! Facts of the format are in Elastic's public rule repository. One addition is ours:
//! `[[rule.history]]`, tables with `version`, `release`, `change`, `language` and `query`, for the
//! queries of older versions. Elastic keeps those in its release archives, not in the rule file,
//! so that its own files never have the key; a version without a query has that of the version
//! before it.

pub(crate) mod filters;
mod keys;
mod threat;
mod time;
pub(crate) mod toml_value;

use crate::codes::{BAD_VALUE, MISSING_KEY};
use crate::report::FileReport;
use crate::{
    Language, Origin, Overrides, Rule, RuleKind, Schedule, Severity, Status, Vendor, Version,
};
pub(crate) use time::{parse_back, parse_duration};
use toml::de::{DeTable, DeValue};
use toml_value::{Reader, inner_start, span_of, to_json};
use tripline_diag::{Diagnostic, SourceText, Span, did_you_mean};

const MINUTE: i64 = 60_000_000_000;

/// Reads a rule. None: it lacks what it cannot do without; the report says what. The span is that
/// of its id.
pub(crate) fn load(
    report: &mut FileReport,
    file: &DeTable<'_>,
    named: bool,
) -> Option<(Rule, Option<Span>)> {
    keys::check_file(report, file);
    let (rule_key, rule_value) = file.get_key_value("rule")?;
    let rule_span = span_of(rule_key.span());
    let DeValue::Table(rule) = rule_value.get_ref() else {
        report.add(
            Diagnostic::error(&BAD_VALUE, "`rule` is not a table")
                .at(span_of(rule_value.span()))
                .help("write `[rule]` and the rule's keys below it"),
        );
        return None;
    };
    let empty = DeTable::new();
    let metadata = match file.get("metadata").map(toml::Spanned::get_ref) {
        Some(DeValue::Table(table)) => table,
        _ => &empty,
    };

    let mut read = Reader::new(report, rule);
    let id = read.required_text("rule_id", rule_span);
    let name = read.required_text("name", rule_span);
    let kind_word = read.required_text("type", rule_span);
    let kind = kind_word.as_deref().and_then(|word| rule_kind(&mut read, word));
    let language = language(&mut read, kind_word.as_deref().unwrap_or(""));
    let query = query(&mut read, language, rule_span);
    // All that is missing is said at once, before giving up.
    let (id, name, kind, query) = (id?, name?, kind?, query?);

    let severity = read.text("severity").map(|word| (Severity::named(&word), word));
    let severity = match severity {
        Some((Some(severity), _)) => severity,
        Some((None, word)) => {
            let words = Severity::ALL.map(Severity::word);
            read.bad("severity", &format!("`{word}` is no severity"), did_you_mean(&word, words));
            Severity::Low
        }
        None => Severity::Low,
    };
    let risk_score = read.whole("risk_score", 0..=100).unwrap_or(21) as u32;
    let maturity = Reader::new(read.report, metadata).text("maturity");
    let status = status(maturity.as_deref());
    let mut read = Reader::new(report, rule);
    let enabled = read.flag("enabled").unwrap_or(status != Status::Deprecated);
    let schedule = Schedule::Interval {
        every: read.time("interval", parse_duration).unwrap_or(5 * MINUTE),
        from: read.time("from", parse_back).unwrap_or(6 * MINUTE),
        to: read.time("to", parse_back).unwrap_or(0),
    };
    let loaded = Rule {
        id: id.into(),
        name: name.into(),
        vendor: Vendor::Elastic,
        origin: Origin { path: read.report.path.clone(), named },
        description: read.text("description").unwrap_or_default().trim().to_owned(),
        author: read.texts("author"),
        license: read.text("license"),
        references: read.texts("references"),
        tags: read.texts("tags"),
        note: read.text("note"),
        setup: read.text("setup"),
        severity,
        risk_score,
        threat: threat::read(rule),
        false_positives: read.texts("false_positives"),
        version: read.whole("version", 1..=u32::MAX.into()).map(|v| v as u32),
        history: history(&mut read),
        status,
        enabled,
        schedule,
        kind,
        language,
        query,
        indices: read.texts("index").into_iter().map(Into::into).collect(),
        max_signals: read.whole("max_signals", 1..=i64::MAX).unwrap_or(100) as u64,
        timestamp_override: read.text("timestamp_override").map(Into::into),
        event_category_override: read
            .text("event_category_override")
            .or_else(|| read.text("event_category_field"))
            .map(Into::into),
        building_block: rule.contains_key("building_block_type"),
        timestamp_fallback_disabled: false,
        timestamp_field: None,
        tiebreaker_field: None,
        overrides: Overrides::default(),
        suppression: None,
        notable: None,
        risk: None,
        exceptions: vec![],
        event_exceptions: vec![],
        extra: keys::EXTRA
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), to_json(rule.get(*key)?.get_ref(), 0))))
            .collect(),
    };
    let id_span = rule.get("rule_id").map(|v| span_of(v.span()));
    Some((loaded, id_span))
}

fn status(maturity: Option<&str>) -> Status {
    match maturity {
        Some("deprecated") => Status::Deprecated,
        Some("development") => Status::Development,
        Some("experimental" | "beta") => Status::Experimental,
        _ => Status::Production,
    }
}

fn rule_kind(read: &mut Reader<'_, '_>, word: &str) -> Option<RuleKind> {
    Some(match word {
        "query" => RuleKind::Query,
        "eql" => RuleKind::Eql,
        "new_terms" => return new_terms(read),
        "esql" | "machine_learning" | "threshold" | "threat_match" | "saved_query" => {
            RuleKind::Other(word.into())
        }
        _ => {
            let known = [
                "query",
                "eql",
                "new_terms",
                "esql",
                "machine_learning",
                "threshold",
                "threat_match",
                "saved_query",
            ];
            read.error("type", &format!("`{word}` is no type of rule"), did_you_mean(word, known));
            return None;
        }
    })
}

/// `[rule.new_terms]`, as the rule files nest it: `value` holds the fields, and
/// `history_window_start` is a list of one table with its own `value`.
fn new_terms(read: &mut Reader<'_, '_>) -> Option<RuleKind> {
    let Some(DeValue::Table(terms)) = read.table.get("new_terms").map(toml::Spanned::get_ref)
    else {
        read.missing("new_terms", "a rule of type `new_terms` names the fields to watch");
        return None;
    };
    let mut inner = Reader::new(read.report, terms);
    let fields = inner.texts("value");
    if fields.is_empty() || fields.len() > 3 {
        inner.error("value", "new terms are over one to three fields", None);
        return None;
    }
    let window = match terms.get("history_window_start").map(toml::Spanned::get_ref) {
        Some(DeValue::Array(list)) => list.iter().next().map(toml::Spanned::get_ref),
        _ => None,
    };
    let history = match window {
        Some(DeValue::Table(table)) => Reader::new(read.report, table).time("value", parse_back),
        _ => None,
    };
    let Some(history) = history else {
        read.missing("history_window_start", "how far back a value must not have been seen");
        return None;
    };
    Some(RuleKind::NewTerms { fields: fields.into_iter().map(Into::into).collect(), history })
}

fn language_named(word: &str) -> Option<Language> {
    Some(match word {
        "kuery" | "kql" => Language::Kql,
        "lucene" => Language::Lucene,
        "eql" => Language::Eql,
        "esql" => Language::Esql,
        _ => return None,
    })
}

fn language(read: &mut Reader<'_, '_>, kind: &str) -> Language {
    let natural = match kind {
        "eql" => Language::Eql,
        "esql" => Language::Esql,
        "machine_learning" => Language::None,
        _ => Language::Kql,
    };
    let Some(word) = read.text("language") else { return natural };
    language_named(&word).unwrap_or_else(|| {
        let known = ["kuery", "lucene", "eql", "esql"];
        read.bad("language", &format!("`{word}` is no language"), did_you_mean(&word, known));
        natural
    })
}

fn query(read: &mut Reader<'_, '_>, language: Language, rule_span: Span) -> Option<SourceText> {
    if language == Language::None && !read.table.contains_key("query") {
        return Some(read.report.inner("", 0));
    }
    let text = read.required_text("query", rule_span)?;
    let at = query_start(read);
    Some(read.report.inner(&text, at))
}

fn query_start(read: &Reader<'_, '_>) -> usize {
    read.table.get("query").map_or(0, |v| inner_start(&read.report.source.text, v.span()))
}

fn history(read: &mut Reader<'_, '_>) -> Vec<Version> {
    let list = match read.table.get("history").map(toml::Spanned::get_ref) {
        Some(DeValue::Array(list)) => list,
        Some(_) => {
            read.bad("history", "`history` is not a list of tables", None);
            return vec![];
        }
        None => return vec![],
    };
    let mut versions: Vec<Version> = vec![];
    for entry in list {
        let span = span_of(entry.span());
        let DeValue::Table(table) = entry.get_ref() else { continue };
        keys::check_history(read.report, table);
        let mut inner = Reader::new(read.report, table);
        let Some(version) = inner.whole("version", 1..=u32::MAX.into()) else {
            inner.report.add(
                Diagnostic::warning(&MISSING_KEY, "a version of the history has no number")
                    .at(span),
            );
            continue;
        };
        let language = inner.text("language").and_then(|word| language_named(&word));
        let query = inner.text("query").map(|text| {
            let at = query_start(&inner);
            (language.unwrap_or(Language::Kql), inner.report.inner(&text, at))
        });
        versions.push(Version {
            version: version as u32,
            release: inner.text("release"),
            change: inner.text("change").unwrap_or_default(),
            query,
        });
    }
    versions.sort_by_key(|v| std::cmp::Reverse(v.version));
    versions
}
