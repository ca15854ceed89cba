//! Conditions and lists of values.

use super::{Parser, Place, is_close, is_operator};
use crate::ast::{Literal, Node, NodeKind};
use crate::codes;
use crate::tokens::TokenKind;
use tripline_diag::{Diagnostic, Span};

impl Parser<'_> {
    pub(super) fn or(&mut self, place: Place<'_>) -> Node {
        let mut parts = vec![self.and(place)];
        while self.eat(&TokenKind::Or).is_some() {
            parts.push(self.and(place));
        }
        group(parts, NodeKind::Or)
    }

    fn and(&mut self, place: Place<'_>) -> Node {
        let mut parts = vec![self.not(place)];
        while self.eat(&TokenKind::And).is_some() {
            parts.push(self.not(place));
        }
        group(parts, NodeKind::And)
    }

    fn not(&mut self, place: Place<'_>) -> Node {
        let node = match self.eat(&TokenKind::Not) {
            Some(word) => {
                let inner = self.operand(place);
                let span = word.to(inner.span);
                Node { kind: NodeKind::Not(Box::new(inner)), span }
            }
            None => self.operand(place),
        };
        self.operator_or_end(place, &node);
        node
    }

    /// After an operand comes an operator, a closing bracket or the end.
    fn operator_or_end(&mut self, place: Place<'_>, node: &Node) {
        let Some(token) = self.peek().cloned() else { return };
        if is_operator(&token.kind) || is_close(&token.kind) {
            return;
        }
        if node.kind != NodeKind::Error {
            let diagnostic = self.unexpected_operator(place, node, &token);
            self.error(diagnostic);
        }
        self.recover();
    }

    fn operand(&mut self, place: Place<'_>) -> Node {
        let Some(token) = self.peek().cloned() else {
            return self.no_operand(place);
        };
        match token.kind {
            TokenKind::Open => {
                self.at += 1;
                self.deeper(token.span, |p| {
                    let node = p.or(place);
                    p.close(&TokenKind::Close, token.span);
                    node
                })
            }
            TokenKind::Literal(kind) => {
                self.at += 1;
                let literal = Literal { kind, span: token.span };
                match place {
                    Place::Query => self.condition(literal),
                    Place::Values(field) => {
                        let span = literal.span;
                        let field = Some(field.clone());
                        Node { kind: NodeKind::Is { field, value: literal }, span }
                    }
                }
            }
            _ => self.no_operand(place),
        }
    }

    /// What starts with a literal in a query: the literal is a field, or free text.
    fn condition(&mut self, literal: Literal) -> Node {
        match self.peek().cloned() {
            Some(token) if token.kind == TokenKind::Colon => {
                self.at += 1;
                self.comparison(literal, token.span)
            }
            Some(token) => {
                let TokenKind::Range(op) = token.kind else { return free_text(literal) };
                self.at += 1;
                match self.peek().cloned() {
                    Some(found) if matches!(found.kind, TokenKind::Literal(_)) => {
                        self.at += 1;
                        let TokenKind::Literal(kind) = found.kind else {
                            return self.no_value(&literal, token.span);
                        };
                        let value = Literal { kind, span: found.span };
                        let span = literal.span.to(value.span);
                        Node { kind: NodeKind::Range { field: literal, op, value }, span }
                    }
                    _ => self.no_value(&literal, token.span),
                }
            }
            None => free_text(literal),
        }
    }

    /// What follows `field:`.
    fn comparison(&mut self, field: Literal, colon: Span) -> Node {
        let Some(token) = self.peek().cloned() else { return self.no_value(&field, colon) };
        match token.kind {
            TokenKind::OpenBrace => {
                self.at += 1;
                self.deeper(token.span, |p| {
                    let query = p.or(Place::Query);
                    let end = p.close(&TokenKind::CloseBrace, token.span);
                    let span = field.span.to(end);
                    Node { kind: NodeKind::Nested { field, query: Box::new(query) }, span }
                })
            }
            TokenKind::Open => {
                self.at += 1;
                self.deeper(token.span, |p| {
                    let mut list = p.or(Place::Values(&field));
                    let end = p.close(&TokenKind::Close, token.span);
                    list.span = field.span.to(end);
                    list
                })
            }
            TokenKind::Literal(kind) => {
                self.at += 1;
                let value = Literal { kind, span: token.span };
                let span = field.span.to(value.span);
                Node { kind: NodeKind::Is { field: Some(field), value }, span }
            }
            _ => self.no_value(&field, colon),
        }
    }

    fn no_value(&mut self, field: &Literal, sign: Span) -> Node {
        let span = field.span.to(sign);
        let found = self.peek().cloned();
        let diagnostic = match found.as_ref().and_then(|t| self.broken(t)) {
            Some(diagnostic) => diagnostic,
            None => Diagnostic::error(
                &codes::MISSING_VALUE,
                format!("no value after `{}`", sign.of(self.text)),
            )
            .at(span)
            .help(match found.map(|t| t.kind) {
                Some(TokenKind::Not) => {
                    let name = field.text();
                    format!("write `not {name}: value` or `{name}: (not value)`")
                }
                _ => "an empty text is written `\"\"`, any value `*`".to_owned(),
            }),
        };
        self.error(diagnostic);
        self.recover();
        Node { kind: NodeKind::Error, span }
    }

    fn no_operand(&mut self, place: Place<'_>) -> Node {
        let diagnostic = self.unexpected_operand(place);
        let span = diagnostic.span.unwrap_or_default();
        self.error(diagnostic);
        self.recover();
        Node { kind: NodeKind::Error, span }
    }
}

fn free_text(value: Literal) -> Node {
    let span = value.span;
    Node { kind: NodeKind::Is { field: None, value }, span }
}

fn group(mut parts: Vec<Node>, kind: fn(Vec<Node>) -> NodeKind) -> Node {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let span = parts.iter().fold(parts[0].span, |span, part| span.to(part.span));
    Node { kind: kind(parts), span }
}
