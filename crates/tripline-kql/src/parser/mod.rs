//! Tokens to a tree. Never fails: what cannot be read becomes an error node and a diagnostic, and
//! reading goes on behind the next operator.
//!
//! ```text
//! or      = and ("or" and)*
//! and     = not ("and" not)*
//! not     = "not"? operand
//! operand = "(" or ")"                       in a query and in a list of values
//!         | field ":" "{" or "}"             ┐
//!         | field (":" "(" list ")" | ":" value | range value)   in a query
//!         | value                            ┘
//! ```
//! A list of values has the same shape with values as operands, so one set of functions reads both.

mod condition;
mod unexpected;

use crate::ast::{Literal, Node, NodeKind, Query};
use crate::codes;
use crate::tokens::{Token, TokenKind, tokens};
use tripline_diag::{Diagnostic, Span};

/// How deep brackets, braces and negations may be nested: far beyond any query of a person's, and
/// far from the end of the stack.
pub(crate) const DEEPEST: usize = 200;

/// Reads a query.
pub(crate) fn parse(text: &str) -> (Query, Vec<Diagnostic>) {
    let mut parser = Parser {
        text,
        tokens: tokens(text),
        at: 0,
        depth: 0,
        diagnostics: Vec::new(),
        gave_up: false,
    };
    let root = parser.query();
    (Query { root }, parser.diagnostics)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// The next token.
    at: usize,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
    /// Nested too deep: what follows would only repeat it.
    gave_up: bool,
}

/// What operands are.
#[derive(Clone, Copy)]
enum Place<'f> {
    /// Conditions.
    Query,
    /// Values of this field.
    Values(&'f Literal),
}

impl Parser<'_> {
    fn query(&mut self) -> Node {
        if self.tokens.is_empty() {
            return blank(Span::new(0, self.text.len()));
        }
        let root = self.or(Place::Query);
        while let Some(token) = self.peek().cloned() {
            // Only a closing bracket ends a condition early.
            self.error(
                Diagnostic::error(
                    &codes::SYNTAX,
                    format!("`{}` closes nothing", token.span.of(self.text)),
                )
                .at(token.span),
            );
            self.at += 1;
            if self.peek().is_some_and(|t| matches!(t.kind, TokenKind::And | TokenKind::Or)) {
                self.at += 1;
            }
            if self.peek().is_some_and(|t| !is_close(&t.kind)) {
                self.or(Place::Query);
            }
        }
        root
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn peek_kind(&self) -> Option<&TokenKind> {
        self.peek().map(|t| &t.kind)
    }

    fn previous(&self) -> Option<&Token> {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at))
    }

    /// Consumes the next token if it is this one.
    fn eat(&mut self, kind: &TokenKind) -> Option<Span> {
        let span = self.peek().filter(|t| t.kind == *kind)?.span;
        self.at += 1;
        Some(span)
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        if !self.gave_up {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Skips to where an operator or the end of this bracket stands.
    fn recover(&mut self) {
        let mut open = 0_usize;
        while let Some(kind) = self.peek_kind() {
            match kind {
                TokenKind::Open | TokenKind::OpenBrace => open += 1,
                TokenKind::Close | TokenKind::CloseBrace if open == 0 => return,
                TokenKind::Close | TokenKind::CloseBrace => open -= 1,
                TokenKind::And | TokenKind::Or if open == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Reads with one more level of nesting, or gives up.
    fn deeper(&mut self, opener: Span, read: impl FnOnce(&mut Self) -> Node) -> Node {
        if self.depth >= DEEPEST {
            self.error(
                Diagnostic::error(&codes::TOO_DEEP, format!("nested more than {DEEPEST} deep"))
                    .at(opener),
            );
            self.gave_up = true;
            self.at = self.tokens.len();
            return Node { kind: NodeKind::Error, span: opener };
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    /// The closing partner of `opener`. Returns where the group ends.
    fn close(&mut self, kind: &TokenKind, opener: Span) -> Span {
        if let Some(span) = self.eat(kind) {
            return span;
        }
        let sign = opener.of(self.text).to_owned();
        let closer = if *kind == TokenKind::Close { ")" } else { "}" };
        let mut diagnostic =
            Diagnostic::error(&codes::UNCLOSED, format!("`{sign}` is never closed")).at(opener);
        if let Some(found) = self.peek() {
            diagnostic =
                diagnostic.label(found.span, format!("expected `{closer}` here at the latest"));
        } else {
            diagnostic = diagnostic.help(format!("add `{closer}`"));
        }
        self.error(diagnostic);
        self.previous().map_or(opener, |t| t.span)
    }
}

/// True for every event.
fn blank(span: Span) -> Node {
    use crate::ast::{LiteralKind, Piece};
    let star = || Literal { kind: LiteralKind::Wildcard(vec![Piece::Many]), span };
    Node { kind: NodeKind::Is { field: Some(star()), value: star() }, span }
}

fn is_close(kind: &TokenKind) -> bool {
    matches!(kind, TokenKind::Close | TokenKind::CloseBrace)
}
