//! A file cut into ranges of whole lines, which several decoders read side by side.
//!
//! Ranges are large, so that what a decoder learns about values serves it for long; the last ones
//! are small, so that all are done at the same time.

use super::Lines;
use super::open::Counted;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A range is this share of what is left, divided by the threads that the machine has.
const SHARE: u64 = 4;

/// Ranges have at least so many bytes.
const SMALLEST: u64 = 1 << 20;

/// How much is read at once where only line feeds matter.
const STEP: usize = 1 << 14;

/// Cuts a file.
pub(crate) struct Ranges {
    file: Arc<File>,
    /// How many bytes were read.
    count: Arc<AtomicU64>,
    /// Into so many parts what is left is cut.
    shares: u64,
    /// Where the next range starts; None: there is none.
    at: Option<u64>,
    /// How large the file was at first. It may grow while it is read.
    size: u64,
}

/// A part of a file: from the start of a line to the end of one, or of the file.
pub(crate) struct Range {
    file: Arc<File>,
    count: Arc<AtomicU64>,
    start: u64,
    end: Option<u64>,
}

impl Ranges {
    /// Of a file that is records in lines from its first byte on. None: it cannot be read anywhere.
    pub fn new(file: File, count: Arc<AtomicU64>) -> Option<Self> {
        let meta = file.metadata().ok().filter(Metadata::is_file)?;
        read_at(&file, &mut [0], 0).ok()?;
        // What was looked at to tell the format is read once more.
        count.store(0, Ordering::Relaxed);
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
        let shares = SHARE * threads.max(2);
        Some(Self { file: Arc::new(file), count, shares, at: Some(0), size: meta.len() })
    }

    /// The next range.
    pub fn next(&mut self) -> Option<Range> {
        let start = self.at?;
        let wanted = (self.size.saturating_sub(start) / self.shares).max(SMALLEST);
        self.at = line_after(&self.file, start + wanted).filter(|end| *end < self.size);
        let (file, count) = (Arc::clone(&self.file), Arc::clone(&self.count));
        Some(Range { file, count, start, end: self.at })
    }
}

/// The first start of a line from there on. None: there is no more, or it cannot be told; whoever
/// reads on will find out.
fn line_after(file: &File, at: u64) -> Option<u64> {
    let mut at = at.checked_sub(1)?;
    let mut bytes = vec![0; STEP];
    loop {
        let read = read_at(file, &mut bytes, at).ok().filter(|read| *read > 0)?;
        if let Some(found) = memchr::memchr(b'\n', &bytes[..read]) {
            return Some(at + found as u64 + 1);
        }
        at += read as u64;
    }
}

impl Range {
    /// Its lines. Their numbers count from its first one.
    pub fn lines(self, max: usize) -> Lines<'static> {
        let Self { file, count, start, end } = self;
        let left = end.map_or(u64::MAX, |end| end - start);
        let inner = Box::new(Reader { file, at: start }.take(left));
        Lines::starting_at(Box::new(Counted { inner, count }), start, max)
    }
}

/// Reads from a place on.
struct Reader {
    file: Arc<File>,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Reads from a place of a file, wherever others read.
#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, at)
}

#[cfg(windows)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, at)
}

#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}
