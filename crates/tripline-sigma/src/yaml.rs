//! YAML as a tree whose nodes know their place.
//!
//! A rule is YAML, so a rule's diagnostics point into YAML. Types are those of the YAML 1.2 core
//! schema: `yes` and `on` are text. What a scalar was before it became a number is kept, because
//! Sigma compares values as text (`0x10`, `007`).

use crate::codes::{ALIASES, DUPLICATE_KEY, TOO_DEEP, YAML};
use crate::words::shared;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span};

/// How deep collections may be nested.
const DEEPEST: usize = 64;
/// So many nodes may come from aliases in a file: enough for people, too few for a bomb.
const MOST_COPIED: usize = 20_000;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands. An alias stands where it is used.
    pub span: Span,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// One value.
    Scalar(Scalar),
    /// `- a`, `[a, b]`.
    Sequence(Vec<Node>),
    /// `a: b`. Of equal keys the last counts, as in most readers; they are reported.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key's text; a key that is no scalar is reported and left out.
    pub key: Arc<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// As it reads once YAML's quotes and escapes are gone.
    pub text: Arc<str>,
    /// What it is by YAML's rules.
    pub ty: Type,
    /// Whether it stands in quotes or is a block: text then, whatever it looks like.
    pub quoted: bool,
}

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Type {
    /// Text.
    Text,
    /// `null`, `~`, nothing.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
}

impl Node {
    /// The text of a scalar, unless it is null.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) if scalar.ty != Type::Null => Some(&scalar.text),
            _ => None,
        }
    }

    /// The scalar.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.ty == Type::Null)
    }

    /// The elements of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The elements of a sequence, or the node itself as the only one; none for null.
    pub fn one_or_many(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ if self.is_null() => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// The entry with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key == key)
    }

    /// The value with this key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The text with this key.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::as_str)
    }

    /// A map without some of its keys.
    #[must_use]
    pub fn without(&self, keys: &[&str]) -> Self {
        let mut node = self.clone();
        if let Value::Map(entries) = &mut node.value {
            entries.retain(|entry| !keys.contains(&&*entry.key));
        }
        node
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Sequence(_) => "a list",
            Value::Map(_) => "a map",
            Value::Scalar(scalar) => match scalar.ty {
                Type::Text => "text",
                Type::Null => "null",
                Type::Bool(_) => "a truth value",
                Type::Int(_) | Type::Float(_) => "a number",
            },
        }
    }

    fn count(&self) -> usize {
        1 + match &self.value {
            Value::Scalar(_) => 0,
            Value::Sequence(items) => items.iter().map(Self::count).sum(),
            Value::Map(entries) => entries.iter().map(|entry| 1 + entry.value.count()).sum(),
        }
    }
}

/// Reads all documents of a text. Those before an error of syntax are there; the one that has it
/// and those after it are not. Empty documents are left out.
pub fn read(text: &str) -> (Vec<Node>, Vec<Diagnostic>) {
    let mut reader = Reader {
        text,
        offsets: Offsets::new(text),
        diagnostics: Vec::new(),
        documents: Vec::new(),
        stack: Vec::new(),
        anchors: HashMap::new(),
        copied: 0,
        refused: false,
    };
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    reader.offsets.skipped = text.len() - body.len();
    let mut parser = Parser::new_from_str(body);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                let start = reader.offsets.byte(span.start.index());
                let end = reader.offsets.byte(span.end.index());
                if !reader.event(event, start, end.max(start)) {
                    break;
                }
            }
            Err(error) => {
                let at = reader.offsets.byte(error.marker().index());
                let end = (at + 1..=text.len()).find(|n| text.is_char_boundary(*n)).unwrap_or(at);
                reader.diagnostics.push(
                    Diagnostic::error(&YAML, format!("not YAML: {}", error.info()))
                        .at(Span::new(at, end)),
                );
                break;
            }
        }
    }
    (reader.documents, reader.diagnostics)
}

