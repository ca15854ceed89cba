//! Looking at the start of a stream without consuming it.

use super::Source;
use std::io::{self, Read};

/// How much is looked at.
const HEAD: usize = 64 << 10;

/// A stream whose first bytes were read ahead. An error that came while reading ahead is kept
/// until the bytes before it are consumed.
pub(crate) struct Replay<'a> {
    head: Vec<u8>,
    at: usize,
    error: Option<io::Error>,
    inner: Source<'a>,
}

impl<'a> Replay<'a> {
    pub fn new(mut inner: Source<'a>) -> Self {
        let mut head = Vec::new();
        let error = (&mut inner).take(HEAD as u64).read_to_end(&mut head).err();
        Self { head, at: 0, error, inner }
    }

    /// The first bytes; fewer than 64 KB only where the stream ends.
    pub fn head(&self) -> &[u8] {
        &self.head[self.at..]
    }

    /// Drops the first bytes.
    pub fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Whether all of the stream is in the head.
    pub fn is_whole(&self) -> bool {
        self.head.len() < HEAD && self.error.is_none()
    }
}

impl Read for Replay<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at < self.head.len() {
            let n = (&self.head[self.at..]).read(into)?;
            self.at += n;
            return Ok(n);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.inner.read(into),
        }
    }
}
