//! What a transformation can change of a rule.

use super::state::State;
use super::{Pipeline, Step};
use crate::ast::{Body, Expr, Field, Item, Rule, Selection, Value, ValueKind};
use crate::lower::matching;
use crate::yaml::Node;
use std::sync::Arc;
use tripline_diag::{Code, Diagnostic, Span};

/// A rule while one item of a pipeline is applied to it.
pub(super) struct Target<'a> {
    pub(super) rule: &'a mut Rule,
    /// The rule's document: title, level, tags.
    pub(super) about: &'a Node,
    pub(super) state: &'a mut State,
    pub(super) step: &'a Arc<Step>,
    pub(super) pipeline: &'a Pipeline,
}

/// What becomes of an item of the detection.
pub(super) enum Change {
    /// It is not meant, or was left as it is.
    Nothing,
    /// It was changed in place.
    Done,
    /// It goes.
    Drop,
    /// Something else takes its place.
    Replace(Body),
}

/// What takes the place of a value, with the value's place.
type ChangeValue<'a> = dyn FnMut(&ValueKind, Span, &mut State) -> Option<Vec<ValueKind>> + 'a;

impl Target<'_> {
    /// An error about the rule.
    pub(super) fn error(&mut self, code: &'static Code, message: &str, at: Option<Span>) {
        let name = self.pipeline.name.as_deref().unwrap_or("without a name");
        let diagnostic = Diagnostic::error(code, format!("pipeline `{name}`: {message}"));
        // What a pipeline added has no place in the rule.
        self.state.diagnostics.push(match at.filter(|span| span.start < span.end) {
            Some(span) => diagnostic.at(span),
            None => diagnostic,
        });
    }

    /// Calls `f` for each item of the detection for which the conditions hold.
    pub(super) fn each_item(&mut self, f: &mut dyn FnMut(&mut Item, &mut State) -> Change) {
        let (step, state) = (self.step, &mut *self.state);
        let mut visit = |item: &mut Item| {
            let field = item.field.as_ref().map(|field| &*field.name);
            if !step.item.hold(|c| c.holds(item, state))
                || !step.field.hold(|c| c.holds(field, state))
            {
                return Change::Nothing;
            }
            let span = item.span;
            let change = f(item, state);
            if !matches!(change, Change::Nothing) {
                state.mark_item(span, step.id.as_ref());
            }
            change
        };
        let mut gone: Vec<Arc<str>> = Vec::new();
        let selections = &mut self.rule.detection.selections;
        selections.retain_mut(|selection| {
            let stays = walk(&mut selection.body, &mut visit);
            if !stays {
                gone.push(Arc::clone(&selection.name));
            }
            stays
        });
        if gone.is_empty() {
            return;
        }
        let rest = &self.rule.detection.selections;
        let before = self.rule.detection.conditions.len();
        self.rule.detection.conditions.retain_mut(|c| prune(&mut c.expr, &gone, rest));
        if before > 0 && self.rule.detection.conditions.is_empty() {
            let message = "nothing is left of what the rule looks for";
            self.error(&super::codes::EMPTIED, message, None);
        }
    }

    /// Calls `f` for each value; what it returns takes the value's place.
    pub(super) fn each_value(&mut self, f: &mut ChangeValue<'_>) {
        self.each_item(&mut |item, state| {
            let mut changed = false;
            let mut values = Vec::with_capacity(item.values.len());
            for value in item.values.drain(..) {
                let Some(new) = value_in(&value.kind, value.span, state, f) else {
                    values.push(value);
                    continue;
                };
                changed = true;
                let span = value.span;
                if item.all && new.len() != 1 {
                    values.push(Value { kind: ValueKind::AnyOf(new), span });
                } else {
                    values.extend(new.into_iter().map(|kind| Value { kind, span }));
                }
            }
            item.values = values;
            match (changed, item.values.is_empty()) {
                (_, true) => Change::Drop,
                (true, false) => Change::Done,
                (false, false) => Change::Nothing,
            }
        });
    }

    /// Gives fields new names: those of items, those that values refer to, and those by which older
    /// rules count. With several names one of them must match.
    pub(super) fn rename(&mut self) {
        let step = Arc::clone(self.step);
        let new_names = |name: &str, state: &mut State| {
            let names = step.transformation.rename(name)?;
            if !step.field.hold(|c| c.holds(Some(name), state)) {
                return None;
            }
            for new in &names {
                state.mark_field(new, step.id.as_ref());
            }
            Some(names)
        };
        self.each_item(&mut |item, state| {
            let Some(field) = item.field.clone() else { return Change::Nothing };
            let Some(names) = new_names(&field.name, state) else { return Change::Nothing };
            let mut items = names.iter().map(|name| {
                let field = Some(Field { name: Arc::clone(name), span: field.span });
                Body::Item(Item { field, ..item.clone() })
            });
            match names.len() {
                0 => Change::Nothing,
                1 => {
                    item.field = Some(Field { name: Arc::clone(&names[0]), span: field.span });
                    Change::Done
                }
                _ if item.negated => Change::Replace(Body::All(items.by_ref().collect())),
                _ => Change::Replace(Body::Any(items.by_ref().collect())),
            }
        });
        // The conditions on names are about the field that a value refers to, not about the item's.
        let state = &mut *self.state;
        let mut visit = |item: &mut Item| {
            if step.item.hold(|c| c.holds(item, state)) {
                for value in &mut item.values {
                    let ValueKind::FieldRef { name, how, cased } = &value.kind else { continue };
                    let Some(names) = new_names(name, state) else { continue };
                    let mut kinds: Vec<ValueKind> = names
                        .into_iter()
                        .map(|name| ValueKind::FieldRef { name, how: *how, cased: *cased })
                        .collect();
                    value.kind = match kinds.len() {
                        1 => kinds.remove(0),
                        _ => ValueKind::AnyOf(kinds),
                    };
                }
            }
            Change::Nothing
        };
        for selection in &mut self.rule.detection.selections {
            walk(&mut selection.body, &mut visit);
        }
        for condition in &mut self.rule.detection.conditions {
            if let Some(crate::ast::Aggregation::Number { field, by, .. }) =
                &mut condition.aggregation
            {
                for field in field.iter_mut().chain(by) {
                    if let Some(names) = new_names(&field.name, self.state)
                        && let Some(first) = names.first()
                    {
                        field.name = Arc::clone(first);
                    }
                }
            }
        }
        self.state.renames.push(step);
    }

    /// Adds a selection that every condition needs.
    pub(super) fn need(&mut self, selection: Selection, negated: bool) {
        let (name, span) = (Arc::clone(&selection.name), selection.span);
        self.rule.detection.selections.push(selection);
        for condition in &mut self.rule.detection.conditions {
            let own = std::mem::replace(&mut condition.expr, Expr::And(vec![]));
            let added = Expr::Selection { name: Arc::clone(&name), span };
            let added = if negated { Expr::Not(Box::new(added)) } else { added };
            condition.expr = Expr::And(vec![added, own]);
        }
    }
}

