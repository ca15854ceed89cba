//! A new-terms rule whose history does not reach behind its look-back.

use super::Subject;
use crate::codes::SHORT_HISTORY;
use crate::{RuleKind, Schedule};
use tripline_diag::Diagnostic;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let RuleKind::NewTerms { history, .. } = &subject.rule.kind else { return };
    let Schedule::Interval { from, .. } = subject.rule.schedule else { return };
    if *history <= from {
        let minutes = |ns: i64| ns / 60_000_000_000;
        let text = format!(
            "the history of {} min starts within the look-back of {} min, so every term is new",
            minutes(*history),
            minutes(from)
        );
        let help = "set `history_window_start` further back than `from`, days rather than minutes";
        found.push(Diagnostic::warning(&SHORT_HISTORY, text).help(help));
    }
}
