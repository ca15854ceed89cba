//! Reading a command's arguments.

use crate::ast::{Name, Search};
use crate::codes;
use crate::spans::SpanMap;
use crate::tokens::{Mode, Token, TokenKind, tokenize};
use tripline_diag::{Diagnostic, Span};

/// The arguments of one command, read from left to right.
pub(crate) struct Arguments<'a> {
    pub(super) text: &'a str,
    pub(super) map: &'a SpanMap,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) depth: usize,
    /// Where the command ends.
    end: Span,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(
        text: &'a str,
        from: usize,
        to: usize,
        map: &'a SpanMap,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let tokens = tokenize(text, from, to, Mode::Words, map);
        let last = text[from..to].chars().next_back().map_or(0, char::len_utf8);
        let end = map.map(to - last, to);
        Self { text, map, tokens, at: 0, depth: 0, end, diagnostics }
    }

    /// Reads the rest in the alphabet of expressions instead.
    pub(crate) fn expressions(&mut self) {
        let Some(first) = self.peek().map(|t| t.start) else { return };
        let end = self.tokens.last().map_or(first, |t| t.end);
        self.reread(first, end);
    }

    /// The expanded text between two places.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &str {
        &self.text[from..to]
    }

    pub(super) fn reread(&mut self, from: usize, to: usize) {
        self.tokens = tokenize(self.text, from, to, Mode::Expression, self.map);
        self.at = 0;
        self.check_quotes();
    }

    /// Swaps in the tokens of an inner expression and back.
    pub(super) fn inside<T>(
        &mut self,
        from: usize,
        to: usize,
        f: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let inner = tokenize(self.text, from, to, Mode::Expression, self.map);
        let outer =
            (std::mem::replace(&mut self.tokens, inner), std::mem::replace(&mut self.at, 0));
        self.check_quotes();
        let result = f(self);
        self.expect_end();
        (self.tokens, self.at) = outer;
        result
    }

    /// Reports a quote that is not closed.
    pub(crate) fn check_quotes(&mut self) {
        let open = self.tokens.iter().find(|t| matches!(t.kind, TokenKind::Open(_)));
        if let Some(span) = open.map(|t| t.span) {
            let span = Span { start: span.start, end: (span.start + 1).min(span.end) };
            self.report(Diagnostic::error(&codes::UNTERMINATED, "quote is not closed").at(span));
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.is_error()).count()
    }

    pub(crate) fn unsupported(&mut self, span: Span, what: impl Into<String>) {
        self.report(Diagnostic::error(&codes::UNSUPPORTED_OPTION, what).at(span));
    }

    pub(crate) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(crate) fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    /// Where the next token stands, or the end.
    pub(crate) fn here(&self) -> Span {
        self.peek().map_or(self.end, |t| t.span)
    }

    pub(crate) fn is_punct(&self, punct: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: TokenKind::Punct(p), .. }) if *p == punct)
    }

    pub(crate) fn eat(&mut self, punct: &str) -> bool {
        let hit = self.is_punct(punct);
        self.at += usize::from(hit);
        hit
    }

    /// Whether the token at a distance is this word, whatever its case.
    pub(crate) fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead),
            Some(Token { kind: TokenKind::Word(w), .. }) if w.eq_ignore_ascii_case(word))
    }

    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let hit = self.is_word(0, word);
        self.at += usize::from(hit);
        hit
    }

    /// Says that something else was expected here.
    pub(crate) fn expected(&mut self, what: &str) {
        let found = match self.peek().map(|t| &t.kind) {
            None => "the end".to_owned(),
            Some(TokenKind::Word(w)) => format!("`{w}`"),
            Some(TokenKind::Quoted(w) | TokenKind::Open(w)) => format!("\"{w}\""),
            Some(TokenKind::Single(w)) => format!("'{w}'"),
            Some(TokenKind::Punct(p)) => format!("`{p}`"),
        };
        let span = self.here();
        let message = format!("expected {what}, found {found}");
        self.report(Diagnostic::error(&codes::SYNTAX, message).at(span));
    }

    pub(crate) fn expect_end(&mut self) {
        if self.is_punct("[") {
            let span = self.here();
            self.subsearch(span);
        } else if self.peek().is_some() {
            self.expected("the end of the command");
        }
    }

    pub(super) fn subsearch(&mut self, span: Span) {
        let message = "subsearches are not supported yet";
        self.report(Diagnostic::error(&codes::SUBSEARCH, message).at(span));
    }

    /// A word or quoted text.
    pub(crate) fn maybe_name(&mut self) -> Option<Name> {
        match self.peek()?.kind.clone() {
            TokenKind::Word(text) | TokenKind::Quoted(text) | TokenKind::Single(text) => {
                let span = self.here();
                self.at += 1;
                // Some content puts single quotes around names outside expressions too.
                let bare = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
                let text = bare.filter(|t| !t.is_empty()).unwrap_or(&text).to_owned();
                Some(Name { text, span })
            }
            _ => None,
        }
    }

    pub(crate) fn name(&mut self, what: &str) -> Option<Name> {
        let name = self.maybe_name();
        if name.is_none() {
            self.expected(what);
        }
        name
    }

    /// An option `key=value` if one stands here and its key passes.
    pub(crate) fn option(&mut self, wanted: impl Fn(&str) -> bool) -> Option<(String, Name)> {
        let key = match &self.peek()?.kind {
            TokenKind::Word(key) => key.to_ascii_lowercase(),
            _ => return None,
        };
        let equals =
            matches!(self.tokens.get(self.at + 1), Some(Token { kind: TokenKind::Punct("="), .. }));
        if !equals || !wanted(&key) {
            return None;
        }
        self.at += 2;
        let value = self.name("a value")?;
        Some((key, value))
    }

    /// Names up to the end or one of these words; commas between them do not matter.
    pub(crate) fn names(&mut self, stop: &[&str]) -> Vec<Name> {
        let mut names = vec![];
        loop {
            while self.eat(",") {}
            if stop.iter().any(|word| self.is_word(0, word)) {
                return names;
            }
            match self.maybe_name() {
                Some(name) => names.push(self.with_parenthesis(name)),
                None => return names,
            }
        }
    }

    /// A column may be named like a call, `predicted(x)`: the parenthesis follows without a blank.
    fn with_parenthesis(&mut self, mut name: Name) -> Name {
        let glued = self.is_punct("(")
            && self.at > 0
            && self.tokens[self.at - 1].end == self.tokens[self.at].start;
        if !glued {
            return name;
        }
        let start = self.tokens[self.at].start;
        while let Some(token) = self.next() {
            name.span = name.span.to(token.span);
            if token.kind == TokenKind::Punct(")") {
                name.text.push_str(&self.text[start..token.end]);
                break;
            }
        }
        name
    }

    /// `a as b`, or `a` alone.
    pub(crate) fn name_as(&mut self, what: &str) -> Option<(Name, Option<Name>)> {
        let name = self.name(what)?;
        let alias = if self.eat_word("as") { Some(self.name("a new name")?) } else { None };
        Some((name, alias))
    }

    /// A truth value.
    pub(crate) fn truth(&mut self, value: &Name) -> bool {
        match value.text.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" | "yes" => true,
            "f" | "false" | "0" | "no" => false,
            _ => {
                let diagnostic = Diagnostic::error(&codes::SYNTAX, "expected true or false");
                self.report(diagnostic.at(value.span));
                false
            }
        }
    }

    /// A whole number.
    pub(crate) fn count(&mut self, value: &Name) -> u64 {
        value.text.parse().unwrap_or_else(|_| {
            let message = format!("expected a whole number, found `{}`", value.text);
            self.report(Diagnostic::error(&codes::SYNTAX, message).at(value.span));
            0
        })
    }

    /// The rest as a search expression.
    pub(crate) fn search_expression(&mut self) -> Search {
        let search = self.search(&[]);
        self.expect_end();
        search
    }
}

/// A span of time in seconds (`5m`, `1h`, `30`); none for what is none or has no fixed length.
pub(crate) fn span_seconds(text: &str) -> Option<f64> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = text.split_at(digits);
    let number: f64 = if number.is_empty() { 1.0 } else { number.parse().ok()? };
    let factor = match unit {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "ms" => 0.001,
        _ => return None,
    };
    let seconds = number * factor;
    (!text.is_empty() && seconds > 0.0 && seconds.is_finite()).then_some(seconds)
}
