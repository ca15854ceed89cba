//! The registry of languages: which front end compiles what.

use crate::codes::LANGUAGE_NOT_RUN;
use crate::{Language, Rule, RuleSet};
use tripline_diag::{Diagnostic, SourceText};
use tripline_ir::Compiled;
use tripline_schema::Schema;

pub(crate) fn compile(
    _set: &RuleSet,
    _rule: &Rule,
    language: Language,
    query: &SourceText,
    schema: &Schema,
) -> Compiled {
    match language {
        Language::Kql => tripline_kql::compile(&query.text, schema),
        _ => Compiled {
            plan: None,
            diagnostics: vec![Diagnostic::error(
                &LANGUAGE_NOT_RUN,
                format!("queries in {} are not run yet", language.word()),
            )],
        },
    }
}
