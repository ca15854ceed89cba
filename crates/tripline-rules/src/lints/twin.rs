//! Two rules that look for the same thing.

use super::Subject;
use crate::codes::TWIN;
use tripline_diag::Diagnostic;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let rule = subject.rule;
    let Some(document) = &rule.document else { return };
    let Some(twin) = subject.set.twin_of(rule) else { return };
    let Some(entry) = document.root.entry("detection") else { return };
    let text = format!("`{}` looks for the same events", twin.name);
    let help = format!("it is in {}, with the id `{}`", twin.origin.path.display(), twin.id);
    found.push(Diagnostic::warning(&TWIN, text).at(entry.key_span).help(help));
}
