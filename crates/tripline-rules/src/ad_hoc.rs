//! Rules that no file has.

use crate::{Language, Origin, Overrides, Rule, RuleKind, Schedule, Severity, Status, Vendor};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tripline_diag::SourceText;

impl Rule {
    /// A query of a person's, ad hoc, as a rule over everything: all indices, no limit on what it
    /// finds.
    pub fn ad_hoc(language: Language, text: &str) -> Self {
        Self {
            id: "query".into(),
            name: "query".into(),
            vendor: match language {
                Language::Spl => Vendor::Splunk,
                Language::Sigma => Vendor::Sigma,
                _ => Vendor::Elastic,
            },
            origin: Origin { path: PathBuf::new(), named: true },
            description: String::new(),
            author: vec![],
            license: None,
            references: vec![],
            tags: vec![],
            note: None,
            setup: None,
            severity: Severity::Low,
            risk_score: 0,
            threat: vec![],
            false_positives: vec![],
            version: None,
            history: vec![],
            status: Status::Production,
            enabled: true,
            schedule: match language {
                Language::Sigma => Schedule::Continuous,
                _ => Schedule::Interval { every: 1, from: 0, to: 0 },
            },
            kind: match language {
                Language::Spl => RuleKind::Search,
                Language::Eql => RuleKind::Eql,
                _ => RuleKind::Query,
            },
            language,
            query: SourceText::new("query", text),
            indices: if language == Language::Sigma { vec![] } else { vec!["*".into()] },
            max_signals: u64::MAX,
            timestamp_override: None,
            event_category_override: None,
            building_block: false,
            timestamp_fallback_disabled: false,
            timestamp_field: None,
            tiebreaker_field: None,
            overrides: Overrides::default(),
            suppression: None,
            notable: None,
            risk: None,
            exceptions: vec![],
            event_exceptions: vec![],
            extra: BTreeMap::new(),
            document: None,
            part_of: vec![],
        }
    }
}
