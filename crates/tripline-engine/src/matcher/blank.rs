//! Fields whose blank values count: Sigma tells `''` and `-` from a field that is not there.
//!
//! A blank value is not in the column of its field but beside it ([`blank_column`]). A test of the
//! field that a blank value may pass is asked of both columns; most tests are asked of one.

use super::literal;
use std::sync::Arc;
use tripline_events::{BLANK_VALUES, blank_column};
use tripline_ir::{Glob, GlobPart, Test, View};
use tripline_kernels::test;
use tripline_schema::{MapExpr, MapFunction};

/// A field with its blank values.
pub(super) struct WithBlanks {
    /// All of its values.
    pub whole: MapExpr,
    /// Only the blank ones, where they can be told from the others.
    pub blank: Option<MapExpr>,
}

/// A field that comes from the record in that way, with its blank values, if the view sees them.
pub(super) fn with_blanks(view: &View, plain: &MapExpr) -> Option<WithBlanks> {
    if *view != View::Sigma {
        return None;
    }
    let column = |path: &Arc<str>| blank_column(path).map(|name| MapExpr::Raw(name.into()));
    match plain {
        MapExpr::Raw(path) => {
            let blank = column(path)?;
            let both = vec![plain.clone(), blank.clone()];
            let whole = MapExpr::Call(MapFunction::Append, both);
            Some(WithBlanks { whole, blank: Some(blank) })
        }
        MapExpr::Call(MapFunction::Coalesce, args) => {
            let mut all = args.clone();
            for arg in args {
                let MapExpr::Raw(path) = arg else { return None };
                all.extend(column(path));
            }
            (all.len() > args.len()).then_some(WithBlanks {
                whole: MapExpr::Call(MapFunction::Coalesce, all),
                blank: None,
            })
        }
        _ => None,
    }
}

/// Whether a blank value may pass a test; told without making the test ready where that is dear.
pub(super) fn may_pass(test: &Test, now: i64) -> bool {
    let possible = match test {
        Test::Exists => return true,
        Test::Number(_) | Test::Bool(_) | Test::Cidr(_) => false,
        Test::Equals { values, .. } => values.iter().any(|v| looks_blank(v)),
        Test::Glob { patterns, .. } => patterns.iter().any(glob_looks_blank),
        Test::Any(tests) => return tests.iter().any(|t| may_pass(t, now)),
        // To know a text that it needs is cheaper than to make it ready.
        Test::Regex { patterns, case, .. } => patterns.iter().any(|pattern| {
            let texts = literal::of_regex(pattern, *case);
            let in_blank = |text: &String| BLANK_VALUES.iter().any(|value| value.contains(&**text));
            texts.is_none_or(|texts| texts.iter().any(in_blank))
        }),
        Test::Range { .. } | Test::Text { .. } | Test::Not(_) => true,
    };
    possible
        && test::Compiled::new(test, now)
            .is_ok_and(|test| BLANK_VALUES.iter().any(|value| test.matches(value)))
}

fn glob_looks_blank(glob: &Glob) -> bool {
    glob.parts.iter().all(|part| match part {
        GlobPart::Literal(text) => looks_blank(text),
        GlobPart::Many | GlobPart::One => true,
    })
}

/// Whether a text is made of what blank values are made of.
fn looks_blank(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'-' | b'0' | b'{' | b'}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_ir::Case;

    #[test]
    fn tests_that_a_blank_value_passes() {
        let glob = |text: &str| Test::Glob {
            patterns: vec![Glob::parse(text, true, Case::Unicode)],
            case: Case::Unicode,
        };
        let equals = |text: &str| Test::Equals { values: vec![text.into()], case: Case::Unicode };
        let regex = |text: &str| Test::Regex {
            patterns: vec![text.into()],
            case: Case::Sensitive,
            anchored: false,
        };
        for (test, expected) in [
            (Test::Exists, true),
            (equals(""), true),
            (equals("-"), true),
            (equals("--"), false),
            (equals("a"), false),
            (glob("*"), true),
            (glob("?"), true),
            (glob("*0000-*"), true),
            (glob("*\\cmd.exe"), false),
            (regex("^$"), true),
            (regex("^[a-f]+$"), false),
            (Test::Not(Box::new(equals("a"))), true),
            (Test::Number(vec![0.0]), false),
        ] {
            assert_eq!(may_pass(&test, 0), expected, "{test:?}");
        }
    }

    #[test]
    fn only_sigma_sees_them() {
        let image = MapExpr::Raw("EventData.Image".into());
        assert!(with_blanks(&View::Splunk, &image).is_none());
        assert!(with_blanks(&View::Sigma, &MapExpr::Raw("System.Level".into())).is_none());
        let found = with_blanks(&View::Sigma, &image).unwrap();
        assert_eq!(found.blank, Some(MapExpr::Raw("EventData.Image (blank)".into())));
        let either = MapExpr::parse("coalesce(process.executable, EventData.Image)").unwrap();
        let found = with_blanks(&View::Sigma, &either).unwrap();
        assert_eq!(found.blank, None);
        let whole = "coalesce(process.executable, EventData.Image, `EventData.Image (blank)`)";
        assert_eq!(found.whole, MapExpr::parse(whole).unwrap());
    }
}
