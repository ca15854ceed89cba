//! A parsed record: simd-json's tape, and the text that it came from.

use simd_json::{Buffers, Node, StaticNode, Tape};

/// Why a record is not a JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParseFail {
    Encoding,
    TooDeep,
    Malformed(String),
}

/// The buffers of the parser, used again for each record.
pub(crate) struct Parser {
    scratch: Vec<u8>,
    buffers: Buffers,
    tape: Tape<'static>,
    max_depth: usize,
}

/// A record on its tape.
///
/// The tape's texts lie in a copy of the record that is unescaped in place, so the address of a
/// key tells where it stands in the record; that is how the texts of numbers are found, which the
/// tape does not keep.
pub(crate) struct Doc<'a> {
    pub nodes: &'a [Node<'a>],
    pub raw: &'a [u8],
    base: usize,
}

impl Parser {
    pub fn new(max_depth: usize) -> Self {
        Self {
            scratch: vec![],
            buffers: Buffers::with_max_depth(1024, max_depth),
            tape: Tape(vec![]),
            max_depth,
        }
    }

    /// Parses a record and shows it to `f`.
    pub fn with<R>(&mut self, raw: &[u8], f: impl FnOnce(&Doc<'_>) -> R) -> Result<R, ParseFail> {
        // One giant record must not keep its memory for the rest of the run.
        if self.scratch.capacity() > 4 << 20 && raw.len() < 1 << 20 {
            self.scratch = vec![];
            self.buffers = Buffers::with_max_depth(1024, self.max_depth);
            self.tape = Tape(vec![]);
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(raw);
        self.scratch.resize(raw.len() + simd_json::INPUT_PADDING, b' ');
        let base = self.scratch.as_ptr() as usize;
        let mut tape = std::mem::replace(&mut self.tape, Tape(vec![])).reset();
        let parsed =
            simd_json::fill_tape_padded(&mut self.scratch, raw.len(), &mut self.buffers, &mut tape);
        let result = match parsed {
            Ok(()) => Ok(f(&Doc { nodes: &tape.0, raw, base })),
            Err(error) => Err(fail(raw, &error)),
        };
        self.tape = tape.reset();
        result
    }
}

fn fail(raw: &[u8], error: &simd_json::Error) -> ParseFail {
    if std::str::from_utf8(raw).is_err() {
        return ParseFail::Encoding;
    }
    match error.error() {
        simd_json::ErrorType::DepthLimitExceeded => ParseFail::TooDeep,
        kind => ParseFail::Malformed(format!("not JSON: {kind:?} at byte {}", error.index())),
    }
}

impl<'a> Doc<'a> {
    /// The number of nodes of the value at `at`, itself included.
    pub fn span(&self, at: usize) -> usize {
        match self.nodes[at] {
            Node::Object { count, .. } | Node::Array { count, .. } => count + 1,
            Node::String(_) | Node::Static(_) => 1,
        }
    }

    pub fn is_object(&self, at: usize) -> bool {
        matches!(self.nodes.get(at), Some(Node::Object { .. }))
    }

    pub fn is_null(&self, at: usize) -> bool {
        matches!(self.nodes[at], Node::Static(StaticNode::Null))
    }

    /// Where the value of a key starts in the record.
    pub fn value_of_key(&self, key: &str) -> usize {
        let start = (key.as_ptr() as usize).wrapping_sub(self.base).min(self.raw.len());
        let end = start + key.len();
        let mut at = if self.raw.get(start..end) == Some(key.as_bytes())
            && self.raw.get(end) == Some(&b'"')
        {
            end + 1
        } else {
            end_of_text(self.raw, start)
        };
        while matches!(self.raw.get(at), Some(b' ' | b'\t' | b'\n' | b'\r' | b':')) {
            at += 1;
        }
        at
    }

    /// The record's text of the value that starts there.
    pub fn text_at(&self, at: usize) -> &'a str {
        let raw: &'a [u8] = self.raw;
        let end = end_of_value(raw, at);
        raw.get(at..end).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }

    /// A scalar as text; empty for null, objects and arrays. `key` is the key before the value
    /// (its number's text is then taken from the record), `buffer` is where others are printed.
    pub fn scalar<'b>(&self, at: usize, key: Option<&str>, buffer: &'b mut String) -> &'b str
    where
        'a: 'b,
    {
        match self.nodes[at] {
            Node::String(text) => text,
            Node::Static(StaticNode::Bool(true)) => "true",
            Node::Static(StaticNode::Bool(false)) => "false",
            Node::Static(StaticNode::Null) | Node::Object { .. } | Node::Array { .. } => "",
            Node::Static(number) => {
                if let Some(key) = key {
                    return self.text_at(self.value_of_key(key));
                }
                buffer.clear();
                print(number, buffer);
                buffer
            }
        }
    }
}

fn print(number: StaticNode, buffer: &mut String) {
    use std::fmt::Write as _;
    // Writing to a string cannot fail.
    let _ = match number {
        StaticNode::I64(n) => write!(buffer, "{n}"),
        StaticNode::U64(n) => write!(buffer, "{n}"),
        other => write!(buffer, "{other}"),
    };
}

/// The byte after the quote that closes a text whose content starts at `at`.
pub(crate) fn end_of_text(raw: &[u8], mut at: usize) -> usize {
    loop {
        let Some(found) = raw.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) else {
            return raw.len();
        };
        at += found;
        if raw[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
}

/// The byte after the value that starts at `at`.
pub(crate) fn end_of_value(raw: &[u8], at: usize) -> usize {
    match raw.get(at) {
        None => raw.len(),
        Some(b'"') => end_of_text(raw, at + 1),
        Some(b'{' | b'[') => {
            let mut depth = 0usize;
            let mut i = at;
            while i < raw.len() {
                match raw[i] {
                    b'"' => {
                        i = end_of_text(raw, i + 1);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return i + 1;
                        }
                    }
                    _ => {}
                }
                i += 1;
            }
            raw.len()
        }
        Some(_) => raw[at..]
            .iter()
            .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
            .map_or(raw.len(), |n| at + n),
    }
}

/// The spans of the elements of the array that starts at `at`.
pub(crate) fn elements(raw: &[u8], at: usize) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    if raw.get(at) != Some(&b'[') {
        return spans;
    }
    let mut i = at + 1;
    while let Some(b) = raw.get(i) {
        match b {
            b' ' | b'\n' | b'\r' | b'\t' | b',' => i += 1,
            b']' => break,
            _ => {
                let end = end_of_value(raw, i);
                // A value takes at least a byte in JSON that parsed.
                spans.push((i, end));
                i = end.max(i + 1);
            }
        }
    }
    spans
}
