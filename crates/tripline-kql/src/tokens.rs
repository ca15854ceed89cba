//! Text to tokens.
//!
//! KQL has no reserved words: whether `or` is an operator depends on what stands before it and on
//! the blanks around it, and a value without quotes may hold blanks. Both can be told from the
//! token before, so a lexer is enough:
//!
//! - where an operator may stand (after a literal or a closing bracket), ` and ` and ` or ` with
//!   blanks on both sides are operators, in any case;
//! - where an operand must stand, `not ` followed by a blank is an operator;
//! - everything else up to a special character or such an operator is one literal, trimmed.
//!
//! Kibana's grammar also takes `not ` for an operator in the middle of a word (`a:knot and b`) and
//! then fails; here a keyword starts at a blank.

use crate::ast::{LiteralKind, Piece, RangeOp};
use std::fmt;
use tripline_diag::Span;

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `:`
    Colon,
    /// `<`, `<=`, `>`, `>=`
    Range(RangeOp),
    /// `and`
    And,
    /// `or`
    Or,
    /// `not`
    Not,
    /// A name or a value.
    Literal(LiteralKind),
    /// A quote that is never closed, up to the end of the text.
    Unclosed,
    /// A backslash that escapes nothing.
    Backslash,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{} ", self.span.start, self.span.end)?;
        match &self.kind {
            TokenKind::Open => f.write_str("("),
            TokenKind::Close => f.write_str(")"),
            TokenKind::OpenBrace => f.write_str("{"),
            TokenKind::CloseBrace => f.write_str("}"),
            TokenKind::Colon => f.write_str(":"),
            TokenKind::Range(op) => f.write_str(op.sign()),
            TokenKind::And => f.write_str("and"),
            TokenKind::Or => f.write_str("or"),
            TokenKind::Not => f.write_str("not"),
            TokenKind::Literal(literal) => write!(f, "{literal:?}"),
            TokenKind::Unclosed => f.write_str("unclosed quote"),
            TokenKind::Backslash => f.write_str("stray backslash"),
        }
    }
}

/// The tokens of a query. Every text has some; what is wrong becomes a token of its own.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while lexer.next() {}
    lexer.tokens
}

/// Blanks of the grammar; other Unicode spaces are letters of a value.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}')
}

