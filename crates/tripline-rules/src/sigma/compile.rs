//! A rule's document becomes a plan, with what the set has for it.

use super::{correlations, filters};
use crate::{Rule, RuleSet};
use std::sync::Arc;
use tripline_diag::{SourceText, Span};
use tripline_ir::{Compiled, Scope};
use tripline_schema::Schema;
use tripline_sigma::yaml::{Entry, Node, Scalar, Type, Value};
use tripline_sigma::{Document, Kind, Options};

/// Compiles a rule, or a text that is none of the set's (`tripline query`).
pub(crate) fn compile(set: &RuleSet, rule: &Rule, query: &SourceText, schema: &Schema) -> Compiled {
    let mut anywhere = false;
    let document = if let Some(document) = &rule.document {
        document.clone()
    } else {
        let mut read = tripline_sigma::read(&query.text);
        match read.documents.pop() {
            Some(mut document) if read.documents.is_empty() => {
                anywhere = of_any_source(&mut document);
                Arc::new(document)
            }
            _ => return Compiled { plan: None, diagnostics: read.diagnostics },
        }
    };
    if document.kind == Kind::Correlation {
        return correlations::compile(set, rule, &document, schema);
    }
    let options = Options {
        placeholders: set.placeholders.clone(),
        filters: filters::of(set, rule).map(|filter| filter.document().clone()).collect(),
        pipelines: set.pipelines.clone(),
    };
    let mut compiled = tripline_sigma::compile(&document, &options);
    if anywhere && let Some(plan) = &mut compiled.plan {
        for filter in &mut plan.filters {
            filter.scope = Scope::Any;
        }
    }
    compiled
}

/// Whether a text names no log source, as a rule must: a query may be about all events.
fn of_any_source(document: &mut Document) -> bool {
    let Value::Map(entries) = &mut document.root.value else { return false };
    if entries.iter().any(|entry| &*entry.key == "logsource") {
        return false;
    }
    // One that says nothing is a mistake; what this one says is not looked at.
    let any = Scalar { text: "any".into(), ty: Type::Text, quoted: false };
    let entry = |key: &str, value| Entry {
        key: key.into(),
        key_span: Span::default(),
        value: Node { value, span: Span::default() },
    };
    let inside = vec![entry("product", Value::Scalar(any))];
    entries.push(entry("logsource", Value::Map(inside)));
    true
}
