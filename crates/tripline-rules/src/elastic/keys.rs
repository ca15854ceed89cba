//! The keys of the format. What is in none of these lists is a misspelling, or newer than we are.

use crate::codes::UNKNOWN_KEY;
use crate::report::FileReport;
use toml::de::{DeTable, DeValue};
use tripline_diag::{Diagnostic, did_you_mean};

const FILE: &[&str] = &["metadata", "rule", "transform"];

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
    "index",
    "interval",
    "language",
    "license",
    "max_signals",
    "name",
    "new_terms",
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

/// Keys that are kept as they are, in [`crate::Rule::extra`].
pub(super) const EXTRA: &[&str] = &[
    "actions",
    "alert_suppression",
    "anomaly_threshold",
    "concurrent_searches",
    "data_view_id",
    "exceptions_list",
    "filters",
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
];

const HISTORY: &[&str] = &["change", "language", "query", "release", "version"];

pub(super) fn check_file(report: &mut FileReport, file: &DeTable<'_>) {
    check(report, file, &[FILE], "a rule file");
    if let Some(DeValue::Table(metadata)) = file.get("metadata").map(toml::Spanned::get_ref) {
        check(report, metadata, &[METADATA], "`[metadata]`");
    }
    if let Some(DeValue::Table(rule)) = file.get("rule").map(toml::Spanned::get_ref) {
        check(report, rule, &[READ, EXTRA], "`[rule]`");
    }
}

pub(super) fn check_history(report: &mut FileReport, table: &DeTable<'_>) {
    check(report, table, &[HISTORY], "`[[rule.history]]`");
}

fn check(report: &mut FileReport, table: &DeTable<'_>, known: &[&[&str]], place: &str) {
    for key in table.keys() {
        let name = key.get_ref();
        let all = || known.iter().flat_map(|list| list.iter().copied());
        if all().any(|k| k == name) {
            continue;
        }
        let span = super::span_of(key.span());
        report.add(
            Diagnostic::warning(&UNKNOWN_KEY, format!("{place} has no key `{name}`"))
                .at(span)
                .maybe_help(did_you_mean(name, all())),
        );
    }
}
