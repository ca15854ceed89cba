//! The keys of the format. What is in none of these lists is a misspelling, or newer than we are.

use crate::codes::{MISPLACED_KEY, UNKNOWN_KEY};
use crate::report::FileReport;
use crate::value::Table;
use tripline_diag::{Diagnostic, did_you_mean};

/// `tests` is ours (see [`crate::load_cases`]).
const FILE: &[&str] = &["metadata", "rule", "tests", "transform"];

const METADATA: &[&str] = &[
    "blocklist_label",
    "bypass_bbr_timing",
    "comments",
    "creation_date",
    "deprecated_reason",
    "deprecation_date",
    "extended",
    "integration",
    "maturity",
    "min_stack_comments",
    "min_stack_version",
    "os_type_list",
    "promotion",
    "query_schema_validation",
    "updated_date",
];

/// Keys that [`super::load`] reads into fields of the rule.
const READ: &[&str] = &[
    "author",
    "building_block_type",
    "description",
    "enabled",
    "event_category_field",
    "event_category_override",
    "false_positives",
    "from",
    "history",
    "history_window_start",
    "index",
    "interval",
    "language",
    "license",
    "max_signals",
    "name",
    "new_terms",
    "new_terms_fields",
    "note",
    "query",
    "references",
    "risk_score",
    "rule_id",
    "setup",
    "severity",
    "tags",
    "threat",
    "timestamp_override",
    "to",
    "type",
    "version",
];

/// Keys that are kept as they are, in [`crate::Rule::extra`]: alerts say times as the file does.
pub(super) const EXTRA: &[&str] = &[
    "actions",
    "alert_suppression",
    "anomaly_threshold",
    "concurrent_searches",
    "data_view_id",
    "exceptions_list",
    "filters",
    "from",
    "interval",
    "investigation_fields",
    "items_per_search",
    "machine_learning_job_id",
    "meta",
    "outcome",
    "output_index",
    "related_integrations",
    "required_fields",
    "response_actions",
    "revision",
    "risk_score_mapping",
    "rule_name_override",
    "saved_id",
    "severity_mapping",
    "threat_filters",
    "threat_index",
    "threat_indicator_path",
    "threat_language",
    "threat_mapping",
    "threat_query",
    "threshold",
    "throttle",
    "tiebreaker_field",
    "timeline_id",
    "timeline_title",
    "timestamp_field",
    "timestamp_override_fallback_disabled",
    "to",
];

const HISTORY: &[&str] = &["change", "language", "query", "release", "version"];

/// Keys of entries of `severity_mapping` and `risk_score_mapping`.
pub(super) const MAPPING: &[&str] = &["field", "operator", "risk_score", "severity", "value"];

pub(super) const SUPPRESSION: &[&str] = &["duration", "group_by", "missing_fields_strategy"];

pub(super) const NEW_TERMS: &[&str] = &["field", "history_window_start", "value"];

pub(super) const THRESHOLD: &[&str] = &["cardinality", "field", "value"];

pub(super) const THREAT_ENTRY: &[&str] = &["field", "negate", "type", "value"];

/// Keys that only some types of rule have. On another type they do nothing.
const OF_TYPE: &[(&[&str], &[&str])] = &[
    (&["new_terms"], &["new_terms", "new_terms_fields", "history_window_start"]),
    (&["threshold"], &["threshold"]),
    (
        &["threat_match"],
        &[
            "concurrent_searches",
            "items_per_search",
            "threat_filters",
            "threat_index",
            "threat_indicator_path",
            "threat_language",
            "threat_mapping",
            "threat_query",
        ],
    ),
    (&["machine_learning"], &["anomaly_threshold", "machine_learning_job_id"]),
    (
        &["eql"],
        &["event_category_field", "event_category_override", "tiebreaker_field", "timestamp_field"],
    ),
];

pub(super) fn check_file(report: &mut FileReport, file: &Table) {
    check(report, file, &[FILE], "a rule file");
    if let Some(metadata) = file.table("metadata") {
        check(report, metadata, &[METADATA], "`[metadata]`");
    }
}

/// `more` are the keys that a rule has in this format only.
pub(super) fn check_rule(report: &mut FileReport, rule: &Table, more: &[&str], place: &str) {
    check(report, rule, &[READ, EXTRA, more], place);
    let Some(kind) = rule.text("type") else { return };
    for (types, keys) in OF_TYPE.iter().filter(|(types, _)| !types.contains(&kind)) {
        for entry in keys.iter().filter_map(|key| rule.entry(key)) {
            let text = format!(
                "`{}` is a key of rules of type `{}`, and does nothing here",
                entry.key, types[0]
            );
            report.add(Diagnostic::warning(&MISPLACED_KEY, text).at(entry.key_span));
        }
    }
}

pub(super) fn check_history(report: &mut FileReport, table: &Table) {
    check(report, table, &[HISTORY], "`[[rule.history]]`");
}

/// Keys of a table inside the rule.
pub(super) fn check_inner(report: &mut FileReport, table: &Table, known: &[&str], place: &str) {
    check(report, table, &[known], &format!("`{place}`"));
}

fn check(report: &mut FileReport, table: &Table, known: &[&[&str]], place: &str) {
    for entry in table.entries() {
        let all = || known.iter().flat_map(|list| list.iter().copied());
        if all().any(|k| k == entry.key) {
            continue;
        }
        report.add(
            Diagnostic::warning(&UNKNOWN_KEY, format!("{place} has no key `{}`", entry.key))
                .at(entry.key_span)
                .maybe_help(did_you_mean(&entry.key, all())),
        );
    }
}
