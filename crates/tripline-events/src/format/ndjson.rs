//! NDJSON: one record a line. Blank lines are no records; CRLF and LF end lines.

use crate::decoder::Reading;
use crate::feed::Done;
use crate::read::{Lines, Piece};
use std::sync::Arc;

/// Reads all lines. How many there are.
pub(crate) fn read_all(reading: &mut Reading<'_>, mut lines: Lines<'_>) -> u64 {
    let mut before = lines.consumed();
    while !reading.stopped() {
        let piece = lines.next();
        if matches!(piece, Piece::End) {
            break;
        }
        let done = read(reading, piece);
        lines.passed(done.lines);
        if let Some(block) = done.block {
            lines.lend(&block);
        }
        reading.consumed(lines.consumed() - before);
        before = lines.consumed();
    }
    lines.line() - 1
}

/// Reads all lines of a piece.
pub(crate) fn read(reading: &mut Reading<'_>, piece: Piece) -> Done {
    match piece {
        Piece::Block { data, offset, line, open } => {
            let chunk = Arc::new(data);
            let whole = simdutf8::basic::from_utf8(&chunk).ok();
            let mut number = line;
            let mut start = 0;
            while start < chunk.len() && !reading.stopped() {
                if let Some(text) = whole
                    && chunk[start] == b'{'
                {
                    let at = reading.at(Some(number), Some(offset + start as u64));
                    let end = reading.fast(&chunk, text, start, None, at).unwrap_or_else(|| {
                        let found = memchr::memchr(b'\n', &chunk[start..]);
                        let end = found.map_or(chunk.len(), |n| start + n);
                        let len = chunk[start..end].trim_ascii_end().len();
                        let unfinished = open && found.is_none();
                        reading.json(&chunk, (start, start + len), at, unfinished, true);
                        end
                    });
                    number += 1;
                    start = end + 1 + usize::from(chunk.get(end) == Some(&b'\r'));
                    continue;
                }
                let found = memchr::memchr(b'\n', &chunk[start..]);
                let end = found.map_or(chunk.len(), |n| start + n);
                let text = chunk[start..end].trim_ascii();
                if !text.is_empty() {
                    let lead = chunk[start..end].len() - chunk[start..end].trim_ascii_start().len();
                    let from = start + lead;
                    let at = reading.at(Some(number), Some(offset + start as u64));
                    let unfinished = open && found.is_none();
                    reading.json(&chunk, (from, from + text.len()), at, unfinished, true);
                }
                number += 1;
                start = end + 1;
            }
            return Done { block: Some(chunk), lines: number - line };
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
    Done::default()
}
