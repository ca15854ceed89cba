//! Text to tokens, as Lucene's classic query parser cuts it.
//!
//! The longest token wins. A term runs over everything that is no blank and no special character,
//! `-` and `+` included unless they start it; `AND` inside a longer term is no operator. Between `[`
//! or `{` and `]` or `}` other rules hold: bounds run to the next blank.

use std::fmt;
use tripline_diag::Span;

/// A token with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a token is. Texts are as written, escapes included, without quotes or slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// `AND`, `&&`
    And,
    /// `OR`, `||`
    Or,
    /// `NOT`, `!`
    Not,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `+`, `-` or `!` before a blank: text.
    Bare(char),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `:`
    Colon,
    /// `*` alone
    Star,
    /// `^2`
    Boost,
    /// `~`, `~2`
    Tilde,
    /// A text without quotes.
    Term(String),
    /// The same with wildcards.
    Wild(String),
    /// In quotes.
    Quoted(String),
    /// Between slashes.
    Regex(String),
    /// `[`, or with false `{`
    RangeOpen(bool),
    /// `]`, or with false `}`
    RangeClose(bool),
    /// `TO` in a range
    To,
    /// A bound; with true it stood in quotes.
    Bound(String, bool),
    /// A quote or slash that is never closed, up to the end of the text.
    Unclosed,
    /// A character that starts nothing.
    Stray,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{} {:?}", self.span.start, self.span.end, self.kind)
    }
}

/// The tokens of a query. Every text has some; what is wrong becomes a token of its own.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, in_range: false };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
    tokens
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{3000}')
}

/// Characters that no term holds, besides blanks and wildcards.
fn ends_term(c: char) -> bool {
    matches!(c, '!' | '(' | ')' | ':' | '^' | '[' | ']' | '"' | '{' | '}' | '~' | '/')
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    in_range: bool,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<Token> {
        while let Some(c) = self.peek().filter(|c| is_blank(*c)) {
            self.at += c.len_utf8();
        }
        let start = self.at;
        let c = self.peek()?;
        let kind = if self.in_range { self.bound(c) } else { self.token(c) };
        Some(Token { kind, span: Span::new(start, self.at) })
    }

    fn token(&mut self, c: char) -> TokenKind {
        let single = match c {
            '(' => Some(TokenKind::Open),
            ')' => Some(TokenKind::Close),
            ':' => Some(TokenKind::Colon),
            '+' | '-' | '!' => {
                let after = self.text[self.at + 1..].chars().next();
                Some(match c {
                    c if after.is_some_and(is_blank) => TokenKind::Bare(c),
                    '+' => TokenKind::Plus,
                    '-' => TokenKind::Minus,
                    _ => TokenKind::Not,
                })
            }
            '[' | '{' => {
                self.in_range = true;
                Some(TokenKind::RangeOpen(c == '['))
            }
            ']' | '}' => Some(TokenKind::Stray),
            _ => None,
        };
        if let Some(kind) = single {
            self.at += 1;
            return kind;
        }
        match c {
            '"' => self.delimited('"').map_or(TokenKind::Unclosed, TokenKind::Quoted),
            '/' => self.delimited('/').map_or(TokenKind::Unclosed, TokenKind::Regex),
            '^' => self.boost(),
            '~' => {
                self.at += 1;
                self.term();
                TokenKind::Tilde
            }
            _ => self.word(),
        }
    }

    /// Up to the next unescaped delimiter; none if there is none, and everything is consumed.
    fn delimited(&mut self, delimiter: char) -> Option<String> {
        let start = self.at + 1;
        let mut chars = self.text[start..].char_indices();
        while let Some((at, c)) = chars.next() {
            if c == '\\' {
                chars.next();
            } else if c == delimiter {
                self.at = start + at + 1;
                return Some(self.text[start..start + at].to_owned());
            }
        }
        self.at = self.text.len();
        None
    }

    fn boost(&mut self) -> TokenKind {
        self.at += 1;
        let rest = &self.text[self.at..];
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut length = digits(rest);
        if length == 0 {
            return TokenKind::Stray;
        }
        if let Some(fraction) = rest[length..].strip_prefix('.')
            && digits(fraction) > 0
        {
            length += 1 + digits(fraction);
        }
        self.at += length;
        TokenKind::Boost
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        let wild = self.term();
        let text = &self.text[start..self.at];
        match text {
            // A lone backslash at the end of the text.
            "" => {
                self.at += 1;
                TokenKind::Stray
            }
            "AND" | "&&" => TokenKind::And,
            "OR" | "||" => TokenKind::Or,
            "NOT" => TokenKind::Not,
            "*" => TokenKind::Star,
            text if wild => TokenKind::Wild(text.to_owned()),
            text => TokenKind::Term(text.to_owned()),
        }
    }

    /// Consumes characters of a term; whether a wildcard was among them.
    fn term(&mut self) -> bool {
        let mut wild = false;
        while let Some(c) = self.peek() {
            if is_blank(c) || ends_term(c) {
                break;
            }
            if c == '\\' {
                let Some(escaped) = self.text[self.at + 1..].chars().next() else { break };
                self.at += 1 + escaped.len_utf8();
                continue;
            }
            wild |= matches!(c, '*' | '?');
            self.at += c.len_utf8();
        }
        wild
    }

    fn bound(&mut self, c: char) -> TokenKind {
        if matches!(c, ']' | '}') {
            self.in_range = false;
            self.at += 1;
            return TokenKind::RangeClose(c == ']');
        }
        if c == '"' {
            let start = self.at;
            if let Some(text) = self.delimited('"') {
                return TokenKind::Bound(text, true);
            }
            self.at = start;
        }
        let rest = &self.text[self.at..];
        let length = rest.find([' ', ']', '}']).unwrap_or(rest.len());
        self.at += length;
        match &rest[..length] {
            "TO" => TokenKind::To,
            text => TokenKind::Bound(text.to_owned(), false),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

/// A text freed of its escapes: a backslash makes the next character plain, `\uXXXX` is a character.
pub(crate) fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some((c, after)) = unicode(rest) {
            out.push(c);
            rest = after;
        } else if let Some(c) = rest.chars().next() {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out.push_str(rest);
    out
}

fn unicode(text: &str) -> Option<(char, &str)> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let code = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), &text[5..]))
}
