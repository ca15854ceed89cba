//! A rule's document becomes a plan, with what the set has for it.

use crate::codes::LANGUAGE_NOT_RUN;
use crate::{Rule, RuleKind, RuleSet};
use std::sync::Arc;
use tripline_diag::{Diagnostic, SourceText};
use tripline_ir::Compiled;
use tripline_sigma::{Document, Options};

/// Compiles a rule, or a text that is none of the set's (`tripline query`).
pub(crate) fn compile(set: &RuleSet, rule: &Rule, query: &SourceText) -> Compiled {
    let document = match &rule.document {
        Some(document) => document.clone(),
        None => {
            let mut read = tripline_sigma::read(&query.text);
            match read.documents.pop() {
                Some(document) if read.documents.is_empty() => Arc::new(document),
                _ => return Compiled { plan: None, diagnostics: read.diagnostics },
            }
        }
    };
    if rule.kind == RuleKind::Correlation {
        let text = "correlations are not run yet";
        let diagnostics = vec![Diagnostic::error(&LANGUAGE_NOT_RUN, text)];
        return Compiled { plan: None, diagnostics };
    }
    detection(set, rule, &document)
}

fn detection(set: &RuleSet, rule: &Rule, document: &Document) -> Compiled {
    let filters = set.sigma_filters.iter().filter(|filter| filter.applies(rule));
    let options = Options {
        placeholders: set.placeholders.clone(),
        filters: filters.map(|filter| filter.document().clone()).collect(),
    };
    tripline_sigma::compile(document, &options)
}
