//! Lucene's regular expressions in the syntax of the `regex` crate.
//!
//! All of Lucene's optional operators are on, as in `regexp` and `query_string` queries and in EQL:
//! besides the usual ones there are `@` (any text), `#` (no text at all), `"…"` (letters as they
//! are), `<1-9>` (numbers), `~` (complement) and `&` (intersection). `^` and `$` are ordinary
//! characters, the dot matches a line break, and there is no lazy repetition: `a*?` is an optional
//! `a*`.
//!
//! A complement or an intersection that stands by itself or in a union is a combination of
//! expressions ([`Regexp`]): no automaton is built, and each stays linear. Inside a larger
//! expression a complement is written out if what it negates is a finite set of texts (`a~bc`,
//! `x~(foo|bar)`); others are refused.

mod written;

use crate::{Case, Test};
use written::{none_of, numbers};

/// How deep groups may be nested.
const DEEPEST: usize = 50;
/// Larger counts make automata that nobody wants.
const MOST_REPEATS: u32 = 1000;
/// Digits of an end of a range, leading zeros included.
const LONGEST_NUMBER: usize = 30;
/// A complement inside an expression is written out letter by letter; so many, at most.
const LONGEST_COMPLEMENT: usize = 60;

/// An expression, or a combination of some, each about the whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regexp {
    /// In the syntax of the `regex` crate.
    Pattern(String),
    /// One of these matches.
    Any(Vec<Regexp>),
    /// All of these match.
    All(Vec<Regexp>),
    /// It does not match.
    Not(Box<Regexp>),
}

impl Regexp {
    /// The test of a value.
    pub fn test(&self, case: Case) -> Test {
        match self {
            Self::Pattern(text) => {
                Test::Regex { patterns: vec![text.as_str().into()], case, anchored: true }
            }
            Self::Any(parts) => Test::Any(parts.iter().map(|part| part.test(case)).collect()),
            Self::All(parts) => {
                let not = |part: &Self| Test::Not(Box::new(part.test(case)));
                Test::Not(Box::new(Test::Any(parts.iter().map(not).collect())))
            }
            Self::Not(inner) => Test::Not(Box::new(inner.test(case))),
        }
    }

    /// Lets the dot match a line break in every pattern.
    fn with_dots(self) -> Self {
        let each = |parts: Vec<Self>| parts.into_iter().map(Self::with_dots).collect();
        match self {
            Self::Pattern(text) => Self::Pattern(format!("(?s){text}")),
            Self::Any(parts) => Self::Any(each(parts)),
            Self::All(parts) => Self::All(each(parts)),
            Self::Not(inner) => Self::Not(Box::new(inner.with_dots())),
        }
    }
}

/// Whether nothing in it is an operator.
pub fn is_literal(pattern: &str) -> bool {
    !pattern.contains([
        '.', '?', '+', '*', '|', '{', '}', '[', ']', '(', ')', '"', '\\', '#', '@', '&', '<', '>',
        '~',
    ])
}

/// Reads an expression that is matched with this case, or says what is wrong with it.
pub fn parse(pattern: &str, case: Case) -> Result<Regexp, String> {
    let chars = pattern.chars().collect();
    let mut parser = Parser { chars, at: 0, depth: 0, dot: false, case };
    let piece = parser.union()?;
    if parser.at < parser.chars.len() {
        return Err(format!("`{}` closes nothing", parser.chars[parser.at]));
    }
    Ok(if parser.dot { piece.regexp.with_dots() } else { piece.regexp })
}

/// The translation of an expression that is no combination, or what is wrong.
pub fn translate(pattern: &str) -> Result<String, String> {
    match parse(pattern, Case::Sensitive)? {
        Regexp::Pattern(text) => Ok(text),
        _ => Err("`~` (complement) and `&` (intersection) are not supported here".to_owned()),
    }
}

