//! A tag of ATT&CK that names nothing of it.

use super::Subject;
use crate::codes::ODD_TAG;
use crate::sigma::attack;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_sigma::yaml::Node;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(document) = &subject.rule.document else { return };
    for node in document.root.get("tags").map_or(&[][..], Node::one_or_many) {
        let Some(tag) = node.as_str() else { continue };
        let Some(name) = tag.strip_prefix("attack.") else { continue };
        if attack::read(tag).is_some() {
            continue;
        }
        let text = format!("`{name}` is no tactic, technique, group or software of ATT&CK");
        let help = did_you_mean(&name.replace('_', "-"), attack::tactics());
        found.push(Diagnostic::warning(&ODD_TAG, text).at(node.span).maybe_help(help));
    }
}
