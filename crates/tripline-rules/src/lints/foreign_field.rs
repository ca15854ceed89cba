//! A field that the log source's taxonomy does not have.
//!
//! The taxonomy lists the fields of some log sources; of the others any field may be there. What a
//! source of ours maps in its view counts too.

use super::Subject;
use crate::codes::FOREIGN_FIELD;
use crate::sigma::taxonomy;
use std::collections::BTreeSet;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_ir::{FieldSet, LogSource, Scope};
use tripline_schema::{Schema, View};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut said = BTreeSet::new();
    for filter in subject.plan.iter().flat_map(|plan| &plan.filters) {
        let Scope::LogSource(source) = &filter.scope else { continue };
        let (product, category, service) =
            (source.product.as_deref(), source.category.as_deref(), source.service.as_deref());
        let Some(known) = taxonomy::fields(product, category, service) else { continue };
        filter.pred.for_each_leaf(&mut |leaf| {
            let FieldSet::One(field) = &leaf.field else { return };
            let name = &*field.name;
            if field.view != View::Sigma
                || known.contains(&name)
                || mapped(subject.schema, source, name)
                || !said.insert(field.name.clone())
            {
                return;
            }
            let text = format!("the log source's taxonomy has no field `{name}`");
            let help = did_you_mean(name, known.iter().copied());
            let diagnostic = match help {
                Some(_) => Diagnostic::warning(&FOREIGN_FIELD, text),
                None => Diagnostic::note(&FOREIGN_FIELD, text),
            };
            found.push(diagnostic.at(leaf.span).maybe_help(help));
        });
    }
}

/// Whether a source that the rule looks at gives the field in its view.
fn mapped(schema: &Schema, source: &LogSource, name: &str) -> bool {
    let (product, category, service) =
        (source.product.as_deref(), source.category.as_deref(), source.service.as_deref());
    schema.mappings().iter().any(|mapping| {
        mapping.sigma.fields.contains_key(name) && mapping.sigma.answers(product, category, service)
    })
}
