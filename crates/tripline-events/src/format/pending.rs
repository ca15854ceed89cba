//! Records that a format wrote as JSON, collected into a chunk.

use crate::decoder::{At, Reading};
use crate::read::BLOCK;
use std::sync::Arc;

/// JSON records that wait to be handed on together.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Where a format writes the next record.
    pub json: Vec<u8>,
    rows: Vec<(usize, usize, At)>,
}

impl Pending {
    /// What was written since `start` is a record.
    pub fn push(&mut self, start: usize, at: At, reading: &mut Reading<'_>) {
        self.rows.push((start, self.json.len(), at));
        if self.json.len() >= BLOCK {
            self.flush(reading);
        }
    }

    /// Hands the records on.
    pub fn flush(&mut self, reading: &mut Reading<'_>) {
        if self.rows.is_empty() {
            self.json.clear();
            return;
        }
        let chunk = Arc::new(std::mem::take(&mut self.json));
        let whole = simdutf8::basic::from_utf8(&chunk).ok();
        for (start, end, at) in self.rows.drain(..) {
            if reading.stopped() {
                break;
            }
            let fast = whole.and_then(|text| reading.fast(&chunk, text, start, Some(end), at));
            if fast.is_none() {
                reading.json(&chunk, (start, end), at, false, false);
            }
        }
    }
}
