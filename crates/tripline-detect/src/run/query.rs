//! One query, ad hoc: a rule of its own over the whole data as one window.

use super::{Error, Hunt, HuntOptions, Progress, Selected, WindowMode, run};
use std::path::PathBuf;
use std::sync::Arc;
use tripline_diag::SourceText;
use tripline_events::Input;
use tripline_rules::{Language, Origin, Rule, RuleKind, RuleSet, Schedule, Severity, Status, Vendor};
use tripline_schema::Schema;

/// Runs one query over inputs. Each event, sequence or row that it gives is an alert of the
/// result, in time order; macros and lookups come from `set`. A query with an error gives an
/// outcome that was not run, with its diagnostics.
pub fn query(
    inputs: &[Input],
    set: &RuleSet,
    language: Language,
    text: &str,
    schema: &Schema,
    options: &HuntOptions,
    progress: &dyn Progress,
) -> Result<Hunt, Error> {
    let options = HuntOptions { window: WindowMode::All, max_signals: false, ..options.clone() };
    let rule = Arc::new(ad_hoc(language, text));
    run(inputs, set, &[Selected { rule, version: None }], schema, &options, progress)
}

fn ad_hoc(language: Language, text: &str) -> Rule {
    Rule {
        id: "query".into(),
        name: "query".into(),
        vendor: if language == Language::Spl { Vendor::Splunk } else { Vendor::Elastic },
        origin: Origin { path: PathBuf::new(), named: true },
        kind: match language {
            Language::Spl => RuleKind::Search,
            Language::Eql => RuleKind::Eql,
            _ => RuleKind::Query,
        },
        language,
        query: SourceText::new("query", text),
        schedule: Schedule::Interval { every: 1, from: 0, to: 0 },
        indices: vec!["*".into()],
        max_signals: u64::MAX,
        severity: Severity::Low,
        status: Status::Production,
        enabled: true,
        ..Rule::empty()
    }
}
