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

/// Beginnings of the raw fields that may have a name that matches a pattern in a view, other than
/// the names that the mapping defines. None: raw fields do not show through there.
pub(super) fn below(mapping: &Mapping, view: &View, pattern: &str) -> Vec<Arc<str>> {
    let head = pattern.split('*').next().unwrap_or_default();
    let mut starts = Vec::new();
    let mut bare = |prefixes: &[Arc<str>]| {
        if prefixes.is_empty() {
            starts.push(head.into());
        }
        starts.extend(prefixes.iter().map(|prefix| format!("{prefix}{head}").into()));
    };
    match view {
        View::Ecs => {
            for (shown, replaced) in &mapping.elastic.prefixes {
                if let Some(rest) = head.strip_prefix(&**shown) {
                    starts.push(format!("{replaced}{rest}").into());
                } else if shown.starts_with(head) {
                    starts.push(Arc::clone(replaced));
                }
            }
            if mapping.elastic.passthrough {
                starts.push(head.into());
            }
        }
        View::Splunk => bare(&mapping.splunk.prefixes),
        View::Sigma => bare(&mapping.sigma.prefixes),
        View::Cim(_) | View::Row => {}
    }
    starts
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

#[cfg(test)]
mod tests {
    use super::below;
    use tripline_ir::View;
    use tripline_schema::Schema;

    /// A pattern reads only the part of a record that can have such a name.
    #[test]
    fn what_a_pattern_reads() {
        let schema = Schema::builtin();
        let of = |source: &str, pattern: &str| -> Vec<String> {
            let mapping = schema.mapping(source).unwrap();
            below(mapping, &View::Ecs, pattern).iter().map(ToString::to_string).collect()
        };
        assert_eq!(of("windows.sysmon.1", "file.hash.*"), [""; 0]);
        assert_eq!(of("windows.sysmon.1", "winlog.event_data.Parent*"), ["EventData.Parent"]);
        assert_eq!(of("elastic.ecs", "file.hash.*"), ["file.hash."]);
    }
}
