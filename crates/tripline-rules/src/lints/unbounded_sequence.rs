//! A sequence without `maxspan`.

use super::Subject;
use crate::codes::UNBOUNDED_SEQUENCE;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::Tail;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(Tail::Sequence(sequence)) = subject.plan.map(|p| &p.tail) else { return };
    if sequence.maxspan.is_some() {
        return;
    }
    let text = &subject.rule.query.text;
    let mut diagnostic = Diagnostic::note(&UNBOUNDED_SEQUENCE, "the sequence has no `maxspan`")
        .help("write `sequence by … with maxspan=1m`");
    diagnostic.span = text.find("sequence").map(|at| Span::new(at, at + "sequence".len()));
    found.push(diagnostic);
}
