//! Elastic detection rules: TOML files with `[metadata]` and `[rule]`, and the JSON of the
//! product's own interface ([`load_api`]).
//!
//! Facts of the format are in Elastic's public rule repository. One addition is ours:
//! `[[rule.history]]`, tables with `version`, `release`, `change`, `language` and `query`, for the
//! queries of older versions. Elastic keeps those in its release archives, not in the rule file,
//! so that its own files never have the key; a version without a query has that of the version
//! before it.

pub(crate) mod filters;
mod keys;
mod kind;
pub(crate) mod reader;
mod settings;
mod threat;
mod time;

use crate::codes::{BAD_VALUE, MISSING_KEY};
use crate::report::FileReport;
use crate::value::{Table, Value};
use crate::{Language, Origin, Rule, Schedule, Severity, Status, Vendor, Version};
use reader::Reader;
use time::parse_duration;
use tripline_diag::{Diagnostic, SourceText, Span, did_you_mean};

const MINUTE: i64 = 60_000_000_000;

/// Reads a rule file. None: the rule lacks what it cannot do without; the report says what. The
/// span is that of its id.
pub(crate) fn load(
    report: &mut FileReport,
    file: &Table,
    named: bool,
) -> Option<(Rule, Option<Span>)> {
    keys::check_file(report, file);
    let entry = file.entry("rule")?;
    let Value::Table(rule) = &entry.node.value else {
        report.add(
            Diagnostic::error(&BAD_VALUE, "`rule` is not a table")
                .at(entry.node.span)
                .help("write `[rule]` and the rule's keys below it"),
        );
        return None;
    };
    keys::check_rule(report, rule, &[], "`[rule]`");
    let status = file
        .table("metadata")
        .map_or(Status::Production, |metadata| status(&mut Reader::new(report, metadata)));
    read_rule(report, rule, status, entry.key_span, named)
}

/// Keys that the product's interface adds to a rule, none of which says what it does.
const OF_API: &[&str] = &[
    "alias_purpose",
    "alias_target_id",
    "created_at",
    "created_by",
    "execution_summary",
    "id",
    "immutable",
    "namespace",
    "rule_source",
    "updated_at",
    "updated_by",
];

/// Reads a rule as the product's interface has it, one JSON object with the keys of `[rule]`. Its
/// fields of new terms are keys of its own, and it has no metadata: it says itself whether it is
/// enabled.
pub(crate) fn load_api(
    report: &mut FileReport,
    rule: &Table,
    place: Span,
    named: bool,
) -> Option<(Rule, Option<Span>)> {
    keys::check_rule(report, rule, OF_API, "a rule");
    // A caret under a whole object says nothing, and makes its line unreadable.
    let place = Span { end: place.start + 1, ..place };
    read_rule(report, rule, Status::Production, place, named)
}

/// Reads the table of a rule; `place` is where it begins.
fn read_rule(
    report: &mut FileReport,
    rule: &Table,
    status: Status,
    place: Span,
    named: bool,
) -> Option<(Rule, Option<Span>)> {
    let mut read = Reader::new(report, rule);
    let id = read.required_text("rule_id", place);
    let name = read.required_text("name", place);
    let kind_word = read.required_text("type", place);
    let kind = kind_word.as_deref().and_then(|word| kind::read(&mut read, word, place));
    let language = language(&mut read, kind_word.as_deref().unwrap_or(""));
    let query = query(&mut read, language, kind_word.as_deref(), place);
    // All that is missing is said at once, before giving up.
    let (id, name, kind, query) = (id?, name?, kind?, query?);

    let enabled = read.flag("enabled").unwrap_or(status != Status::Deprecated);
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
        severity: severity(&mut read),
        risk_score: read.whole("risk_score", 0..=100).unwrap_or(21) as u32,
        threat: threat::read(rule),
        false_positives: read.texts("false_positives"),
        version: read.whole("version", 1..=u32::MAX.into()).map(|v| v as u32),
        history: history(&mut read),
        status,
        enabled,
        schedule: schedule(&mut read),
        overrides: settings::overrides(&mut read),
        suppression: settings::suppression(&mut read, &kind),
        kind,
        language,
        query,
        indices: read.texts("index").into_iter().map(Into::into).collect(),
        max_signals: read.whole("max_signals", 1..=i64::MAX).unwrap_or(100) as u64,
        timestamp_override: field(&mut read, "timestamp_override"),
        timestamp_fallback_disabled: read
            .flag("timestamp_override_fallback_disabled")
            .unwrap_or(false),
        timestamp_field: field(&mut read, "timestamp_field"),
        tiebreaker_field: field(&mut read, "tiebreaker_field"),
        event_category_override: field(&mut read, "event_category_override")
            .or_else(|| field(&mut read, "event_category_field")),
        building_block: read.text("building_block_type").is_some_and(|word| !word.is_empty()),
        notable: None,
        risk: None,
        exceptions: vec![],
        event_exceptions: vec![],
        extra: keys::EXTRA
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), rule.get(key)?.value.to_json())))
            .collect(),
        document: None,
        part_of: vec![],
    };
    Some((loaded, rule.get("rule_id").map(|node| node.span)))
}

