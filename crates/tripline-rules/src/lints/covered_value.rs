//! A value of a list that a pattern of the same list covers, or that stands in it twice.

use super::Subject;
use crate::codes::COVERED_VALUE;
use std::collections::HashSet;
use tripline_diag::Diagnostic;
use tripline_ir::{Case, FieldSet, GlobPart, Leaf, Pred, Test};
use tripline_kernels::test::Compiled;

/// Longer lists are not compared each with each.
const MANY: usize = 500;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(plan) = subject.plan else { return };
    let mut said = HashSet::new();
    for filter in &plan.filters {
        lists(&filter.pred, &mut |leaves| {
            let Some(first) = leaves.first() else { return };
            let span = leaves.iter().map(|l| l.span).fold(first.span, tripline_diag::Span::to);
            if span.start >= span.end || !said.insert(span) {
                return;
            }
            let text = span.of(&subject.rule.query.text);
            for (value, by) in covered(leaves) {
                // The lowering may have made patterns of its own out of one literal.
                if !text.contains(&*value) || !text.contains(&*by) {
                    continue;
                }
                let text = format!("`{value}` adds nothing to `{by}` in the same list");
                found.push(
                    Diagnostic::note(&COVERED_VALUE, text)
                        .at(span)
                        .help("remove it, or narrow the pattern if it was meant to be narrower"),
                );
            }
        });
    }
}

/// Calls `f` with the leaves of each list: one leaf, or neighbours in a disjunction on one field.
fn lists<'a>(pred: &'a Pred, f: &mut impl FnMut(&[&'a Leaf])) {
    match pred {
        Pred::Const(_) | Pred::Expr { .. } => {}
        Pred::Leaf(leaf) => f(&[leaf]),
        Pred::Not(inner) => lists(inner, f),
        Pred::Nested { pred, .. } => lists(pred, f),
        Pred::And(parts) => parts.iter().for_each(|p| lists(p, f)),
        Pred::Or(parts) => {
            let mut done: Vec<&FieldSet> = Vec::new();
            for part in parts {
                let Pred::Leaf(leaf) = part else {
                    lists(part, f);
                    continue;
                };
                if done.contains(&&leaf.field) {
                    continue;
                }
                done.push(&leaf.field);
                let same: Vec<&Leaf> = parts
                    .iter()
                    .filter_map(|p| match p {
                        Pred::Leaf(other) if other.field == leaf.field => Some(other),
                        _ => None,
                    })
                    .collect();
                f(&same);
            }
        }
    }
}

/// Values and patterns that another pattern of the list makes superfluous, with that pattern.
fn covered(leaves: &[&Leaf]) -> Vec<(String, String)> {
    let mut values: Vec<(String, Case, bool)> = Vec::new();
    let mut patterns: Vec<(String, Case, Compiled)> = Vec::new();
    let mut tests: Vec<&Test> = leaves.iter().map(|leaf| &leaf.test).collect();
    while let Some(test) = tests.pop() {
        match test {
            Test::Any(inner) => tests.extend(inner),
            Test::Equals { values: list, case } => {
                values.extend(list.iter().map(|v| (v.to_string(), *case, false)));
            }
            Test::Glob { patterns: list, case } => {
                for glob in list {
                    let text = glob.to_string();
                    values.push((text.clone(), *case, true));
                    let wild = glob.parts.contains(&GlobPart::Many);
                    let single = Test::Glob { patterns: vec![glob.clone()], case: *case };
                    if wild && let Ok(test) = Compiled::new(&single, 0) {
                        patterns.push((text, *case, test));
                    }
                }
            }
            _ => {}
        }
    }
    if values.len() > MANY {
        return vec![];
    }
    let mut found = Vec::new();
    for (value, case, wild) in &values {
        let covers = |(text, by, test): &&(String, Case, Compiled)| {
            // A pattern without regard to case is not covered by one with it.
            let fits = by == case || *by != Case::Sensitive;
            text != value && fits && instances(value, *wild).iter().all(|i| test.matches(i))
        };
        if let Some((text, ..)) = patterns.iter().find(covers) {
            found.push((value.clone(), text.clone()));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Texts that a pattern matches, unlike enough that what matches them matches all.
fn instances(value: &str, wild: bool) -> Vec<String> {
    if !wild {
        return vec![value.to_owned()];
    }
    let one = value.replace('?', "\u{1}");
    ["", "\u{2}", "\u{2}\u{3}\u{4}"].iter().map(|fill| one.replace('*', fill)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_diag::Span;
    use tripline_ir::{Glob, View};
    use tripline_schema::{FieldRef, FieldType};

    fn leaf(test: Test) -> Leaf {
        let field = FieldRef::new(View::Ecs, "f", FieldType::Keyword);
        Leaf { field: FieldSet::One(field), test, span: Span::new(0, 1) }
    }

    #[test]
    fn what_adds_nothing() {
        let glob = |p: &[&str]| Test::Glob {
            patterns: p.iter().map(|p| Glob::parse(p, true, Case::Ascii)).collect(),
            case: Case::Ascii,
        };
        let of = |patterns: &[&str], values: &[&str]| {
            let equals = Test::Equals {
                values: values.iter().map(|v| (*v).into()).collect(),
                case: Case::Ascii,
            };
            covered(&[&leaf(glob(patterns)), &leaf(equals)])
                .into_iter()
                .map(|(value, by)| format!("{value} < {by}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&["cmd*"], &["cmd.exe", "x"]), ["cmd.exe < cmd*"]);
        assert_eq!(of(&["*a*", "ba*", "*b"], &[]), ["ba* < *a*"]);
        assert_eq!(of(&["a?", "a*"], &[]), ["a? < a*"]);
        assert!(of(&["a?", "a*c"], &["b"]).is_empty());
    }
}
