//! A threshold that every group reaches.

use super::Subject;
use crate::RuleKind;
use crate::codes::TRIVIAL_THRESHOLD;
use tripline_diag::Diagnostic;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let RuleKind::Threshold { fields, value, cardinality } = &subject.rule.kind else { return };
    let counts = cardinality.iter().any(|(_, least)| *least > 1);
    if *value <= 1 && !counts {
        let per = if fields.is_empty() { "a run" } else { "a group" };
        let text = format!("a threshold of {value} is reached by the first event of {per}");
        let help = "raise `threshold.value`, count distinct values with `threshold.cardinality`, or \
                    use a query rule with `alert_suppression`";
        found.push(Diagnostic::note(&TRIVIAL_THRESHOLD, text).help(help));
    }
}
