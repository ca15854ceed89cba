//! A rule's document becomes a plan, with what the set has for it.

use super::{correlations, filters};
use crate::{Rule, RuleSet};
use std::sync::Arc;
use tripline_diag::SourceText;
use tripline_ir::Compiled;
use tripline_schema::Schema;
use tripline_sigma::{Kind, Options};

/// Compiles a rule, or a text that is none of the set's (`tripline query`).
pub(crate) fn compile(set: &RuleSet, rule: &Rule, query: &SourceText, schema: &Schema) -> Compiled {
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
    if document.kind == Kind::Correlation {
        return correlations::compile(set, rule, &document, schema);
    }
    let options = Options {
        placeholders: set.placeholders.clone(),
        filters: filters::of(set, rule).map(|filter| filter.document().clone()).collect(),
        ..Options::default()
    };
    tripline_sigma::compile(&document, &options)
}
