//! What runs but is probably not meant. One lint, one file, one line in [`LINTS`]. What a front end
//! can see in the text alone (a `*` that is no wildcard, OR beside AND) it says itself.

mod all_but;
mod case_varies;
mod contradiction;
mod covered_value;
mod dead_field;
mod dead_index;
mod empty_window;
mod foreign_field;
mod groupless_suppression;
mod impossible_count;
mod joinless_sequence;
mod literal_regex;
mod lost_token;
mod no_technique;
mod odd_tag;
mod silent_logsource;
mod too_many_signals;
mod trivial_threshold;
mod twin;
mod unbounded_sequence;
mod unknown_category;

use crate::{Problem, Rule, RuleSet};
use tripline_diag::Diagnostic;
use tripline_ir::Plan;
use tripline_schema::Schema;

/// What a lint looks at.
pub(crate) struct Subject<'a> {
    pub set: &'a RuleSet,
    pub rule: &'a Rule,
    /// The plan, if the rule compiles.
    pub plan: Option<&'a Plan>,
    pub schema: &'a Schema,
}

type Lint = fn(&Subject<'_>, &mut Vec<Diagnostic>);

const LINTS: &[Lint] = &[
    empty_window::check,
    unbounded_sequence::check,
    joinless_sequence::check,
    contradiction::check,
    all_but::check,
    unknown_category::check,
    dead_field::check,
    dead_index::check,
    no_technique::check,
    lost_token::check,
    covered_value::check,
    case_varies::check,
    literal_regex::check,
    trivial_threshold::check,
    groupless_suppression::check,
    too_many_signals::check,
    foreign_field::check,
    silent_logsource::check,
    odd_tag::check,
    twin::check,
    impossible_count::check,
];

/// What may be wrong with a rule that runs, and what its compilation says. Diagnostics with a span
/// are about its query.
pub fn lint(set: &RuleSet, rule: &Rule, schema: &Schema) -> Vec<Diagnostic> {
    let compiled = set.compile(rule, None, schema);
    let mut found = compiled.diagnostics;
    if let Some(document) = &rule.document {
        found.extend(tripline_sigma::lint(document, &tripline_sigma::Options::default()));
    }
    let subject = Subject { set, rule, plan: compiled.plan.as_ref(), schema };
    for check in LINTS {
        check(&subject, &mut found);
    }
    found
}

/// What may be wrong with Sigma's filters.
pub fn lint_filters(set: &RuleSet) -> Vec<Problem> {
    let mut found = vec![];
    for filter in &set.sigma_filters {
        let options = tripline_sigma::Options::default();
        let said = tripline_sigma::lint(filter.document(), &options);
        found.extend(said.into_iter().map(|diagnostic| Problem {
            path: filter.path.clone(),
            source: filter.source.clone(),
            diagnostic,
        }));
    }
    found
}
