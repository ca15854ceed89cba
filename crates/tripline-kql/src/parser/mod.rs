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
            if self.peek_kind().is_some_and(is_operator) {
                self.at += 1;
            }
            if self.peek_kind().is_some_and(|kind| !is_close(kind)) {
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
                kind if open == 0 && (is_close(kind) || is_operator(kind)) => return,
                kind if is_close(kind) => open -= 1,
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
        // A bracket of the other kind was meant for this one, unless an outer one waits for it.
        if self.depth == 1 && self.peek_kind().is_some_and(is_close) {
            self.at += 1;
        }
        self.previous().map_or(opener, |t| t.span)
    }
}

/// True for every event.
fn blank(span: Span) -> Node {
    use crate::ast::{LiteralKind, Piece};
    let star = || Literal { kind: LiteralKind::Wildcard(vec![Piece::Many]), span };
    Node { kind: NodeKind::Is { field: Some(star()), value: star() }, span }
}

fn is_operator(kind: &TokenKind) -> bool {
    matches!(kind, TokenKind::And | TokenKind::Or)
}

fn is_close(kind: &TokenKind) -> bool {
    matches!(kind, TokenKind::Close | TokenKind::CloseBrace)
}
