//! Reading typed values out of a table, with a diagnostic for each that does not fit.

use crate::codes::{BAD_VALUE, MISSING_KEY};
use crate::report::FileReport;
use std::ops::{Range, RangeInclusive};
use toml::de::{DeTable, DeValue};
use tripline_diag::{Diagnostic, Span};

/// A table, and where to say what is wrong with it.
pub(crate) struct Reader<'r, 't> {
    pub report: &'r mut FileReport,
    pub table: &'t DeTable<'t>,
}

pub(crate) fn span_of(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

/// The byte at which a string's content starts: after its quotes, and after the line break that
/// TOML drops behind an opening `'''`.
pub(crate) fn inner_start(file: &str, span: Range<usize>) -> usize {
    let text = file.get(span.clone()).unwrap_or("");
    let quotes = if text.starts_with("'''") || text.starts_with("\"\"\"") { 3 } else { 1 };
    let rest = text.get(quotes..).unwrap_or("");
    let line_break = match rest.as_bytes() {
        [b'\r', b'\n', ..] if quotes == 3 => 2,
        [b'\n', ..] if quotes == 3 => 1,
        _ => 0,
    };
    span.start + quotes + line_break
}

impl<'r, 't> Reader<'r, 't> {
    pub fn new(report: &'r mut FileReport, table: &'t DeTable<'t>) -> Self {
        Self { report, table }
    }

    fn span(&self, key: &str) -> Option<Span> {
        self.table.get(key).map(|v| span_of(v.span()))
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

    /// A key without which there is no rule.
    pub fn missing(&mut self, key: &str, help: &str) {
        let text = format!("the rule has no `{key}`");
        self.report.add(Diagnostic::error(&MISSING_KEY, text).help(help));
    }

    fn expected(&mut self, key: &str, what: &str) {
        self.bad(key, &format!("`{key}` is not {what}"), None);
    }

    pub fn text(&mut self, key: &str) -> Option<String> {
        let DeValue::String(text) = self.table.get(key)?.get_ref() else {
            self.expected(key, "a text");
            return None;
        };
        Some(text.to_string())
    }

    pub fn required_text(&mut self, key: &str, place: Span) -> Option<String> {
        match self.table.get(key).map(toml::Spanned::get_ref) {
            Some(DeValue::String(text)) if !text.trim().is_empty() => Some(text.to_string()),
            Some(DeValue::String(_)) => {
                self.error(key, &format!("`{key}` is empty"), None);
                None
            }
            Some(_) => {
                self.error(key, &format!("`{key}` is not a text"), None);
                None
            }
            None => {
                let text = format!("the rule has no `{key}`");
                self.report.add(Diagnostic::error(&MISSING_KEY, text).at(place));
                None
            }
        }
    }

    /// A list of texts; one text stands for a list of one.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        match self.table.get(key).map(toml::Spanned::get_ref) {
            None => vec![],
            Some(DeValue::String(text)) => vec![text.to_string()],
            Some(DeValue::Array(items)) => {
                let mut texts = vec![];
                for item in items {
                    if let DeValue::String(text) = item.get_ref() {
                        texts.push(text.to_string());
                    } else {
                        let what = format!("an entry of `{key}` is not a text");
                        let span = span_of(item.span());
                        self.report.add(Diagnostic::warning(&BAD_VALUE, what).at(span));
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
        let DeValue::Integer(number) = self.table.get(key)?.get_ref() else {
            self.expected(key, "a whole number");
            return None;
        };
        let digits = number.as_str().replace('_', "");
        match i64::from_str_radix(&digits, number.radix()) {
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
        let DeValue::Boolean(flag) = self.table.get(key)?.get_ref() else {
            self.expected(key, "true or false");
            return None;
        };
        Some(*flag)
    }

    pub fn time(&mut self, key: &str, parse: fn(&str) -> Option<i64>) -> Option<i64> {
        let text = self.text(key)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            let help = "periods are written `5m`, `1h`; points in time `now`, `now-9m`";
            self.bad(key, &format!("`{text}` is not a time"), Some(help.to_owned()));
        }
        parsed
    }
}

/// The value as JSON. Numbers that do not fit are text; nesting deeper than any rule's is cut.
pub(crate) fn to_json(value: &DeValue<'_>, depth: usize) -> serde_json::Value {
    use serde_json::Value;
    if depth > 32 {
        return Value::Null;
    }
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix())
                .map_or_else(|_| Value::String(digits), Value::from)
        }
        DeValue::Float(number) => {
            let digits = number.as_str().replace('_', "");
            digits.parse::<f64>().map_or_else(|_| Value::String(digits), Value::from)
        }
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(items) => {
            items.iter().map(|item| to_json(item.get_ref(), depth + 1)).collect()
        }
        DeValue::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, item)| (key.get_ref().to_string(), to_json(item.get_ref(), depth + 1)))
                .collect(),
        ),
    }
}
