//! Expressions, loosest binding first: `or`, `and`, `not`, one comparison, `+ -`, `* / %`, unary
//! sign, postfix `in` `:` `like` `regex`, atoms.

use super::{DEEPEST, Parser};
use crate::ast::{ArithmeticOp, CompareOp, Expr, ExprKind, MatchOp, Name};
use crate::codes;
use crate::tokens::TokenKind;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span};

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> Expr {
        self.deeper(Self::or)
    }

    /// Goes one level down, unless that is too deep.
    fn deeper(&mut self, f: fn(&mut Self) -> Expr) -> Expr {
        if self.depth >= DEEPEST {
            return self.too_deep();
        }
        self.depth += 1;
        let expr = f(self);
        self.depth -= 1;
        expr
    }

    fn too_deep(&mut self) -> Expr {
        let span = self.span();
        let message = format!("more than {DEEPEST} levels");
        self.fail(Diagnostic::error(&codes::DEPTH, message).at(span));
        // Nothing useful follows, and reading on could only nest further.
        self.at = self.tokens.len() - 1;
        Expr { kind: ExprKind::Bad, span }
    }

    fn or(&mut self) -> Expr {
        self.chain("or", Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Expr {
        self.chain("and", Self::not, ExprKind::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Expr,
        make: fn(Vec<Expr>) -> ExprKind,
    ) -> Expr {
        let first = part(self);
        if !self.at_keyword(word) {
            return first;
        }
        let start = first.span;
        let mut parts = vec![first];
        while self.eat_keyword(word) {
            parts.push(part(self));
        }
        Expr { kind: make(parts), span: self.since(start) }
    }

    fn not(&mut self) -> Expr {
        let start = self.span();
        if self.eat_keyword("not") {
            let inner = Box::new(self.deeper(Self::not));
            return Expr { kind: ExprKind::Not(inner), span: self.since(start) };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Expr {
        let left = self.sum();
        let op = match self.kind() {
            TokenKind::Punct("==") => CompareOp::Eq,
            TokenKind::Punct("!=") => CompareOp::Ne,
            TokenKind::Punct("<") => CompareOp::Lt,
            TokenKind::Punct("<=") => CompareOp::Le,
            TokenKind::Punct(">") => CompareOp::Gt,
            TokenKind::Punct(">=") => CompareOp::Ge,
            TokenKind::Punct("=") => {
                let d = Diagnostic::error(&codes::SYNTAX, "`=` is no comparison").at(self.span());
                self.fail(d.help("write `==`"));
                CompareOp::Eq
            }
            _ => return left,
        };
        self.bump();
        let span = left.span;
        let right = Box::new(self.sum());
        let kind = ExprKind::Compare { op, left: Box::new(left), right };
        Expr { kind, span: self.since(span) }
    }

    fn sum(&mut self) -> Expr {
        self.arithmetic(Self::product, |kind| match kind {
            TokenKind::Punct("+") => Some(ArithmeticOp::Add),
            TokenKind::Punct("-") => Some(ArithmeticOp::Sub),
            _ => None,
        })
    }

    fn product(&mut self) -> Expr {
        self.arithmetic(Self::signed, |kind| match kind {
            TokenKind::Punct("*") => Some(ArithmeticOp::Mul),
            TokenKind::Punct("/") => Some(ArithmeticOp::Div),
            TokenKind::Punct("%") => Some(ArithmeticOp::Mod),
            _ => None,
        })
    }

    /// A chain of operators that bind to the left. Its tree is as deep as it is long.
    fn arithmetic(
        &mut self,
        part: fn(&mut Self) -> Expr,
        operator: fn(&TokenKind) -> Option<ArithmeticOp>,
    ) -> Expr {
        let mut left = part(self);
        let mut length = 0;
        while let Some(op) = operator(self.kind()) {
            length += 1;
            if self.depth + length >= DEEPEST {
                return self.too_deep();
            }
            self.bump();
            let span = left.span;
            let right = Box::new(part(self));
            let kind = ExprKind::Arithmetic { op, left: Box::new(left), right };
            left = Expr { kind, span: self.since(span) };
        }
        left
    }

    fn signed(&mut self) -> Expr {
        let start = self.span();
        if self.eat_punct("+") {
            return self.deeper(Self::signed);
        }
        if self.eat_punct("-") {
            let inner = Box::new(self.deeper(Self::signed));
            return Expr { kind: ExprKind::Neg(inner), span: self.since(start) };
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Expr {
        let value = self.atom();
        let negated = self.at_keyword("not") && self.next_is_in();
        if negated {
            self.bump();
        }
        let op = match self.kind() {
            TokenKind::Punct(":") => MatchOp::Colon,
            TokenKind::Name(name) if name == "in" => MatchOp::In,
            TokenKind::Name(name) if name == "like" => MatchOp::Like,
            TokenKind::Name(name) if name == "regex" => MatchOp::Regex,
            TokenKind::TildeName(name) if name == "in" => MatchOp::InInsensitive,
            TokenKind::TildeName(name) if name == "like" => MatchOp::LikeInsensitive,
            TokenKind::TildeName(name) if name == "regex" => MatchOp::RegexInsensitive,
            _ => return value,
        };
        self.bump();
        let span = value.span;
        let needs_list = matches!(op, MatchOp::In | MatchOp::InInsensitive);
        let list = if needs_list || self.at_punct("(") {
            self.expect_punct("(");
            self.list()
        } else {
            vec![self.atom()]
        };
        let kind = ExprKind::Match { op, negated, value: Box::new(value), list };
        Expr { kind, span: self.since(span) }
    }

    fn next_is_in(&self) -> bool {
        matches!(
            self.tokens.get(self.at + 1).map(|t| &t.kind),
            Some(TokenKind::Name(name) | TokenKind::TildeName(name)) if name == "in"
        )
    }

    /// What follows an opening parenthesis: at least one expression.
    fn list(&mut self) -> Vec<Expr> {
        let mut items = vec![self.expr()];
        while self.eat_punct(",") {
            items.push(self.expr());
        }
        self.expect_punct(")");
        items
    }

    fn atom(&mut self) -> Expr {
        let span = self.span();
        let kind = match self.kind().clone() {
            TokenKind::Int(i) => ExprKind::Int(i),
            TokenKind::Float(f) => ExprKind::Float(f),
            TokenKind::Str(text) => ExprKind::Str(text.into()),
            TokenKind::Name(name) if name == "null" => ExprKind::Null,
            TokenKind::Name(name) if name == "true" => ExprKind::Bool(true),
            TokenKind::Name(name) if name == "false" => ExprKind::Bool(false),
            TokenKind::Name(name) if super::is_plain_name(&name) => {
                return self.name_or_call(&name);
            }
            TokenKind::TildeName(name) => {
                let name = self.name_here(&name);
                return self.call(name, true);
            }
            TokenKind::QuotedName(_) => return self.field(span, false),
            TokenKind::Punct("?") => {
                self.bump();
                return self.field(span, true);
            }
            TokenKind::Punct("(") => {
                self.bump();
                let inner = self.expr();
                self.expect_punct(")");
                return inner;
            }
            _ => {
                self.expected("a field, a value or `(`");
                return Expr { kind: ExprKind::Bad, span };
            }
        };
        self.bump();
        Expr { kind, span }
    }

    fn name_or_call(&mut self, name: &str) -> Expr {
        let span = self.span();
        match self.tokens.get(self.at + 1).map(|t| &t.kind) {
            Some(TokenKind::Punct("(")) => {
                let name = self.name_here(name);
                self.call(name, false)
            }
            Some(TokenKind::Name(of)) if of == "of" => {
                let message = format!("`{name} of` is not supported");
                let whole = span.to(self.tokens[self.at + 1].span);
                let d = Diagnostic::error(&codes::UNSUPPORTED, message).at(whole);
                self.fail(d.help("relate processes by a sequence over `process.entity_id`"));
                self.bump();
                self.bump();
                Expr { kind: ExprKind::Bad, span }
            }
            _ => self.field(span, false),
        }
    }

    fn call(&mut self, name: Name, insensitive: bool) -> Expr {
        let start = name.span;
        self.expect_punct("(");
        let args = if self.eat_punct(")") { vec![] } else { self.list() };
        let kind = ExprKind::Call { name, insensitive, args };
        Expr { kind, span: self.since(start) }
    }

    /// A dotted name. Backticks may stand around all of it or around a part.
    fn field(&mut self, start: Span, optional: bool) -> Expr {
        let mut name = String::new();
        loop {
            match self.kind() {
                TokenKind::QuotedName(part) => name.push_str(part),
                TokenKind::Name(part) if super::is_plain_name(part) => name.push_str(part),
                _ => {
                    self.expected("a field name");
                    return Expr { kind: ExprKind::Bad, span: self.since(start) };
                }
            }
            self.bump();
            if !self.eat_punct(".") {
                break;
            }
            name.push('.');
        }
        let kind = ExprKind::Field { name: Arc::from(name), optional };
        Expr { kind, span: self.since(start) }
    }
}
