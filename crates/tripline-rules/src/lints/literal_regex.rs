//! A regular expression that is a plain text.

use super::Subject;
use crate::codes::LITERAL_REGEX;
use std::collections::BTreeSet;
use tripline_diag::Diagnostic;
use tripline_ir::Test;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(plan) = subject.plan else { return };
    let mut said = BTreeSet::new();
    for filter in &plan.filters {
        filter.pred.for_each_leaf(&mut |leaf| {
            let Test::Regex { patterns, anchored: true, .. } = &leaf.test else { return };
            let text = leaf.span.of(&subject.rule.query.text);
            for pattern in patterns.iter().filter(|p| plain(p)) {
                // Front ends make expressions of their own out of other operators.
                let mentions = text.contains("regex") && text.contains(&**pattern);
                if mentions && said.insert((leaf.span, pattern.clone())) {
                    let text = format!("`{pattern}` is no pattern, it only matches itself");
                    let help = "compare with `==` or `:`, or write `.*` around it if it may stand \
                                anywhere";
                    let diagnostic = Diagnostic::note(&LITERAL_REGEX, text).at(leaf.span);
                    found.push(diagnostic.help(help));
                }
            }
        });
    }
}

fn plain(pattern: &str) -> bool {
    !pattern.is_empty()
        && !pattern.chars().any(|c| {
            matches!(
                c,
                '.' | '*'
                    | '+'
                    | '?'
                    | '['
                    | ']'
                    | '('
                    | ')'
                    | '{'
                    | '}'
                    | '|'
                    | '^'
                    | '$'
                    | '\\'
                    | '#'
                    | '@'
                    | '&'
                    | '<'
                    | '>'
                    | '~'
                    | '"'
            )
        })
}
