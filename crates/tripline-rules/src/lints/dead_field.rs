//! A field that no source has.
//!
//! Documents of Beats and of integrations bring fields of their own, so that most names are possible
//! in most rules. Two kinds are not: those that none of the sources has which the rule searches, if
//! all of them are closed; and those that neither a catalogue nor a source knows, but for one letter.

use super::Subject;
use super::dead_index::one_off;
use crate::codes::DEAD_FIELD;
use std::collections::BTreeSet;
use tripline_diag::{Diagnostic, did_you_mean, nearest};
use tripline_ir::{FieldSet, Leaf, Scope};
use tripline_schema::{FieldRef, IndexPatterns, Mapping, Schema, View, wildcard_match};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut said = BTreeSet::new();
    for filter in subject.plan.iter().flat_map(|p| &p.filters) {
        let mut look = |leaf: &Leaf| {
            let FieldSet::One(field) = &leaf.field else { return };
            // Sigma's own lints know the fields of log sources, and which of them nobody has.
            if field.view == View::Sigma {
                return;
            }
            let dead = !produced(subject.schema, &filter.scope, field);
            let slip = misspelled(subject.schema, field);
            if !(dead || slip.is_some()) || !said.insert(field.clone()) {
                return;
            }
            let text = format!("no source has the field `{}`", field.column());
            let known = subject.schema.field_names(&field.view);
            let help = match slip {
                Some(meant) => Some(format!("did you mean `{meant}`?")),
                None if subject.schema.field(&field.view, &field.name).known => None,
                None => did_you_mean(&field.name, known),
            };
            found.push(Diagnostic::warning(&DEAD_FIELD, text).at(leaf.span).maybe_help(help));
        };
        filter.pred.for_each_leaf(&mut look);
    }
}

/// The name that was meant, if a name that nobody knows is one letter off. More would be another
/// name: APM has `processor.name`.
fn misspelled(schema: &Schema, field: &FieldRef) -> Option<String> {
    if field.view != View::Ecs || schema.field(&View::Ecs, &field.name).known {
        return None;
    }
    let name = &*field.name;
    let defined = |m: &Mapping| {
        m.elastic.fields.contains_key(name)
            || m.elastic.prefixes.iter().any(|(prefix, _)| name.starts_with(&**prefix))
    };
    if name.len() < 6 || schema.mappings().iter().any(|m| defined(m)) {
        return None;
    }
    let meant = nearest(name, schema.field_names(&View::Ecs))?;
    one_off(name, meant).then(|| meant.to_owned())
}

/// A source whose documents bring their own fields may have any.
fn produced(schema: &Schema, scope: &Scope, field: &FieldRef) -> bool {
    let fits = |mapping: &Mapping| match scope {
        Scope::Any => true,
        Scope::Dataset(dataset) => mapping.splunk.datasets.contains(dataset),
        Scope::LogSource(wanted) => mapping.sigma.answers(
            wanted.product.as_deref(),
            wanted.category.as_deref(),
            wanted.service.as_deref(),
        ),
        Scope::Sources(patterns) => patterns.iter().any(|p| wildcard_match(p, &mapping.id)),
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
