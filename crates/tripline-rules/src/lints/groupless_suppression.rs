//! Suppression that does not say by what.

use super::Subject;
use crate::RuleKind;
use crate::codes::GROUPLESS_SUPPRESSION;
use tripline_diag::Diagnostic;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(suppression) = &subject.rule.suppression else { return };
    let threshold = matches!(subject.rule.kind, RuleKind::Threshold { .. });
    if suppression.group_by.is_empty() && !threshold {
        let text = "`alert_suppression` has no `group_by`, so there is nothing to suppress by";
        let help = "name the fields whose values make alerts the same";
        found.push(Diagnostic::warning(&GROUPLESS_SUPPRESSION, text).help(help));
    }
}
