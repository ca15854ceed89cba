//! Deployments: schedule and actions of a type of detection.

use super::yaml_value::{one_or_many, text};
use crate::Schedule;
use serde_norway::Value;
use std::path::{Path, PathBuf};

/// The types of detection that have a deployment.
pub(super) const TYPES: &[&str] = &["TTP", "Anomaly", "Hunting", "Correlation"];

/// When a detection runs and what it writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deployment {
    pub schedule: Schedule,
    pub notable: Option<NotableAction>,
    pub risk: bool,
}

/// The notable action, with `%name%` and `%description%` still in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotableAction {
    pub title: String,
    pub description: String,
    pub fields: Vec<String>,
}

impl NotableAction {
    fn default_with(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: "%description%".to_owned(),
            fields: vec!["user".to_owned(), "dest".to_owned()],
        }
    }
}

impl Deployment {
    /// What the published pack has for a type.
    fn default_of(kind: &str) -> Self {
        let notable = match kind {
            "TTP" => Some(NotableAction::default_with("%name%")),
            "Correlation" => Some(NotableAction::default_with("RBA: %name%")),
            _ => None,
        };
        let risk = matches!(kind, "TTP" | "Anomaly");
        Self { schedule: super::default_schedule(), notable, risk }
    }

    /// Reads `scheduling` and `alert_action`, from a deployment file or from a detection.
    pub(super) fn read(value: &Value) -> Self {
        let time = |key: &str, default: &str| {
            let scheduling = value.get("scheduling").unwrap_or(&Value::Null);
            text(scheduling, key).unwrap_or_else(|| default.to_owned()).into()
        };
        let action = value.get("alert_action").unwrap_or(&Value::Null);
        let notable = action.get("notable").map(|n| {
            let mut notable = NotableAction::default_with("%name%");
            if let Some(title) = text(n, "rule_title") {
                notable.title = title;
            }
            if let Some(description) = text(n, "rule_description") {
                notable.description = description;
            }
            let fields = one_or_many(n.get("nes_fields"));
            if !fields.is_empty() {
                notable.fields = fields;
            }
            notable
        });
        let enabled = action.get("rba").and_then(|r| r.get("enabled")).and_then(Value::as_bool);
        Self {
            schedule: Schedule::Cron {
                cron: time("cron_schedule", "0 * * * *"),
                earliest: time("earliest_time", "-70m@m"),
                latest: time("latest_time", "-10m@m"),
            },
            notable,
            risk: enabled.unwrap_or(false),
        }
    }
}

/// The deployments of the packs that were loaded.
#[derive(Debug, Default)]
pub(crate) struct Deployments(Vec<(PathBuf, String, Deployment)>);

impl Deployments {
    /// Adds a file of a pack's `deployments/` folder; it counts for that pack only.
    pub fn add(&mut self, path: &Path, value: &Value) {
        let Some(kind) = text(value, "type") else { return };
        let root = path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        self.0.push((root.to_owned(), kind, Deployment::read(value)));
    }

    /// That of a type, for a detection of that path.
    pub fn find(&self, detection: &Path, kind: &str) -> Deployment {
        self.0
            .iter()
            .filter(|(root, of, _)| of == kind && detection.starts_with(root))
            .max_by_key(|(root, ..)| root.components().count())
            .map_or_else(|| Deployment::default_of(kind), |(.., found)| found.clone())
    }
}
