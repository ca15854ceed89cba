//! What a YAML file is.

use serde_norway::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum YamlKind {
    /// A Splunk detection.
    Detection,
    /// A search macro.
    Macro,
    /// A lookup definition.
    Lookup,
    /// Schedule and actions of a type of detection.
    Deployment,
    /// A Sigma rule.
    Sigma,
    /// A story, a baseline, a data source, anything else.
    Other,
}

pub(super) fn kind(value: &Value) -> YamlKind {
    let has = |key: &str| value.get(key).is_some();
    let type_word = value.get("type").and_then(Value::as_str).unwrap_or("");
    if has("search") && type_word != "Baseline" && type_word != "Investigation" {
        YamlKind::Detection
    } else if has("scheduling") {
        YamlKind::Deployment
    } else if has("definition") && has("name") {
        YamlKind::Macro
    } else if has("name") && (has("filename") || has("collection")) {
        YamlKind::Lookup
    } else if has("logsource") && (has("detection") || has("filter"))
        || has("correlation") && has("title")
    {
        YamlKind::Sigma
    } else {
        YamlKind::Other
    }
}

/// Whether a text has, at the start of a line, the keys that only Sigma's documents have. They are
/// read by another reader, one that keeps the place of everything, and no file is read twice.
pub(super) fn looks_like_sigma(text: &str) -> bool {
    let (mut sigma, mut source, mut splunk) = (false, false, false);
    for line in text.lines() {
        let key = line.split(':').next().unwrap_or("").trim_end();
        match key {
            "detection" | "correlation" | "filter" => sigma = true,
            "logsource" | "title" => source = true,
            "search" => splunk = true,
            _ => {}
        }
    }
    sigma && source && !splunk
}
