//! Text to tokens. The lexer knows no grammar; every byte of the text is in a token, a blank or a
//! comment, and what it cannot read is a token with a diagnostic.

use crate::codes;
use tripline_diag::{Diagnostic, Span};

/// A token and where it stands.
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
    /// A name or a keyword: letters, digits, `_`, a leading `@`.
    Name(String),
    /// A name with a tilde that makes it blind to case: `like~`, `startsWith~`. Without the tilde.
    TildeName(String),
    /// A name in backticks.
    QuotedName(String),
    /// A text, escapes resolved.
    Str(String),
    /// A whole number.
    Int(i64),
    /// Any other number, or one too big to be whole.
    Float(f64),
    /// One of ``( ) [ ] , . | : == != < <= > >= + - * / % ? ![ =``.
    Punct(&'static str),
    /// Something that is not EQL; it has a diagnostic.
    Bad,
    /// The end of the text.
    End,
}

/// Longest first.
const PUNCTUATION: [&str; 22] = [
    "![", "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", ".", "|", ":", "+", "-", "*",
    "/", "%", "?", "=",
];

/// The tokens of a text, comments and blanks left out; the last one is [`TokenKind::End`].
pub fn tokens(text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer { text, at: 0, tokens: vec![], diagnostics: vec![] };
    while lexer.skip_blanks() {
        let start = lexer.at;
        let kind = lexer.token();
        lexer.tokens.push(Token { kind, span: Span::new(start, lexer.at) });
    }
    let end = Span::new(text.len(), text.len());
    lexer.tokens.push(Token { kind: TokenKind::End, span: end });
    (lexer.tokens, lexer.diagnostics)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Past blanks and comments; whether there is more.
    fn skip_blanks(&mut self) -> bool {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest().starts_with("//") {
                self.take_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                let start = self.at;
                if let Some(end) = self.rest()[2..].find("*/") {
                    self.at += end + 4;
                } else {
                    self.at = self.text.len();
                    let span = Span::new(start, start + 2);
                    self.report(span, "the comment has no end", "close it with `*/`");
                }
            } else {
                return self.at < self.text.len();
            }
        }
    }

    fn report(&mut self, span: Span, message: &str, help: &str) {
        let d = Diagnostic::error(&codes::TOKEN, message).at(span);
        self.diagnostics.push(if help.is_empty() { d } else { d.help(help) });
    }

    fn token(&mut self) -> TokenKind {
        let start = self.at;
        let rest = self.rest();
        let first = self.peek().unwrap_or(' ');
        let second = rest.chars().nth(1);
        match first {
            '"' => return self.string(),
            '\'' => return self.single_quoted(),
            '`' => return self.backtick(),
            '0'..='9' => return self.number(),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => return self.number(),
            c if c.is_ascii_alphabetic() || c == '_' || c == '@' => return self.name(),
            '?' if matches!(second, Some('"' | '\'')) => {
                self.bump();
                let kind =
                    if second == Some('"') { self.string() } else { self.single_quoted_text() };
                let span = Span::new(start, self.at);
                self.report(span, "`?` before a text is old syntax", "write `\"\"\"…\"\"\"`");
                return kind;
            }
            _ => {}
        }
        if let Some(mark) = PUNCTUATION.iter().find(|mark| rest.starts_with(**mark)) {
            self.at += mark.len();
            return TokenKind::Punct(mark);
        }
        self.bump();
        let span = Span::new(start, self.at);
        match first {
            '!' => self.report(span, "`!` alone means nothing", "write `not`, `!=` or `![`"),
            c => self.report(span, &format!("`{}` is not EQL", c.escape_debug()), ""),
        }
        TokenKind::Bad
    }

    fn name(&mut self) -> TokenKind {
        let start = self.at;
        self.bump();
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        let name = self.text[start..self.at].to_owned();
        if self.peek() == Some('~') {
            self.bump();
            return TokenKind::TildeName(name);
        }
        TokenKind::Name(name)
    }

    fn number(&mut self) -> TokenKind {
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit());
        let mut whole = true;
        if self.rest().starts_with('.') {
            whole = false;
            self.bump();
            self.take_while(|c| c.is_ascii_digit());
        }
        let exponent = self.rest().strip_prefix(['e', 'E']);
        let digits = exponent.map(|r| r.strip_prefix(['+', '-']).unwrap_or(r));
        if digits.is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit())) {
            whole = false;
            self.at += self.rest().len() - digits.map_or(0, str::len);
            self.take_while(|c| c.is_ascii_digit());
        }
        let text = &self.text[start..self.at];
        if whole && let Ok(number) = text.parse() {
            return TokenKind::Int(number);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => TokenKind::Float(number),
            _ => {
                let span = Span::new(start, self.at);
                self.report(span, "the number is too big", "");
                TokenKind::Bad
            }
        }
    }

    fn backtick(&mut self) -> TokenKind {
        let start = self.at;
        self.bump();
        let mut name = String::new();
        loop {
            match self.peek() {
                None => {
                    let span = Span::new(start, start + 1);
                    self.report(span, "the name has no end", "close it with a backtick");
                    return TokenKind::Bad;
                }
                Some('`') => {
                    self.bump();
                    if self.peek() != Some('`') {
                        return TokenKind::QuotedName(name);
                    }
                    name.push('`');
                    self.bump();
                }
                Some(c) => {
                    name.push(c);
                    self.bump();
                }
            }
        }
    }

    /// `'…'` is not allowed any more, but what was meant is clear.
    fn single_quoted(&mut self) -> TokenKind {
        let start = self.at;
        let kind = self.single_quoted_text();
        let span = Span::new(start, self.at);
        self.report(span, "texts stand in double quotes", "write `\"…\"`");
        kind
    }

    fn single_quoted_text(&mut self) -> TokenKind {
        self.bump();
        let text = self.take_while(|c| c != '\'' && c != '\n').to_owned();
        if self.peek() == Some('\'') {
            self.bump();
        }
        TokenKind::Str(text)
    }

    fn string(&mut self) -> TokenKind {
        if self.rest().starts_with("\"\"\"") { self.raw_string() } else { self.plain_string() }
    }

    /// Nothing escapes in a raw text, and it may end with quotes of its own: `"""a""""` is `a"`.
    fn raw_string(&mut self) -> TokenKind {
        let start = self.at;
        self.at += 3;
        let line = self.rest().split(['\n', '\r']).next().unwrap_or("");
        let Some(end) = line.find("\"\"\"") else {
            self.at += line.len();
            let span = Span::new(start, start + 3);
            self.report(span, "the text has no end on its line", "close it with `\"\"\"`");
            return TokenKind::Str(line.to_owned());
        };
        let own = line[end + 3..].bytes().take(2).take_while(|b| *b == b'"').count();
        self.at += end + 3 + own;
        TokenKind::Str(line[..end + own].to_owned())
    }

    fn plain_string(&mut self) -> TokenKind {
        let start = self.at;
        self.bump();
        let mut text = String::new();
        loop {
            match self.peek() {
                None | Some('\n' | '\r') => {
                    let span = Span::new(start, start + 1);
                    self.report(span, "the text has no end on its line", "close it with `\"`");
                    return TokenKind::Str(text);
                }
                Some('"') => {
                    self.bump();
                    return TokenKind::Str(text);
                }
                Some('\\') => self.escape(&mut text),
                Some(c) => {
                    text.push(c);
                    self.bump();
                }
            }
        }
    }

    fn escape(&mut self, text: &mut String) {
        let start = self.at;
        self.bump();
        let Some(letter) = self.peek() else { return };
        let meant = match letter {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            // `\'` is in no grammar, but rules have it.
            '"' | '\\' | '\'' => letter,
            'u' if self.rest().starts_with("u{") => {
                self.at += 2;
                let digits = self.take_while(|c| c.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                let closed = self.peek() == Some('}');
                match code {
                    Some(c) if closed && (2..=8).contains(&digits.len()) => {
                        self.bump();
                        text.push(c);
                    }
                    _ => {
                        let span = Span::new(start, self.at);
                        let help = "write 2 to 8 hexadecimal digits: `\\u{1F600}`";
                        self.report(span, "this is no character", help);
                    }
                }
                return;
            }
            '\n' | '\r' => return,
            other => {
                self.bump();
                text.push(other);
                let span = Span::new(start, self.at);
                let message = format!("`\\{}` escapes nothing", other.escape_debug());
                self.report(span, &message, "a backslash is written `\\\\`");
                return;
            }
        };
        self.bump();
        text.push(meant);
    }
}
