//! Which rule a correlation or a filter means.

use crate::codes::{AMBIGUOUS_RULE, UNKNOWN_RULE};
use crate::{Rule, RuleSet, Vendor};
use std::path::Path;
use std::sync::Arc;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_sigma::correlation::Reference;

/// The name by which other rules refer to a rule (`name`, beside its id).
pub(super) fn name_of(rule: &Rule) -> Option<&str> {
    rule.document.as_ref()?.root.get_str("name").map(str::trim)
}

/// The rule that a correlation or a filter of `file` means.
///
/// # Errors
///
/// Why it is none, at the reference.
pub fn resolve_reference<'s>(
    set: &'s RuleSet,
    reference: &Reference,
    file: &Path,
) -> Result<&'s Rule, Box<Diagnostic>> {
    resolve(&set.rules, reference, file)
}

/// The rule of that id or name. Of several with the name, the one in the same file.
pub(super) fn resolve<'s>(
    rules: &'s [Arc<Rule>],
    reference: &Reference,
    file: &Path,
) -> Result<&'s Rule, Box<Diagnostic>> {
    let wanted = &*reference.name;
    let of_sigma = || rules.iter().map(|rule| &**rule).filter(|rule| rule.vendor == Vendor::Sigma);
    // A rule whose id another vendor has too is still meant by the id in its file.
    let has_id = |rule: &&Rule| {
        let own = rule.document.as_ref().and_then(|document| document.root.get_str("id"));
        rule.id.eq_ignore_ascii_case(wanted)
            || own.is_some_and(|id| id.trim().eq_ignore_ascii_case(wanted))
    };
    if let Some(rule) = of_sigma().find(has_id) {
        return Ok(rule);
    }
    let named: Vec<&Rule> = of_sigma().filter(|rule| name_of(rule) == Some(wanted)).collect();
    let mut beside = named.iter().filter(|rule| rule.origin.path == file);
    match (named.as_slice(), beside.next(), beside.next()) {
        ([only], _, _) | (_, Some(only), None) => Ok(only),
        ([], _, _) => Err(Box::new(unknown(rules, reference))),
        (several, _, _) => {
            let text = format!("{} rules have the name `{wanted}`", several.len());
            let files: Vec<String> = several
                .iter()
                .take(3)
                .map(|rule| format!("`{}` in {}", rule.id, rule.origin.path.display()))
                .collect();
            let help = format!("refer to one by its id: {}", files.join(", "));
            Err(Box::new(Diagnostic::error(&AMBIGUOUS_RULE, text).at(reference.span).help(help)))
        }
    }
}

fn unknown(rules: &[Arc<Rule>], reference: &Reference) -> Diagnostic {
    let wanted = &*reference.name;
    let of_sigma = || rules.iter().map(|rule| &**rule).filter(|rule| rule.vendor == Vendor::Sigma);
    let text = format!("no loaded rule has the id or the name `{wanted}`");
    let titled = of_sigma().find(|rule| {
        let stem = rule.origin.path.file_stem().and_then(|stem| stem.to_str());
        rule.name.eq_ignore_ascii_case(wanted) || stem == Some(wanted)
    });
    let help = match titled {
        Some(rule) => Some(format!(
            "titles and file names are no references; `{}` has the id `{}`",
            rule.name, rule.id
        )),
        None => did_you_mean(wanted, of_sigma().filter_map(name_of)),
    };
    Diagnostic::error(&UNKNOWN_RULE, text)
        .at(reference.span)
        .help(help.unwrap_or_else(|| "rules of other files must be loaded with it".to_owned()))
}
