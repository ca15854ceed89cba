//! The keys of the format, of all generations.

use super::locate::locate;
use super::yaml_value::to_json;
use crate::codes::UNKNOWN_KEY;
use crate::report::FileReport;
use serde_norway::Value;
use std::collections::BTreeMap;
use tripline_diag::{Diagnostic, did_you_mean};

const FILE: &[&str] = &[
    "author",
    "baselines",
    "creation_date",
    "custom_schedule",
    "data_source",
    "data_sources",
    "datamodel",
    "date",
    "deployment",
    "description",
    "drilldown_searches",
    "enabled_by_default",
    "file_path",
    "finding",
    "how_to_implement",
    "id",
    "intermediate_findings",
    "known_false_positives",
    "modification_date",
    "name",
    "rba",
    "references",
    "schedule",
    "search",
    "status",
    "tags",
    "tests",
    "threat_objects",
    "type",
    "version",
];

const TAGS: &[&str] = &[
    "analytic_story",
    "asset_type",
    "atomic_guid",
    "automated_detection_testing",
    "confidence",
    "context",
    "custom_schedule",
    "cve",
    "dataset",
    "drilldown_search",
    "group",
    "impact",
    "kill_chain_phases",
    "manual_test",
    "message",
    "mitre_attack_id",
    "observable",
    "product",
    "required_fields",
    "research_site_url",
    "risk_score",
    "risk_severity",
    "security_domain",
    "supported_tas",
    "throttling",
];

/// Keys of the file and of its tags that are kept as they are, in [`crate::Rule::extra`].
const EXTRA: &[&str] = &[
    "analytic_story",
    "asset_type",
    "atomic_guid",
    "baselines",
    "cve",
    "data_source",
    "datamodel",
    "date",
    "drilldown_searches",
    "finding",
    "group",
    "intermediate_findings",
    "manual_test",
    "product",
    "required_fields",
    "security_domain",
    "tests",
    "throttling",
];

pub(super) fn check(report: &mut FileReport, file: &Value) {
    let text = report.source.text.clone();
    check_map(report, &text, file, &[], FILE, "a detection");
    if let Some(tags) = file.get("tags") {
        check_map(report, &text, tags, &["tags"], TAGS, "`tags`");
    }
}

fn check_map(
    report: &mut FileReport,
    text: &str,
    map: &Value,
    above: &[&str],
    known: &[&str],
    place: &str,
) {
    let Value::Mapping(map) = map else { return };
    for name in map.keys().filter_map(Value::as_str).filter(|name| !known.contains(name)) {
        let path: Vec<&str> = above.iter().copied().chain([name]).collect();
        report.add(
            Diagnostic::warning(&UNKNOWN_KEY, format!("{place} has no key `{name}`"))
                .at(locate(text, &path))
                .maybe_help(did_you_mean(name, known.iter().copied())),
        );
    }
}

pub(super) fn extra(file: &Value, tags: &Value, kind: &str) -> BTreeMap<String, serde_json::Value> {
    let mut kept: BTreeMap<String, serde_json::Value> = EXTRA
        .iter()
        .filter_map(|key| {
            let value = file.get(key).or_else(|| tags.get(key))?;
            Some(((*key).to_owned(), to_json(value, 0)))
        })
        .collect();
    kept.insert("type".to_owned(), kind.into());
    kept
}
