//! NDJSON: one record a line. Blank lines are no records; CRLF and LF end lines.

use crate::decoder::Reading;
use crate::read::{Lines, Piece};
use std::sync::Arc;

/// Reads all lines.
pub(crate) fn read(reading: &mut Reading<'_>, mut lines: Lines<'_>) {
    let mut before = 0;
    while !reading.stopped() {
        match lines.next() {
            Piece::Block { data, offset, line, open } => {
                let chunk = Arc::new(data);
                let mut number = line;
                let mut start = 0;
                while start < chunk.len() && !reading.stopped() {
                    let found = memchr::memchr(b'\n', &chunk[start..]);
                    let end = found.map_or(chunk.len(), |n| start + n);
                    let text = chunk[start..end].trim_ascii();
                    if !text.is_empty() {
                        let lead =
                            chunk[start..end].len() - chunk[start..end].trim_ascii_start().len();
                        let from = start + lead;
                        let at = reading.at(Some(number), Some(offset + start as u64));
                        let unfinished = open && found.is_none();
                        reading.json(&chunk, (from, from + text.len()), at, unfinished, true);
                    }
                    number += 1;
                    start = end + 1;
                }
                lines.lend(&chunk);
            }
            Piece::TooLong { start, offset, line } => {
                let at = reading.at(Some(line), Some(offset));
                reading.too_long(&start, at);
            }
            Piece::Failed { error, rest, offset, line } => {
                reading.truncated(&error, &rest, Some(line), offset);
            }
            Piece::End => break,
        }
        reading.consumed(lines.consumed() - before);
        before = lines.consumed();
    }
}
