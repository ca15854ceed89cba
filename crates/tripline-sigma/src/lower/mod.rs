//! From [`Detection`] to a condition on events.

mod aggregation;
mod item;
mod placeholders;
mod regex;

use crate::Options;
use crate::ast::{Body, Detection, Expr, Selection};
use crate::codes::{AGGREGATION, UNKNOWN_SELECTION};
use std::collections::HashMap;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::{Filter, Plan, Pred, Scope, Tail};

/// What lowering needs and reports.
pub(crate) struct Lowering<'a> {
    pub options: &'a Options,
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

/// The plan of a detection over events of `scope`. What is missing was reported.
pub(crate) fn plan(detection: &Detection, scope: Scope, lowering: &mut Lowering<'_>) -> Plan {
    let mut selections = Selections::new(detection);
    if let [condition] = detection.conditions.as_slice()
        && let Some(aggregation) = &condition.aggregation
    {
        return aggregation::plan(
            detection,
            condition,
            aggregation,
            scope,
            &mut selections,
            lowering,
        );
    }
    let pred = condition(detection, &mut selections, lowering);
    let span = whole(detection);
    Plan { filters: vec![Filter { scope, pred, span }], tail: Tail::Each { pipes: vec![] } }
}

/// The condition of a detection on one event. An aggregation is refused.
pub(crate) fn pred(detection: &Detection, lowering: &mut Lowering<'_>) -> Pred {
    condition(detection, &mut Selections::new(detection), lowering)
}

fn condition(
    detection: &Detection,
    selections: &mut Selections<'_>,
    lowering: &mut Lowering<'_>,
) -> Pred {
    let mut preds = Vec::with_capacity(detection.conditions.len());
    for condition in &detection.conditions {
        if condition.aggregation.is_some() {
            let message = "one of several conditions counts events";
            let help = "make it a rule of its own, or a correlation rule";
            lowering
                .diagnostics
                .push(Diagnostic::error(&AGGREGATION, message).at(condition.span).help(help));
        }
        preds.push(expr(&condition.expr, selections, lowering));
    }
    Pred::or(preds)
}

/// Where the conditions stand.
fn whole(detection: &Detection) -> Span {
    let spans = detection.conditions.iter().map(|condition| condition.span);
    spans.reduce(Span::to).unwrap_or(detection.span)
}

/// The selections by name, lowered when a condition first asks for one.
pub(crate) struct Selections<'a> {
    all: &'a [Selection],
    lowered: HashMap<usize, Pred>,
}

impl<'a> Selections<'a> {
    fn new(detection: &'a Detection) -> Self {
        Self { all: &detection.selections, lowered: HashMap::new() }
    }

    fn pred(&mut self, at: usize, lowering: &mut Lowering<'_>) -> Pred {
        if let Some(pred) = self.lowered.get(&at) {
            return pred.clone();
        }
        let pred = body(&self.all[at].body, lowering);
        self.lowered.insert(at, pred.clone());
        pred
    }

    /// The position of a selection; an unknown one is reported.
    fn named(&self, name: &str, span: Span, lowering: &mut Lowering<'_>) -> Option<usize> {
        let found = self.all.iter().position(|selection| &*selection.name == name);
        if found.is_none() {
            let names = self.all.iter().map(|selection| &*selection.name);
            let message = format!("there is no selection `{name}`");
            lowering.diagnostics.push(
                Diagnostic::error(&UNKNOWN_SELECTION, message)
                    .at(span)
                    .maybe_help(did_you_mean(name, names)),
            );
        }
        found
    }

    /// The positions of the selections that a pattern names; none is reported.
    fn matching(
        &self,
        pattern: Option<&Arc<str>>,
        span: Span,
        lowering: &mut Lowering<'_>,
    ) -> Vec<usize> {
        let found: Vec<usize> = matching(self.all, pattern.map(|p| &**p)).collect();
        if found.is_empty() {
            let message = match pattern {
                Some(pattern) => format!("no selection is called `{pattern}`"),
                None => "there is no selection that `them` could mean".to_owned(),
            };
            let help = pattern.and_then(|pattern| {
                let names = self.all.iter().map(|selection| &*selection.name);
                did_you_mean(pattern.trim_end_matches(['*', '_']), names)
            });
            lowering
                .diagnostics
                .push(Diagnostic::error(&UNKNOWN_SELECTION, message).at(span).maybe_help(help));
        }
        found
    }
}

/// The selections that a pattern names; those that start with `_` only if the pattern does too.
pub(crate) fn matching<'a>(
    all: &'a [Selection],
    pattern: Option<&'a str>,
) -> impl Iterator<Item = usize> + 'a {
    all.iter().enumerate().filter_map(move |(at, selection)| {
        let hidden = selection.name.starts_with('_');
        let fits = match pattern {
            None => !hidden,
            Some(pattern) => {
                (!hidden || pattern.starts_with('_')) && wildcard(pattern, &selection.name)
            }
        };
        fits.then_some(at)
    })
}

fn wildcard(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

pub(crate) fn expr(
    node: &Expr,
    selections: &mut Selections<'_>,
    lowering: &mut Lowering<'_>,
) -> Pred {
    match node {
        Expr::And(parts) => {
            Pred::and(parts.iter().map(|part| expr(part, selections, lowering)).collect::<Vec<_>>())
        }
        Expr::Or(parts) => {
            Pred::or(parts.iter().map(|part| expr(part, selections, lowering)).collect::<Vec<_>>())
        }
        Expr::Not(inner) => expr(inner, selections, lowering).negate(),
        Expr::Selection { name, span } => match selections.named(name, *span, lowering) {
            Some(at) => selections.pred(at, lowering),
            None => Pred::Const(false),
        },
        Expr::Of { all, pattern, span } => {
            let found = selections.matching(pattern.as_ref(), *span, lowering);
            let preds: Vec<Pred> =
                found.into_iter().map(|at| selections.pred(at, lowering)).collect();
            if *all { Pred::and(preds) } else { Pred::or(preds) }
        }
    }
}

fn body(node: &Body, lowering: &mut Lowering<'_>) -> Pred {
    match node {
        Body::All(parts) => {
            Pred::and(parts.iter().map(|part| body(part, lowering)).collect::<Vec<_>>())
        }
        Body::Any(parts) => {
            Pred::or(parts.iter().map(|part| body(part, lowering)).collect::<Vec<_>>())
        }
        Body::Not(inner) => body(inner, lowering).negate(),
        Body::Item(item) => item::pred(item, lowering),
    }
}

/// Puts all nodes of a condition in one place: the text that they came from is not the rule's.
pub fn place(pred: &mut Pred, span: Span) {
    match pred {
        Pred::Const(_) => {}
        Pred::And(parts) | Pred::Or(parts) => parts.iter_mut().for_each(|part| place(part, span)),
        Pred::Not(inner) => place(inner, span),
        Pred::Leaf(leaf) => leaf.span = span,
        Pred::Expr { expr, .. } => place_expr(expr, span),
        Pred::Nested { pred, span: own, .. } => {
            *own = span;
            place(pred, span);
        }
    }
}

fn place_expr(expr: &mut tripline_ir::Expr, span: Span) {
    expr.span = span;
    if let tripline_ir::ExprKind::Call { args, .. } = &mut expr.kind {
        for arg in args {
            place_expr(arg, span);
        }
    }
}
