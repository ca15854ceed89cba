//! Windows event log files, chunk by chunk: a file header of 4 KB, then chunks of 64 KB, each
//! with its own checksums. A damaged chunk, or a record in it, is set aside, and reading goes on
//! with the next.

use super::Pending;
use crate::Reason;
use crate::decoder::Reading;
use crate::read::Source;
use evtx::{EvtxChunkData, ParserSettings};
use std::io::Read;
use std::sync::Arc;

const FILE_HEADER: u64 = 4096;
const CHUNK: u64 = 65536;

/// Reads all records, in the order of the file.
pub(crate) fn read(reading: &mut Reading<'_>, mut source: Source<'_>) {
    let settings = Arc::new(ParserSettings::new().separate_json_attributes(false).indent(false));
    let mut pending = Pending::default();
    let mut header = Vec::new();
    let mut offset = match (&mut source).take(FILE_HEADER).read_to_end(&mut header) {
        Ok(n) => n as u64,
        Err(error) => return reading.truncated(&error, &[], None, 0),
    };
    if offset < FILE_HEADER {
        let at = reading.at(None, Some(0));
        return reading.reject(Reason::Corrupt, "the file ends inside its header", &[], at);
    }
    while !reading.stopped() {
        let mut data = Vec::with_capacity(CHUNK as usize + 64);
        let result = (&mut source).take(CHUNK).read_to_end(&mut data);
        let read = data.len() as u64;
        if let Err(error) = result {
            pending.flush(reading);
            return reading.truncated(&error, &[], None, offset);
        }
        if read == 0 {
            break;
        }
        // A file grows by whole chunks; those that were never written are zero.
        if data.iter().any(|b| *b != 0) {
            if read < CHUNK {
                let at = reading.at(None, Some(offset));
                reading.reject(Reason::Corrupt, "the file ends inside a chunk", &[], at);
            } else {
                chunk(reading, &mut pending, data, &settings, offset);
            }
        }
        offset += read;
        reading.consumed(read);
    }
    pending.flush(reading);
    reading.consumed(FILE_HEADER);
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
