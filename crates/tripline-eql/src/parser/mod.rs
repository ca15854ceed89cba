//! Tokens to tree. Never fails: what cannot be read is [`ExprKind::Bad`] and has a diagnostic. The
//! parser decides no meaning: names, types and arities are `resolve`'s.

mod expr;
mod query;

use crate::ast::{Name, Query};
use crate::codes;
use crate::tokens::{Token, TokenKind, tokens};
use tripline_diag::{Diagnostic, Span};

/// How deep expressions may be nested, and how long a chain of `+` and `*` may be. The deepest of
/// the known rules has 9 levels.
const DEEPEST: usize = 80;

/// Words that are no field names without backticks.
const KEYWORDS: [&str; 19] = [
    "and", "any", "by", "false", "in", "join", "like", "maxspan", "not", "null", "of", "or",
    "regex", "sample", "sequence", "true", "until", "where", "with",
];

/// Parses a query.
pub fn parse(text: &str) -> (Query, Vec<Diagnostic>) {
    let (tokens, diagnostics) = tokens(text);
    // What the lexer reported is not reported again as a syntax error.
    let failed = tokens.iter().any(|t| t.kind == TokenKind::Bad);
    let mut parser = Parser { text, tokens, at: 0, depth: 0, failed, diagnostics };
    let query = parser.query();
    (query, parser.diagnostics)
}

/// Whether a name needs no quotes.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '@')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.contains(&name)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// Whether there was a syntax error in this step; what follows from it is not reported.
    failed: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn kind(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    /// The span of what was read last.
    fn last_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    fn since(&self, start: Span) -> Span {
        start.to(self.last_span()).to(start)
    }

    fn bump(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn at_keyword(&self, word: &str) -> bool {
        matches!(self.kind(), TokenKind::Name(name) if name == word)
    }

    fn eat_keyword(&mut self, word: &str) -> bool {
        let found = self.at_keyword(word);
        if found {
            self.bump();
        }
        found
    }

    fn at_punct(&self, mark: &str) -> bool {
        matches!(self.kind(), TokenKind::Punct(p) if *p == mark)
    }

    fn eat_punct(&mut self, mark: &str) -> bool {
        let found = self.at_punct(mark);
        if found {
            self.bump();
        }
        found
    }

    fn expect_punct(&mut self, mark: &str) {
        if !self.eat_punct(mark) {
            self.expected(&format!("`{mark}`"));
        }
    }

    fn expect_keyword(&mut self, word: &str) {
        if !self.eat_keyword(word) {
            self.expected(&format!("`{word}`"));
        }
    }

    /// A syntax error here. Only the first of a step is reported.
    fn expected(&mut self, what: &str) {
        let found = match self.kind() {
            TokenKind::End => "the end of the query".to_owned(),
            _ => format!("`{}`", shorten(self.span().of(self.text))),
        };
        let diagnostic =
            Diagnostic::error(&codes::SYNTAX, format!("expected {what}, found {found}"))
                .at(self.span())
                .maybe_help(self.hint());
        self.fail(diagnostic);
    }

    fn fail(&mut self, diagnostic: Diagnostic) {
        if !self.failed {
            self.failed = true;
            self.diagnostics.push(diagnostic);
        }
    }

    /// What is commonly meant by the token that surprised us.
    fn hint(&self) -> Option<String> {
        let TokenKind::Name(name) = self.kind() else { return None };
        let lower = name.to_ascii_lowercase();
        if KEYWORDS.contains(&&**name) {
            return Some(format!("a field of that name is written `` `{name}` `` in backticks"));
        }
        KEYWORDS.contains(&&*lower).then(|| format!("keywords are lower case: `{lower}`"))
    }

    fn name_here(&mut self, text: &str) -> Name {
        let name = Name { text: text.into(), span: self.span() };
        self.bump();
        name
    }
}

fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().take(30).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
