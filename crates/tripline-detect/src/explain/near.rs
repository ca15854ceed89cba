//! How near a value is to what a test wants, in the words of a person who looks for the reason.

use tripline_diag::nearest;
use tripline_ir::{Bound, Case, Glob, GlobPart, Order, Scalar, Test};
use tripline_kernels::test::Compiled;

/// Values and literals longer than this (in bytes) are not compared letter by letter.
const LONGEST: usize = 96;
/// Of more literals than this, only the case is compared.
const MANY: usize = 2000;

/// How far a value is from passing: the smaller the nearer.
pub(super) const CASE: u8 = 0;
pub(super) const LITERAL: u8 = 0;
pub(super) const PART: u8 = 1;
pub(super) const CLOSE: u8 = 3;
pub(super) const FAR: u8 = 10;

/// What is to be said of a value that fails tests of which one should pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Near {
    pub(super) distance: u8,
    /// A remark, without the value itself.
    pub(super) text: Option<String>,
}

/// How near a value is to passing one of the tests.
pub(super) fn near(tests: &[&Test], value: &str, now: i64) -> Near {
    let mut best = Near { distance: FAR, text: None };
    for test in tests {
        let found = one(test, value, now);
        if found.distance < best.distance || best.text.is_none() {
            best = found;
        }
    }
    best
}

/// The literal of the tests because of which a value passes, and how many literals there are.
pub(super) fn matched(tests: &[&Test], value: &str, now: i64) -> Option<(String, usize)> {
    let mut all = 0;
    let mut found = None;
    for test in tests {
        for (text, single) in singles(test) {
            all += 1;
            if found.is_none() && passes(&single, value, now) {
                found = Some(text);
            }
        }
    }
    Some((found?, all))
}

/// All literals of the tests, as a person would write them.
pub(super) fn literals(tests: &[&Test]) -> Vec<String> {
    tests.iter().flat_map(|test| singles(test)).map(|(text, _)| text).collect()
}

fn passes(test: &Test, value: &str, now: i64) -> bool {
    Compiled::new(test, now).is_ok_and(|test| test.matches(value))
}

fn one(test: &Test, value: &str, now: i64) -> Near {
    let say = |distance, text: String| Near { distance, text: Some(text) };
    if let Test::Any(tests) = test {
        let tests: Vec<&Test> = tests.iter().collect();
        return near(&tests, value, now);
    }
    if let Some(folded) = without_case(test)
        && passes(&folded, value, now)
    {
        let singles = singles(test);
        let which = singles.iter().find(|(_, single)| {
            without_case(single).is_some_and(|folded| passes(&folded, value, now))
        });
        let literal = which.map(|(text, _)| format!(" from `{text}`")).unwrap_or_default();
        return say(CASE, format!("differs{literal} in case only"));
    }
    if let Test::Equals { values, case } = test {
        let wild = values.iter().filter(|v| v.contains('*') || v.contains('?')).find(|v| {
            let glob = Glob::parse(v, true, *case);
            passes(&Test::Glob { patterns: vec![glob], case: Case::Unicode }, value, now)
        });
        if let Some(wild) = wild {
            return say(LITERAL, format!("the wildcard in `{wild}` is an ordinary character here"));
        }
    }
    let trimmed = value.trim();
    if trimmed != value && passes(test, trimmed, now) {
        return say(CASE, "has blanks around it".to_owned());
    }
    if let Some((_, last)) = value.rsplit_once(['\\', '/'])
        && !last.is_empty()
        && passes(test, last, now)
    {
        return say(PART, "is a path of which the query has the last part".to_owned());
    }
    match test {
        Test::Range { lower, upper, order } => range(lower, upper, *order, value),
        Test::Cidr(networks) => {
            let text = match networks.as_slice() {
                [network] => format!("is not in {network}"),
                several => format!("is in none of {} networks", several.len()),
            };
            say(FAR, text)
        }
        Test::Equals { .. } | Test::Glob { .. } | Test::Number(_) => by_letters(test, value),
        Test::Regex { patterns, .. } if patterns.len() > 1 => {
            say(FAR, format!("matches none of {} expressions", patterns.len()))
        }
        Test::Text { tokens, .. } => {
            let words = tripline_ir::analyze(value);
            let missing: Vec<&str> = tokens
                .iter()
                .map(|t| &**t)
                .filter(|t| !t.contains('*') && !words.iter().any(|w| w == t))
                .collect();
            match missing.as_slice() {
                [] => say(CLOSE, "has the words, but not side by side".to_owned()),
                missing => say(FAR, format!("lacks the words {}", quoted(missing))),
            }
        }
        _ => Near { distance: FAR, text: None },
    }
}

fn range(lower: &Bound, upper: &Bound, order: Order, value: &str) -> Near {
    let number = |bound: &Bound| match bound {
        Bound::Inclusive(Scalar::Number(n)) | Bound::Exclusive(Scalar::Number(n)) => Some(*n),
        _ => None,
    };
    let text = match (order, tripline_ir::parse_number(value)) {
        (Order::Number, None) => Some("is no number".to_owned()),
        (Order::Number | Order::NumberElseText, Some(n)) => {
            let low = number(lower).filter(|low| n <= *low).map(|_| "is too small".to_owned());
            low.or_else(|| number(upper).filter(|up| n >= *up).map(|_| "is too large".to_owned()))
        }
        _ => None,
    };
    Near { distance: CLOSE + 2, text }
}

