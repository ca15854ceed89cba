//! Whether a condition can be true of a source at all.

use super::bind::resolve;
use super::property::Property;
use super::{Lack, Matcher, names};
use std::sync::Arc;
use tripline_ir::{FieldSet, Leaf, Pred};
use tripline_kernels::test;
use tripline_schema::{MapExpr, Mapping, wildcard_match};

/// The absent fields because of which a condition is never true of a source; None: it may be.
pub(super) fn never(matcher: &Matcher, mapping: &Mapping, pred: &Pred) -> Option<Vec<Lack>> {
    let absent = |field: &Arc<str>| vec![Lack { field: field.clone(), always: vec![] }];
    match pred {
        Pred::Const(b) => (!b).then(Vec::new),
        Pred::And(parts) => {
            let found: Vec<Vec<Lack>> =
                parts.iter().filter_map(|p| never(matcher, mapping, p)).collect();
            (!found.is_empty()).then(|| found.concat())
        }
        Pred::Or(parts) => {
            let found: Option<Vec<Vec<Lack>>> =
                parts.iter().map(|p| never(matcher, mapping, p)).collect();
            found.map(|f| f.concat())
        }
        Pred::Not(inner) => always(matcher, mapping, inner).then(|| match &**inner {
            Pred::Leaf(Leaf { field: FieldSet::One(field), .. }) => {
                match resolve(matcher, mapping, field) {
                    Some(MapExpr::Const(always)) => {
                        vec![Lack { field: field.name.clone(), always }]
                    }
                    _ => vec![],
                }
            }
            _ => vec![],
        }),
        Pred::Leaf(Leaf { field: FieldSet::One(field), test, .. }) => {
            if Property::of(mapping, field).is_some() {
                return None;
            }
            match resolve(matcher, mapping, field) {
                None => Some(absent(&field.name)),
                Some(MapExpr::Const(values)) => {
                    let test = test::Compiled::new(test, matcher.context.now).ok()?;
                    (!values.iter().any(|v| test.matches(v)))
                        .then(|| vec![Lack { field: field.name.clone(), always: values }])
                }
                Some(_) => None,
            }
        }
        Pred::Leaf(Leaf { field: FieldSet::Matching { view, pattern }, .. }) => {
            let defined = names::defined(&matcher.schema, mapping, view);
            let possible = !names::below(mapping, view, pattern).is_empty()
                || defined.iter().any(|n| wildcard_match(pattern, n));
            (!possible).then(|| absent(pattern))
        }
        Pred::Leaf(Leaf { field: FieldSet::Anything, .. }) | Pred::Expr { .. } => None,
        Pred::Nested { path, .. } => match resolve(matcher, mapping, path) {
            Some(MapExpr::Raw(_)) => None,
            _ => Some(absent(&path.name)),
        },
    }
}

/// Whether a condition is true of every event of a source.
fn always(matcher: &Matcher, mapping: &Mapping, pred: &Pred) -> bool {
    match pred {
        Pred::Const(b) => *b,
        Pred::And(parts) => parts.iter().all(|p| always(matcher, mapping, p)),
        Pred::Or(parts) => parts.iter().any(|p| always(matcher, mapping, p)),
        Pred::Not(inner) => never(matcher, mapping, inner).is_some(),
        Pred::Leaf(Leaf { field: FieldSet::One(field), test, .. }) => {
            let Some(MapExpr::Const(values)) = resolve(matcher, mapping, field) else {
                return false;
            };
            test::Compiled::new(test, matcher.context.now)
                .is_ok_and(|test| values.iter().any(|v| test.matches(v)))
        }
        _ => false,
    }
}
