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
    } else if has("logsource") && has("detection") || has("correlation") && has("title") {
        YamlKind::Sigma
    } else {
        YamlKind::Other
    }
}
