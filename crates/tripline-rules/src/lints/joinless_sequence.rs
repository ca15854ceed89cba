//! A sequence whose events need not have anything in common.

use super::Subject;
use crate::codes::JOINLESS_SEQUENCE;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::Tail;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(Tail::Sequence(sequence)) = subject.plan.map(|p| &p.tail) else { return };
    if sequence.steps.iter().any(|step| !step.keys.is_empty()) {
        return;
    }
    let mut diagnostic = Diagnostic::warning(
        &JOINLESS_SEQUENCE,
        "the events of the sequence may come from different hosts and users",
    )
    .help("write `sequence by host.id …`");
    let text = &subject.rule.query.text;
    diagnostic.span = text.find("sequence").map(|at| Span::new(at, at + "sequence".len()));
    found.push(diagnostic);
}
