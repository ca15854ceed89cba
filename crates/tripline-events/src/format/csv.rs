//! CSV with a header line: each row is a record with the header's names. Values are texts; empty
//! ones are left out.

use super::{Pending, push_text};
use crate::Reason;
use crate::decoder::Reading;
use crate::read::Source;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Whether the text is a table: a header of names, and a second line that fits. With the file's
/// name saying so, two names are enough.
pub(super) fn is_table(text: &[u8], named: bool) -> bool {
    let mut lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    let Some(header) = lines.next() else { return false };
    let names: Vec<&[u8]> = header.split(|b| *b == b',').map(<[u8]>::trim_ascii).collect();
    let is_name = |name: &&[u8]| {
        let name = name.strip_prefix(b"\"").and_then(|n| n.strip_suffix(b"\"")).unwrap_or(name);
        !name.is_empty()
            && name.len() <= 64
            && (name[0].is_ascii_alphabetic() || matches!(name[0], b'_' | b'@'))
            && name.iter().all(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b' ' | b'@' | b'/')
            })
    };
    if !names.iter().all(is_name) {
        return false;
    }
    if named {
        return true;
    }
    let second = lines.next().map_or(0, |line| line.split(|b| *b == b',').count());
    names.len() >= 3 && second >= names.len() && !header.contains(&b' ')
}

/// Fails once more than a record's limit was read for one record: an opening quote without its
/// partner must not take the whole stream into memory.
struct Limited<'a> {
    inner: Source<'a>,
    since: Rc<Cell<u64>>,
    limit: u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > self.limit {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let n = self.inner.read(into)?;
        self.since.set(self.since.get() + n as u64);
        Ok(n)
    }
}

/// Reads all rows.
pub(crate) fn read(reading: &mut Reading<'_>, source: Source<'_>) {
    let since = Rc::new(Cell::new(0));
    let limit = reading.options().max_record_bytes as u64;
    let limited = Limited { inner: source, since: Rc::clone(&since), limit };
    let mut table =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(limited);
    let mut row = csv::ByteRecord::new();
    let mut names: Vec<Vec<u8>> = vec![];
    let mut pending = Pending::default();
    let mut before = 0;
    while !reading.stopped() {
        let (line, offset) = (table.position().line(), table.position().byte());
        match table.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                pending.flush(reading);
                let error = match error.into_kind() {
                    csv::ErrorKind::Io(error) => error,
                    other => io::Error::other(format!("{other:?}")),
                };
                if error.kind() == io::ErrorKind::OutOfMemory {
                    let at = reading.at(Some(line), Some(offset));
                    return reading.too_long(&[], at);
                }
                return reading.truncated(&error, &[], Some(line), offset);
            }
        }
        since.set(0);
        if names.is_empty() {
            names = row
                .iter()
                .map(|name| {
                    let mut key = vec![];
                    push_text(&mut key, String::from_utf8_lossy(name).trim());
                    key.push(b':');
                    key
                })
                .collect();
            continue;
        }
        let line = row.position().map_or(line, csv::Position::line);
        let at = reading.at(Some(line), Some(offset));
        let from = pending.json.len();
        match write(&names, &row, &mut pending.json) {
            Ok(()) => pending.push(from, at, reading),
            Err((reason, detail)) => {
                pending.json.truncate(from);
                reading.reject(reason, &detail, row.as_slice(), at);
            }
        }
        if offset - before > 1 << 20 {
            reading.consumed(offset - before);
            before = offset;
        }
    }
    pending.flush(reading);
    reading.consumed(table.position().byte() - before);
}

fn write(
    names: &[Vec<u8>],
    row: &csv::ByteRecord,
    json: &mut Vec<u8>,
) -> Result<(), (Reason, String)> {
    if row.len() != names.len() {
        return Err((Reason::Columns, format!("{} values for {} fields", row.len(), names.len())));
    }
    json.push(b'{');
    let mut comma = false;
    for (name, value) in names.iter().zip(row) {
        let text =
            std::str::from_utf8(value).map_err(|_| (Reason::Encoding, "not UTF-8".to_owned()))?;
        if text.is_empty() {
            continue;
        }
        if comma {
            json.push(b',');
        }
        comma = true;
        json.extend_from_slice(name);
        push_text(json, text);
    }
    json.push(b'}');
    Ok(())
}