/// From characters, in which the parser counts, to bytes.
struct Offsets {
    /// None when the two are the same.
    table: Option<Vec<u32>>,
    length: usize,
    skipped: usize,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let table =
            (!body.is_ascii()).then(|| body.char_indices().map(|(at, _)| at as u32).collect());
        Self { table, length: body.len(), skipped: 0 }
    }

    fn byte(&self, index: usize) -> usize {
        let at = match &self.table {
            Some(table) => table.get(index).map_or(self.length, |at| *at as usize),
            None => index.min(self.length),
        };
        at + self.skipped
    }
}

/// A collection that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// Where each key is, once there are many.
        places: HashMap<Arc<str>, usize>,
        /// A key that waits for its value; `None` inside for a key that cannot be used.
        key: Option<(Option<Arc<str>>, Span)>,
    },
}

struct Reader<'a> {
    text: &'a str,
    offsets: Offsets,
    diagnostics: Vec<Diagnostic>,
    documents: Vec<Node>,
    stack: Vec<Open>,
    anchors: HashMap<usize, Node>,
    copied: usize,
    refused: bool,
}

impl Reader<'_> {
    /// Takes an event; false when reading on makes no sense.
    fn event(&mut self, event: Event<'_>, start: usize, end: usize) -> bool {
        match event {
            Event::SequenceStart(anchor, _) => {
                self.open(start, end, anchor, OpenKind::Sequence(Vec::new()));
            }
            Event::MappingStart(anchor, _) => {
                let kind = OpenKind::Map { entries: Vec::new(), places: HashMap::new(), key: None };
                self.open(start, end, anchor, kind);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Scalar(text, style, anchor, tag) => {
                let quoted = style != ScalarStyle::Plain;
                let ty = scalar_type(&text, quoted, tag.as_ref());
                let span = self.scalar_span(start, end, style);
                let value = Value::Scalar(Scalar { text: shared(&text), ty, quoted });
                self.node(Node { value, span }, anchor);
            }
            Event::Alias(anchor) => {
                let span = Span::new(start, end);
                let Some(mut node) = self.anchors.get(&anchor).cloned() else {
                    // An alias inside of what it names: the parser knows the name, the node is
                    // not there yet.
                    self.refuse(&ALIASES, "an alias stands inside of what it names", span);
                    return false;
                };
                self.copied += node.count();
                if self.copied > MOST_COPIED {
                    self.refuse(&ALIASES, "aliases make the text too large", span);
                    return false;
                }
                node.span = span;
                self.node(node, 0);
            }
            Event::DocumentEnd => self.anchors.clear(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
        !self.refused
    }

    fn refuse(&mut self, code: &'static tripline_diag::Code, message: &str, span: Span) {
        self.diagnostics.push(Diagnostic::error(code, message).at(span));
        self.refused = true;
    }

    fn open(&mut self, start: usize, end: usize, anchor: usize, kind: OpenKind) {
        if self.stack.len() >= DEEPEST {
            let message = format!("collections are nested more than {DEEPEST} deep");
            self.refuse(&TOO_DEEP, &message, Span::new(start, end));
        } else {
            self.stack.push(Open { start, anchor, kind });
        }
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.stack.pop() else { return };
        let span = self.trim(open.start, end);
        let value = match open.kind {
            // Thousands of rules stay in memory.
            OpenKind::Sequence(mut items) => {
                items.shrink_to_fit();
                Value::Sequence(items)
            }
            OpenKind::Map { mut entries, .. } => {
                entries.shrink_to_fit();
                Value::Map(entries)
            }
        };
        self.node(Node { value, span }, open.anchor);
    }

    /// The parser's place of a scalar in quotes goes on to the end of the line, comments included.
    fn scalar_span(&self, start: usize, end: usize, style: ScalarStyle) -> Span {
        let body = self.text.as_bytes().get(start..end).unwrap_or(b"");
        let quote = match style {
            ScalarStyle::SingleQuoted => b'\'',
            ScalarStyle::DoubleQuoted => b'"',
            _ => return self.trim(start, end),
        };
        let mut at = 1;
        while at < body.len() {
            match body[at] {
                b'\\' if quote == b'"' => at += 1,
                b if b == quote && quote == b'\'' && body.get(at + 1) == Some(&quote) => at += 1,
                b if b == quote => return Span::new(start, start + at + 1),
                _ => {}
            }
            at += 1;
        }
        self.trim(start, end)
    }

    /// A place without the blanks at its end: the parser closes a block where the next one starts.
    fn trim(&self, start: usize, end: usize) -> Span {
        let text = self.text.get(start..end).unwrap_or("");
        Span::new(start, start + text.trim_end().len())
    }

    fn node(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.stack.last_mut() else {
            if !node.is_null() {
                self.documents.push(node);
            }
            return;
        };
        match &mut open.kind {
            OpenKind::Sequence(items) => items.push(node),
            OpenKind::Map { entries, places, key } => match key.take() {
                None => {
                    let text = match &node.value {
                        Value::Scalar(scalar) => Some(scalar.text.clone()),
                        _ => None,
                    };
                    if text.is_none() {
                        let message = format!("{} cannot be a key", node.kind());
                        self.diagnostics.push(Diagnostic::error(&YAML, message).at(node.span));
                    }
                    *key = Some((text, node.span));
                }
                Some((None, _)) => {}
                Some((Some(name), key_span)) if &*name == "<<" && !is_scalar(&node) => {
                    merge(entries, node, key_span);
                }
                Some((Some(name), key_span)) => {
                    let entry = Entry { key: name, key_span, value: node };
                    match place(entries, places, &entry.key) {
                        Some(at) => {
                            self.diagnostics.push(duplicate(&entries[at], &entry));
                            entries[at] = entry;
                        }
                        None => entries.push(entry),
                    }
                }
            },
        }
    }
}

/// Maps of up to so many keys are searched from the start.
const FEW: usize = 32;

/// Where a key already is in a map.
fn place(entries: &[Entry], places: &mut HashMap<Arc<str>, usize>, key: &str) -> Option<usize> {
    if entries.len() <= FEW {
        return entries.iter().position(|other| &*other.key == key);
    }
    for (at, entry) in entries.iter().enumerate().skip(places.len()) {
        places.insert(Arc::clone(&entry.key), at);
    }
    places.get(key).copied()
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.value, Value::Scalar(_))
}

/// `<<: *base`: the entries of other maps, where the map does not have its own.
fn merge(entries: &mut Vec<Entry>, node: Node, key_span: Span) {
    let maps = match node.value {
        Value::Sequence(items) => items,
        _ => vec![node],
    };
    for map in maps {
        let Value::Map(others) = map.value else { continue };
        for mut other in others {
            if !entries.iter().any(|entry| entry.key == other.key) {
                other.key_span = key_span;
                entries.push(other);
            }
        }
    }
}

fn duplicate(first: &Entry, second: &Entry) -> Diagnostic {
    Diagnostic::error(&DUPLICATE_KEY, format!("`{}` stands here twice", second.key))
        .at(second.key_span)
        .label(first.key_span, "first here")
        .help("only one of them can count; give a selection's second condition a name of its own")
}

fn scalar_type(text: &str, quoted: bool, tag: Option<&Cow<'_, Tag>>) -> Type {
    match tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| &*tag.suffix) {
        Some("str") => Type::Text,
        None if quoted => Type::Text,
        _ => plain_type(text),
    }
}

