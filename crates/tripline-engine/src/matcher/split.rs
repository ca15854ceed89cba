//! What of a test the automaton of a column decides by itself, and what it only makes possible.

use super::literal;
use tripline_ir::{Bound, Case, Glob, GlobPart, Order, Scalar, Test, TextMode};

/// A test, cut into tests of which a value must pass one.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Split {
    /// Decided by the automaton.
    pub(super) exact: Vec<Test>,
    /// The automaton knows texts without which they fail; the rest must be asked.
    pub(super) guarded: Vec<Test>,
    /// Must be asked of every value.
    pub(super) open: Vec<Test>,
}

impl Split {
    pub(super) fn of(test: &Test) -> Self {
        let mut split = Self::default();
        split.add(test);
        split
    }

    fn add(&mut self, test: &Test) {
        match test {
            Test::Exists
            | Test::Equals { .. }
            | Test::Number(_)
            | Test::Bool(_)
            | Test::Cidr(_)
            | Test::Range { order: Order::Number, .. } => self.exact.push(test.clone()),
            Test::Range { .. } => self.open.push(test.clone()),
            Test::Glob { patterns, case } => {
                let (exact, rest): (Vec<_>, Vec<_>) =
                    patterns.iter().cloned().partition(|p| simple(p, *case).is_some());
                let (guarded, open) = rest.into_iter().partition(|p| literal::of_glob(p).is_some());
                for (part, patterns) in
                    [(&mut self.exact, exact), (&mut self.guarded, guarded), (&mut self.open, open)]
                {
                    if !patterns.is_empty() {
                        part.push(Test::Glob { patterns, case: *case });
                    }
                }
            }
            Test::Regex { patterns, case, anchored } => {
                let (guarded, open) = patterns
                    .iter()
                    .cloned()
                    .partition(|pattern| literal::of_regex(pattern, *case).is_some());
                for (part, patterns) in [(&mut self.guarded, guarded), (&mut self.open, open)] {
                    if !Vec::is_empty(&patterns) {
                        part.push(Test::Regex { patterns, case: *case, anchored: *anchored });
                    }
                }
            }
            Test::Text { tokens, mode } => match words(tokens, *mode) {
                Some(_) => self.guarded.push(test.clone()),
                None => self.open.push(test.clone()),
            },
            Test::Any(tests) => tests.iter().for_each(|t| self.add(t)),
            Test::Not(inner) => {
                let inner = Self::of(inner);
                if inner.guarded.is_empty() && inner.open.is_empty() {
                    self.exact.push(test.clone());
                } else {
                    self.open.push(test.clone());
                }
            }
        }
    }
}

/// Where in a value a literal lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Whole,
    Start,
    End,
    Anywhere,
}

/// The one literal that a pattern is, with stars around it.
pub(super) fn simple(glob: &Glob, case: Case) -> Option<(&str, Place)> {
    use GlobPart::{Literal, Many};
    if let Some(text) = glob.as_literal() {
        return Some((text, Place::Whole));
    }
    let (text, place) = match glob.parts.as_slice() {
        [Many] => return Some(("", Place::Anywhere)),
        [Literal(text), Many] => (text, Place::Start),
        [Many, Literal(text)] => (text, Place::End),
        [Many, Literal(text), Many] => (text, Place::Anywhere),
        _ => return None,
    };
    // The literals of a column are looked for in its folded values.
    (case != Case::Sensitive && !text.is_empty()).then_some((text, place))
}

/// The bounds of a range of numbers, each with whether it belongs to the range; None: a bound is
/// no number.
pub(super) type Bounds = (Option<(f64, bool)>, Option<(f64, bool)>);

/// The one bound that a half-open range of numbers has.
pub(super) fn one_sided(lower: &Bound, upper: &Bound) -> Option<Bounds> {
    let number = |bound: &Bound| match bound {
        Bound::Inclusive(Scalar::Number(n)) if !n.is_nan() => Some((*n, true)),
        Bound::Exclusive(Scalar::Number(n)) if !n.is_nan() => Some((*n, false)),
        _ => None,
    };
    match (number(lower), number(upper)) {
        (Some(bound), None) if *upper == Bound::Open => Some((Some(bound), None)),
        (None, Some(bound)) if *lower == Bound::Open => Some((None, Some(bound))),
        _ => None,
    }
}

/// Texts of which a value must contain one, in ASCII lower case, to pass a guarded test, and
/// whether that holds for ASCII values only.
pub(super) fn guards(test: &Test) -> Vec<Guard> {
    let mut guards = Vec::new();
    collect(test, &mut |text, ascii| guards.push(Guard { text: text.to_ascii_lowercase(), ascii }));
    guards
}

/// A text that a value must have to pass a test.
pub(super) struct Guard {
    /// In ASCII lower case.
    pub(super) text: String,
    /// That is so of ASCII values only.
    pub(super) ascii: bool,
}

fn collect(test: &Test, f: &mut dyn FnMut(&str, bool)) {
    match test {
        Test::Glob { patterns, case } => {
            for text in patterns.iter().filter_map(literal::of_glob) {
                f(&case.fold(text), false);
            }
        }
        Test::Regex { patterns, case, .. } => {
            for text in patterns.iter().filter_map(|p| literal::of_regex(p, *case)).flatten() {
                f(&text, true);
            }
        }
        Test::Text { tokens, mode } => {
            for text in words(tokens, *mode).into_iter().flatten() {
                f(text, true);
            }
        }
        Test::Any(tests) => tests.iter().for_each(|t| collect(t, f)),
        _ => {}
    }
}

/// The words of which a text must have one.
fn words(tokens: &[std::sync::Arc<str>], mode: TextMode) -> Option<Vec<&str>> {
    let plain = |t: &&str| !t.contains(['*', '?']) && t.is_ascii() && t.len() >= 2;
    let tokens = tokens.iter().map(|t| &**t);
    match mode {
        TextMode::Any => {
            let all: Vec<&str> = tokens.collect();
            (!all.is_empty() && all.iter().all(plain)).then_some(all)
        }
        TextMode::All | TextMode::Phrase => {
            tokens.filter(plain).max_by_key(|t| t.len()).map(|t| vec![t])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_test() {
        let case = Case::Ascii;
        let globs = |patterns: &[&str]| Test::Glob {
            patterns: patterns.iter().map(|p| Glob::parse(p, true, case)).collect(),
            case,
        };
        let regex =
            |pattern: &str| Test::Regex { patterns: vec![pattern.into()], case, anchored: false };
        let test = Test::Any(vec![
            globs(&["*\\cmd.exe", "a*bcd*e", "?", "x"]),
            regex("mimi.*katz"),
            regex("[0-9]{8}"),
            Test::Not(Box::new(Test::Exists)),
            Test::Not(Box::new(regex("abc"))),
        ]);
        let split = Split::of(&test);
        let not = |test| Test::Not(Box::new(test));
        assert_eq!(split.exact, [globs(&["*\\cmd.exe", "x"]), not(Test::Exists)]);
        assert_eq!(split.guarded, [globs(&["a*bcd*e"]), regex("mimi.*katz")]);
        assert_eq!(split.open, [globs(&["?"]), regex("[0-9]{8}"), not(regex("abc"))]);
    }
}
