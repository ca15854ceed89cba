//! Tokens to a tree, as Lucene's classic query parser builds it. Never fails: reading stops at the
//! first mistake, with an error node and a diagnostic.
//!
//! ```text
//! query  = (words | modifier clause) (words | ("AND" | "OR")? modifier clause)*
//! words  = term term+                             one text; see `words`
//! clause = ((term | "*") ":")? (value | "(" query ")" boost?)
//! value  = (term | pattern | regex | quoted | range) ("~n" | "^n")*
//! ```

use crate::ast::{Clause, Edge, Name, Node, NodeKind, Occur, Piece, Query, Value};
use crate::codes;
use crate::tokens::{Token, TokenKind, tokens, unescape};
use tripline_diag::{Diagnostic, Span};

/// How deep brackets may be nested: far beyond any query of a person's, and far from the end of the
/// stack.
const DEEPEST: usize = 200;

/// Reads a query. With `all`, clauses without an operator must all hold.
pub(crate) fn parse(text: &str, all: bool) -> (Query, Vec<Diagnostic>) {
    let mut parser =
        Parser { text, tokens: tokens(text), at: 0, depth: 0, all, diagnostics: Vec::new() };
    if parser.tokens.is_empty() {
        return (Query { root: None }, vec![]);
    }
    let root = match parser.query(None) {
        Ok(node) => match parser.peek().cloned() {
            // Only a closing bracket ends a query early.
            Some(token) => {
                let shown = token.span.of(text).to_owned();
                let _ = parser.fail(
                    Diagnostic::error(&codes::SYNTAX, format!("`{shown}` closes nothing"))
                        .at(token.span),
                );
                Node { kind: NodeKind::Error, span: node.span }
            }
            None => node,
        },
        Err(Stop) => Node { kind: NodeKind::Error, span: Span::new(0, text.len()) },
    };
    (Query { root: Some(root) }, parser.diagnostics)
}

/// A mistake was found and said.
struct Stop;

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// The next token.
    at: usize,
    depth: usize,
    all: bool,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    And,
    Or,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Modifier {
    None,
    Required,
    Prohibited,
}