/// A part of an expression.
struct Piece {
    regexp: Regexp,
    /// The texts that it matches, if they are few and each is written out.
    texts: Option<Vec<String>>,
}

impl Piece {
    fn pattern(text: String) -> Self {
        Self { regexp: Regexp::Pattern(text), texts: None }
    }

    fn letters(letters: &str, text: String) -> Self {
        Self { regexp: Regexp::Pattern(text), texts: Some(vec![letters.to_owned()]) }
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    dot: bool,
    case: Case,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn union(&mut self) -> Result<Piece, String> {
        let mut parts = vec![self.intersection()?];
        while self.eat('|') {
            parts.push(self.intersection()?);
        }
        let texts: Option<Vec<Vec<String>>> = parts.iter().map(|p| p.texts.clone()).collect();
        let texts = texts.map(|texts| texts.into_iter().flatten().collect());
        let mut patterns = Vec::new();
        let mut others = Vec::new();
        for part in parts {
            match part.regexp {
                Regexp::Pattern(text) => patterns.push(text),
                other => others.push(other),
            }
        }
        if !patterns.is_empty() {
            others.push(Regexp::Pattern(patterns.join("|")));
        }
        Ok(Piece { regexp: one_or(others, Regexp::Any), texts })
    }

    fn intersection(&mut self) -> Result<Piece, String> {
        let first = self.sequence()?;
        if self.peek() != Some('&') {
            return Ok(first);
        }
        let mut parts = vec![first.regexp];
        while self.eat('&') {
            parts.push(self.sequence()?.regexp);
        }
        Ok(Piece { regexp: one_or(parts, Regexp::All), texts: None })
    }

    fn sequence(&mut self) -> Result<Piece, String> {
        let mut pieces = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')' | '&') {
                break;
            }
            let atom = self.atom()?;
            pieces.push(self.repeated(atom)?);
        }
        if pieces.len() == 1 {
            return Ok(pieces.remove(0));
        }
        let mut out = String::new();
        let mut texts = Some(vec![String::new()]);
        for piece in pieces {
            texts = texts.zip(piece.texts.as_ref()).and_then(|(before, after)| {
                let all = before.iter().flat_map(|b| after.iter().map(move |a| format!("{b}{a}")));
                let all: Vec<String> = all.take(LONGEST_COMPLEMENT + 1).collect();
                (all.iter().map(String::len).sum::<usize>() <= 4 * LONGEST_COMPLEMENT)
                    .then_some(all)
            });
            out.push_str(&plain(piece)?);
        }
        Ok(Piece { regexp: Regexp::Pattern(out), texts })
    }

    /// Each repetition applies to all before it, so each gets a group of its own.
    fn repeated(&mut self, piece: Piece) -> Result<Piece, String> {
        if !matches!(self.peek(), Some('?' | '*' | '+' | '{')) {
            return Ok(piece);
        }
        let mut atom = plain(piece)?;
        let mut repeats = 0;
        loop {
            let operator = match self.peek() {
                Some(c @ ('?' | '*' | '+')) => {
                    self.at += 1;
                    c.to_string()
                }
                Some('{') => self.count()?,
                _ => return Ok(Piece::pattern(atom)),
            };
            repeats += 1;
            if repeats > DEEPEST {
                return Err("too many repetitions in a row".to_owned());
            }
            atom = if repeats > 1 || atom.is_empty() {
                format!("(?:{atom}){operator}")
            } else {
                format!("{atom}{operator}")
            };
        }
    }

    fn count(&mut self) -> Result<String, String> {
        self.at += 1;
        let least = self.digits();
        let most = if self.eat(',') { Some(self.digits()) } else { None };
        let closed = self.eat('}');
        let bad = || "`{` starts a count: `{2}`, `{2,}` or `{2,5}`".to_owned();
        let least: u32 = least.parse().map_err(|_| bad())?;
        if !closed {
            return Err(bad());
        }
        let limit = |n: u32| {
            if n > MOST_REPEATS {
                Err(format!("more than {MOST_REPEATS} repetitions"))
            } else {
                Ok(n)
            }
        };
        limit(least)?;
        match most.as_deref() {
            None => Ok(format!("{{{least}}}")),
            Some("") => Ok(format!("{{{least},}}")),
            Some(most) => {
                let most = limit(most.parse().map_err(|_| bad())?)?;
                if most < least {
                    return Err(format!("`{{{least},{most}}}` counts down"));
                }
                Ok(format!("{{{least},{most}}}"))
            }
        }
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_digit) {
            digits.push(c);
            self.at += 1;
        }
        digits
    }

    /// One unit to which a repetition applies.
    fn atom(&mut self) -> Result<Piece, String> {
        let Some(c) = self.peek() else { return Ok(Piece::letters("", String::new())) };
        self.at += 1;
        Ok(match c {
            '.' => {
                self.dot = true;
                Piece::pattern(".".to_owned())
            }
            '@' => {
                self.dot = true;
                Piece::pattern("(?:.*)".to_owned())
            }
            '#' => Piece::pattern(r"[^\s\S]".to_owned()),
            '(' => self.group()?,
            '[' => Piece::pattern(self.class()?),
            '"' => self.quoted()?,
            '\\' => match self.peek() {
                Some(letter) => {
                    self.at += 1;
                    match shorthand(letter) {
                        Some(class) => Piece::pattern(class.to_owned()),
                        None => Piece::letters(&letter.to_string(), escape(letter)),
                    }
                }
                None => return Err("nothing follows the last backslash".to_owned()),
            },
            '~' => self.complement()?,
            '<' => Piece::pattern(self.interval()?),
            '?' | '*' | '+' | '{' => return Err(format!("`{c}` repeats nothing")),
            c => Piece::letters(&c.to_string(), escape(c)),
        })
    }

    /// What follows a tilde: it negates the next unit, before any repetition.
    fn complement(&mut self) -> Result<Piece, String> {
        self.deeper()?;
        if matches!(self.peek(), None | Some('|' | ')' | '&')) {
            return Err("`~` negates nothing".to_owned());
        }
        let inner = self.atom()?;
        self.depth -= 1;
        if let Some(texts) = &inner.texts
            && texts.iter().map(|text| text.chars().count()).sum::<usize>() <= LONGEST_COMPLEMENT
        {
            let folded: Vec<Vec<char>> =
                texts.iter().map(|text| self.case.fold(text).chars().collect()).collect();
            let folded: Vec<&[char]> = folded.iter().map(Vec::as_slice).collect();
            self.dot = true;
            return Ok(Piece::pattern(none_of(&folded, self.case)));
        }
        let regexp = match inner.regexp {
            Regexp::Not(inner) => *inner,
            other => Regexp::Not(Box::new(other)),
        };
        Ok(Piece { regexp, texts: None })
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} groups inside each other"));
        }
        Ok(())
    }

    fn group(&mut self) -> Result<Piece, String> {
        self.deeper()?;
        let inner = self.union()?;
        self.depth -= 1;
        if !self.eat(')') {
            return Err("`(` has no `)`".to_owned());
        }
        let regexp = match inner.regexp {
            Regexp::Pattern(text) => Regexp::Pattern(format!("(?:{text})")),
            combination => combination,
        };
        Ok(Piece { regexp, texts: inner.texts })
    }

    fn quoted(&mut self) -> Result<Piece, String> {
        let (mut letters, mut out) = (String::new(), String::from("(?:"));
        loop {
            match self.peek() {
                None => return Err("`\"` has no second `\"`".to_owned()),
                Some('"') => {
                    self.at += 1;
                    out.push(')');
                    return Ok(Piece::letters(&letters, out));
                }
                Some(c) => {
                    self.at += 1;
                    letters.push(c);
                    out.push_str(&escape(c));
                }
            }
        }
    }

    /// `<1-31>`: a number without or with leading zeros; if both ends are written with the same
    /// number of digits, one with so many.
    fn interval(&mut self) -> Result<String, String> {
        let bad = || "`<` starts a range of numbers: `<1-31>`".to_owned();
        let low = self.digits();
        if !self.eat('-') {
            return Err(bad());
        }
        let high = self.digits();
        if !self.eat('>') {
            return Err(bad());
        }
        // As the product reads them; nobody means more zeros than that.
        let read = |digits: &str| match digits.parse::<i32>() {
            Ok(number) if digits.len() <= LONGEST_NUMBER => Ok(number),
            _ => Err(bad()),
        };
        let (first, second) = (read(&low)?, read(&high)?);
        let (from, to) = (first.min(second), first.max(second));
        if low.len() == high.len() {
            let width = low.len();
            let pad = |number: i32| format!("{number:0width$}").into_bytes();
            return Ok(format!("(?:{})", numbers(&pad(from), &pad(to))));
        }
        let (from, to) = (from.to_string(), to.to_string());
        let lengths = (from.len()..=to.len()).map(|length| {
            let least = if length == from.len() {
                from.clone()
            } else {
                format!("1{}", "0".repeat(length - 1))
            };
            let most = if length == to.len() { to.clone() } else { "9".repeat(length) };
            numbers(least.as_bytes(), most.as_bytes())
        });
        Ok(format!("(?:0*(?:{}))", lengths.collect::<Vec<_>>().join("|")))
    }

    fn class(&mut self) -> Result<String, String> {
        let mut out = String::from("[");
        if self.eat('^') {
            out.push('^');
        }
        let mut members = 0;
        loop {
            let Some(c) = self.peek() else { return Err("`[` has no `]`".to_owned()) };
            if c == ']' && members > 0 {
                self.at += 1;
                out.push(']');
                return Ok(out);
            }
            members += 1;
            self.at += 1;
            let (low, class) = self.member(c)?;
            if let Some(class) = class {
                out.push_str(class);
                continue;
            }
            let range = self.peek() == Some('-')
                && self.chars.get(self.at + 1).is_some_and(|next| *next != ']');
            if !range {
                out.push_str(&escape(low));
                continue;
            }
            self.at += 1;
            let next = self.peek().unwrap_or(low);
            self.at += 1;
            let (high, class) = self.member(next)?;
            if class.is_some() || high < low {
                return Err(format!("`{low}-{next}` is no range"));
            }
            out.extend([escape(low), "-".to_owned(), escape(high)]);
        }
    }

    /// A character of a class, or a shorthand for a class.
    fn member(&mut self, c: char) -> Result<(char, Option<&'static str>), String> {
        if c != '\\' {
            return Ok((c, None));
        }
        let letter = self.peek().ok_or("nothing follows the last backslash")?;
        self.at += 1;
        Ok((letter, shorthand(letter)))
    }
}

