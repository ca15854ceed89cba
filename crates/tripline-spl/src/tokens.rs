//! Words, texts and operators. The lexer knows no grammar.
//!
//! Two alphabets: arguments and search expressions are made of *words* (anything up to a blank,
//! quote, comma, bracket or comparison); `eval` expressions of identifiers, numbers and operators.

use crate::spans::SpanMap;
use tripline_diag::Span;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    /// A bare word (escapes read), an identifier or a number.
    Word(String),
    /// Text in double quotes, escapes read.
    Quoted(String),
    /// A name in single quotes; only in expressions.
    Single(String),
    /// An operator or bracket.
    Punct(&'static str),
    /// A quote that is not closed, with what follows it.
    Open(String),
}

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its place in the query as written.
    pub span: Span,
    /// Its place in the expanded text.
    pub start: usize,
    /// End of that place.
    pub end: usize,
}

/// Which alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Arguments and search expressions.
    Words,
    /// `eval` and `where`.
    Expression,
}

/// The tokens of `text[from..to]`.
pub fn tokenize(text: &str, from: usize, to: usize, mode: Mode, map: &SpanMap) -> Vec<Token> {
    let mut tokens = vec![];
    let mut at = from;
    while let Some(c) = text[at..to].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (kind, end) = next(text, at, to, mode, tokens.last());
        tokens.push(Token { kind, span: map.map(at, end), start: at, end });
        at = end;
    }
    tokens
}

fn next(text: &str, at: usize, to: usize, mode: Mode, last: Option<&Token>) -> (TokenKind, usize) {
    let rest = &text[at..to];
    if rest.starts_with('"') {
        return quoted(rest, at, '"', TokenKind::Quoted);
    }
    if mode == Mode::Expression && rest.starts_with('\'') {
        return quoted(rest, at, '\'', TokenKind::Single);
    }
    let punct: &[&'static str] = match mode {
        Mode::Words => &["==", "!=", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ",", "|"],
        Mode::Expression => &[
            "==", "!=", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ",", "|", "+", "-", "*",
            "/", "%", ".", "{", "}",
        ],
    };
    if mode == Mode::Expression {
        // A dot after an operand joins texts; elsewhere it can start a number.
        let after_operand = last.is_some_and(|t| {
            !matches!(t.kind, TokenKind::Punct(p) if p != ")") && !is_word_operator(&t.kind)
        });
        let digits = rest.strip_prefix('.').unwrap_or(rest);
        let starts = digits.starts_with(|c: char| c.is_ascii_digit());
        if starts && !(rest.starts_with('.') && after_operand) {
            return number(rest, at);
        }
    }
    if let Some(p) = punct.iter().find(|p| rest.starts_with(**p)) {
        return (TokenKind::Punct(p), at + p.len());
    }
    match mode {
        Mode::Words => word(rest, at, punct),
        Mode::Expression => {
            let len: usize = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '$' | ':'))
                .map(char::len_utf8)
                .sum();
            let len = if len == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { len };
            (TokenKind::Word(rest[..len].to_owned()), at + len)
        }
    }
}

fn is_word_operator(kind: &TokenKind) -> bool {
    matches!(kind, TokenKind::Word(w)
        if ["and", "or", "not", "xor", "like", "in"].contains(&w.to_ascii_lowercase().as_str()))
}

fn number(rest: &str, at: usize) -> (TokenKind, usize) {
    let bytes = rest.as_bytes();
    let digits = |mut n: usize| {
        while bytes.get(n).is_some_and(u8::is_ascii_digit) {
            n += 1;
        }
        n
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    // A name may start with digits: `3des`.
    let name: usize = rest[end..]
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .map(char::len_utf8)
        .sum();
    (TokenKind::Word(rest[..end + name].to_owned()), at + end + name)
}

fn quoted(rest: &str, at: usize, quote: char, make: fn(String) -> TokenKind) -> (TokenKind, usize) {
    let mut out = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((n, c)) = chars.next() {
        match (c, chars.peek().map(|(_, c)| *c)) {
            ('\\', Some(escaped)) if escaped == '\\' || escaped == quote => {
                out.push(escaped);
                chars.next();
            }
            (c, _) if c == quote => return (make(out), at + n + c.len_utf8()),
            (c, _) => out.push(c),
        }
    }
    (TokenKind::Open(out), at + rest.len())
}

fn word(rest: &str, at: usize, punct: &[&str]) -> (TokenKind, usize) {
    let mut out = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((n, c)) = chars.peek().copied() {
        if c == '\\' {
            chars.next();
            match chars.peek().copied() {
                Some((_, escaped @ ('\\' | '"'))) => {
                    out.push(escaped);
                    chars.next();
                }
                _ => out.push('\\'),
            }
            continue;
        }
        let stop = c.is_whitespace() || c == '"' || punct.iter().any(|p| rest[n..].starts_with(p));
        if stop && n > 0 {
            return (TokenKind::Word(out), at + n);
        }
        out.push(c);
        chars.next();
    }
    (TokenKind::Word(out), at + rest.len())
}
