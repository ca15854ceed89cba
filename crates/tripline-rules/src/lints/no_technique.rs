//! A rule without an ATT&CK technique.

use super::Subject;
use crate::codes::NO_TECHNIQUE;
use tripline_diag::Diagnostic;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if subject.rule.threat.iter().all(|threat| threat.techniques.is_empty()) {
        found.push(Diagnostic::note(&NO_TECHNIQUE, "the rule names no ATT&CK technique"));
    }
}
