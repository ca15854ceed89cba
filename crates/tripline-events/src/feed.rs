//! Streams that are cut into parts, which can be read one after the other, or by several decoders
//! in turn: NDJSON, Zeek's tables, EVTX.

use crate::decoder::Reading;
use crate::format::evtx::{self, Chunks};
use crate::format::zeek_tsv::{self, Header};
use crate::format::{Format, ndjson};
use crate::read::{Lines, Piece, Range, Ranges, Source};
use std::sync::Arc;

/// Cuts a stream into parts.
pub(crate) struct Feed<'a> {
    stream: Stream<'a>,
    /// Bytes that were handed out.
    before: u64,
}

enum Stream<'a> {
    Lines(Lines<'a>),
    /// With the header that holds where the next part starts.
    Zeek(Lines<'a>, Arc<Header>),
    Evtx(Chunks<'a>),
    Ranges(Ranges),
}

/// A part of a stream.
pub(crate) enum Part {
    Lines(Piece),
    Zeek(Piece, Arc<Header>),
    Evtx(evtx::Piece),
    Range(Range),
}

impl<'a> Feed<'a> {
    /// A feed, or the stream of a format that is not cut.
    pub fn new(format: Format, source: Source<'a>, max: usize) -> Result<Self, Source<'a>> {
        let stream = match format {
            Format::Lines => Stream::Lines(Lines::new(source, max)),
            Format::ZeekTsv => Stream::Zeek(Lines::new(source, max), Arc::default()),
            Format::Evtx => Stream::Evtx(Chunks::new(source)),
            _ => return Err(source),
        };
        Ok(Self { stream, before: 0 })
    }

    /// Records in lines, from a file that can be read at several places.
    pub fn ranges(ranges: Ranges) -> Self {
        Self { stream: Stream::Ranges(ranges), before: 0 }
    }

    /// The next part, and how many bytes were read for it (a range tells them itself); None at the
    /// end.
    pub fn next(&mut self) -> Option<(Part, u64)> {
        let (part, consumed) = match &mut self.stream {
            Stream::Lines(lines) => match next_counted(lines) {
                Piece::End => return None,
                piece => (Part::Lines(piece), lines.consumed()),
            },
            Stream::Zeek(lines, header) => match next_counted(lines) {
                Piece::End => return None,
                piece => {
                    let own = Arc::clone(header);
                    if let Piece::Block { data, .. } = &piece {
                        Header::read(header, data);
                    }
                    (Part::Zeek(piece, own), lines.consumed())
                }
            },
            Stream::Ranges(ranges) => (Part::Range(ranges.next()?), 0),
            Stream::Evtx(chunks) => (Part::Evtx(chunks.next()?), chunks.consumed()),
        };
        let bytes = consumed - self.before;
        self.before = consumed;
        Some((part, bytes))
    }

    /// Takes back the memory of a part that was read.
    pub fn lend(&mut self, block: &Arc<Vec<u8>>) {
        if let Stream::Lines(lines) = &mut self.stream {
            lines.lend(block);
        }
    }
}

/// The next piece. How many lines it has must be known before it is read: others read on.
fn next_counted(lines: &mut Lines<'_>) -> Piece {
    let piece = lines.next();
    if let Piece::Block { data, .. } = &piece {
        lines.passed(memchr::memchr_iter(b'\n', data).count() as u64);
    }
    piece
}

/// What is left when a part was read.
#[derive(Default)]
pub(crate) struct Done {
    /// Its memory, if it can be used again.
    pub block: Option<Arc<Vec<u8>>>,
    /// How many lines it has, if those after it do not know yet.
    pub lines: u64,
}

impl Part {
    /// Reads its records.
    pub fn read(self, reading: &mut Reading<'_>) -> Done {
        match self {
            Self::Lines(piece) => Done { lines: 0, ..ndjson::read(reading, piece) },
            Self::Range(range) => {
                let lines = range.lines(reading.options().max_record_bytes);
                Done { lines: ndjson::read_all(reading, lines), block: None }
            }
            Self::Zeek(piece, header) => {
                zeek_tsv::read(reading, piece, header);
                Done::default()
            }
            Self::Evtx(piece) => {
                evtx::read(reading, piece);
                Done::default()
            }
        }
    }
}