/// The core schema of YAML 1.2.
fn plain_type(text: &str) -> Type {
    let first = text.as_bytes().first().copied().unwrap_or(b'~');
    if !matches!(
        first,
        b'0'..=b'9' | b'-' | b'+' | b'.' | b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F'
    ) {
        return Type::Text;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Type::Null,
        "true" | "True" | "TRUE" => return Type::Bool(true),
        "false" | "False" | "FALSE" => return Type::Bool(false),
        _ => {}
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && digits.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return i64::from_str_radix(digits, radix).map_or(Type::Text, Type::Int);
        }
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() {
        return Type::Text;
    }
    if unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_or_else(|_| float(text), Type::Int);
    }
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if starts && unsigned.bytes().any(|b| b.is_ascii_digit()) { float(text) } else { Type::Text }
}

fn float(text: &str) -> Type {
    tripline_ir::parse_number(text).map_or(Type::Text, Type::Float)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn one(text: &str) -> Node {
        let (mut documents, diagnostics) = read(text);
        assert_eq!(diagnostics, []);
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    #[test]
    fn places_are_in_bytes() {
        let text = "títle: Ärger\nlist:\n  - 'ö'  # c\n  - b  # c\n  - \"\\\"\" #\nmap: {a: 1}\n";
        let root = one(text);
        assert_eq!(root.get("títle").unwrap().span.of(text), "Ärger");
        assert_eq!(root.entry("list").unwrap().key_span.of(text), "list");
        let items = root.get("list").unwrap().items();
        assert_eq!(items[0].span.of(text), "'ö'");
        assert_eq!(items[1].span.of(text), "b");
        assert_eq!(items[2].span.of(text), r#""\"""#);
        assert_eq!(root.get("map").unwrap().span.of(text), "{a: 1}");
        let with_mark = format!("\u{feff}{text}");
        assert_eq!(one(&with_mark).get("títle").unwrap().span.of(&with_mark), "Ärger");
    }

    #[test]
    fn types_are_those_of_the_core_schema() {
        for (text, expected) in [
            ("1", Type::Int(1)),
            ("-1", Type::Int(-1)),
            ("007", Type::Int(7)),
            ("0x10", Type::Int(16)),
            ("0o17", Type::Int(15)),
            ("1.5", Type::Float(1.5)),
            (".5", Type::Float(0.5)),
            ("1e3", Type::Float(1000.0)),
            ("1.2.3.4", Type::Text),
            ("0xzz", Type::Text),
            (".", Type::Text),
            ("true", Type::Bool(true)),
            ("False", Type::Bool(false)),
            ("yes", Type::Text),
            ("null", Type::Null),
            ("~", Type::Null),
            ("99999999999999999999", Type::Float(1e20)),
            ("2024-01-02", Type::Text),
            ("'1'", Type::Text),
            ("!!str 1", Type::Text),
            ("!!int '1'", Type::Int(1)),
        ] {
            let root = one(&format!("a: {text}"));
            let scalar = root.get("a").unwrap().as_scalar().unwrap().clone();
            assert_eq!(scalar.ty, expected, "{text}");
        }
        assert!(one("a:\nb: 1").get("a").unwrap().is_null());
    }

    #[test]
    fn what_cannot_be_read_is_said_and_what_came_before_is_kept() {
        let (documents, diagnostics) = read("a: 1\n---\nb: [1\nc: }\n");
        assert_eq!(documents.len(), 1);
        assert_eq!(diagnostics[0].code.id, "SIG001");
        assert!(diagnostics[0].span.is_some());
        let (documents, diagnostics) = read("a: 1\nb: 2\na: 3\n");
        assert_eq!(documents[0].get_str("a"), Some("3"));
        assert_eq!(diagnostics[0].code, &DUPLICATE_KEY);
        let many: String = (0..20_000).fold(String::new(), |mut out, n| {
            let _ = writeln!(out, "k{}: {n}", n % 19_999);
            out
        });
        let (documents, diagnostics) = read(&many);
        assert_eq!(documents[0].get_str("k0"), Some("19999"));
        assert_eq!((documents[0].entries().len(), diagnostics.len()), (19_999, 1));
        let deep = "[".repeat(3000);
        assert!(!read(&deep).1.is_empty());
        let deep = (0..300).map(|n| " ".repeat(n) + "a:\n").collect::<Vec<_>>().concat();
        assert_eq!(read(&deep).1[0].code, &TOO_DEEP);
    }

    #[test]
    fn aliases_are_copies_within_reason() {
        let root = one("a: &x [1, 2]\nb: *x\nc: &m {p: 1}\nd:\n  <<: *m\n  q: 2\n");
        assert_eq!(root.get("b").unwrap().items().len(), 2);
        assert_eq!(root.get("d").unwrap().get_str("p"), Some("1"));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..10 {
            let list = format!("*a{}, ", n - 1).repeat(10);
            let _ = writeln!(bomb, "a{n}: &a{n} [{list}]");
        }
        assert_eq!(read(&bomb).1[0].code, &ALIASES);
        assert_eq!(read("a: &a [*a]").1[0].code, &ALIASES);
        assert!(!read("a: *b").1.is_empty());
    }
}
