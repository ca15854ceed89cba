//! What a rule's document alone can tell: slips in its keys, selections that nothing uses, values
//! that do not mean what they look like.
//!
//! A rule with such a thing compiles. Errors of compiling are not repeated here.

mod condition;
mod schema;
mod value;

use crate::{Document, Kind, Options};
use tripline_diag::Diagnostic;

/// What could be better in a document, in the order of its text.
pub fn lint(document: &Document, _options: &Options) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    schema::check(document, &mut found);
    let mut ignored = Vec::new();
    let detection = match document.kind {
        Kind::Detection => Some(crate::parse::rule(&document.root, &mut ignored).detection),
        Kind::Filter => document.root.entry("filter").map(|entry| {
            let body = entry.value.without(&["rules"]);
            crate::parse::detection(&body, entry.key_span, &mut ignored)
        }),
        Kind::Correlation | Kind::Other => None,
    };
    if let Some(detection) = &detection {
        condition::check(detection, &mut found);
        value::check(detection, &mut found);
    }
    for key in ["detection", "filter"] {
        if let Some(node) = document.root.get(key) {
            value::redundant(node, &mut found);
        }
    }
    found.sort_by_key(|diagnostic| diagnostic.span);
    found
}