impl Parser<'_> {
    fn query(&mut self, field: Option<&Name>) -> Result<Node, Stop> {
        let start = self.at;
        let mut clauses: Vec<Clause> = Vec::new();
        // A query of one clause without a modifier is that clause.
        let mut plain_first = false;
        loop {
            let first = self.at == start;
            if let Some(node) = self.words(field) {
                plain_first |= first;
                clauses.push(Clause { occur: self.unmarked(), after_or: false, node });
                continue;
            }
            if !first && self.peek().is_none_or(|t| t.kind == TokenKind::Close) {
                break;
            }
            let before = if first { Before::Nothing } else { self.conjunction() };
            let modifier = self.modifier();
            plain_first |= first && modifier == Modifier::None;
            let node = self.clause(field)?;
            self.add(&mut clauses, before, modifier, node);
        }
        if plain_first && clauses.len() == 1 {
            return Ok(clauses.remove(0).node);
        }
        let span = clauses.iter().map(|c| c.node.span).reduce(Span::to).unwrap_or_default();
        Ok(Node { kind: NodeKind::Group(clauses), span })
    }

    fn unmarked(&self) -> Occur {
        if self.all { Occur::Must } else { Occur::Should }
    }

    /// What a clause has to do, and what its operator makes of the clause before it: `AND` requires
    /// both sides, `OR` (where clauses must hold) makes both optional, and neither has a
    /// precedence.
    fn add(&self, clauses: &mut Vec<Clause>, before: Before, modifier: Modifier, node: Node) {
        if let Some(last) = clauses.last_mut().filter(|c| c.occur != Occur::MustNot) {
            match before {
                Before::And => last.occur = Occur::Must,
                Before::Or if self.all => last.occur = Occur::Should,
                _ => {}
            }
        }
        let occur = match modifier {
            Modifier::Prohibited => Occur::MustNot,
            Modifier::Required => Occur::Must,
            Modifier::None if before == Before::And => Occur::Must,
            Modifier::None if before == Before::Or => Occur::Should,
            Modifier::None => self.unmarked(),
        };
        let after_or = before == Before::Or && occur == Occur::MustNot;
        clauses.push(Clause { occur, after_or, node });
    }

    /// Two or more terms in a row are one text, analysed as a whole. A term that is a field's name,
    /// has a boost or a distance, or stands beside `AND` or `OR` is on its own.
    fn words(&mut self, field: Option<&Name>) -> Option<Node> {
        let (mut text, mut span) = self.term(self.at)?;
        self.word(self.at + 1)?;
        self.at += 1;
        while let Some((more, place)) = self.word(self.at) {
            text = format!("{text} {more}");
            span = span.to(place);
            self.at += 1;
        }
        let value = Value::Text(unescape(&text));
        Some(Node { kind: NodeKind::Value { field: field.cloned(), value }, span })
    }

    fn term(&self, at: usize) -> Option<(String, Span)> {
        match self.tokens.get(at) {
            Some(Token { kind: TokenKind::Term(text), span }) => Some((text.clone(), *span)),
            _ => None,
        }
    }

    /// A term that can be one of several in a row.
    fn word(&self, at: usize) -> Option<(String, Span)> {
        use TokenKind::{And, Boost, Colon, Or, Star, Tilde};
        let alone = self
            .tokens
            .get(at + 1)
            .is_some_and(|next| matches!(next.kind, Colon | Star | Tilde | Boost | And | Or));
        if alone { None } else { self.term(at) }
    }

    fn conjunction(&mut self) -> Before {
        if self.eat(&TokenKind::And).is_some() {
            Before::And
        } else if self.eat(&TokenKind::Or).is_some() {
            Before::Or
        } else {
            Before::Nothing
        }
    }

    fn modifier(&mut self) -> Modifier {
        if self.eat(&TokenKind::Plus).is_some() {
            Modifier::Required
        } else if self.eat(&TokenKind::Minus).or_else(|| self.eat(&TokenKind::Not)).is_some() {
            Modifier::Prohibited
        } else {
            Modifier::None
        }
    }

    fn clause(&mut self, field: Option<&Name>) -> Result<Node, Stop> {
        let own = self.field();
        let field = own.as_ref().or(field);
        let Some(token) = self.peek().cloned() else { return Err(self.missing()) };
        if token.kind != TokenKind::Open {
            let node = self.value(field, token)?;
            return Ok(
                own.map_or(node.clone(), |name| Node { span: name.span.to(node.span), ..node })
            );
        }
        self.at += 1;
        if self.depth >= DEEPEST {
            let text = format!("nested more than {DEEPEST} deep");
            return Err(self.fail(Diagnostic::error(&codes::TOO_DEEP, text).at(token.span)));
        }
        if self.peek().is_some_and(|t| t.kind == TokenKind::Close) {
            return Err(self.missing());
        }
        self.depth += 1;
        let mut node = self.query(field)?;
        self.depth -= 1;
        let Some(close) = self.eat(&TokenKind::Close) else {
            return Err(self.fail(
                Diagnostic::error(&codes::UNCLOSED, "`(` is never closed")
                    .at(token.span)
                    .help("add `)`"),
            ));
        };
        self.eat(&TokenKind::Boost);
        // A single value keeps its own place.
        if matches!(node.kind, NodeKind::Group(_)) {
            node.span = own.map_or(token.span, |name| name.span).to(close);
        }
        Ok(node)
    }

    /// `name:` or `*:`.
    fn field(&mut self) -> Option<Name> {
        if self.tokens.get(self.at + 1)?.kind != TokenKind::Colon {
            return None;
        }
        let token = self.peek()?;
        let text = match &token.kind {
            TokenKind::Term(text) => unescape(text),
            TokenKind::Star => "*".to_owned(),
            _ => return None,
        };
        let name = Name { text, span: token.span };
        self.at += 2;
        Some(name)
    }

    fn value(&mut self, field: Option<&Name>, token: Token) -> Result<Node, Stop> {
        let mut span = token.span;
        self.at += 1;
        let mut value = match token.kind {
            TokenKind::Term(text) => Value::Text(unescape(&text)),
            TokenKind::Bare(c) => Value::Text(c.into()),
            TokenKind::Star => Value::Pattern(vec![Piece::Many]),
            TokenKind::Wild(text) => Value::Pattern(pieces(&text)),
            TokenKind::Quoted(text) => Value::Phrase { text: unescape(&text), slop: None },
            TokenKind::Regex(text) => Value::Regex(text),
            TokenKind::RangeOpen(inclusive) => {
                let (range, end) = self.range(token.span, inclusive)?;
                span = span.to(end);
                range
            }
            TokenKind::Unclosed => return Err(self.unclosed(token.span)),
            _ => {
                self.at -= 1;
                return Err(self.missing());
            }
        };
        for _ in 0..2 {
            if let Some(tilde) = self.eat(&TokenKind::Tilde) {
                value = match value {
                    Value::Phrase { text, .. } => Value::Phrase { text, slop: Some(tilde) },
                    Value::Text(text) => Value::Fuzzy(text),
                    other => other,
                };
                span = span.to(tilde);
            } else if let Some(boost) = self.eat(&TokenKind::Boost) {
                span = span.to(boost);
            }
        }
        Ok(Node { kind: NodeKind::Value { field: field.cloned(), value }, span })
    }

    fn range(&mut self, open: Span, inclusive: bool) -> Result<(Value, Span), Stop> {
        let lower = self.bound(open)?;
        if self.eat(&TokenKind::To).is_none() {
            let at = self.peek().map_or(open, |t| t.span);
            return Err(self.fail(
                Diagnostic::error(&codes::SYNTAX, "a range is written `[a TO b]`")
                    .at(at)
                    .help("`TO` stands in capitals between the bounds; `*` is an open end"),
            ));
        }
        let upper = self.bound(open)?;
        let close = self.peek().cloned();
        let Some(Token { kind: TokenKind::RangeClose(end_inclusive), span }) = close else {
            return Err(self.fail(
                Diagnostic::error(&codes::UNCLOSED, "the range is never closed")
                    .at(open)
                    .help("add `]` (its upper bound is inside) or `}` (it is outside)"),
            ));
        };
        self.at += 1;
        let lower = Edge { value: lower, inclusive };
        let upper = Edge { value: upper, inclusive: end_inclusive };
        Ok((Value::Range { lower, upper }, span))
    }

    fn bound(&mut self, open: Span) -> Result<Option<String>, Stop> {
        let token = self.peek().cloned();
        let bound = match token.as_ref().map(|t| &t.kind) {
            Some(TokenKind::Bound(text, false)) if text == "*" => None,
            Some(TokenKind::Bound(text, _)) => Some(unescape(text)),
            Some(TokenKind::To) => Some("TO".to_owned()),
            _ => {
                let at = token.map_or(open, |t| t.span);
                return Err(self.fail(
                    Diagnostic::error(&codes::MISSING, "a range has two bounds")
                        .at(at)
                        .help("an open end is written `*`"),
                ));
            }
        };
        self.at += 1;
        Ok(bound)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// Consumes the next token if it is this one.
    fn eat(&mut self, kind: &TokenKind) -> Option<Span> {
        let span = self.peek().filter(|t| t.kind == *kind)?.span;
        self.at += 1;
        Some(span)
    }

    fn fail(&mut self, diagnostic: Diagnostic) -> Stop {
        self.diagnostics.push(diagnostic);
        Stop
    }

    fn unclosed(&mut self, span: Span) -> Stop {
        let sign = span.of(self.text).chars().next().unwrap_or('"');
        let diagnostic = Diagnostic::error(&codes::UNCLOSED, format!("`{sign}` is never closed"))
            .at(Span::new(span.start as usize, span.start as usize + sign.len_utf8()));
        let diagnostic = if sign == '/' {
            diagnostic
                .help("a slash starts a regular expression: put a path or a network in quotes")
        } else {
            diagnostic.help("add a second quote, or escape this one")
        };
        self.fail(diagnostic)
    }

    /// At what should be a clause and is not.
    fn missing(&mut self) -> Stop {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).cloned();
        let Some(found) = self.peek().cloned() else {
            let at = before.map_or(Span::default(), |t| t.span);
            let shown = at.of(self.text).to_owned();
            let text = format!("something must follow `{shown}`");
            return self.fail(Diagnostic::error(&codes::MISSING, text).at(at));
        };
        let shown = found.span.of(self.text).to_owned();
        let pattern = matches!(before.map(|t| t.kind), Some(TokenKind::Wild(_))) && shown == ":";
        let diagnostic = Diagnostic::error(&codes::SYNTAX, format!("`{shown}` cannot stand here"))
            .at(found.span);
        let help = match found.kind {
            TokenKind::Unclosed => return self.unclosed(found.span),
            _ if pattern => "in a field's name a wildcard takes a backslash: `file.hash.\\*:x`",
            TokenKind::And | TokenKind::Or => "an operator stands between two clauses",
            TokenKind::Not | TokenKind::Plus | TokenKind::Minus => {
                "a clause has one `NOT`, `+` or `-`; put the inner one in brackets"
            }
            TokenKind::Close => "between brackets stands a clause",
            _ => "as plain text it takes a backslash, or the value stands in quotes",
        };
        self.fail(diagnostic.help(help))
    }
}

/// A text with wildcards, freed of its escapes.
fn pieces(raw: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        let literal = match c {
            '*' => {
                if pieces.last() != Some(&Piece::Many) {
                    pieces.push(Piece::Many);
                }
                continue;
            }
            '?' => {
                pieces.push(Piece::One);
                continue;
            }
            '\\' => chars.next().unwrap_or('\\'),
            c => c,
        };
        match pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(literal),
            _ => pieces.push(Piece::Text(literal.into())),
        }
    }
    pieces
}
