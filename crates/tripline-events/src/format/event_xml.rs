//! Windows events as XML: one or many `<Event>` elements, with or without `<Events>` around them,
//! one a line or over several; also after a syslog header (Sysmon for Linux).
//!
//! An event becomes the JSON that `evtx_dump` makes: attributes under `#attributes`, `Data`
//! elements under their `Name`, texts of elements with attributes under `#text`. All values are
//! texts.

use super::Pending;
use crate::Reason;
use crate::decoder::Reading;
use crate::read::{Source, read_block};
use memchr::memmem;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Whether the text starts with XML that has events, or lines that hold them.
pub(super) fn is_start(text: &[u8]) -> bool {
    let Some(at) = find_event(text, 0) else { return false };
    if text.starts_with(b"<") {
        return true;
    }
    // Behind a syslog header, on the first line.
    let line = memchr::memchr(b'\n', text).unwrap_or(text.len());
    at < line && memmem::find(&text[..line], b"<System>").is_some()
}

/// The next `<Event>` or `<Event …>`.
fn find_event(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(n) = text.get(at..).and_then(|rest| memmem::find(rest, b"<Event")) {
        at += n;
        match text.get(at + 6) {
            Some(b'>' | b' ' | b'\t' | b'\r' | b'\n' | b'/') => return Some(at),
            _ => at += 6,
        }
    }
    None
}

/// Reads all events.
pub(crate) fn read(reading: &mut Reading<'_>, mut source: Source<'_>) {
    const END: &[u8] = b"</Event>";
    let max = reading.options().max_record_bytes;
    let max_depth = reading.options().max_depth;
    let mut pending = Pending::default();
    let mut buffer: Vec<u8> = Vec::new();
    let mut base = 0u64;
    let mut line = 1u64;
    let mut passing = false;
    // Up to where an unfinished event was searched for its end.
    let mut searched = 0;
    while !reading.stopped() {
        let before = buffer.len();
        let result = read_block(&mut source, &mut buffer, before);
        let read = (buffer.len() - before) as u64;
        let end = read == 0 || result.is_err();
        let mut at = 0;
        loop {
            if passing {
                match memmem::find(&buffer[at..], END) {
                    Some(n) => {
                        line += lines(&buffer[at..at + n]);
                        at += n + END.len();
                        passing = false;
                    }
                    None => break,
                }
            }
            let Some(start) = find_event(&buffer, at) else { break };
            between(reading, &buffer[at..start], &mut line, base + at as u64, true);
            at = start;
            let Some(n) = memmem::find(&buffer[start.max(searched)..], END) else { break };
            let stop = start.max(searched) + n + END.len();
            searched = 0;
            let raw = &buffer[start..stop];
            let place = reading.at(Some(line), Some(base + start as u64));
            line += lines(raw);
            if raw.len() > max {
                reading.too_long(raw, place);
            } else {
                match event(raw, max_depth) {
                    Ok(value) => {
                        let from = pending.json.len();
                        // Writing into memory cannot fail.
                        let _ = serde_json::to_writer(&mut pending.json, &value);
                        pending.push(from, place, reading);
                    }
                    Err((reason, detail)) => reading.reject(reason, &detail, raw, place),
                }
            }
            at = stop;
        }
        // What is left has an event without an end, or none.
        let open = !passing && find_event(&buffer, at).is_some();
        if !open {
            // Keep what may be the start of a tag.
            let keep = if end { buffer.len() } else { buffer.len().saturating_sub(16).max(at) };
            let keep = if passing { keep } else { line_start(&buffer, at, keep, end) };
            if passing {
                line += lines(&buffer[at..keep]);
            } else {
                between(reading, &buffer[at..keep], &mut line, base + at as u64, false);
            }
            at = keep;
        }
        buffer.drain(..at);
        base += at as u64;
        searched = if open { buffer.len().saturating_sub(END.len()) } else { 0 };
        if let Err(error) = result {
            pending.flush(reading);
            reading.consumed(read);
            return reading.truncated(&error, &buffer, Some(line), base);
        }
        if open && buffer.len() > max {
            let place = reading.at(Some(line), Some(base));
            reading.too_long(&buffer[..buffer.len().min(1024)], place);
            line += lines(&buffer);
            base += buffer.len() as u64;
            buffer = Vec::new();
            passing = true;
            searched = 0;
        }
        reading.consumed(read);
        if end {
            if open && !passing {
                let place = reading.at(Some(line), Some(base));
                reading.reject(Reason::HalfWritten, "the input ends inside it", &buffer, place);
            }
            break;
        }
    }
    pending.flush(reading);
}

fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// The start of the last line, so that what may be a header before an event is not judged yet.
fn line_start(buffer: &[u8], at: usize, keep: usize, end: bool) -> usize {
    if end {
        return keep;
    }
    let start = memchr::memrchr(b'\n', &buffer[at..keep]).map_or(at, |n| at + n + 1);
    // A line without end is not worth waiting for.
    if keep - start > 1 << 16 { keep } else { start }
}

