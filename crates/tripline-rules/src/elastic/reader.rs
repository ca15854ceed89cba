//! Reading typed values out of a table, with a diagnostic for each that does not fit.

use super::time::{Back, parse_back};
use crate::codes::{BAD_VALUE, MISSING_KEY, MOVING_WINDOW};
use crate::report::FileReport;
use crate::value::{Table, Value};
use std::ops::RangeInclusive;
use tripline_diag::{Diagnostic, Span};

/// A table, and where to say what is wrong with it.
pub(crate) struct Reader<'r, 't> {
    pub report: &'r mut FileReport,
    pub table: &'t Table,
    /// Whether the table is the rule itself, and not a part of it.
    whole: bool,
}

impl<'r, 't> Reader<'r, 't> {
    pub fn new(report: &'r mut FileReport, table: &'t Table) -> Self {
        Self { report, table, whole: true }
    }

    /// Of a table inside a rule or of another file.
    pub fn inner(report: &'r mut FileReport, table: &'t Table) -> Self {
        Self { report, table, whole: false }
    }

    fn span(&self, key: &str) -> Option<Span> {
        self.table.get(key).map(|n| n.span)
    }

    fn say(&mut self, mut diagnostic: Diagnostic, key: &str, help: Option<String>) {
        diagnostic.span = self.span(key);
        self.report.add(diagnostic.maybe_help(help));
    }

    /// A value that is replaced by its default.
    pub fn bad(&mut self, key: &str, text: &str, help: Option<String>) {
        self.say(Diagnostic::warning(&BAD_VALUE, text), key, help);
    }

    /// A value without which there is no rule.
    pub fn error(&mut self, key: &str, text: &str, help: Option<String>) {
        self.say(Diagnostic::error(&BAD_VALUE, text), key, help);
    }

    fn expected(&mut self, key: &str, what: &str) {
        self.bad(key, &format!("`{key}` is not {what}"), None);
    }

    pub fn text(&mut self, key: &str) -> Option<String> {
        let Value::Text(text) = &self.table.get(key)?.value else {
            self.expected(key, "a text");
            return None;
        };
        Some(text.clone())
    }

    pub fn required_text(&mut self, key: &str, place: Span) -> Option<String> {
        match self.table.get(key).map(|n| &n.value) {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.clone()),
            Some(Value::Text(_)) => {
                self.error(key, &format!("`{key}` is empty"), None);
                None
            }
            Some(_) => {
                self.error(key, &format!("`{key}` is not a text"), None);
                None
            }
            None => {
                let text = if self.whole {
                    format!("the rule has no `{key}`")
                } else {
                    format!("there is no `{key}` here")
                };
                self.report.add(Diagnostic::error(&MISSING_KEY, text).at(place));
                None
            }
        }
    }

    /// A list of texts; one text stands for a list of one.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        match self.table.get(key).map(|n| &n.value) {
            None => vec![],
            Some(Value::Text(text)) => vec![text.clone()],
            Some(Value::List(items)) => {
                let mut texts = vec![];
                for item in items {
                    if let Value::Text(text) = &item.value {
                        texts.push(text.clone());
                    } else {
                        let what = format!("an entry of `{key}` is not a text");
                        self.report.add(Diagnostic::warning(&BAD_VALUE, what).at(item.span));
                    }
                }
                texts
            }
            Some(_) => {
                self.expected(key, "a list of texts");
                vec![]
            }
        }
    }

    pub fn whole(&mut self, key: &str, allowed: RangeInclusive<i64>) -> Option<i64> {
        let Value::Number(digits) = &self.table.get(key)?.value else {
            self.expected(key, "a whole number");
            return None;
        };
        match digits.parse::<i64>() {
            Ok(n) if allowed.contains(&n) => Some(n),
            _ => {
                let (low, high) = (allowed.start(), allowed.end());
                let text = if *high >= i64::from(u32::MAX) {
                    format!("`{key}` is less than {low}, or too large")
                } else {
                    format!("`{key}` is not between {low} and {high}")
                };
                self.bad(key, &text, None);
                None
            }
        }
    }

    pub fn flag(&mut self, key: &str) -> Option<bool> {
        let Value::Flag(flag) = &self.table.get(key)?.value else {
            self.expected(key, "true or false");
            return None;
        };
        Some(*flag)
    }

    pub fn period(&mut self, key: &str, parse: fn(&str) -> Option<i64>) -> Option<i64> {
        let text = self.text(key)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            let help = "periods are written `5m`, `1h`, `7d`";
            self.bad(key, &format!("`{text}` is not a period"), Some(help.to_owned()));
        }
        parsed
    }

    /// Date math over `now`. Where the calendar decides how far back it reaches, that is said: the
    /// window is then taken as the widest.
    pub fn back(&mut self, key: &str) -> Option<Back> {
        let text = self.text(key)?;
        let Some(back) = parse_back(&text) else {
            let help =
                "points in time are written `now`, `now-9m`, `now-1d/d`, and do not lie ahead";
            self.bad(key, &format!("`{text}` is not a time before now"), Some(help.to_owned()));
            return None;
        };
        if back.least != back.most {
            let what = format!("`{text}` reaches further back at some times than at others");
            let help = "it is taken so that the window is always the longest it can be";
            self.say(Diagnostic::note(&MOVING_WINDOW, what), key, Some(help.to_owned()));
        }
        Some(back)
    }
}
