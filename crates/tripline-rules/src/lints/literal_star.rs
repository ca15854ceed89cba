//! A `*` that EQL compares as it is. (KQL's front end says the same of its quoted values.)

use super::Subject;
use crate::Language;
use crate::codes::LITERAL_STAR;
use tripline_diag::Diagnostic;
use tripline_ir::{Leaf, Test};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if subject.rule.language != Language::Eql {
        return;
    }
    let help = "use `:` or `like` if any text is meant";
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
