//! One query, ad hoc: a rule of its own over the whole data as one window.

use super::{Error, Hunt, HuntOptions, Progress, Selected, WindowMode, run};
use std::sync::Arc;
use tripline_events::Input;
use tripline_rules::{Language, Rule, RuleSet};
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
    let rule = Arc::new(Rule::ad_hoc(language, text));
    run(inputs, set, &[Selected { rule, version: None }], schema, &options, progress)?.into_hunt()
}
