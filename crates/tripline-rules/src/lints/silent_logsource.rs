//! A log source that no source answers to.

use super::Subject;
use crate::codes::SILENT_LOGSOURCE;
use crate::sigma::taxonomy;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_schema::Schema;
use tripline_sigma::Kind;

const ATTRIBUTES: [&str; 3] = ["product", "category", "service"];

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(document) = &subject.rule.document else { return };
    let Some(entry) = document.root.entry("logsource") else { return };
    if document.kind != Kind::Detection {
        return;
    }
    let wanted = ATTRIBUTES.map(|key| entry.value.get_str(key));
    if wanted.iter().all(Option::is_none) {
        return;
    }
    let answers = |wanted: [Option<&str>; 3]| {
        let [product, category, service] = wanted;
        subject.schema.mappings().iter().any(|m| m.sigma.answers(product, category, service))
    };
    if answers(wanted) {
        return;
    }
    let alone = |at: usize| {
        let mut one = [None; 3];
        one[at] = wanted[at];
        one
    };
    // A word that nobody has, where another is near, is a slip of the pen.
    for (at, key) in ATTRIBUTES.iter().enumerate() {
        let (Some(value), Some(node)) = (wanted[at], entry.value.get(key)) else { continue };
        if answers(alone(at)) || taxonomy::knows(alone(at)) {
            continue;
        }
        let known = known(subject.schema, at, key);
        if let Some(help) = did_you_mean(value, known.iter().map(|value| &**value)) {
            let text = format!("no source has the {key} `{value}`");
            found.push(Diagnostic::warning(&SILENT_LOGSOURCE, text).at(node.span).help(help));
            return;
        }
    }
    let text = "no source that is mapped answers to this log source";
    let help = "events of yours answer to it if a mapping file of yours says so (`--mappings`)";
    found.push(Diagnostic::note(&SILENT_LOGSOURCE, text).at(entry.value.span).help(help));
}

/// All values of an attribute, ours and the taxonomy's.
fn known(schema: &Schema, attribute: usize, key: &str) -> Vec<String> {
    let ours = schema.mappings().iter().flat_map(|mapping| &mapping.sigma.logsources);
    let ours = ours.filter_map(|source| source.get(key)).map(ToString::to_string);
    taxonomy::values(attribute).map(str::to_owned).chain(ours).collect()
}