fn value_in(
    kind: &ValueKind,
    span: Span,
    state: &mut State,
    f: &mut ChangeValue<'_>,
) -> Option<Vec<ValueKind>> {
    let ValueKind::AnyOf(parts) = kind else { return f(kind, span, state) };
    let mut changed = false;
    let mut all = Vec::new();
    for part in parts {
        match value_in(part, span, state, f) {
            Some(new) => {
                changed = true;
                all.extend(new);
            }
            None => all.push(part.clone()),
        }
    }
    changed.then(|| vec![ValueKind::AnyOf(all)])
}

/// Whether something is left.
fn walk(body: &mut Body, visit: &mut dyn FnMut(&mut Item) -> Change) -> bool {
    match body {
        Body::All(parts) | Body::Any(parts) => {
            parts.retain_mut(|part| walk(part, visit));
            !parts.is_empty()
        }
        Body::Not(inner) => walk(inner, visit),
        Body::Item(item) => match visit(item) {
            Change::Nothing | Change::Done => true,
            Change::Drop => false,
            Change::Replace(other) => {
                *body = other;
                true
            }
        },
    }
}

/// Takes selections that are gone out of a condition. Whether something is left.
fn prune(expr: &mut Expr, gone: &[Arc<str>], rest: &[Selection]) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => {
            parts.retain_mut(|part| prune(part, gone, rest));
            !parts.is_empty()
        }
        Expr::Not(inner) => prune(inner, gone, rest),
        Expr::Selection { name, .. } => !gone.contains(name),
        Expr::Of { pattern, .. } => matching(rest, pattern.as_deref()).next().is_some(),
    }
}
