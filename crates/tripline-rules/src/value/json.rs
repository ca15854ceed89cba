//! JSON with places: what `serde_json` reads, but each value and key keeps its span.

use super::{Entry, Node, Table, Value};
use tripline_diag::Span;

/// Nesting deeper than this is no rule (and protects the stack).
const DEEPEST: usize = 64;

/// What is wrong, and at which byte.
pub(crate) type JsonError = (String, usize);

/// Reads one value; only white space may follow it.
pub(crate) fn parse(text: &str) -> Result<Node, JsonError> {
    let mut parser = Parser { text, at: 0 };
    parser.space();
    let node = parser.value(0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(("expected the end".to_owned(), parser.at));
    }
    Ok(node)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn error<T>(&self, text: &str) -> Result<T, JsonError> {
        Err((text.to_owned(), self.at))
    }

    /// Whether the next token is this byte, which is then read.
    fn eat(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        if depth > DEEPEST {
            return self.error("nested too deeply");
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.table(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b't') => self.word("true", Value::Flag(true))?,
            Some(b'f') => self.word("false", Value::Flag(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return self.error("expected a value"),
        };
        Ok(Node { value, span: Span::new(start, self.at) })
    }

    fn table(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut entries = vec![];
        if self.eat(b'}') {
            return Ok(Value::Table(Table::default()));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return self.error("expected a key in quotes");
            }
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            if !self.eat(b':') {
                return self.error("expected `:`");
            }
            self.space();
            let node = self.value(depth + 1)?;
            entries.push(Entry { key, key_span, node });
            if self.eat(b'}') {
                return Ok(Value::Table(Table::new(entries)));
            }
            if !self.eat(b',') {
                return self.error("expected `,` or `}`");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut items = vec![];
        if self.eat(b']') {
            return Ok(Value::List(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            if self.eat(b']') {
                return Ok(Value::List(items));
            }
            if !self.eat(b',') {
                return self.error("expected `,` or `]`");
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return self.error("expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let digits = &rest[..end];
        if serde_json::from_str::<serde_json::Number>(digits).is_err() {
            return self.error("not a number");
        }
        self.at += end;
        Ok(Value::Number(digits.to_owned()))
    }

    /// The string between the quotes; escapes are left to `serde_json`.
    fn string(&mut self) -> Result<String, JsonError> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        let mut escaped = false;
        loop {
            match bytes.get(end) {
                None => return Err(("the text does not end".to_owned(), start)),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(0..=0x1f) => {
                    return Err(("a line break or control character in a text".to_owned(), end));
                }
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        if !escaped {
            return Ok(self.text[start + 1..end].to_owned());
        }
        serde_json::from_str(&self.text[start..=end])
            .map_err(|_| ("an escape that JSON does not have".to_owned(), start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            r#"{"a": [1, -2.5e3, "x\n\u00e9\ud83d\ude00", true, false, null], "b": {}}"#,
            r" [ ] ",
            r#""""#,
            r#"{"a":{"b":{"c":[[]]}}}"#,
            r#"{"twice":1,"twice":2}"#,
            "123456789012345678",
        ] {
            let expected: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text).unwrap().value.to_json(), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_serde_json_refuses_and_says_where() {
        for (text, at) in [
            ("", 0),
            ("{", 1),
            ("{a:1}", 1),
            (r#"{"a" 1}"#, 5),
            (r#"{"a":1,}"#, 7),
            (r#"["a" "b"]"#, 5),
            ("tru", 0),
            ("01", 0),
            ("--1", 0),
            (r#""abc"#, 0),
            (r#""\q""#, 0),
            ("\"a\nb\"", 2),
            ("1 2", 2),
            ("\"a\\", 0),
            ("é", 0),
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert_eq!(parse(text).unwrap_err().1, at, "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parse(&deep).unwrap_err().0, "nested too deeply");
    }

    #[test]
    fn values_have_places() {
        let node = parse(r#"{"a": [10, "b"]}"#).unwrap();
        let table = node.value.as_table().unwrap();
        let entry = table.entry("a").unwrap();
        assert_eq!((entry.key_span, entry.node.span), (Span::new(1, 4), Span::new(6, 15)));
        assert_eq!(entry.node.value.as_list().unwrap()[1].span, Span::new(11, 14));
    }
}
