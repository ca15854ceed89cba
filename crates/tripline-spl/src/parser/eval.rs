//! `eval` expressions: `xor := or+ ; or := and+ ; and := not+ ; not := NOT not | comparison`.
//!
//! Here `AND` binds tighter than `OR`, and keywords may be in lower case.

use super::{Arguments, MOST_NESTED};
use crate::ast::{Eval, EvalKind};
use crate::codes;
use crate::tokens::{Token, TokenKind};
use tripline_diag::{Diagnostic, Span};

impl Arguments<'_> {
    /// An expression. The tokens must be in the alphabet of expressions.
    pub(crate) fn eval(&mut self) -> Eval {
        self.depth += 1;
        let result = if self.depth > MOST_NESTED {
            self.eval_too_deep()
        } else {
            self.chain("xor", |p| p.chain("or", |p| p.chain("and", Self::eval_not)))
        };
        self.depth -= 1;
        result
    }

    fn chain(&mut self, word: &'static str, inner: impl Fn(&mut Self) -> Eval) -> Eval {
        let first = inner(self);
        if !self.is_word(0, word) {
            return first;
        }
        let mut parts = vec![first];
        while self.eat_word(word) {
            parts.push(inner(self));
        }
        let span = parts[0].span.to(parts[parts.len() - 1].span);
        Eval { kind: EvalKind::Operator(word, parts), span }
    }

    fn eval_not(&mut self) -> Eval {
        let start = self.here();
        if !self.eat_word("not") {
            return self.compare();
        }
        self.depth += 1;
        let inner = if self.depth > MOST_NESTED { self.eval_too_deep() } else { self.eval_not() };
        self.depth -= 1;
        let span = start.to(inner.span);
        Eval { kind: EvalKind::Operator("not", vec![inner]), span }
    }

    fn compare(&mut self) -> Eval {
        let mut left = self.sum();
        for _ in 0..MOST_NESTED {
            let op = match self.peek().map(|t| &t.kind) {
                Some(TokenKind::Punct("=" | "==")) => "eq",
                Some(TokenKind::Punct("!=")) => "ne",
                Some(TokenKind::Punct("<")) => "lt",
                Some(TokenKind::Punct("<=")) => "le",
                Some(TokenKind::Punct(">")) => "gt",
                Some(TokenKind::Punct(">=")) => "ge",
                Some(TokenKind::Word(w)) if w.eq_ignore_ascii_case("like") => "like",
                Some(TokenKind::Word(w)) if w.eq_ignore_ascii_case("in") => "in",
                _ => return left,
            };
            self.at += 1;
            if op == "in" {
                if !self.eat("(") {
                    self.expected("`(`");
                    return left;
                }
                let mut parts = vec![left];
                let end = self.list_of_values(&mut parts);
                let span = parts[0].span.to(end);
                left = Eval { kind: EvalKind::Operator("in", parts), span };
                continue;
            }
            let right = self.sum();
            let span = left.span.to(right.span);
            left = Eval { kind: EvalKind::Operator(op, vec![left, right]), span };
        }
        left
    }

    fn sum(&mut self) -> Eval {
        self.binary(&[("+", "add"), ("-", "sub"), (".", "concat")], |p| {
            p.binary(&[("*", "mul"), ("/", "div"), ("%", "mod")], Self::unary)
        })
    }

    fn binary(&mut self, ops: &[(&str, &'static str)], inner: impl Fn(&mut Self) -> Eval) -> Eval {
        let mut left = inner(self);
        let mut count = 0;
        while let Some((_, op)) = ops.iter().find(|(p, _)| self.is_punct(p)) {
            self.at += 1;
            count += 1;
            if count > MOST_NESTED {
                return self.eval_too_deep();
            }
            let right = inner(self);
            if *op == "concat" {
                self.warn_about_dot(&left, &right);
            }
            let span = left.span.to(right.span);
            left = Eval { kind: EvalKind::Operator(op, vec![left, right]), span };
        }
        left
    }

    /// `a.b` with nothing around the dot was most likely meant as one field.
    fn warn_about_dot(&mut self, left: &Eval, right: &Eval) {
        let EvalKind::Field(right_name) = &right.kind else { return };
        let left_name = match &left.kind {
            EvalKind::Field(name) => name,
            EvalKind::Operator("concat", parts) => match &parts[1].kind {
                EvalKind::Field(name) => name,
                _ => return,
            },
            _ => return,
        };
        let tokens = [self.at.wrapping_sub(3), self.at - 2, self.at - 1];
        let [Some(a), Some(dot), Some(b)] = tokens.map(|n| self.tokens.get(n)) else { return };
        let words = [a, b].iter().all(|t| matches!(t.kind, TokenKind::Word(_)));
        if !words || a.end != dot.start || dot.end != b.start {
            return;
        }
        let message = format!("the dot joins the fields `{left_name}` and `{right_name}`");
        let help = format!("if one field is meant, write '{left_name}.{right_name}'");
        let span = a.span.to(b.span);
        self.report(Diagnostic::warning(&codes::EVAL_DOT, message).at(span).help(help));
    }

    fn unary(&mut self) -> Eval {
        let start = self.here();
        if self.eat("+") {
            return self.deeper(Self::unary);
        }
        if !self.eat("-") {
            return self.operand();
        }
        let inner = self.deeper(Self::unary);
        let span = start.to(inner.span);
        Eval { kind: EvalKind::Operator("neg", vec![inner]), span }
    }

    fn deeper(&mut self, f: fn(&mut Self) -> Eval) -> Eval {
        self.depth += 1;
        let result = if self.depth > MOST_NESTED { self.eval_too_deep() } else { f(self) };
        self.depth -= 1;
        result
    }

    fn operand(&mut self) -> Eval {
        let span = self.here();
        if self.eat("(") {
            let inner = self.eval();
            let end = self.here();
            if !self.eat(")") {
                self.expected("`)`");
            }
            return Eval { kind: inner.kind, span: span.to(end) };
        }
        if self.is_punct("[") {
            self.skip_brackets();
            self.subsearch(span);
            return error(span);
        }
        let Some(token) = self.peek().cloned() else {
            self.expected("a value, a field or a function");
            return error(span);
        };
        let kind = match token.kind {
            TokenKind::Quoted(text) => EvalKind::Text(text),
            TokenKind::Single(name) => EvalKind::Field(name),
            TokenKind::Open(_) => {
                self.at = self.tokens.len();
                return error(span);
            }
            TokenKind::Word(word) if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                if tripline_ir::parse_number(&word).is_some() {
                    EvalKind::Number(word)
                } else {
                    EvalKind::Field(word)
                }
            }
            TokenKind::Word(word) => {
                let call = matches!(
                    self.tokens.get(self.at + 1),
                    Some(Token { kind: TokenKind::Punct("("), .. })
                );
                if call {
                    self.at += 2;
                    let mut args = vec![];
                    let end = self.list_of_values(&mut args);
                    let kind = EvalKind::Call(word.to_ascii_lowercase(), args);
                    return Eval { kind, span: span.to(end) };
                }
                EvalKind::Field(word)
            }
            TokenKind::Punct(_) => {
                self.expected("a value, a field or a function");
                self.at += 1;
                return error(span);
            }
        };
        self.at += 1;
        Eval { kind, span }
    }

    /// Expressions up to a closing parenthesis, which is read; its place.
    fn list_of_values(&mut self, into: &mut Vec<Eval>) -> Span {
        loop {
            let here = self.here();
            if self.eat(")") {
                return here;
            }
            let before = self.at;
            into.push(self.eval());
            let end = self.here();
            if self.eat(")") {
                return end;
            }
            if !self.eat(",") || self.at == before {
                self.expected("`,` or `)`");
                self.at = self.tokens.len();
                return end;
            }
        }
    }

    fn eval_too_deep(&mut self) -> Eval {
        let span = self.here();
        let message = format!("nested more than {MOST_NESTED} deep");
        self.report(Diagnostic::error(&codes::TOO_DEEP, message).at(span));
        self.at = self.tokens.len();
        error(span)
    }
}

fn error(span: Span) -> Eval {
    Eval { kind: EvalKind::Error, span }
}
