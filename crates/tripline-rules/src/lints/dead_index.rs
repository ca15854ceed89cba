//! An index pattern that no source matches.

use super::Subject;
use crate::codes::DEAD_INDEX;
use tripline_diag::Diagnostic;
use tripline_schema::IndexPatterns;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for pattern in subject.rule.indices.iter().filter(|p| !p.starts_with('-')) {
        let patterns = IndexPatterns::new([pattern.clone()]);
        let mut indices = subject.schema.mappings().iter().flat_map(|m| &m.elastic.indices);
        if !indices.any(|index| patterns.matches(index)) {
            let text = format!("no source has an index that `{pattern}` matches");
            let help = "documents that name their own index are still searched";
            found.push(Diagnostic::note(&DEAD_INDEX, text).help(help));
        }
    }
}
