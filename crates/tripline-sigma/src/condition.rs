//! Conditions: text to [`Condition`].
//!
//! ```text
//! condition   := or ( "|" aggregation )?
//! or          := and ( "or" and )*
//! and         := not ( "and" not )*
//! not         := "not"* operand
//! operand     := "(" or ")" | ("1" | "any" | "all") "of" (pattern | "them") | name
//! aggregation := "near" or
//!              | function "(" field? ")" ( "by" field ("," field)* )? comparison number
//! ```
//! Words of the grammar count in any case, because rules are written that way; names of selections
//! do not.

use crate::ast::{Aggregation, Condition, Expr, Field, Function};
use crate::codes::{AGGREGATION, CONDITION, TOO_DEEP};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::CorrelationTest;

/// How deep parentheses and negations may be nested.
const DEEPEST: u32 = 64;

/// Reads a condition. `whole` is where it stands; `offset` says where its text starts, if the text
/// stands there letter by letter, so that words have a place of their own.
pub(crate) fn parse(
    text: &str,
    whole: Span,
    offset: Option<usize>,
) -> Result<Condition, Box<Diagnostic>> {
    let tokens = tokens(text);
    let mut parser = Parser { tokens, at: 0, depth: 0, whole, offset };
    let expr = parser.or()?;
    let aggregation = match parser.peek() {
        Some("|") => {
            parser.at += 1;
            Some(parser.aggregation()?)
        }
        _ => None,
    };
    match parser.peek() {
        None => Ok(Condition { expr, aggregation, span: whole }),
        Some(word) => {
            let message = format!("unexpected `{word}` in a condition");
            let help = if word == ")" {
                Some("there is no `(` for it".to_owned())
            } else {
                did_you_mean(word, ["and", "or", "of"])
                    .or_else(|| Some("selections are combined with `and` and `or`".to_owned()))
            };
            Err(parser.error(message, help))
        }
    }
}

