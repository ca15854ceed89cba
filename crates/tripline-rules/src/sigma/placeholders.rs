//! Files of placeholders: what `%Servers%` stands for at this place.
//!
//! ```yaml
//! Servers: [srv-*, db-*]
//! Administrators:
//!   - adm_*
//! ```

use crate::RuleSet;
use crate::codes::BAD_PLACEHOLDER;
use crate::load::read_text;
use crate::report::FileReport;
use std::path::Path;
use std::sync::Arc;
use tripline_diag::Diagnostic;
use tripline_sigma::yaml;

/// Reads a file. A name that another file has too gets the values of both.
pub(crate) fn placeholders(path: &Path, set: &mut RuleSet) {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => return set.problems.push(*problem),
    };
    let mut report = FileReport::new(path, &text);
    let (documents, diagnostics) = yaml::read(&text);
    for diagnostic in diagnostics {
        report.add(diagnostic);
    }
    for document in &documents {
        if !document.is_map() {
            let what = format!("placeholders are a map of names, this is {}", document.kind());
            let diagnostic = Diagnostic::error(&BAD_PLACEHOLDER, what).at(document.span);
            report.add(diagnostic.help("write a name and its values: `Servers: [srv-*, db-*]`"));
        }
        for entry in document.entries() {
            let mut values: Vec<Arc<str>> = vec![];
            for item in entry.value.one_or_many() {
                if let Some(value) = item.as_str() {
                    values.push(value.into());
                } else {
                    let what = format!("a value of `{}` is {}", entry.key, item.kind());
                    report.add(Diagnostic::error(&BAD_PLACEHOLDER, what).at(item.span));
                }
            }
            if values.is_empty() {
                let what = format!("`{}` has no value", entry.key);
                report.add(Diagnostic::error(&BAD_PLACEHOLDER, what).at(entry.key_span));
            }
            // People write the name as rules do, with its marks.
            let name = entry.key.trim_matches('%');
            set.placeholders.entry(name.into()).or_default().append(&mut values);
        }
    }
    set.problems.append(&mut report.problems);
}
