//! Tests on one value. All that languages disagree about is spelled out here.

use ipnet::IpNet;
use std::fmt;
use std::sync::Arc;

/// What one value of a field must pass. Values are text as decoded; a test that is about numbers,
/// addresses or instants reads the text as such, and a value that does not read so fails it.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Any value at all.
    Exists,
    /// Equal, as text, to one of these.
    Equals {
        /// The literals. With [`Case::Ascii`] and [`Case::Unicode`] already folded by the lowering
        /// ([`Case::fold`]).
        values: Vec<Arc<str>>,
        /// How case counts.
        case: Case,
    },
    /// Matches one of these patterns from end to end.
    Glob {
        /// The patterns; literals folded as in `Equals`.
        patterns: Vec<Glob>,
        /// How case counts.
        case: Case,
    },
    /// Matches one of these regular expressions (syntax of the `regex` crate; front ends
    /// translate Lucene and PCRE syntax).
    Regex {
        /// The expressions.
        patterns: Vec<Arc<str>>,
        /// How case counts (`(?i)` inside the pattern is possible too).
        case: Case,
        /// Whether the whole value must match.
        anchored: bool,
    },
    /// Reads as a number that equals one of these.
    Number(Vec<f64>),
    /// Reads as true or false.
    Bool(bool),
    /// Reads as an address inside one of these networks. A single address is a /32 or /128. An
    /// IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is the IPv4 address.
    Cidr(Vec<IpNet>),
    /// Lies between two bounds.
    Range {
        /// Lower bound.
        lower: Bound,
        /// Upper bound.
        upper: Bound,
        /// In which order.
        order: Order,
    },
    /// Analysed text (standard analyzer: Unicode words, lower case) contains these tokens.
    Text {
        /// The query's tokens, lower case; a token may hold `*` and `?`, which no word has.
        tokens: Vec<Arc<str>>,
        /// How.
        mode: TextMode,
    },
    /// Passes one of these.
    Any(Vec<Test>),
    /// Does not pass this one (but is there).
    Not(Box<Test>),
}

/// How case counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// Every letter as it is.
    Sensitive,
    /// `A` is `a`; only ASCII.
    Ascii,
    /// Unicode simple lower-casing.
    Unicode,
}

impl Case {
    /// The text as this case rule compares it.
    pub fn fold(self, text: &str) -> String {
        match self {
            Self::Sensitive => text.to_owned(),
            Self::Ascii => text.to_ascii_lowercase(),
            Self::Unicode if text.is_ascii() => text.to_ascii_lowercase(),
            Self::Unicode => text.chars().flat_map(char::to_lowercase).collect(),
        }
    }
}

/// How the tokens of a [`Test::Text`] must occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextMode {
    /// One of them.
    Any,
    /// All of them, anywhere.
    All,
    /// All of them, side by side and in order.
    Phrase,
}

/// A pattern with `*` and `?`, already freed of the language's escapes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Glob {
    /// Parts from left to right. No two literals and no two `Many` stand side by side.
    pub parts: Vec<GlobPart>,
}

/// A part of a [`Glob`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GlobPart {
    /// This text.
    Literal(Arc<str>),
    /// Any text, the empty one included.
    Many,
    /// Exactly one character.
    One,
}

/// As a query has it: `*` is any text, `?` one character, and nothing is escaped.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| {
            f.write_str(match part {
                GlobPart::Literal(text) => text,
                GlobPart::Many => "*",
                GlobPart::One => "?",
            })
        })
    }
}

impl Glob {
    /// Reads a pattern in which `*` is always special, `?` if `question` says so, and nothing
    /// escapes. Literals are folded by `case`.
    pub fn parse(pattern: &str, question: bool, case: Case) -> Self {
        let mut glob = GlobBuilder::default();
        for c in pattern.chars() {
            match c {
                '*' => glob.many(),
                '?' if question => glob.one(),
                c => glob.literal(c),
            }
        }
        glob.finish(case)
    }

    /// The text that it matches, if it has no wildcard.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [GlobPart::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

/// Builds a [`Glob`] part by part, for languages with escapes.
#[derive(Debug, Default)]
pub struct GlobBuilder {
    parts: Vec<GlobPart>,
    literal: String,
}

impl GlobBuilder {
    /// A character that stands for itself.
    pub fn literal(&mut self, c: char) {
        self.literal.push(c);
    }

    /// `*`.
    pub fn many(&mut self) {
        self.flush();
        if self.parts.last() != Some(&GlobPart::Many) {
            self.parts.push(GlobPart::Many);
        }
    }

    /// `?`.
    pub fn one(&mut self) {
        self.flush();
        self.parts.push(GlobPart::One);
    }

    /// The pattern, its literals folded.
    pub fn finish(mut self, case: Case) -> Glob {
        self.flush();
        for part in &mut self.parts {
            if let GlobPart::Literal(text) = part {
                *text = case.fold(text).into();
            }
        }
        Glob { parts: self.parts }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(GlobPart::Literal(std::mem::take(&mut self.literal).into()));
        }
    }
}

/// In which order a [`Test::Range`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// As numbers.
    Number,
    /// As text, by code point.
    Text,
    /// As instants (ISO 8601, or a number of milliseconds since 1970).
    Date,
    /// As addresses.
    Ip,
    /// As versions (`1.10.0` after `1.9.0`, a pre-release before its release).
    Version,
    /// As numbers when both read so, else as text without regard to case.
    NumberElseText,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// None.
    Open,
    /// The value itself is inside.
    Inclusive(Scalar),
    /// The value itself is outside.
    Exclusive(Scalar),
}

/// The value of a bound.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(f64),
    /// A text, an address or a version, by the range's order.
    Text(Arc<str>),
    /// An instant: date math over the run's clock (`now-30d/d`) or a fixed date, read when the
    /// plan is bound to a clock.
    DateMath(Arc<str>),
}