/// A word, a parenthesis, a bar, a comma or a comparison, with where it starts.
type Token<'a> = (&'a str, usize);

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return tokens };
        let length = match first {
            '(' | ')' | '|' | ',' => 1,
            '<' | '>' | '=' | '!' => {
                rest.find(|c| !matches!(c, '<' | '>' | '=' | '!')).unwrap_or(rest.len())
            }
            _ => rest
                .find(|c: char| {
                    c.is_whitespace() || matches!(c, '(' | ')' | '|' | ',' | '<' | '>' | '=' | '!')
                })
                .unwrap_or(rest.len()),
        };
        tokens.push((&rest[..length], text.len() - rest.len()));
        rest = &rest[length..];
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: u32,
    whole: Span,
    offset: Option<usize>,
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).map(|(word, _)| *word)
    }

    /// Takes the next word if it is this one.
    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    /// Where some words stand.
    fn span(&self, from: usize, to: usize) -> Span {
        let (Some(offset), Some((_, start)), Some((last, end))) =
            (self.offset, self.tokens.get(from), self.tokens.get(to.max(from)))
        else {
            return self.whole;
        };
        Span::new(offset + start, offset + end + last.len())
    }

    #[expect(clippy::unnecessary_box_returns, reason = "it goes into a result, which stays small")]
    fn error(&self, message: impl Into<String>, help: Option<String>) -> Box<Diagnostic> {
        let at = self.at.min(self.tokens.len().saturating_sub(1));
        Box::new(Diagnostic::error(&CONDITION, message).at(self.span(at, at)).maybe_help(help))
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("conditions may be nested {DEEPEST} deep");
            return Err(Box::new(Diagnostic::error(&TOO_DEEP, message).at(self.whole)));
        }
        Ok(())
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut parts = vec![self.and()?];
        while self.accept("or") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) })
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut parts = vec![self.not()?];
        while self.accept("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::And(parts) })
    }

    fn not(&mut self) -> Parsed<Expr> {
        let mut negated = false;
        while self.accept("not") {
            negated = !negated;
        }
        let operand = self.operand()?;
        Ok(if negated { Expr::Not(Box::new(operand)) } else { operand })
    }

    fn operand(&mut self) -> Parsed<Expr> {
        let start = self.at;
        let Some(word) = self.peek() else {
            let message = "a condition ends where a selection must stand";
            return Err(self.error(message, None));
        };
        if self.accept("(") {
            self.deeper()?;
            let inner = self.or()?;
            if !self.accept(")") {
                return Err(Box::new(
                    Diagnostic::error(&CONDITION, "a `(` is never closed")
                        .at(self.span(start, start)),
                ));
            }
            self.depth -= 1;
            return Ok(inner);
        }
        let reserved = ["and", "or", "of", "them", ")", "|", ","];
        let comparison = word.starts_with(['<', '>', '=', '!']);
        if comparison || reserved.iter().any(|r| word.eq_ignore_ascii_case(r)) {
            let message = format!("`{word}` stands where a selection must stand");
            return Err(self.error(message, None));
        }
        self.at += 1;
        let name: Arc<str> = word.into();
        if !self.accept("of") {
            let span = self.span(start, start);
            if name.contains('*') {
                let help = format!("write `1 of {name}` or `all of {name}`");
                let message = format!("`{name}` says neither one nor all of these selections");
                self.at = start;
                return Err(self.error(message, Some(help)));
            }
            return Ok(Expr::Selection { name, span });
        }
        let all = match &*name.to_ascii_lowercase() {
            "1" | "any" => false,
            "all" => true,
            _ => {
                self.at = start;
                let message = format!("`{name} of` is no quantity");
                return Err(self.error(message, Some("there are `1 of` and `all of`".to_owned())));
            }
        };
        let Some(pattern) = self.peek().filter(|w| !reserved[..3].contains(w) && *w != "(") else {
            return Err(self.error(
                "after `of` a name with `*`, or `them`, must follow",
                Some("for example `1 of selection_*`".to_owned()),
            ));
        };
        self.at += 1;
        let them = pattern.eq_ignore_ascii_case("them");
        let pattern = (!them).then(|| Arc::from(pattern));
        Ok(Expr::Of { all, pattern, span: self.span(start, self.at - 1) })
    }

    fn aggregation(&mut self) -> Parsed<Aggregation> {
        if self.accept("near") {
            return Ok(Aggregation::Near(self.or()?));
        }
        let start = self.at;
        let name = self.peek().unwrap_or("").to_ascii_lowercase();
        let function = match &*name {
            "count" => Function::Count,
            "sum" => Function::Sum,
            "avg" => Function::Avg,
            "min" | "max" => {
                let message = format!("`{name}()` has no counterpart");
                let help = "a correlation knows counts, sums, means, percentiles and medians";
                return Err(self.refusal(start, message, help));
            }
            _ => {
                let functions = ["count", "sum", "avg", "near"];
                let message = format!("unknown aggregation `{name}`");
                let help = did_you_mean(&name, functions)
                    .unwrap_or_else(|| "there are `count`, `sum`, `avg` and `near`".to_owned());
                return Err(self.refusal(start, message, &help));
            }
        };
        self.at += 1;
        if !self.accept("(") {
            return Err(self.error(format!("`{name}` needs `()`"), None));
        }
        let field = match self.peek() {
            Some(")") | None => None,
            Some(_) => Some(self.field()?),
        };
        if !self.accept(")") {
            return Err(self.error(format!("`{name}(` is never closed"), None));
        }
        if field.is_none() && function != Function::Count {
            let help = format!("write `{name}(Field)`");
            return Err(self.refusal(start, format!("`{name}()` needs a field"), &help));
        }
        let mut by = Vec::new();
        if self.accept("by") {
            by.push(self.field()?);
            while self.accept(",") {
                by.push(self.field()?);
            }
        }
        let op = match self.peek() {
            Some("<") => CorrelationTest::Lt,
            Some("<=") => CorrelationTest::Lte,
            Some(">") => CorrelationTest::Gt,
            Some(">=") => CorrelationTest::Gte,
            Some("=" | "==") => CorrelationTest::Eq,
            Some("!=") => CorrelationTest::Neq,
            _ => {
                let help = "a comparison with a number, for example `> 10`".to_owned();
                return Err(self.error("what is counted is compared with nothing", Some(help)));
            }
        };
        self.at += 1;
        let Some(value) = self.peek().and_then(tripline_ir::parse_number) else {
            return Err(self.error("a number must stand here", None));
        };
        self.at += 1;
        Ok(Aggregation::Number { function, field, by, op, value })
    }

    fn field(&mut self) -> Parsed<Field> {
        match self.peek() {
            Some(name) if !matches!(name, "(" | ")" | "|" | ",") => {
                let span = self.span(self.at, self.at);
                self.at += 1;
                Ok(Field { name: name.into(), span })
            }
            _ => Err(self.error("a field's name must stand here", None)),
        }
    }

    #[expect(clippy::unnecessary_box_returns, reason = "it goes into a result, which stays small")]
    fn refusal(&self, start: usize, message: impl Into<String>, help: &str) -> Box<Diagnostic> {
        let span = self.span(start, start);
        Box::new(Diagnostic::error(&AGGREGATION, message).at(span).help(help))
    }
}
