//! Windows event log files, chunk by chunk: a file header of 4 KB, then chunks of 64 KB, each
//! with its own checksums. A damaged chunk, or a record in it, is set aside, and reading goes on
//! with the next.

use super::Pending;
use crate::Reason;
use crate::decoder::Reading;
use crate::read::Source;
use evtx::{EvtxChunkData, ParserSettings};
use std::io::{self, Read};
use std::sync::Arc;

const FILE_HEADER: u64 = 4096;
const CHUNK: u64 = 65536;

/// How many chunks are read at once.
const TOGETHER: usize = 8;

/// A file as pieces.
pub(crate) struct Chunks<'a> {
    source: Source<'a>,
    settings: Arc<ParserSettings>,
    /// Of the next byte.
    offset: u64,
    ended: bool,
}

/// Some chunks, and what ends the file early.
pub(crate) struct Piece {
    chunks: Vec<(u64, Vec<u8>)>,
    end: Option<(u64, End)>,
    settings: Arc<ParserSettings>,
}

enum End {
    Failed(io::Error),
    InHeader,
    InChunk,
}

impl<'a> Chunks<'a> {
    pub fn new(source: Source<'a>) -> Self {
        let settings = ParserSettings::new().separate_json_attributes(false).indent(false);
        Self { source, settings: Arc::new(settings), offset: 0, ended: false }
    }

    /// How many bytes were handed out.
    pub fn consumed(&self) -> u64 {
        self.offset
    }

    pub fn next(&mut self) -> Option<Piece> {
        if self.ended {
            return None;
        }
        let settings = Arc::clone(&self.settings);
        let mut piece = Piece { chunks: vec![], end: None, settings };
        if self.offset == 0
            && let Err(end) = self.header()
        {
            self.ended = true;
            piece.end = Some((0, end));
            return Some(piece);
        }
        while piece.chunks.len() < TOGETHER && !self.ended {
            let mut data = Vec::with_capacity(CHUNK as usize + 64);
            let result = (&mut self.source).take(CHUNK).read_to_end(&mut data);
            let offset = self.offset;
            if let Err(error) = result {
                self.ended = true;
                piece.end = Some((offset, End::Failed(error)));
                break;
            }
            let read = data.len() as u64;
            self.offset += read;
            // A file grows by whole chunks; those that were never written are zero.
            let written = data.iter().any(|b| *b != 0);
            if read < CHUNK {
                self.ended = true;
                piece.end = written.then_some((offset, End::InChunk));
            } else if written {
                piece.chunks.push((offset, data));
            }
        }
        Some(piece)
    }

    fn header(&mut self) -> Result<(), End> {
        let mut header = Vec::new();
        match (&mut self.source).take(FILE_HEADER).read_to_end(&mut header) {
            Ok(n) if n as u64 == FILE_HEADER => self.offset = FILE_HEADER,
            Ok(_) => return Err(End::InHeader),
            Err(error) => return Err(End::Failed(error)),
        }
        Ok(())
    }
}

/// Reads all records of a piece, in the order of the file.
pub(crate) fn read(reading: &mut Reading<'_>, piece: Piece) {
    let mut pending = Pending::default();
    for (offset, data) in piece.chunks {
        if reading.stopped() {
            return;
        }
        chunk(reading, &mut pending, data, &piece.settings, offset);
    }
    pending.flush(reading);
    let (offset, detail) = match piece.end {
        None => return,
        Some((offset, End::Failed(error))) => {
            return reading.truncated(&error, &[], None, offset);
        }
        Some((offset, End::InHeader)) => (offset, "the file ends inside its header"),
        Some((offset, End::InChunk)) => (offset, "the file ends inside a chunk"),
    };
    let at = reading.at(None, Some(offset));
    reading.reject(Reason::Corrupt, detail, &[], at);
}

fn chunk(
    reading: &mut Reading<'_>,
    pending: &mut Pending,
    data: Vec<u8>,
    settings: &Arc<ParserSettings>,
    offset: u64,
) {
    let fail = |reading: &mut Reading<'_>, detail: String| {
        let at = reading.at(None, Some(offset));
        reading.reject(Reason::Corrupt, &detail, &[], at);
    };
    // Checksums are not required: Windows does not update them while a log is open.
    let mut chunk = match EvtxChunkData::new(data, false) {
        Ok(chunk) => chunk,
        Err(error) => return fail(reading, format!("damaged chunk: {error}")),
    };
    let mut chunk = match chunk.parse(Arc::clone(settings)) {
        Ok(chunk) => chunk,
        Err(error) => return fail(reading, format!("damaged chunk: {error}")),
    };
    for record in chunk.iter() {
        match record.and_then(evtx::EvtxRecord::into_json_bytes) {
            Ok(record) => {
                let at = reading.at(None, Some(offset));
                let from = pending.json.len();
                pending.json.extend_from_slice(&record.data);
                pending.push(from, at, reading);
            }
            Err(error) => fail(reading, format!("damaged record: {error}")),
        }
    }
}
