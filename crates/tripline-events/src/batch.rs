//! A batch of events of one stream.

use crate::{BatchColumn, Column, Glance, Stream, blanks_of};
use std::sync::Arc;

/// The time of an event without one.
pub const NO_TIME: i64 = i64::MIN;

/// Events of one stream, from one input, in the order in which they stood there.
#[derive(Debug, Clone)]
pub struct EventBatch {
    /// What they are.
    pub stream: Arc<Stream>,
    /// The input's name: a path, `path!member` for an archive, `-` for standard input.
    pub input: Arc<str>,
    /// Event times in nanoseconds since 1970, [`NO_TIME`] where there is none.
    pub time: Vec<i64>,
    /// Position of each record in its input, counted from 0, rejected records included.
    pub record: Vec<u64>,
    /// The raw columns that the projection asked for, by raw field path (canonical, see
    /// [`Stream`]). A column that no row of the batch has may be missing.
    pub columns: Vec<(Arc<str>, BatchColumn)>,
    /// The records as JSON text.
    pub raw: Arc<RawRows>,
}

impl EventBatch {
    /// How many events.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The raw column of that path.
    pub fn column(&self, path: &str) -> Option<&Column> {
        self.columns.iter().find(|(name, _)| **name == *path).map(|(_, column)| &**column)
    }

    /// The columns of the records' own fields: all but those of blank values
    /// ([`crate::blank_column`]).
    pub fn fields(&self) -> impl Iterator<Item = &(Arc<str>, BatchColumn)> {
        self.columns.iter().filter(|(name, _)| blanks_of(name).is_none())
    }
}

/// The bytes of a batch's records, shared with the buffers that they were read into.
#[derive(Debug, Clone, Default)]
pub struct RawRows {
    chunks: Vec<Arc<Vec<u8>>>,
    rows: Vec<(u32, u32, u32)>,
    /// What was asked of each row when it was pushed, and the answers.
    glance: Option<Glance>,
    answers: Vec<bool>,
}

impl RawRows {
    /// No rows; of those that will be pushed that is asked.
    pub fn glancing(glance: Glance) -> Self {
        Self { glance: Some(glance), ..Self::default() }
    }

    /// What a question was answered for a row, if it was asked when the row was pushed.
    #[inline]
    pub fn glanced(&self, glance: &Glance, row: usize) -> Option<bool> {
        if self.glance.as_ref() == Some(glance) { self.answers.get(row).copied() } else { None }
    }

    /// Adds a record that lies in a chunk. Pushing rows of the same chunk (by address) in a row
    /// keeps it once.
    pub fn push(&mut self, chunk: &Arc<Vec<u8>>, start: usize, end: usize) {
        if !self.chunks.last().is_some_and(|last| Arc::ptr_eq(last, chunk)) {
            self.chunks.push(Arc::clone(chunk));
        }
        self.rows.push((self.chunks.len() as u32 - 1, start as u32, end as u32));
        if let Some(glance) = &self.glance {
            self.answers.push(glance.ask(&chunk[start..end]));
        }
    }

    /// Makes room for so many more rows.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
    }

    /// One row by itself; its bytes stay shared.
    #[must_use]
    pub fn one(&self, row: usize) -> Self {
        let (chunk, start, end) = self.rows[row];
        let chunks = vec![Arc::clone(&self.chunks[chunk as usize])];
        Self { chunks, rows: vec![(0, start, end)], ..Self::default() }
    }

    /// What a row's record lies in.
    pub(crate) fn chunk(&self, row: usize) -> &[u8] {
        &self.chunks[self.rows[row].0 as usize]
    }

    /// The record of a row.
    pub fn get(&self, row: usize) -> &[u8] {
        let (chunk, start, end) = self.rows[row];
        &self.chunks[chunk as usize][start as usize..end as usize]
    }
}
