//! YAML with places: the documents of a file, each value with its span.

use crate::value::{Entry, Node, Table, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};
use std::collections::HashMap;
use tripline_diag::Span;

/// Nesting deeper than this is no test (and protects the stack).
const DEEPEST: usize = 64;
/// Aliases may not blow a file up beyond so many values.
const ALIASED: usize = 100_000;

/// What is wrong, and at which byte.
pub(super) type YamlError = (String, usize);

/// Reads all documents of a text. An empty document is a null.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, YamlError> {
    let places = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        length: text.len(),
        places,
        anchors: HashMap::new(),
        aliased: 0,
    };
    let mut documents = vec![];
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => documents.push(reader.node(event, span, 0)?),
        }
    }
    Ok(documents)
}

struct Reader<'t> {
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    length: usize,
    /// The byte of each character; none where both are the same.
    places: Option<Vec<usize>>,
    anchors: HashMap<usize, (Node, usize)>,
    aliased: usize,
}

impl<'t> Reader<'t> {
    fn byte(&self, character: usize) -> usize {
        match &self.places {
            Some(places) => places.get(character).copied().unwrap_or(self.length),
            None => character.min(self.length),
        }
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, YamlError> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                let (start, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
                Ok(Some((event, Span::new(start, end))))
            }
            Some(Err(error)) => Err(self.error(&error)),
        }
    }

    fn error(&self, error: &ScanError) -> YamlError {
        (error.info().to_owned(), self.byte(error.marker().index()))
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, YamlError> {
        if depth > DEEPEST {
            return Err(("nested too deeply".to_owned(), span.start as usize));
        }
        let (anchor, node) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = if style == ScalarStyle::Plain {
                    plain(&text)
                } else {
                    Value::Text(text.into_owned())
                };
                (anchor, Node { value, span })
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = vec![];
                let end = loop {
                    let (event, at) = self.inside(span)?;
                    if matches!(event, Event::SequenceEnd) {
                        break at;
                    }
                    items.push(self.node(event, at, depth + 1)?);
                };
                (anchor, Node { value: Value::List(items), span: span.to(end) })
            }
            Event::MappingStart(anchor, _) => {
                let (table, end) = self.mapping(span, depth)?;
                (anchor, Node { value: Value::Table(table), span: span.to(end) })
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(("an alias of itself".to_owned(), span.start as usize));
                };
                self.aliased += size;
                if self.aliased > ALIASED {
                    return Err(("too many aliases".to_owned(), span.start as usize));
                }
                (0, Node { span, ..node })
            }
            _ => return Err(("expected a value".to_owned(), span.start as usize)),
        };
        if anchor > 0 {
            let size = size(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn inside(&mut self, of: Span) -> Result<(Event<'t>, Span), YamlError> {
        self.next()?.ok_or_else(|| ("the text ends early".to_owned(), of.start as usize))
    }

    fn mapping(&mut self, of: Span, depth: usize) -> Result<(Table, Span), YamlError> {
        let mut entries: Vec<Entry> = vec![];
        loop {
            let (event, span) = self.inside(of)?;
            let key = match event {
                Event::MappingEnd => return Ok((Table::new(entries), span)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(("a key that is no text".to_owned(), span.start as usize)),
            };
            if entries.iter().any(|entry| entry.key == key) {
                return Err((format!("the key `{key}` is there twice"), span.start as usize));
            }
            let (event, at) = self.inside(of)?;
            let node = self.node(event, at, depth + 1)?;
            entries.push(Entry { key, key_span: span, node });
        }
    }
}

/// What an unquoted word means.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Flag(true),
        "false" | "False" | "FALSE" => return Value::Flag(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.starts_with(|c: char| c.is_ascii_digit()) {
        if let Ok(whole) = text.parse::<i64>() {
            return Value::Number(whole.to_string());
        }
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+');
        if digits.chars().all(is_number) && text.parse::<f64>().is_ok() {
            return Value::Number(text.to_owned());
        }
    }
    Value::Text(text.to_owned())
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Table(table) => table.entries().iter().map(|e| size(&e.node)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_other_reader_reads() {
        for text in [
            "a: 1\nb: [x, 'y', \"z\\n\", 1.5, -2, true, ~]\nc:\n  - d: |\n      one\n      two\n  - {}\n",
            "é: ü\nlist:\n- 1\n- a: b\n",
            "base: &b {k: v}\nuse: *b\n",
            "folded: >-\n  a\n  b\nempty:\n",
        ] {
            let expected: serde_json::Value = serde_norway::from_str(text).unwrap();
            let found = parse(text).unwrap();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].value.to_json(), expected, "{text}");
        }
    }

    #[test]
    fn documents_and_places() {
        let text = "é: 1\n---\nb: two\n";
        let found = parse(text).unwrap();
        assert_eq!(found.len(), 2);
        let entry = found[1].value.as_table().unwrap().entry("b").unwrap();
        assert_eq!(entry.node.span.of(text), "two");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, says) in [
            ("a: [1", ""),
            ("a: 1\na: 2\n", "there twice"),
            ("? [a]\n: b\n", "a key that is no text"),
            ("a: &x [*x]\n", ""),
        ] {
            let (message, _) = parse(text).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
        let deep = "[".repeat(5_000);
        assert!(parse(&deep).is_err());
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..9 {
            let last = format!("*a{}", n - 1);
            laughs += &format!("a{n}: &a{n} [{}]\n", vec![last; 10].join(", "));
        }
        assert_eq!(parse(&laughs).unwrap_err().0, "too many aliases");
    }
}
