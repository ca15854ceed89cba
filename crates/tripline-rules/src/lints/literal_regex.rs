//! A regular expression that is a plain text.

use super::Subject;
use crate::Language;
use crate::codes::LITERAL_REGEX;
use std::collections::BTreeSet;
use tripline_diag::Diagnostic;
use tripline_ir::Test;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(plan) = subject.plan.filter(|_| subject.rule.language == Language::Eql) else {
        return;
    };
    let mut said = BTreeSet::new();
    for filter in &plan.filters {
        filter.pred.for_each_leaf(&mut |leaf| {
            // The front end has made plain comparisons of plain expressions already.
            let Test::Equals { values, .. } = &leaf.test else { return };
            let text = leaf.span.of(&subject.rule.query.text);
            let folded = text.to_lowercase();
            let operator =
                folded.split_once(" regex").map(|(_, rest)| rest.trim_start_matches('~'));
            let Some(operands) = operator else { return };
            for value in values.iter().filter(|v| !v.is_empty()) {
                let written = operands.contains(&format!("\"{}\"", value.to_lowercase()));
                if written && said.insert((leaf.span, value.clone())) {
                    let text = format!("`{value}` is no pattern, it only matches itself");
                    let help = "compare with `==` or `:`, or write `.*` around it if it may stand \
                                anywhere";
                    let diagnostic = Diagnostic::note(&LITERAL_REGEX, text).at(leaf.span);
                    found.push(diagnostic.help(help));
                }
            }
        });
    }
}
