//! Search expressions: `and := or+ ; or := not (OR not)* ; not := NOT not | primary`.
//!
//! `OR` binds tighter than `AND`, and terms side by side are joined by `AND`.

use super::{Arguments, MOST_NESTED};
use crate::ast::{CompareOp, Name, Search, SearchKind, TermForm};
use crate::codes;
use crate::tokens::{Token, TokenKind};
use tripline_diag::{Diagnostic, Span};

impl Arguments<'_> {
    /// A search expression up to one of these words (any case), a closing bracket, or the end.
    pub(crate) fn search(&mut self, stop: &[&str]) -> Search {
        let start = self.here();
        let mut parts = vec![];
        loop {
            // Commas between terms mean nothing.
            while self.eat(",") {}
            let ended = self.peek().is_none()
                || self.is_punct(")")
                || self.is_punct("]")
                || stop.iter().any(|word| self.is_word(0, word) && !self.compares(1));
            if ended {
                break;
            }
            if self.keyword("AND") {
                let span = self.here();
                self.at += 1;
                let dangling = parts.is_empty() || self.peek().is_none() || self.is_punct(")");
                // Content ends lists with `AND`; the products ignore it at the start and end.
                if dangling && parts.is_empty() && self.peek().is_none() {
                    let message = "`AND` has no operands";
                    self.report(Diagnostic::error(&codes::SYNTAX, message).at(span));
                }
                continue;
            }
            parts.push(self.disjunction());
        }
        let span = parts
            .iter()
            .fold(None, |all: Option<Span>, p: &Search| Some(all.map_or(p.span, |a| a.to(p.span))));
        if parts.len() == 1 {
            return parts.remove(0);
        }
        Search { kind: SearchKind::And(parts), span: span.unwrap_or(start), grouped: false }
    }

    fn disjunction(&mut self) -> Search {
        let first = self.negation();
        if !self.keyword("OR") {
            return first;
        }
        let mut parts = vec![first];
        while self.keyword("OR") {
            self.at += 1;
            parts.push(self.negation());
        }
        let span = parts[0].span.to(parts[parts.len() - 1].span);
        Search { kind: SearchKind::Or(parts), span, grouped: false }
    }

    fn negation(&mut self) -> Search {
        if !self.keyword("NOT") {
            return self.primary();
        }
        let start = self.here();
        self.at += 1;
        self.depth += 1;
        let inner = if self.depth > MOST_NESTED { self.too_deep() } else { self.negation() };
        self.depth -= 1;
        let span = start.to(inner.span);
        Search { kind: SearchKind::Not(Box::new(inner)), span, grouped: false }
    }

    fn primary(&mut self) -> Search {
        let span = self.here();
        if self.eat("(") {
            self.depth += 1;
            let mut inner =
                if self.depth > MOST_NESTED { self.too_deep() } else { self.search(&[]) };
            self.depth -= 1;
            let end = self.here();
            if self.eat(")") {
                inner.span = span.to(end);
            } else {
                let diagnostic = Diagnostic::error(&codes::UNTERMINATED, "`(` is not closed");
                self.report(diagnostic.at(span));
            }
            inner.grouped = true;
            return inner;
        }
        if self.is_punct("[") {
            self.skip_brackets();
            self.subsearch(span);
            return error(span);
        }
        match self.peek().map(|t| t.kind.clone()) {
            Some(TokenKind::Word(text)) => self.comparison_or_term(text, false, span),
            Some(TokenKind::Quoted(text)) => self.comparison_or_term(text, true, span),
            Some(TokenKind::Open(_)) => {
                // Reported when the tokens were made.
                self.at += 1;
                error(span)
            }
            _ => {
                self.expected("a search term");
                self.at += 1;
                error(span)
            }
        }
    }

    fn comparison_or_term(&mut self, text: String, quoted: bool, span: Span) -> Search {
        self.at += 1;
        let field = Name { text, span };
        if let Some(op) = self.operator() {
            return self.comparison(field, op, span);
        }
        let is_list = matches!(self.peek(), Some(Token { kind: TokenKind::Word(w), .. }) if w == "IN")
            && matches!(
                self.tokens.get(self.at + 1),
                Some(Token { kind: TokenKind::Punct("("), .. })
            );
        if is_list {
            self.at += 2;
            return self.list(field, span);
        }
        if !quoted && matches!(&*field.text, "TERM" | "CASE") && self.is_punct("(") {
            return self.directive(&field.text, span);
        }
        let form = if quoted { TermForm::Phrase } else { TermForm::Word };
        Search { kind: SearchKind::Term { text: field.text, form }, span, grouped: false }
    }

    fn comparison(&mut self, field: Name, op: CompareOp, span: Span) -> Search {
        if self.is_punct("[") {
            let at = self.here();
            self.skip_brackets();
            self.subsearch(at);
            return error(span.to(at));
        }
        let Some(value) = self.value() else {
            self.expected("a value");
            return error(span);
        };
        let span = span.to(value.span);
        Search { kind: SearchKind::Compare { field, op, value }, span, grouped: false }
    }

    fn list(&mut self, field: Name, span: Span) -> Search {
        let mut values = vec![];
        loop {
            while self.eat(",") {}
            let end = self.here();
            if self.eat(")") {
                let span = span.to(end);
                return Search { kind: SearchKind::In { field, values }, span, grouped: false };
            }
            match self.maybe_name() {
                Some(value) => values.push(value),
                None if self.is_punct("[") => {
                    self.skip_brackets();
                    self.subsearch(end);
                }
                None => {
                    self.expected("a value or `)`");
                    self.at += 1;
                    return error(span);
                }
            }
        }
    }

    /// `TERM(text)` or `CASE(text)`: the text is everything up to the closing parenthesis.
    fn directive(&mut self, name: &str, span: Span) -> Search {
        let open = self.next().map_or(0, |t| t.end);
        let mut close = open;
        let mut end = span;
        while let Some(token) = self.next() {
            end = token.span;
            if token.kind == TokenKind::Punct(")") {
                break;
            }
            close = token.end;
        }
        let text = self.text[open..close].trim().trim_matches('"').to_owned();
        let form = if name == "CASE" { TermForm::Case } else { TermForm::Term };
        Search { kind: SearchKind::Term { text, form }, span: span.to(end), grouped: false }
    }

    /// A value after an operator. A bare value goes on over commas and equal signs that stand
    /// without blanks inside it: `*a,b=c*`.
    fn value(&mut self) -> Option<Name> {
        let quoted = matches!(self.peek()?.kind, TokenKind::Quoted(_) | TokenKind::Open(_));
        if let TokenKind::Open(text) = self.peek()?.kind.clone() {
            let span = self.here();
            self.at += 1;
            return Some(Name { text, span });
        }
        // A single quote is a letter in a search.
        let mut value = match self.peek()?.kind.clone() {
            TokenKind::Word(text) | TokenKind::Quoted(text) => Name { text, span: self.here() },
            _ => return None,
        };
        self.at += 1;
        if quoted {
            return Some(value);
        }
        loop {
            let [last, punct, next] =
                [self.at - 1, self.at, self.at + 1].map(|n| self.tokens.get(n));
            let (Some(last), Some(punct), Some(next)) = (last, punct, next) else { break };
            let (TokenKind::Punct(p @ ("," | "=")), TokenKind::Word(more)) =
                (&punct.kind, &next.kind)
            else {
                break;
            };
            if last.end != punct.start || punct.end != next.start {
                break;
            }
            value.text.push_str(p);
            value.text.push_str(more);
            value.span = value.span.to(next.span);
            self.at += 2;
        }
        Some(value)
    }

    fn compares(&self, ahead: usize) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(Token { kind: TokenKind::Punct(p), .. })
            if operator(p).is_some())
    }

    fn operator(&mut self) -> Option<CompareOp> {
        let Some(Token { kind: TokenKind::Punct(p), .. }) = self.peek() else { return None };
        let op = operator(p)?;
        self.at += 1;
        Some(op)
    }

    /// Whether the next token is a keyword: upper case, and not the key of a comparison.
    fn keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: TokenKind::Word(w), .. }) if w == word)
            && !self.compares(1)
    }

    pub(super) fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.next() {
            match token.kind {
                TokenKind::Punct("[") => depth += 1,
                TokenKind::Punct("]") => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    fn too_deep(&mut self) -> Search {
        let span = self.here();
        let message = format!("nested more than {MOST_NESTED} deep");
        self.report(Diagnostic::error(&codes::TOO_DEEP, message).at(span));
        self.at = self.tokens.len();
        error(span)
    }
}

fn operator(punct: &str) -> Option<CompareOp> {
    Some(match punct {
        "=" | "==" => CompareOp::Equal,
        "!=" => CompareOp::NotEqual,
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessEqual,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::GreaterEqual,
        _ => return None,
    })
}

fn error(span: Span) -> Search {
    Search { kind: SearchKind::Error, span, grouped: false }
}
