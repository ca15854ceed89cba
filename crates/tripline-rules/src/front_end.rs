//! The registry of languages: which front end compiles what.

use crate::codes::LANGUAGE_NOT_RUN;
use crate::{Language, Rule, RuleSet};
use tripline_diag::{Diagnostic, SourceText};
use tripline_ir::Compiled;
use tripline_schema::Schema;

pub(crate) fn compile(
    _set: &RuleSet,
    rule: &Rule,
    language: Language,
    query: &SourceText,
    schema: &Schema,
) -> Compiled {
    match language {
        Language::Kql => tripline_kql::compile(&query.text, schema),
        Language::Eql => {
            let mut options = tripline_eql::Options::default();
            if let Some(field) = &rule.event_category_override {
                options.event_category_field = field.clone();
            }
            tripline_eql::compile(&query.text, &options, schema)
        }
        _ => Compiled {
            plan: None,
            diagnostics: vec![Diagnostic::error(
                &LANGUAGE_NOT_RUN,
                format!("queries in {} are not run yet", language.word()),
            )],
        },
    }
}
