//! Queries, sequences, steps, pipes.

use super::Parser;
use crate::ast::{
    Body, EventFilter, Expr, MaxSpan, Name, Pipe, Query, Sample, Sequence, Spanned, Term, Unit,
};
use crate::codes;
use crate::tokens::TokenKind;
use tripline_diag::{Diagnostic, Span, did_you_mean};

impl Parser<'_> {
    pub(super) fn query(&mut self) -> Query {
        let start = self.span();
        let body = if self.eat_keyword("sequence") {
            Body::Sequence(self.sequence(start))
        } else if self.eat_keyword("sample") {
            let keys = self.keys();
            let terms = self.terms();
            Body::Sample(Sample { keys, terms, span: self.since(start) })
        } else {
            Body::Event(self.event_filter())
        };
        let mut pipes = Vec::new();
        while self.eat_punct("|") {
            pipes.push(self.pipe());
        }
        if *self.kind() != TokenKind::End {
            self.expected("an operator, `|` or the end of the query");
        }
        Query { body, pipes, span: self.since(start) }
    }

    fn sequence(&mut self, start: Span) -> Sequence {
        let mut keys = self.keys();
        let mut maxspan = None;
        if self.eat_keyword("with") {
            self.expect_keyword("maxspan");
            self.expect_punct("=");
            maxspan = self.maxspan();
            if self.at_keyword("by") {
                let help = "write `sequence by … with maxspan=…`";
                let message = "`by` stands before `with`";
                self.fail(Diagnostic::error(&codes::SYNTAX, message).at(self.span()).help(help));
                keys = self.keys();
            }
        }
        let terms = self.terms();
        let until = self.eat_keyword("until").then(|| self.term());
        Sequence { keys, maxspan, terms, until, span: self.since(start) }
    }

    fn terms(&mut self) -> Vec<Term> {
        let mut terms = Vec::new();
        while self.at_punct("[") || self.at_punct("![") {
            terms.push(self.term());
        }
        if terms.is_empty() {
            self.expected("`[`");
        }
        terms
    }

    fn term(&mut self) -> Term {
        let start = self.span();
        let missing = self.at_punct("![");
        if missing {
            self.bump();
        } else {
            self.expect_punct("[");
        }
        let filter = self.event_filter();
        if !self.at_punct("]") {
            self.expected("an operator or `]`");
            self.skip_to_bracket();
        }
        // A step with an error does not hide errors of the next.
        if self.eat_punct("]") {
            self.failed = false;
        }
        let keys = self.keys();
        let mut runs = None;
        if self.eat_keyword("with") {
            match self.kind() {
                TokenKind::Name(name) if name == "runs" => {
                    self.bump();
                    self.expect_punct("=");
                    runs = self.count();
                }
                _ => self.expected("`runs`"),
            }
        }
        Term { missing, filter, keys, runs, span: self.since(start) }
    }

    fn skip_to_bracket(&mut self) {
        while !self.at_punct("]") && *self.kind() != TokenKind::End {
            self.bump();
        }
    }

    fn event_filter(&mut self) -> EventFilter {
        let start = self.span();
        let category = self.category();
        self.expect_keyword("where");
        let condition = self.expr();
        EventFilter { category, condition, span: self.since(start) }
    }

    fn category(&mut self) -> Option<Name> {
        if self.eat_keyword("any") {
            return None;
        }
        match self.kind().clone() {
            TokenKind::Name(name) if super::is_plain_name(&name) => Some(self.name_here(&name)),
            TokenKind::Str(text) => Some(self.name_here(&text)),
            _ => {
                self.expected("an event category or `any`");
                None
            }
        }
    }

    fn keys(&mut self) -> Vec<Expr> {
        let mut keys = Vec::new();
        if self.eat_keyword("by") {
            keys.push(self.expr());
            while self.eat_punct(",") {
                keys.push(self.expr());
            }
        }
        keys
    }

    /// A whole number that is not negative.
    fn count(&mut self) -> Option<Spanned<u64>> {
        let span = self.span();
        let TokenKind::Int(count) = *self.kind() else {
            self.expected("a whole number");
            return None;
        };
        self.bump();
        u64::try_from(count).ok().map(|value| Spanned { value, span })
    }

    fn maxspan(&mut self) -> Option<Spanned<MaxSpan>> {
        let count = self.count()?;
        let names = || Unit::ALL.into_iter().map(Unit::name);
        let unit = match self.kind() {
            TokenKind::Name(name) => {
                let name = name.clone();
                let unit = Unit::ALL.into_iter().find(|u| u.name() == name);
                if unit.is_none() && self.span().start == count.span.end {
                    let d = Diagnostic::error(
                        &codes::SEQUENCE,
                        format!("`{name}` is not a unit of time"),
                    )
                    .at(self.span())
                    .help("the units are `ms`, `s`, `m`, `h` and `d`");
                    self.fail(d.maybe_help(did_you_mean(&name, names())));
                    return None;
                }
                unit
            }
            _ => None,
        };
        let Some(unit) = unit else {
            let d = Diagnostic::error(&codes::SEQUENCE, "`maxspan` needs a unit of time")
                .at(count.span)
                .help(format!("write `{0}s` or `{0}m`", count.value));
            self.fail(d);
            return None;
        };
        self.bump();
        let span = self.since(count.span);
        Some(Spanned { value: MaxSpan { count: count.value, unit }, span })
    }

    fn pipe(&mut self) -> Pipe {
        let start = self.span();
        let name = if let TokenKind::Name(name) = self.kind().clone() {
            self.name_here(&name)
        } else {
            self.expected("`head` or `tail`");
            Name { text: "".into(), span: start }
        };
        let mut args = Vec::new();
        if !self.at_punct("|") && *self.kind() != TokenKind::End {
            args.push(self.expr());
            while self.eat_punct(",") {
                args.push(self.expr());
            }
        }
        Pipe { name, args, span: self.since(start) }
    }
}
