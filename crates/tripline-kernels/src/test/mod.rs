//! Tests on one value: the only place where the meaning of [`tripline_ir::Test`] lives.
//!
//! The matcher calls [`Compiled::matches`] once per distinct value (after cheaper ways to rule most
//! tests out), conditions on rows call it per value; nothing else decides whether a value passes.

mod date;
mod glob;
mod ip;
mod range;
mod regexp;
mod shrink;
mod text;
mod version;

pub use date::{parse_date, parse_date_math};
pub use ip::{IpKey, network_key, parse_ip};
pub use version::compare_versions;

use glob::GlobMatcher;
use range::RangeTest;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use text::TextTest;
use tripline_ir::{Case, Test, parse_number};

/// Why a test cannot be made ready: an invalid or too large regular expression, a bound that does
/// not read as what its order compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestError {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
}

impl TestError {
    /// An error with that message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for TestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TestError {}

/// A test, ready to be asked.
#[derive(Debug, Clone)]
pub struct Compiled(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Exists,
    Equals { values: HashSet<Arc<str>>, case: Case },
    Globs(Vec<GlobMatcher>),
    Regexes(Vec<regex::Regex>),
    Numbers(Vec<f64>),
    Bool(bool),
    Cidr(Vec<(u8, IpKey)>),
    Range(RangeTest),
    Text(TextTest),
    Any(Vec<Compiled>),
    Not(Box<Compiled>),
}

/// How deep `Any` and `Not` may be nested.
const DEPTH_LIMIT: usize = 64;

impl Compiled {
    /// Makes a test ready. `now` (nanoseconds since 1970) is the clock of its date math.
    pub fn new(test: &Test, now: i64) -> Result<Self, TestError> {
        Self::nested(test, now, 0)
    }

    /// Whether a test can be made ready, for less than to do it.
    ///
    /// # Errors
    /// As of [`Compiled::new`].
    pub fn check(test: &Test, now: i64) -> Result<(), TestError> {
        Self::check_nested(test, now, 0)
    }

    fn check_nested(test: &Test, now: i64, depth: usize) -> Result<(), TestError> {
        match test {
            Test::Any(tests) if depth < DEPTH_LIMIT => {
                tests.iter().try_for_each(|test| Self::check_nested(test, now, depth + 1))
            }
            Test::Not(inner) if depth < DEPTH_LIMIT => Self::check_nested(inner, now, depth + 1),
            Test::Regex { patterns, case, anchored } => {
                patterns.iter().try_for_each(|p| regexp::check(p, *case, *anchored))
            }
            // There is nothing in them that could fail.
            Test::Exists | Test::Equals { .. } | Test::Glob { .. } | Test::Text { .. } => Ok(()),
            _ => Self::nested(test, now, depth).map(|_| ()),
        }
    }

    fn nested(test: &Test, now: i64, depth: usize) -> Result<Self, TestError> {
        if depth > DEPTH_LIMIT {
            return Err(TestError::new(format!("tests nested deeper than {DEPTH_LIMIT}")));
        }
        Ok(Self(match test {
            Test::Exists => Kind::Exists,
            Test::Equals { values, case } => Kind::Equals {
                values: values.iter().map(|v| case.fold(v).into()).collect(),
                case: *case,
            },
            Test::Glob { patterns, case } => {
                Kind::Globs(patterns.iter().map(|p| GlobMatcher::new(p, *case)).collect())
            }
            Test::Regex { patterns, case, anchored } => Kind::Regexes(
                patterns
                    .iter()
                    .map(|p| regexp::compile(p, *case, *anchored))
                    .collect::<Result<_, _>>()?,
            ),
            Test::Number(values) => Kind::Numbers(values.clone()),
            Test::Bool(value) => Kind::Bool(*value),
            Test::Cidr(nets) => Kind::Cidr(nets.iter().map(network_key).collect()),
            Test::Range { lower, upper, order } => {
                Kind::Range(RangeTest::new(lower, upper, *order, now)?)
            }
            Test::Text { tokens, mode } => Kind::Text(TextTest::new(tokens, *mode)),
            Test::Any(tests) => Kind::Any(
                tests.iter().map(|t| Self::nested(t, now, depth + 1)).collect::<Result<_, _>>()?,
            ),
            Test::Not(inner) => Kind::Not(Box::new(Self::nested(inner, now, depth + 1)?)),
        }))
    }

    /// Whether a value passes.
    pub fn matches(&self, value: &str) -> bool {
        match &self.0 {
            Kind::Exists => true,
            Kind::Equals { values, case } => match case {
                Case::Sensitive => values.contains(value),
                _ => values.contains(case.fold(value).as_str()),
            },
            Kind::Globs(globs) => globs.iter().any(|g| g.matches(value)),
            Kind::Regexes(regexes) => regexes.iter().any(|r| r.is_match(value)),
            Kind::Numbers(numbers) => parse_number(value).is_some_and(|n| numbers.contains(&n)),
            Kind::Bool(wanted) => {
                value.eq_ignore_ascii_case(if *wanted { "true" } else { "false" })
            }
            Kind::Cidr(nets) => parse_ip(value)
                .is_some_and(|ip| nets.iter().any(|(bits, net)| ip.masked(*bits) == *net)),
            Kind::Range(range) => range.matches(value),
            Kind::Text(text) => text.matches(value),
            Kind::Any(tests) => tests.iter().any(|t| t.matches(value)),
            Kind::Not(inner) => !inner.matches(value),
        }
    }

    /// Whether the raw text of an event passes: as a whole, or one of its words does. Words are
    /// what lies between blanks and the punctuation that separates terms (`[]<>(){}|!;,'"&?+`), and
    /// the parts of such a word between the punctuation inside terms (`/:=@.-$#%\_`).
    pub fn matches_raw(&self, raw: &str) -> bool {
        if self.matches(raw) {
            return true;
        }
        // What lies in a word lies in the whole.
        let whole = match &self.0 {
            Kind::Text(_) => true,
            Kind::Globs(globs) => globs.iter().all(GlobMatcher::floats),
            _ => false,
        };
        if whole {
            return false;
        }
        raw.split(is_major_breaker).filter(|w| !w.is_empty()).any(|word| {
            self.matches(word)
                || (word.contains(is_minor_breaker)
                    && word.split(is_minor_breaker).any(|w| !w.is_empty() && self.matches(w)))
        })
    }
}

fn is_major_breaker(c: char) -> bool {
    c.is_whitespace() || "[]<>(){}|!;,'\"&?+*".contains(c)
}

fn is_minor_breaker(c: char) -> bool {
    "/:=@.-$#%\\_".contains(c)
}

#[cfg(test)]
mod tests;
