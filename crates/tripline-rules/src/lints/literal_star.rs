//! A `*` that is compared as it is.

use super::Subject;
use crate::Language;
use crate::codes::LITERAL_STAR;
use tripline_diag::Diagnostic;
use tripline_ir::{Leaf, Test};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let help = match subject.rule.language {
        Language::Kql => "leave the quotes away if any text is meant",
        Language::Eql => "use `:` or `like` if any text is meant",
        _ => return,
    };
    let mut look = |leaf: &Leaf| {
        for value in stars(&leaf.test) {
            let text = format!("the `*` in `{value}` is not a wildcard here");
            found.push(Diagnostic::warning(&LITERAL_STAR, text).at(leaf.span).help(help));
        }
    };
    for filter in subject.plan.iter().flat_map(|p| &p.filters) {
        filter.pred.for_each_leaf(&mut look);
    }
}

fn stars(test: &Test) -> Vec<String> {
    match test {
        Test::Equals { values, .. } => {
            values.iter().filter(|v| v.contains('*')).map(ToString::to_string).collect()
        }
        Test::Any(tests) => tests.iter().flat_map(stars).collect(),
        Test::Not(inner) => stars(inner),
        _ => vec![],
    }
}