fn by_letters(test: &Test, value: &str) -> Near {
    let singles = singles(test);
    let count = singles.len();
    let close = (value.len() <= LONGEST && count <= MANY).then(|| {
        let texts = singles.iter().map(|(text, _)| text.as_str()).filter(|t| t.len() <= LONGEST);
        nearest(value, texts).map(str::to_owned)
    });
    match close.flatten() {
        Some(literal) => {
            let text = format!("the nearest of {count} is `{literal}`");
            let text = if count == 1 { format!("is close to `{literal}`") } else { text };
            Near { distance: CLOSE, text: Some(text) }
        }
        None if count > 1 => {
            Near { distance: FAR, text: Some(format!("is none of {count} values")) }
        }
        None => Near { distance: FAR, text: None },
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}

/// The parts of a test that could each be a test, with their texts.
fn singles(test: &Test) -> Vec<(String, Test)> {
    match test {
        Test::Equals { values, case } => values
            .iter()
            .map(|v| (v.to_string(), Test::Equals { values: vec![v.clone()], case: *case }))
            .collect(),
        Test::Glob { patterns, case } => patterns
            .iter()
            .map(|p| (p.to_string(), Test::Glob { patterns: vec![p.clone()], case: *case }))
            .collect(),
        Test::Regex { patterns, case, anchored } => patterns
            .iter()
            .map(|p| {
                let single =
                    Test::Regex { patterns: vec![p.clone()], case: *case, anchored: *anchored };
                (p.to_string(), single)
            })
            .collect(),
        Test::Number(values) => {
            values.iter().map(|n| (n.to_string(), Test::Number(vec![*n]))).collect()
        }
        Test::Cidr(networks) => {
            networks.iter().map(|n| (n.to_string(), Test::Cidr(vec![*n]))).collect()
        }
        Test::Any(tests) => tests.iter().flat_map(singles).collect(),
        _ => vec![],
    }
}

/// The same test without regard to case, if case counts in it.
fn without_case(test: &Test) -> Option<Test> {
    let case = Case::Unicode;
    match test {
        Test::Equals { values, case: Case::Sensitive } => Some(Test::Equals {
            values: values.iter().map(|v| case.fold(v).into()).collect(),
            case,
        }),
        Test::Glob { patterns, case: Case::Sensitive } => {
            let fold = |glob: &Glob| {
                let part = |part: &GlobPart| match part {
                    GlobPart::Literal(text) => GlobPart::Literal(case.fold(text).into()),
                    other => other.clone(),
                };
                Glob { parts: glob.parts.iter().map(part).collect() }
            };
            Some(Test::Glob { patterns: patterns.iter().map(fold).collect(), case })
        }
        Test::Regex { patterns, case: Case::Sensitive, anchored } => {
            Some(Test::Regex { patterns: patterns.clone(), case, anchored: *anchored })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equals(values: &[&str], case: Case) -> Test {
        Test::Equals { values: values.iter().map(|v| (*v).into()).collect(), case }
    }

    fn said(test: &Test, value: &str) -> String {
        near(&[test], value, 0).text.unwrap_or_default()
    }

    #[test]
    fn what_is_said_of_a_value_that_fails() {
        let names = equals(&["cmd.exe", "powershell.exe"], Case::Sensitive);
        for (test, value, expected) in [
            (&names, "CMD.EXE", "differs from `cmd.exe` in case only"),
            (&names, "powershel.exe", "the nearest of 2 is `powershell.exe`"),
            (&names, "explorer", "is none of 2 values"),
            (&names, " cmd.exe", "has blanks around it"),
            (&names, r"C:\x\cmd.exe", "is a path of which the query has the last part"),
            (
                &equals(&[r"C:\Users\*"], Case::Sensitive),
                r"C:\Users\a",
                r"the wildcard in `C:\Users\*` is an ordinary character here",
            ),
            (&equals(&["cmdd.exe"], Case::Sensitive), "cmd.exe", "is close to `cmdd.exe`"),
        ] {
            assert_eq!(said(test, value), expected, "{value}");
        }
        let range = Test::Range {
            lower: Bound::Inclusive(Scalar::Number(10.0)),
            upper: Bound::Open,
            order: Order::Number,
        };
        assert_eq!(said(&range, "4"), "is too small");
        assert_eq!(said(&range, "x"), "is no number");
        let text = Test::Text {
            tokens: vec!["foo".into(), "bar".into()],
            mode: tripline_ir::TextMode::Phrase,
        };
        assert_eq!(said(&text, "bar foo"), "has the words, but not side by side");
        assert_eq!(said(&text, "foo baz"), "lacks the words `bar`");
    }

    #[test]
    fn which_of_many_literals_matched() {
        let test = Test::Glob {
            patterns: vec![
                Glob::parse("a*", true, Case::Ascii),
                Glob::parse("*.exe", true, Case::Ascii),
            ],
            case: Case::Ascii,
        };
        assert_eq!(matched(&[&test], "CMD.EXE", 0), Some(("*.exe".to_owned(), 2)));
        assert_eq!(matched(&[&test], "x", 0), None);
    }
}
