//! How selections are used.

use crate::ast::{Aggregation, Condition, Detection, Expr};
use crate::codes::{IDLE_TIMEFRAME, NEVER, UNUSED_SELECTION, VAGUE_THEM};
use crate::lower::matching;
use tripline_diag::{Diagnostic, Span};

pub(super) fn check(detection: &Detection, found: &mut Vec<Diagnostic>) {
    if detection.conditions.is_empty() {
        return;
    }
    let mut used = vec![false; detection.selections.len()];
    for condition in &detection.conditions {
        mark(&condition.expr, detection, &mut used);
        if let Some(Aggregation::Near(expr)) = &condition.aggregation {
            mark(expr, detection, &mut used);
        }
        them(&condition.expr, found);
        truth(condition, detection, found);
    }
    if detection.timeframe.is_some()
        && detection.conditions.iter().all(|condition| condition.aggregation.is_none())
    {
        found.push(
            Diagnostic::warning(&IDLE_TIMEFRAME, "nothing is counted within the `timeframe`")
                .at(detection.timeframe_span)
                .help("remove it, or write a correlation rule with a `timespan`"),
        );
    }
    for (selection, _) in detection.selections.iter().zip(&used).filter(|(_, used)| !**used) {
        let message = format!("no condition uses the selection `{}`", selection.name);
        found.push(
            Diagnostic::warning(&UNUSED_SELECTION, message)
                .at(selection.span)
                .help("add it to the condition, or remove it"),
        );
    }
}

fn mark(expr: &Expr, detection: &Detection, used: &mut [bool]) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => {
            for part in parts {
                mark(part, detection, used);
            }
        }
        Expr::Not(inner) => mark(inner, detection, used),
        Expr::Selection { name, .. } => {
            let at = detection.selections.iter().position(|s| s.name == *name);
            if let Some(at) = at {
                used[at] = true;
            }
        }
        Expr::Of { pattern, .. } => {
            for at in matching(&detection.selections, pattern.as_deref()) {
                used[at] = true;
            }
        }
    }
}

/// `all of them` and `1 of them` change their meaning with each selection that is added.
fn them(expr: &Expr, found: &mut Vec<Diagnostic>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| them(part, found)),
        Expr::Not(inner) => them(inner, found),
        Expr::Of { all: true, pattern: None, span } => found.push(
            Diagnostic::note(&VAGUE_THEM, "`all of them` takes in every selection to come")
                .at(*span)
                .help("write `all of selection_*`, so that a filter can be added"),
        ),
        Expr::Of { .. } | Expr::Selection { .. } => {}
    }
}

/// So many selections give 4,096 combinations to try.
const MOST_SELECTIONS: usize = 12;

/// Whether the condition can hold at all, and can fail, taking selections as independent.
fn truth(condition: &Condition, detection: &Detection, found: &mut Vec<Diagnostic>) {
    let mut used = vec![false; detection.selections.len()];
    mark(&condition.expr, detection, &mut used);
    let ids: Vec<usize> = (0..used.len()).filter(|at| used[*at]).collect();
    if ids.len() > MOST_SELECTIONS || ids.is_empty() {
        return;
    }
    let mut seen = [false; 2];
    for bits in 0..1u32 << ids.len() {
        let holds =
            |at: usize| ids.iter().position(|id| *id == at).is_some_and(|bit| bits >> bit & 1 == 1);
        match eval(&condition.expr, detection, &holds) {
            Some(value) => seen[usize::from(value)] = true,
            None => return,
        }
    }
    let message = match seen {
        [true, false] => "the condition never holds, whatever the event",
        [false, true] => "the condition holds for every event",
        _ => return,
    };
    found.push(say(message, condition.span));
}

fn say(message: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(&NEVER, message)
        .at(span)
        .help("a selection stands there once as it is and once negated")
}

fn eval(expr: &Expr, detection: &Detection, holds: &impl Fn(usize) -> bool) -> Option<bool> {
    Some(match expr {
        Expr::And(parts) => {
            let parts: Option<Vec<bool>> =
                parts.iter().map(|part| eval(part, detection, holds)).collect();
            parts?.into_iter().all(|b| b)
        }
        Expr::Or(parts) => {
            let parts: Option<Vec<bool>> =
                parts.iter().map(|part| eval(part, detection, holds)).collect();
            parts?.into_iter().any(|b| b)
        }
        Expr::Not(inner) => !eval(inner, detection, holds)?,
        Expr::Selection { name, .. } => {
            holds(detection.selections.iter().position(|s| s.name == *name)?)
        }
        Expr::Of { all, pattern, .. } => {
            let mut of = matching(&detection.selections, pattern.as_deref()).peekable();
            of.peek()?;
            if *all { of.all(holds) } else { of.any(holds) }
        }
    })
}
