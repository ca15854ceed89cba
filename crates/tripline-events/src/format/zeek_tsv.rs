//! Zeek's tab-separated logs, self-described by their header lines.
//!
//! ```text
//! #separator \x09
//! #set_separator    ,
//! #empty_field    (empty)
//! #unset_field    -
//! #path    conn
//! #fields    ts    uid    id.orig_h    …
//! #types    time    string    addr    …
//! ```
//! A header may come again in the middle (concatenated files). A row becomes the JSON that Zeek's
//! own JSON writer makes of it, plus `_path`: numbers as numbers, sets and vectors as lists, what
//! is unset left out.

use super::json_text::is_number;
use super::{Pending, push_text};
use crate::Reason;
use crate::decoder::Reading;
use crate::read::Piece;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Bool,
}

#[derive(Debug, Clone)]
struct Field {
    /// `"name":`, ready to be written.
    key: Vec<u8>,
    kind: Kind,
    list: bool,
}

/// What the header lines say.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    separator: Vec<u8>,
    set_separator: Vec<u8>,
    empty: Vec<u8>,
    unset: Vec<u8>,
    /// `{"_path":"conn"`, or `{`.
    start: Vec<u8>,
    names: Vec<String>,
    fields: Vec<Field>,
}

/// Reads all rows of a piece. `header`: what holds where it starts.
pub(crate) fn read(reading: &mut Reading<'_>, piece: Piece, mut header: Arc<Header>) {
    let mut pending = Pending::default();
    let max = reading.options().max_record_bytes;
    match piece {
        Piece::Block { data, offset, line, open } => {
            let mut number = line;
            let mut start = 0;
            while start < data.len() && !reading.stopped() {
                let found = memchr::memchr(b'\n', &data[start..]);
                let end = found.map_or(data.len(), |n| start + n);
                let text = data[start..end].strip_suffix(b"\r").unwrap_or(&data[start..end]);
                if text.first() == Some(&b'#') {
                    Arc::make_mut(&mut header).line(text);
                } else if !text.is_empty() {
                    let at = reading.at(Some(number), Some(offset + start as u64));
                    if text.len() > max {
                        reading.too_long(text, at);
                    } else {
                        let from = pending.json.len();
                        match header.row(text, &mut pending.json) {
                            Ok(()) => pending.push(from, at, reading),
                            Err((reason, detail)) => {
                                pending.json.truncate(from);
                                let reason = match reason {
                                    Reason::Columns if open && found.is_none() => {
                                        Reason::HalfWritten
                                    }
                                    reason => reason,
                                };
                                reading.reject(reason, &detail, text, at);
                            }
                        }
                    }
                }
                number += 1;
                start = end + 1;
            }
        }
        Piece::TooLong { start, offset, line } => {
            let at = reading.at(Some(line), Some(offset));
            reading.too_long(&start, at);
        }
        Piece::Failed { error, rest, offset, line } => {
            reading.truncated(&error, &rest, Some(line), offset);
        }
        Piece::End => {}
    }
    pending.flush(reading);
}

impl Default for Header {
    fn default() -> Self {
        Self {
            separator: b"\t".to_vec(),
            set_separator: b",".to_vec(),
            empty: b"(empty)".to_vec(),
            unset: b"-".to_vec(),
            start: b"{".to_vec(),
            names: vec![],
            fields: vec![],
        }
    }
}

impl Header {
    /// Takes in the header lines of a block.
    pub fn read(header: &mut Arc<Self>, block: &[u8]) {
        let starts = (block.first() == Some(&b'#')).then_some(0);
        for start in
            starts.into_iter().chain(memchr::memmem::find_iter(block, b"\n#").map(|n| n + 1))
        {
            let end = memchr::memchr(b'\n', &block[start..]).map_or(block.len(), |n| start + n);
            let text = block[start..end].strip_suffix(b"\r").unwrap_or(&block[start..end]);
            Arc::make_mut(header).line(text);
        }
    }