fn one_or(mut parts: Vec<Regexp>, make: fn(Vec<Regexp>) -> Regexp) -> Regexp {
    if parts.len() == 1 { parts.remove(0) } else { make(parts) }
}

/// The text of a part of a larger expression.
fn plain(piece: Piece) -> Result<String, String> {
    let what = match piece.regexp {
        Regexp::Pattern(text) => return Ok(text),
        Regexp::All(_) => "an intersection (`&`)",
        Regexp::Any(_) | Regexp::Not(_) => "a complement (`~`) of a pattern",
    };
    Err(format!("{what} inside a larger expression is not supported"))
}

/// `\d` and its like mean ASCII.
fn shorthand(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => "[ \\t\\n\\r]",
        'S' => "[^ \\t\\n\\r]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        _ => return None,
    })
}

fn escape(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_ascii_punctuation() && !matches!(c, '_' | '<' | '>') => format!("\\{c}"),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Regexp, is_literal, parse, translate};
    use crate::Case;

    #[test]
    fn translations() {
        for (lucene, expected) in [
            ("[a-z]+\\.exe", "[a-z]+\\.exe"),
            ("^a$", "\\^a\\$"),
            ("a.*?b", "(?s)a(?:.*)?b"),
            ("(a|b){2,}", "(?:a|b){2,}"),
            ("\"a.b\"*", "(?:a\\.b)*"),
            ("[^\\\"-]@", "(?s)[^\\\"\\-](?:.*)"),
            ("\\w+\\-[\\d.]", "[0-9A-Za-z_]+\\-[[0-9]\\.]"),
            ("[ʰ-˿ᴬ-ᶻ]", "[ʰ-˿ᴬ-ᶻ]"),
            ("#|x", "[^\\s\\S]|x"),
            ("a{3}", "a{3}"),
            ("a~bc", "(?s)a(?:|[^b].*|b(?:.+))c"),
            ("~(ab|a)", "(?s)(?:|[^a].*|a(?:[^b].*|b(?:.+)))"),
            ("<1-31>", "(?:0*(?:(?:1|[2-8]|9)|(?:1[0-9]|2[0-9]|3(?:1|0))))"),
            ("<08-12>", "(?:(?:0(?:8|9)|1(?:2|[0-1])))"),
        ] {
            assert_eq!(translate(lucene).as_deref(), Ok(expected), "{lucene}");
        }
    }

    #[test]
    fn combinations() {
        let pattern = |text: &str| Regexp::Pattern(text.to_owned());
        let not = |inner: Regexp| Regexp::Not(Box::new(inner));
        for (lucene, expected) in [
            ("~(a.*)", not(pattern("(?s)(?:a.*)"))),
            ("~~[a]", pattern("[a]")),
            ("[a]+&@b", Regexp::All(vec![pattern("(?s)[a]+"), pattern("(?s)(?:.*)b")])),
            ("x|~[a]", Regexp::Any(vec![not(pattern("[a]")), pattern("x")])),
            (
                "(~[a]&~[b])|c",
                Regexp::Any(vec![
                    Regexp::All(vec![not(pattern("[a]")), not(pattern("[b]"))]),
                    pattern("c"),
                ]),
            ),
        ] {
            assert_eq!(parse(lucene, Case::Sensitive), Ok(expected), "{lucene}");
        }
    }

    #[test]
    fn a_written_out_complement_knows_both_cases() {
        let expected = Regexp::Pattern("(?s)x(?:|[^bB].*|b(?:.+))".to_owned());
        assert_eq!(parse("x~B", Case::Ascii), Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (lucene, expected) in [
            ("(a", "`(` has no `)`"),
            ("a)", "`)` closes nothing"),
            ("[a", "`[` has no `]`"),
            ("*a", "`*` repeats nothing"),
            ("a{5,2}", "`{5,2}` counts down"),
            ("[z-a]", "`z-a` is no range"),
            ("a~", "`~` negates nothing"),
            ("<1-x>", "`<` starts a range of numbers: `<1-31>`"),
            ("<99999999999-1>", "`<` starts a range of numbers: `<1-31>`"),
            ("a\\", "nothing follows the last backslash"),
            (
                "a~[b]",
                "a complement (`~`) of a pattern inside a larger expression is not supported",
            ),
            ("(a&b)c", "an intersection (`&`) inside a larger expression is not supported"),
        ] {
            assert_eq!(parse(lucene, Case::Sensitive).unwrap_err(), expected, "{lucene}");
        }
        assert!(translate(&"(".repeat(10_000)).is_err());
        assert!(translate(&"~".repeat(10_000)).is_err());
        let zeros = "0".repeat(100_000);
        assert!(translate(&format!("<{zeros}1-{zeros}2>")).is_err());
        assert!(translate("~(a.)").is_err(), "a combination is no pattern");
    }

    #[test]
    fn literals() {
        assert!(is_literal("cmd_exe-1$^"));
        assert!(!is_literal("cmd.exe"));
    }
}
