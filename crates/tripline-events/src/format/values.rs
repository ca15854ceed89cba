//! JSON objects over several lines: one after the other, or as the elements of a list.
//!
//! Objects are cut out by their braces, so a stream of any length is read with the memory of one
//! of them. A damaged object does not swallow what follows: where a line starts with `{` and no
//! object may start there, the damaged one ends.

use crate::Reason;
use crate::decoder::Reading;
use crate::read::{Source, read_block};
use crate::record::end_of_text;
use std::sync::Arc;

/// The byte after the object at the start of a line, if it ends there.
pub(super) fn ends_in(line: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            b'"' => {
                let end = end_of_text(line, at + 1);
                if line[end - 1] != b'"' {
                    return None;
                }
                at = end;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[derive(Debug, Default)]
struct Scan {
    /// Where the current object starts in the buffer.
    start: Option<usize>,
    start_line: u64,
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// The object is beyond the limit; its bytes are dropped.
    passing: bool,
    /// The last byte that was not blank, outside texts.
    last: u8,
    at: usize,
    line: u64,
    in_list: bool,
}

enum Cut {
    Object,
    Damaged,
    /// Something that is no object.
    Other,
}

struct Row {
    start: usize,
    end: usize,
    line: u64,
    cut: Cut,
    passed: bool,
}

/// Reads all objects.
pub(crate) fn read(reading: &mut Reading<'_>, mut source: Source<'_>) {
    let max = reading.options().max_record_bytes;
    let mut scan = Scan { line: 1, ..Scan::default() };
    let mut buffer: Vec<u8> = Vec::new();
    // The offset in the stream of the buffer's first byte.
    let mut base = 0u64;
    while !reading.stopped() {
        let before = buffer.len();
        let result = read_block(&mut source, &mut buffer, before);
        let read = buffer.len() - before;
        let end = read == 0 || result.is_err();
        let mut rows = Vec::new();
        scan.run(&buffer, end, &mut rows);
        let keep = scan.start.unwrap_or(scan.at);
        let rest = if rows.is_empty() && keep == 0 {
            std::mem::take(&mut buffer)
        } else {
            buffer[keep..].to_vec()
        };
        let chunk = Arc::new(std::mem::take(&mut buffer));
        for row in rows.into_iter().filter(|row| !row.passed) {
            let at = reading.at(Some(row.line), Some(base + row.start as u64));
            let raw = &chunk[row.start..row.end];
            match row.cut {
                Cut::Object => reading.json(&chunk, (row.start, row.end), at, false, true),
                Cut::Damaged => {
                    reading.reject(Reason::Malformed, "not JSON: it has no end", raw, at);
                }
                Cut::Other if serde_json::from_slice::<serde_json::Value>(raw).is_ok() => {
                    reading.reject(Reason::NotAnObject, "a record must be a JSON object", raw, at);
                }
                Cut::Other if std::str::from_utf8(raw).is_err() => {
                    reading.reject(Reason::Encoding, "not UTF-8", raw, at);
                }
                Cut::Other => reading.reject(Reason::Malformed, "not JSON", raw, at),
            }
        }
        buffer = rest;
        base += keep as u64;
        scan.at -= keep;
        scan.start = scan.start.map(|_| 0);
        if let Err(error) = result {
            reading.consumed(read as u64);
            return reading.truncated(&error, &buffer, Some(scan.line), base);
        }
        if scan.start.is_some() && buffer.len() > max {
            if !scan.passing {
                let at = reading.at(Some(scan.start_line), Some(base));
                reading.too_long(&buffer[..buffer.len().min(1024)], at);
                scan.passing = true;
            }
            base += buffer.len() as u64;
            buffer = Vec::new();
            scan.at = 0;
        }
        reading.consumed(read as u64);
        if end {
            if scan.start.is_some() && !scan.passing {
                let at = reading.at(Some(scan.start_line), Some(base));
                reading.reject(Reason::HalfWritten, "the input ends inside it", &buffer, at);
            }
            return;
        }
    }
}

impl Scan {
    fn run(&mut self, b: &[u8], end: bool, rows: &mut Vec<Row>) {
        while self.at < b.len() {
            if self.start.is_some() {
                self.inside(b, rows);
            } else if !self.outside(b, end, rows) {
                return;
            }
        }
    }

    /// Between objects. False: more bytes are needed.
    fn outside(&mut self, b: &[u8], end: bool, rows: &mut Vec<Row>) -> bool {
        let c = b[self.at];
        match c {
            b'\n' => self.line += 1,
            b' ' | b'\t' | b'\r' | b',' | 0x1E => {}
            b'[' => self.in_list = true,
            b']' => self.in_list = false,
            b'{' => {
                self.start = Some(self.at);
                self.start_line = self.line;
                self.depth = 0;
                self.in_text = false;
                self.escaped = false;
                self.passing = false;
                return true;
            }
            _ => {
                let rest = &b[self.at..];
                let length = match c {
                    b'"' if self.in_list => {
                        let end = end_of_text(rest, 1);
                        (end < rest.len()).then_some(end)
                    }
                    _ if self.in_list => memchr::memchr3(b',', b']', b'\n', rest),
                    _ => memchr::memchr(b'\n', rest),
                };
                let length = match length {
                    Some(length) => length,
                    // A megabyte of nonsense is as good as all of it.
                    None if end || rest.len() > 1 << 20 => rest.len(),
                    None => return false,
                };
                let text = rest[..length].trim_ascii_end().len();
                rows.push(Row {
                    start: self.at,
                    end: self.at + text,
                    line: self.line,
                    cut: Cut::Other,
                    passed: false,
                });
                self.line += memchr::memchr_iter(b'\n', &rest[..length]).count() as u64;
                self.at += length;
                return true;
            }
        }
        self.at += 1;
        true
    }

    /// Inside an object, up to its end or the end of the buffer.
    fn inside(&mut self, b: &[u8], rows: &mut Vec<Row>) {
        while self.at < b.len() {
            if self.in_text {
                if self.escaped {
                    self.escaped = false;
                    self.at += 1;
                    continue;
                }
                let Some(n) = memchr::memchr3(b'"', b'\\', b'\n', &b[self.at..]) else {
                    self.at = b.len();
                    return;
                };
                self.at += n;
                match b[self.at] {
                    b'\\' => self.escaped = true,
                    // JSON has no line feed in a text: the object is cut off here.
                    b'\n' => {
                        self.in_text = false;
                        self.last = b'x';
                        continue;
                    }
                    _ => self.in_text = false,
                }
                self.last = b'"';
                self.at += 1;
                continue;
            }
            let c = b[self.at];
            match c {
                b'"' => self.in_text = true,
                b'\n' => self.line += 1,
                b'{' => {
                    let fresh = self.at > 0 && b[self.at - 1] == b'\n';
                    if self.depth > 0 && fresh && !matches!(self.last, b':' | b'[' | b',') {
                        self.cut(self.at, Cut::Damaged, rows);
                        return;
                    }
                    self.depth += 1;
                }
                b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.at += 1;
                        self.cut(self.at, Cut::Object, rows);
                        return;
                    }
                }
                _ => {}
            }
            if !c.is_ascii_whitespace() {
                self.last = c;
            }
            self.at += 1;
        }
    }

    fn cut(&mut self, end: usize, cut: Cut, rows: &mut Vec<Row>) {
        if let Some(start) = self.start.take() {
            rows.push(Row { start, end, line: self.start_line, cut, passed: self.passing });
        }
        self.last = 0;
    }
}
