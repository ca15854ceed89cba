//! A case-sensitive match on a field whose case varies.
//!
//! Windows does not care about the case of paths, names of files and registry keys, and neither do
//! those who type them: what a sensor reports depends on how the file was created, how it was
//! started, and which sensor it is.

use super::Subject;
use crate::codes::CASE_VARIES;
use std::collections::BTreeSet;
use tripline_diag::Diagnostic;
use tripline_ir::{Case, FieldSet, Leaf, Pred, Scope, Test};

/// Fields of which Windows keeps the case that somebody typed, by the end of their names. Options
/// in `process.args` are left out: many programs tell `-r` from `-R`.
const FIELDS: &[&str] = &[
    "process.name",
    "process.executable",
    "process.command_line",
    "process.working_directory",
    "parent.name",
    "parent.executable",
    "parent.command_line",
    "file.path",
    "file.name",
    "file.extension",
    "file.directory",
    "dll.path",
    "dll.name",
    "registry.path",
    "registry.key",
    "registry.value",
];

/// Index patterns of Windows sources only.
const WINDOWS: &[&str] =
    &["winlogbeat-", "logs-windows.", "logs-system.security", "logs-m365_defender."];

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(plan) = subject.plan else { return };
    let mut said = BTreeSet::new();
    for filter in &plan.filters {
        if !windows(&filter.pred) && !searches_windows(&filter.scope) {
            continue;
        }
        // What an exclusion misses is an alert too many, which people see.
        positive(&filter.pred, &mut |leaf| {
            let FieldSet::One(field) = &leaf.field else { return };
            if !FIELDS.iter().any(|name| named(&field.name, name)) {
                return;
            }
            let Some(example) = sensitive(&leaf.test) else { return };
            if !said.insert((leaf.span, field.name.clone())) {
                return;
            }
            let text = format!("`{}` matches `{example}` in this case only", field.name);
            let diagnostic = Diagnostic::note(&CASE_VARIES, text)
                .help("write it without regard to case: `:` or `in~` in EQL, `.caseless` in KQL");
            found.push(diagnostic.at(leaf.span));
        });
    }
}

fn named(field: &str, end: &str) -> bool {
    field.strip_suffix(end).is_some_and(|lead| lead.is_empty() || lead.ends_with('.'))
}

/// Whether every event that passes is of Windows.
fn windows(pred: &Pred) -> bool {
    match pred {
        Pred::And(parts) => parts.iter().any(windows),
        Pred::Or(parts) => !parts.is_empty() && parts.iter().all(windows),
        Pred::Leaf(Leaf { field: FieldSet::One(field), test, .. }) => {
            matches!(&*field.name, "host.os.type" | "host.os.family" | "host.os.platform")
                && matches!(test, Test::Equals { values, .. }
                    if values.iter().all(|v| v.eq_ignore_ascii_case("windows")))
        }
        _ => false,
    }
}

fn searches_windows(scope: &Scope) -> bool {
    let Scope::Indices(patterns) = scope else { return false };
    !patterns.is_empty()
        && patterns.iter().all(|p| WINDOWS.iter().any(|windows| p.starts_with(windows)))
}

/// Calls `f` for each leaf that is not negated.
fn positive<'a>(pred: &'a Pred, f: &mut impl FnMut(&'a Leaf)) {
    match pred {
        Pred::Const(_) | Pred::Expr { .. } | Pred::Not(_) => {}
        Pred::And(parts) | Pred::Or(parts) => parts.iter().for_each(|p| positive(p, f)),
        Pred::Nested { pred, .. } => positive(pred, f),
        Pred::Leaf(leaf) => f(leaf),
    }
}

/// A literal of a test in which the case of a letter counts.
fn sensitive(test: &Test) -> Option<String> {
    let letters = |text: &str| text.chars().any(char::is_alphabetic);
    match test {
        Test::Equals { values, case: Case::Sensitive } => {
            values.iter().find(|v| letters(v)).map(ToString::to_string)
        }
        Test::Glob { patterns, case: Case::Sensitive } => {
            patterns.iter().map(ToString::to_string).find(|p| letters(p))
        }
        Test::Any(tests) => tests.iter().find_map(sensitive),
        _ => None,
    }
}
