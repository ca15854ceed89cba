//! Which names a view has for what a source brings: for patterns over field names.

use std::sync::Arc;
use tripline_ir::View;
use tripline_schema::{Mapping, Schema};

/// The names that the mapping defines in a view.
pub(super) fn defined(schema: &Schema, mapping: &Mapping, view: &View) -> Vec<Arc<str>> {
    match view {
        View::Ecs => mapping.elastic.fields.keys().cloned().collect(),
        View::Splunk => mapping.splunk.fields.keys().cloned().collect(),
        View::Sigma => mapping.sigma.fields.keys().cloned().collect(),
        View::Cim(_) => schema.field_names(view).into_iter().map(Arc::from).collect(),
        View::Row => vec![],
    }
}

/// Whether raw fields show through in a view under names that only the data tells.
pub(super) fn open(mapping: &Mapping, view: &View) -> bool {
    match view {
        View::Ecs => mapping.elastic.passthrough || !mapping.elastic.prefixes.is_empty(),
        View::Splunk | View::Sigma => true,
        View::Cim(_) | View::Row => false,
    }
}

/// Calls `f` with each name that a raw field has in a view, other than the defined ones.
pub(super) fn of_raw(mapping: &Mapping, view: &View, raw: &str, f: &mut dyn FnMut(&str)) {
    let mut offer = |name: &str| {
        let defined = match view {
            View::Ecs => mapping.elastic.fields.contains_key(name),
            View::Splunk => mapping.splunk.fields.contains_key(name),
            View::Sigma => mapping.sigma.fields.contains_key(name),
            View::Cim(_) | View::Row => true,
        };
        if !defined {
            f(name);
        }
    };
    match view {
        View::Ecs => {
            for (prefix, replaced) in &mapping.elastic.prefixes {
                if let Some(rest) = raw.strip_prefix(&**replaced) {
                    offer(&format!("{prefix}{rest}"));
                }
            }
            if mapping.elastic.passthrough {
                offer(raw);
            }
        }
        View::Splunk => bare(&mapping.splunk.prefixes, raw, &mut offer),
        View::Sigma => bare(&mapping.sigma.prefixes, raw, &mut offer),
        View::Cim(_) | View::Row => {}
    }
}

fn bare(prefixes: &[Arc<str>], raw: &str, f: &mut dyn FnMut(&str)) {
    if prefixes.is_empty() {
        return f(raw);
    }
    for prefix in prefixes {
        if let Some(rest) = raw.strip_prefix(&**prefix) {
            f(rest);
        }
    }
}