/// Characters that end a literal without quotes and can be escaped in one.
pub(crate) fn is_special(c: char) -> bool {
    matches!(c, '\\' | '(' | ')' | ':' | '<' | '>' | '"' | '*' | '{' | '}')
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    /// Reads one token; false at the end.
    fn next(&mut self) -> bool {
        let blanks = self.skip_blanks();
        let start = self.at;
        let Some(c) = self.peek() else { return false };
        let kind = match c {
            '(' => self.take(1, TokenKind::Open),
            ')' => self.take(1, TokenKind::Close),
            '{' => self.take(1, TokenKind::OpenBrace),
            '}' => self.take(1, TokenKind::CloseBrace),
            ':' => self.take(1, TokenKind::Colon),
            '<' | '>' => self.range(c),
            '"' => self.quoted(),
            _ => match self.keyword(blanks) {
                Some(kind) => kind,
                None => self.unquoted(),
            },
        };
        self.tokens.push(Token { kind, span: Span::new(start, self.at) });
        true
    }

    fn take(&mut self, bytes: usize, kind: TokenKind) -> TokenKind {
        self.at += bytes;
        kind
    }

    fn range(&mut self, c: char) -> TokenKind {
        let equal = self.text[self.at + 1..].starts_with('=');
        let op = match (c, equal) {
            ('<', true) => RangeOp::Lte,
            ('<', false) => RangeOp::Lt,
            (_, true) => RangeOp::Gte,
            (_, false) => RangeOp::Gt,
        };
        self.take(if equal { 2 } else { 1 }, TokenKind::Range(op))
    }

    /// Whether an operand is complete, so that an operator may follow.
    fn after_operand(&self) -> bool {
        self.tokens.last().is_some_and(|token| {
            matches!(token.kind, TokenKind::Literal(_) | TokenKind::Close | TokenKind::CloseBrace)
        })
    }

    fn keyword(&mut self, blanks_before: bool) -> Option<TokenKind> {
        let rest = &self.text[self.at..];
        if self.after_operand() {
            if blanks_before && is_word(rest, "and") {
                return Some(self.take(3, TokenKind::And));
            }
            if blanks_before && is_word(rest, "or") {
                return Some(self.take(2, TokenKind::Or));
            }
        }
        is_word(rest, "not").then(|| self.take(3, TokenKind::Not))
    }

    /// Only `\\`, `\"`, `\t`, `\r`, `\n` and `\uXXXX` are escapes; another backslash is itself.
    fn quoted(&mut self) -> TokenKind {
        self.at += 1;
        let mut value = String::new();
        while let Some(c) = self.peek() {
            if c == '"' {
                self.at += 1;
                return TokenKind::Literal(LiteralKind::Quoted(value));
            }
            let escape = if c == '\\' { self.escape(|c| matches!(c, '\\' | '"')) } else { None };
            if escape.is_none() {
                self.at += c.len_utf8();
            }
            value.push(escape.unwrap_or(c));
        }
        TokenKind::Unclosed
    }

    fn unquoted(&mut self) -> TokenKind {
        let start = self.at;
        let mut pieces: Vec<Piece> = Vec::new();
        // The end of the literal without the blanks that follow it.
        let mut end = start;
        let mut before = ' ';
        while let Some(c) = self.peek() {
            let rest = &self.text[self.at..];
            if is_blank(c) {
                let inner = &rest[c.len_utf8()..];
                if is_word(inner, "and") || is_word(inner, "or") {
                    break;
                }
                push(&mut pieces, c);
                self.at += c.len_utf8();
                before = c;
                continue;
            }
            if is_blank(before) && self.at > start && is_word(rest, "not") {
                break;
            }
            match c {
                '*' => {
                    pieces.push(Piece::Many);
                    self.at += 1;
                }
                '\\' => match self.unquoted_escape() {
                    Some(text) => text.chars().for_each(|c| push(&mut pieces, c)),
                    None => break,
                },
                c if is_special(c) => break,
                c => {
                    push(&mut pieces, c);
                    self.at += c.len_utf8();
                }
            }
            before = c;
            end = self.at;
        }
        if end == start {
            // The only character that starts no token and no literal.
            return self.take(1, TokenKind::Backslash);
        }
        self.at = end;
        TokenKind::Literal(literal(pieces))
    }

    /// An escape outside quotes; besides single characters, a keyword can be escaped.
    fn unquoted_escape(&mut self) -> Option<String> {
        if let Some(c) = self.escape(is_special) {
            return Some(c.into());
        }
        let rest = &self.text[self.at + 1..];
        // `\not` never gets here: Kibana reads `\n` first.
        let word = ["or", "and"]
            .into_iter()
            .find_map(|w| rest.get(..w.len()).filter(|r| r.eq_ignore_ascii_case(w)))?;
        let word = word.to_owned();
        self.at += 1 + word.len();
        Some(word)
    }

    /// At a backslash: consumes an escape and returns what it stands for.
    fn escape(&mut self, plain: impl Fn(char) -> bool) -> Option<char> {
        let rest = &self.text[self.at + 1..];
        let c = rest.chars().next()?;
        let (value, length) = match c {
            't' => ('\t', 1),
            'r' => ('\r', 1),
            'n' => ('\n', 1),
            c if plain(c) => (c, 1),
            'u' => unicode(rest)?,
            _ => return None,
        };
        self.at += 1 + length;
        Some(value)
    }

    fn skip_blanks(&mut self) -> bool {
        let start = self.at;
        while let Some(c) = self.peek().filter(|c| is_blank(*c)) {
            self.at += c.len_utf8();
        }
        self.at > start
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

/// `uXXXX`, or two of them that are a surrogate pair. Returns the bytes that follow the first
/// backslash. Half a pair is U+FFFD.
fn unicode(rest: &str) -> Option<(char, usize)> {
    let high = hex4(rest)?;
    if let Some(low) = rest.get(5..).and_then(|r| r.strip_prefix('\\')).and_then(hex4)
        && (0xd800..0xdc00).contains(&high)
        && (0xdc00..0xe000).contains(&low)
    {
        let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return Some((char::from_u32(code)?, 11));
    }
    Some((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 5))
}

fn hex4(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// Whether the text starts with this word, in any case, and a blank.
fn is_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word))
        && text[word.len()..].starts_with(is_blank)
}

fn push(pieces: &mut Vec<Piece>, c: char) {
    match pieces.last_mut() {
        Some(Piece::Text(text)) => text.push(c),
        _ => pieces.push(Piece::Text(c.into())),
    }
}

/// A literal without quotes: trimmed (escaped blanks too, as Kibana does), then typed.
fn literal(mut pieces: Vec<Piece>) -> LiteralKind {
    if let Some(Piece::Text(text)) = pieces.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        *text = text.trim_end().to_owned();
    }
    pieces.retain(|p| *p != Piece::Text(String::new()));
    match pieces.as_slice() {
        [] => LiteralKind::Text(String::new()),
        [Piece::Text(text)] => match text.as_str() {
            "true" => LiteralKind::Bool(true),
            "false" => LiteralKind::Bool(false),
            "null" => LiteralKind::Null,
            _ => LiteralKind::Text(text.clone()),
        },
        _ => LiteralKind::Wildcard(pieces),
    }
}