    fn line(&mut self, line: &[u8]) {
        // The separator's own line is written before it is known: a blank, in some tools a tab.
        if let Some(rest) = line.strip_prefix(b"#separator") {
            let value = unescape(rest.trim_ascii());
            if !value.is_empty() {
                self.separator = value;
            }
            return;
        }
        let mut parts = split(line, &self.separator);
        let name = parts.next().unwrap_or(b"");
        let first = || split(line, &self.separator).nth(1).unwrap_or(b"");
        match name {
            b"#set_separator" => self.set_separator = unescape(first()),
            b"#empty_field" => self.empty = unescape(first()),
            b"#unset_field" => self.unset = unescape(first()),
            b"#path" => {
                let path = String::from_utf8_lossy(first()).into_owned();
                self.start = b"{\"_path\":".to_vec();
                push_text(&mut self.start, &path);
            }
            b"#fields" => {
                self.names = parts.map(|p| String::from_utf8_lossy(p).into_owned()).collect();
                self.fields = self.names.iter().map(|name| Field::new(name, b"string")).collect();
            }
            b"#types" => {
                let types = parts;
                for ((field, name), kind) in self.fields.iter_mut().zip(&self.names).zip(types) {
                    *field = Field::new(name, kind);
                }
            }
            _ => {}
        }
    }

    fn row(&self, line: &[u8], json: &mut Vec<u8>) -> Result<(), (Reason, String)> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Err((Reason::Encoding, "not UTF-8".to_owned()));
        };
        if self.fields.is_empty() {
            return Err((Reason::Malformed, "no #fields line before it".to_owned()));
        }
        json.extend_from_slice(&self.start);
        let mut comma = self.start.len() > 1;
        let mut count = 0;
        for value in split(text.as_bytes(), &self.separator) {
            let Some(field) = self.fields.get(count) else {
                count = split(line, &self.separator).count();
                break;
            };
            count += 1;
            if value == self.unset {
                continue;
            }
            if comma {
                json.push(b',');
            }
            comma = true;
            json.extend_from_slice(&field.key);
            self.value(field, value, json);
        }
        if count != self.fields.len() {
            let detail = format!("{count} values for {} fields", self.fields.len());
            return Err((Reason::Columns, detail));
        }
        json.push(b'}');
        Ok(())
    }

    fn value(&self, field: &Field, value: &[u8], json: &mut Vec<u8>) {
        if !field.list {
            return if value == self.empty {
                json.extend_from_slice(b"\"\"");
            } else {
                scalar(field.kind, value, json);
            };
        }
        json.push(b'[');
        if value != self.empty {
            let mut comma = false;
            for element in split(value, &self.set_separator) {
                if element == self.unset {
                    continue;
                }
                if comma {
                    json.push(b',');
                }
                comma = true;
                if element == self.empty {
                    json.extend_from_slice(b"\"\"");
                } else {
                    scalar(field.kind, element, json);
                }
            }
        }
        json.push(b']');
    }
}

impl Field {
    fn new(name: &str, kind: &[u8]) -> Self {
        let mut key = vec![];
        push_text(&mut key, name);
        key.push(b':');
        let (list, inner) = match kind {
            [b's', b'e', b't', b'[', inner @ .., b']']
            | [b'v', b'e', b'c', b't', b'o', b'r', b'[', inner @ .., b']'] => (true, inner),
            kind => (false, kind),
        };
        let kind = match inner {
            b"time" | b"interval" | b"double" | b"count" | b"int" | b"port" => Kind::Number,
            b"bool" => Kind::Bool,
            _ => Kind::Text,
        };
        Self { key, kind, list }
    }
}

fn scalar(kind: Kind, value: &[u8], json: &mut Vec<u8>) {
    // The row was checked to be UTF-8, and separators are cut out as wholes only if they are.
    let text = String::from_utf8_lossy(value);
    match kind {
        Kind::Number if is_number(&text) => json.extend_from_slice(value),
        Kind::Bool if value == b"T" => json.extend_from_slice(b"true"),
        Kind::Bool if value == b"F" => json.extend_from_slice(b"false"),
        _ if text.contains("\\x") => {
            // Bytes that are no text stay escaped, as in Zeek's JSON.
            match String::from_utf8(unescape(value)) {
                Ok(plain) => push_text(json, &plain),
                Err(_) => push_text(json, &text),
            }
        }
        _ => push_text(json, &text),
    }
}

fn split<'a>(line: &'a [u8], separator: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let at = match separator {
            [] => None,
            [byte] => memchr::memchr(*byte, text),
            _ => memchr::memmem::find(text, separator),
        };
        match at {
            Some(at) => {
                rest = Some(&text[at + separator.len()..]);
                Some(&text[..at])
            }
            None => rest.take(),
        }
    })
}

/// `\x09` becomes a tab.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if let [b'\\', b'x', high, low, ..] = text[at..]
            && let (Some(high), Some(low)) = (hex(high), hex(low))
        {
            out.push(high << 4 | low);
            at += 4;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|d| d as u8)
}
