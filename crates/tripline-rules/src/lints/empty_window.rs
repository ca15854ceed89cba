//! The look-back is shorter than the interval.

use super::Subject;
use crate::Schedule;
use crate::codes::EMPTY_WINDOW;
use tripline_diag::Diagnostic;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Schedule::Interval { every, from, to } = subject.rule.schedule else { return };
    if from.saturating_sub(to) < every {
        let seconds = |ns: i64| ns / 1_000_000_000;
        let text = format!(
            "runs every {} s but looks back {} s",
            seconds(every),
            seconds(from.saturating_sub(to))
        );
        let help = "set `from` to the interval and a little more, for events that arrive late";
        found.push(Diagnostic::warning(&EMPTY_WINDOW, text).help(help));
    }
}