/// The name of a field. The product's forms write an empty one where there is none.
fn field(read: &mut Reader<'_, '_>, key: &str) -> Option<std::sync::Arc<str>> {
    read.text(key).filter(|name| !name.trim().is_empty()).map(Into::into)
}

fn severity(read: &mut Reader<'_, '_>) -> Severity {
    let Some(word) = read.text("severity") else { return Severity::Low };
    Severity::named(&word).unwrap_or_else(|| {
        let words = Severity::ALL.map(Severity::word);
        read.bad("severity", &format!("`{word}` is no severity"), did_you_mean(&word, words));
        Severity::Low
    })
}

/// How often, and over which window. A window without an extent is replaced by the default one.
fn schedule(read: &mut Reader<'_, '_>) -> Schedule {
    let mut every = read.period("interval", parse_duration).unwrap_or(5 * MINUTE);
    if every == 0 {
        read.bad("interval", "an interval of no length", None);
        every = 5 * MINUTE;
    }
    let mut from = read.back("from").map_or(6 * MINUTE, |back| back.most);
    let mut to = read.back("to").map_or(0, |back| back.least);
    if from <= to {
        let key = if read.table.has("from") { "from" } else { "to" };
        read.bad(
            key,
            "the window ends before it starts; that from `now-6m` to `now` is used",
            None,
        );
        (from, to) = (6 * MINUTE, 0);
    }
    Schedule::Interval { every, from, to }
}

/// The maturity in `[metadata]`; production where it is not said.
fn status(metadata: &mut Reader<'_, '_>) -> Status {
    const KNOWN: [&str; 5] = ["production", "development", "experimental", "beta", "deprecated"];
    match metadata.text("maturity").as_deref() {
        Some("production") | None => Status::Production,
        Some("deprecated") => Status::Deprecated,
        Some("development") => Status::Development,
        Some("experimental" | "beta") => Status::Experimental,
        Some(other) => {
            let help = did_you_mean(other, KNOWN);
            metadata.bad("maturity", &format!("`{other}` is no maturity of a rule"), help);
            Status::Production
        }
    }
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

/// The query, empty for the types that need none.
fn query(
    read: &mut Reader<'_, '_>,
    language: Language,
    kind: Option<&str>,
    place: Span,
) -> Option<SourceText> {
    let without = language == Language::None || kind == Some("saved_query");
    if without && !read.table.has("query") {
        return Some(read.report.query("", None));
    }
    let text = match read.table.get("query").map(|n| &n.value) {
        // A query that asks for nothing finds everything, filtered by `filters`.
        Some(Value::Text(text)) if text.trim().is_empty() && read.table.has("filters") => {
            text.clone()
        }
        _ => read.required_text("query", place)?,
    };
    let span = read.table.get("query").map(|node| node.span);
    Some(read.report.query(&text, span))
}

fn history(read: &mut Reader<'_, '_>) -> Vec<Version> {
    let mut versions: Vec<Version> = vec![];
    for (table, span) in settings::tables(read, "history") {
        keys::check_history(read.report, table);
        let mut inner = Reader::inner(read.report, table);
        let Some(version) = inner.whole("version", 1..=u32::MAX.into()) else {
            inner.report.add(
                Diagnostic::warning(&MISSING_KEY, "a version of the history has no number")
                    .at(span),
            );
            continue;
        };
        let language = inner.text("language").and_then(|word| language_named(&word));
        let query = inner.text("query").map(|text| {
            let span = table.get("query").map(|node| node.span);
            (language.unwrap_or(Language::Kql), inner.report.query(&text, span))
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
