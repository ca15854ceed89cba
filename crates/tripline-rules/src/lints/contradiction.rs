//! A branch that no event takes, or that every event takes.

use super::Subject;
use crate::codes::CONTRADICTION;
use std::collections::BTreeSet;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{Case, FieldSet, Leaf, Pred, Test};
use tripline_kernels::test::Compiled;
use tripline_schema::{FieldType, Schema};

/// Objects whose fields hold one value unless the catalogue says otherwise. Fields of integrations
/// may be lists without a catalogue that says so.
const SINGLE: &[&str] = &[
    "process.",
    "file.",
    "dll.",
    "registry.",
    "user.",
    "network.",
    "dns.question.",
    "event.code",
    "event.dataset",
    "event.module",
    "event.outcome",
    "event.provider",
    "winlog.event_id",
    "source.port",
    "destination.port",
    "host.os.type",
];

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(plan) = subject.plan else { return };
    for filter in &plan.filters {
        walk(&filter.pred, subject.schema, found);
    }
}

fn walk(pred: &Pred, schema: &Schema, found: &mut Vec<Diagnostic>) {
    match pred {
        Pred::Const(_) | Pred::Leaf(_) | Pred::Expr { .. } => {}
        Pred::Not(inner) => walk(inner, schema, found),
        Pred::Nested { pred, .. } => walk(pred, schema, found),
        Pred::And(parts) => {
            opposites(parts, "and", "no event passes", found);
            disjoint(parts, schema, found);
            for part in parts {
                walk(part, schema, found);
            }
        }
        Pred::Or(parts) => {
            opposites(parts, "or", "every event passes", found);
            for part in parts {
                walk(part, schema, found);
            }
        }
    }
}

/// `x and not x`, `x or not x`.
fn opposites(parts: &[Pred], word: &str, effect: &str, found: &mut Vec<Diagnostic>) {
    for part in parts {
        let Pred::Not(inner) = part else { continue };
        for other in parts {
            if same(inner, other)
                && let (Some(a), Some(b)) = (span(other), span(part))
            {
                let text = format!("{effect}: a condition {word} its opposite");
                let diagnostic = Diagnostic::warning(&CONTRADICTION, text).at(a);
                found.push(diagnostic.label(b, "the opposite"));
            }
        }
    }
}

/// The same condition, wherever it stands.
fn same(left: &Pred, right: &Pred) -> bool {
    match (left, right) {
        (Pred::Leaf(a), Pred::Leaf(b)) => a.field == b.field && a.test == b.test,
        (Pred::And(a), Pred::And(b)) | (Pred::Or(a), Pred::Or(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Pred::Not(a), Pred::Not(b)) => same(a, b),
        _ => false,
    }
}

fn span(pred: &Pred) -> Option<Span> {
    let mut whole: Option<Span> = None;
    pred.for_each_leaf(&mut |leaf| whole = Some(whole.map_or(leaf.span, |s| s.to(leaf.span))));
    whole.filter(|span| span.start < span.end)
}

/// Two demands on a field with one value that no value meets.
fn disjoint(parts: &[Pred], schema: &Schema, found: &mut Vec<Diagnostic>) {
    let leaves: Vec<&Leaf> = parts
        .iter()
        .filter_map(|part| match part {
            Pred::Leaf(leaf) => Some(leaf),
            _ => None,
        })
        .collect();
    let mut said = BTreeSet::new();
    for (at, left) in leaves.iter().enumerate() {
        for right in &leaves[at + 1..] {
            let (FieldSet::One(a), FieldSet::One(b)) = (&left.field, &right.field) else {
                continue;
            };
            if a != b || left.span == right.span || !said.insert((left.span, right.span)) {
                continue;
            }
            let info = schema.field(&a.view, &a.name);
            // What no catalogue knows may be an array, and words of a text are several.
            if !info.known
                || info.array
                || !single(a.ty)
                || !SINGLE.iter().any(|s| a.name.starts_with(s))
            {
                continue;
            }
            if apart(&left.test, &right.test) || apart(&right.test, &left.test) {
                let text = format!("no event passes: `{}` cannot be both", a.name);
                let diagnostic = Diagnostic::warning(&CONTRADICTION, text).at(left.span);
                found.push(diagnostic.label(right.span, "and this"));
            }
        }
    }
}

fn single(ty: FieldType) -> bool {
    matches!(
        ty,
        FieldType::Keyword
            | FieldType::ConstantKeyword
            | FieldType::Wildcard
            | FieldType::Long
            | FieldType::Double
            | FieldType::Boolean
    )
}

/// Whether none of the values of the left test passes the right one.
fn apart(left: &Test, right: &Test) -> bool {
    let Ok(test) = Compiled::new(right, 0) else { return false };
    match left {
        // A folded value stands for all ways to write it: only a test that folds too can tell.
        Test::Equals { values, case } => {
            (*case == Case::Sensitive || folds(right)) && !values.iter().any(|v| test.matches(v))
        }
        Test::Number(values) => {
            matches!(right, Test::Number(_) | Test::Range { .. })
                && !values.iter().any(|n| test.matches(&n.to_string()))
        }
        Test::Bool(value) => {
            matches!(right, Test::Bool(other) if other != value)
        }
        _ => false,
    }
}

fn folds(test: &Test) -> bool {
    match test {
        Test::Equals { case, .. } | Test::Glob { case, .. } => *case != Case::Sensitive,
        _ => false,
    }
}
