//! One document becomes a rule.

use super::{attack, head, json};
use crate::report::FileReport;
use crate::{Language, Origin, Overrides, Rule, RuleKind, Schedule, Severity, Status, Vendor};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tripline_diag::{SourceText, Span};
use tripline_sigma::yaml::Node;
use tripline_sigma::{Document, Kind};

/// Keys that are kept as they are, in [`crate::Rule::extra`].
const EXTRA: &[&str] = &[
    "date",
    "enrichment",
    "fields",
    "modified",
    "name",
    "new_fields",
    "regression_tests_path",
    "related",
    "scope",
    "simulation",
    "taxonomy",
];

/// Reads a rule; `at` is the document's place among those of the file. With the place of its id.
pub(super) fn load(
    report: &FileReport,
    document: &Arc<Document>,
    source: SourceText,
    named: bool,
    at: usize,
) -> (Rule, Option<Span>) {
    let root = &document.root;
    let stem = report.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let title = text(root, "title").or_else(|| text(root, "name")).unwrap_or(stem);
    let (id, id_span) = match root.get("id") {
        Some(node) if node.as_str().is_some_and(|id| !id.trim().is_empty()) => {
            (node.as_str().unwrap_or_default().trim().to_owned(), node.span)
        }
        _ => (made_id(&title, &report.path, at), head(document)),
    };
    let severity = word(root, "level").and_then(Severity::named).unwrap_or(Severity::Low);
    let status = status(root);
    let tags = json::texts(root.get("tags"));
    let correlation = document.kind == Kind::Correlation;
    let rule = Rule {
        id: id.into(),
        name: title.into(),
        vendor: Vendor::Sigma,
        origin: Origin { path: report.path.clone(), named },
        description: text(root, "description").unwrap_or_default(),
        author: text(root, "author").map(|names| authors(&names)).unwrap_or_default(),
        license: text(root, "license"),
        references: json::texts(root.get("references")),
        note: None,
        setup: root.get("logsource").and_then(|source| text(source, "definition")),
        severity,
        risk_score: risk(severity),
        threat: attack::threat(&tags),
        tags,
        false_positives: json::texts(root.get("falsepositives")),
        version: None,
        history: vec![],
        status,
        enabled: !matches!(status, Status::Deprecated | Status::Unsupported),
        schedule: Schedule::Continuous,
        kind: if correlation { RuleKind::Correlation } else { RuleKind::Query },
        language: Language::Sigma,
        query: source,
        indices: vec![],
        max_signals: u64::MAX,
        timestamp_override: None,
        timestamp_fallback_disabled: false,
        timestamp_field: None,
        tiebreaker_field: None,
        event_category_override: None,
        building_block: false,
        overrides: Overrides::default(),
        suppression: None,
        notable: None,
        risk: None,
        exceptions: vec![],
        event_exceptions: vec![],
        extra: extra(root),
        document: Some(document.clone()),
        part_of: vec![],
    };
    (rule, Some(id_span))
}

/// A text that says something.
fn text(map: &Node, key: &str) -> Option<String> {
    map.get_str(key).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn authors(names: &str) -> Vec<String> {
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The id of a rule that has none: always the same for the same title in a file of the same name,
/// wherever the folder lies, so that its alerts keep their ids.
fn made_id(title: &str, path: &Path, at: usize) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let position = at.to_string();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in [title, &file, &position] {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("sigma-{hash:016x}")
}

/// A word; what it may not be, the lints say.
fn word<'r>(root: &'r Node, key: &str) -> Option<&'r str> {
    root.get_str(key).map(str::trim)
}

/// A rule that does not say how mature it is counts as experimental.
fn status(root: &Node) -> Status {
    match word(root, "status") {
        Some("stable") => Status::Stable,
        Some("test") => Status::Test,
        Some("deprecated") => Status::Deprecated,
        Some("unsupported") => Status::Unsupported,
        _ => Status::Experimental,
    }
}

/// The scores that Elastic gives to its own rules of the same severity.
fn risk(severity: Severity) -> u32 {
    match severity {
        Severity::Informational => 1,
        Severity::Low => 21,
        Severity::Medium => 47,
        Severity::High => 73,
        Severity::Critical => 99,
    }
}

fn extra(root: &Node) -> BTreeMap<String, serde_json::Value> {
    let kept = EXTRA.iter().filter_map(|key| Some(((*key).to_owned(), json::of(root.get(key)?))));
    kept.collect()
}