/// Whole lines between events that are no XML are records that cannot be read. `header`: what
/// follows the last line feed stands on the event's own line.
fn between(reading: &mut Reading<'_>, text: &[u8], line: &mut u64, base: u64, header: bool) {
    let mut start = 0;
    while start < text.len() {
        let found = memchr::memchr(b'\n', &text[start..]);
        let end = found.map_or(text.len(), |n| start + n);
        let content = text[start..end].trim_ascii();
        let own = found.is_none() && header;
        if !content.is_empty() && !own && !content.starts_with(b"<") && !content.ends_with(b"-->") {
            let place = reading.at(Some(*line), Some(base + start as u64));
            reading.reject(Reason::Malformed, "not an event", content, place);
        }
        if found.is_some() {
            *line += 1;
        }
        start = end + 1;
    }
}

struct Element {
    name: String,
    /// For `Data`: its `Name`.
    label: Option<String>,
    attributes: Map<String, Value>,
    children: Map<String, Value>,
    text: String,
    /// Texts of `Data` elements without a name.
    data: Vec<Value>,
}

/// The JSON of one `<Event>`.
fn event(raw: &[u8], max_depth: usize) -> Result<Value, (Reason, String)> {
    let text = std::str::from_utf8(raw).map_err(|_| (Reason::Encoding, "not UTF-8".to_owned()))?;
    let malformed = |e: &dyn std::fmt::Display| (Reason::Malformed, format!("not XML: {e}"));
    let mut reader = quick_xml::Reader::from_str(text);
    let mut stack: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().map_err(|e| malformed(&e))? {
            Event::Start(tag) => {
                if stack.len() >= max_depth {
                    return Err((Reason::TooDeep, format!("nested deeper than {max_depth}")));
                }
                stack.push(Element::new(&tag).map_err(|e| malformed(&e))?);
            }
            Event::Empty(tag) => {
                let element = Element::new(&tag).map_err(|e| malformed(&e))?;
                let Some(parent) = stack.last_mut() else {
                    return Err((Reason::Malformed, "an event without content".to_owned()));
                };
                parent.add(element);
            }
            Event::End(_) => {
                let Some(element) = stack.pop() else {
                    return Err((Reason::Malformed, "an end tag without a start".to_owned()));
                };
                if let Some(parent) = stack.last_mut() {
                    parent.add(element);
                } else {
                    let mut root = Map::new();
                    root.insert("Event".to_owned(), Value::Object(element.children));
                    return Ok(Value::Object(root));
                }
            }
            Event::Text(t) => push(&mut stack, &t.xml10_content()),
            Event::CData(t) => push(&mut stack, &t.xml10_content()),
            Event::GeneralRef(r) => {
                let name = r.xml10_content();
                let c = match r.resolve_char_ref() {
                    Ok(Some(c)) => c,
                    _ => match &*name {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => {
                            return Err((Reason::Malformed, format!("unknown entity `&{name};`")));
                        }
                    },
                };
                push(&mut stack, c.encode_utf8(&mut [0; 4]));
            }
            Event::Eof => {
                return Err((Reason::Malformed, "an element without an end".to_owned()));
            }
            _ => {}
        }
    }
}

fn push(stack: &mut [Element], text: &str) {
    if let Some(element) = stack.last_mut() {
        element.text.push_str(text);
    }
}

impl Element {
    fn new(tag: &BytesStart<'_>) -> Result<Self, String> {
        let name = tag.local_name();
        let mut element = Self {
            name: AsRef::<str>::as_ref(&name).to_owned(),
            label: None,
            attributes: Map::new(),
            children: Map::new(),
            text: String::new(),
            data: vec![],
        };
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|e| e.to_string())?;
            let key = AsRef::<str>::as_ref(&attribute.key).to_owned();
            let raw: &str = attribute.value.as_ref();
            let value = quick_xml::escape::unescape(raw).unwrap_or(Cow::Borrowed(raw));
            if key == "Name" && matches!(element.name.as_str(), "Data" | "ComplexData") {
                element.label = Some(value.into_owned());
            } else if !key.starts_with("xmlns") {
                element.attributes.insert(key, Value::String(value.into_owned()));
            }
        }
        Ok(element)
    }

    fn add(&mut self, child: Self) {
        if child.label.is_none() && child.name == "Data" && child.children.is_empty() {
            self.data.push(Value::String(child.text));
            return;
        }
        let name = child.label.clone().unwrap_or_else(|| child.name.clone());
        let value = child.value();
        // Elements of one name become a list.
        match self.children.get_mut(&name) {
            None => {
                self.children.insert(name, value);
            }
            Some(Value::Array(all)) => all.push(value),
            Some(one) => {
                let first = one.take();
                *one = Value::Array(vec![first, value]);
            }
        }
    }

    fn value(mut self) -> Value {
        if !self.data.is_empty() {
            let text = match self.data.len() {
                1 => self.data.remove(0),
                _ => Value::Array(std::mem::take(&mut self.data)),
            };
            let mut texts = Map::new();
            texts.insert("#text".to_owned(), text);
            self.children.insert("Data".to_owned(), Value::Object(texts));
        }
        // Blanks around children are no text; a value keeps its blanks.
        let blank = self.text.trim().is_empty();
        if self.children.is_empty() && self.attributes.is_empty() {
            return if self.text.is_empty() { Value::Null } else { Value::String(self.text) };
        }
        if !self.attributes.is_empty() {
            self.children.insert("#attributes".to_owned(), Value::Object(self.attributes));
        }
        if !blank {
            self.children.insert("#text".to_owned(), Value::String(self.text));
        }
        Value::Object(self.children)
    }
}
