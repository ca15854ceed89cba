//! A field that no source has.

use super::Subject;
use crate::codes::DEAD_FIELD;
use std::collections::BTreeSet;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_ir::{FieldSet, Leaf, Scope};
use tripline_schema::{FieldRef, IndexPatterns, Mapping, Schema, View};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut said = BTreeSet::new();
    for filter in subject.plan.iter().flat_map(|p| &p.filters) {
        let mut look = |leaf: &Leaf| {
            let FieldSet::One(field) = &leaf.field else { return };
            if produced(subject.schema, &filter.scope, field) || !said.insert(field.clone()) {
                return;
            }
            let text = format!("no source has the field `{}`", field.column());
            let known = subject.schema.field_names(&field.view);
            let help = if subject.schema.field(&field.view, &field.name).known {
                None
            } else {
                did_you_mean(&field.name, known)
            };
            found.push(Diagnostic::warning(&DEAD_FIELD, text).at(leaf.span).maybe_help(help));
        };
        filter.pred.for_each_leaf(&mut look);
    }
}

/// A source whose documents bring their own fields may have any.
fn produced(schema: &Schema, scope: &Scope, field: &FieldRef) -> bool {
    let fits = |mapping: &Mapping| match scope {
        Scope::Any => true,
        Scope::Dataset(dataset) => mapping.splunk.datasets.contains(dataset),
        Scope::Indices(patterns) => {
            let patterns = IndexPatterns::new(patterns.iter().cloned());
            mapping.elastic.from_document
                || mapping.elastic.indices.iter().any(|index| patterns.matches(index))
        }
    };
    let open = |mapping: &Mapping| match field.view {
        View::Ecs => mapping.elastic.passthrough,
        View::Cim(_) => false,
        View::Splunk | View::Sigma | View::Row => true,
    };
    schema
        .mappings()
        .iter()
        .filter(|m| fits(m))
        .any(|m| open(m) || schema.resolve(m, &field.view, &field.name).is_some())
}
