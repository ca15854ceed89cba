//! The lint about `AND` and `OR` side by side.

use crate::ast::{Search, SearchKind};
use crate::codes;
use crate::print;
use tripline_diag::Diagnostic;

/// Reports each place where an `OR` without parentheses stands beside an `AND`, with the way in
/// which it is read. Where all of the `OR` comes from one macro it is a note: macros such as
/// `sysmon` are bare alternatives by design, and reading `OR` first is what they count on.
pub(crate) fn warn_about_mixed(search: &Search, diagnostics: &mut Vec<Diagnostic>) {
    match &search.kind {
        SearchKind::And(parts) => {
            for part in parts {
                if let SearchKind::Or(alternatives) = &part.kind
                    && !part.grouped
                {
                    let one_macro = alternatives.iter().all(|a| a.span == alternatives[0].span);
                    let message = "`OR` stands beside `AND` without parentheses";
                    let new = if one_macro { Diagnostic::note } else { Diagnostic::warning };
                    let diagnostic = new(&codes::MIXED_OR, message)
                        .at(part.span)
                        .help(format!("it is read as {}", print::search(search)));
                    diagnostics.push(diagnostic);
                }
                warn_about_mixed(part, diagnostics);
            }
        }
        SearchKind::Or(parts) => parts.iter().for_each(|p| warn_about_mixed(p, diagnostics)),
        SearchKind::Not(inner) => warn_about_mixed(inner, diagnostics),
        _ => {}
    }
}
