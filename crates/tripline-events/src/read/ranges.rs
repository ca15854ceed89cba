//! A file cut into ranges of whole lines, which several decoders read side by side.
//!
//! Ranges are large, so that what a decoder learns about values serves it for long; the last ones
//! are small, so that all are done at the same time.

use super::{Lines, Source};
use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A range is this share of what is left of the file.
const SHARE: u64 = 8;

/// Ranges have at least so many bytes.
const SMALLEST: u64 = 1 << 20;

/// How much is read at once where only line feeds matter.
const STEP: usize = 1 << 14;

/// Cuts a file.
pub(crate) struct Ranges {
    file: Arc<Ranged>,
    /// How many ranges there were, and where the next one starts.
    next: usize,
    at: u64,
    /// How large the file was at first. It may grow while it is read.
    size: u64,
}

struct Ranged {
    file: File,
    /// How many bytes were read.
    count: Arc<AtomicU64>,
    /// Where each range so far starts, and how many lines it has, once that is known.
    ranges: Mutex<Vec<(u64, Option<u64>)>>,
}

/// A part of a file: from the start of a line to the end of one, or of the file.
#[derive(Clone)]
pub(crate) struct Range {
    file: Arc<Ranged>,
    number: usize,
    start: u64,
    end: Option<u64>,
}

impl Ranges {
    /// Of a file that is records in lines from its first byte on.
    pub fn new(file: File, count: Arc<AtomicU64>) -> io::Result<Self> {
        let size = file.metadata()?.len();
        let ranges = Mutex::default();
        Ok(Self { file: Arc::new(Ranged { file, count, ranges }), next: 0, at: 0, size })
    }

    /// The next range.
    pub fn next(&mut self) -> Option<Range> {
        let (number, start) = (self.next, self.at);
        if number > 0 && start >= self.size {
            return None;
        }
        self.next += 1;
        let wanted = ((self.size - start) / SHARE).max(SMALLEST);
        let end = self.file.line_after(start + wanted).filter(|end| *end < self.size);
        self.at = end.unwrap_or(self.size);
        self.file.known().push((start, None));
        Some(Range { file: Arc::clone(&self.file), number, start, end })
    }
}

impl Ranged {
    fn known(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Option<u64>)>> {
        self.ranges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first start of a line from there on. None: there is no more, or it cannot be told; whoever
    /// reads on will find out.
    fn line_after(&self, at: u64) -> Option<u64> {
        let mut at = at.checked_sub(1)?;
        let mut bytes = vec![0; STEP];
        loop {
            let read = read_at(&self.file, &mut bytes, at).ok().filter(|read| *read > 0)?;
            if let Some(found) = memchr::memchr(b'\n', &bytes[..read]) {
                return Some(at + found as u64 + 1);
            }
            at += read as u64;
        }
    }

    /// How many line feeds there are between two places.
    fn count_lines(&self, mut at: u64, end: u64) -> u64 {
        let mut bytes = vec![0; 16 * STEP];
        let mut lines = 0;
        while at < end {
            let room = bytes.len().min((end - at) as usize);
            let read = read_at(&self.file, &mut bytes[..room], at).unwrap_or(0);
            if read == 0 {
                break;
            }
            lines += memchr::memchr_iter(b'\n', &bytes[..read]).count() as u64;
            at += read as u64;
        }
        lines
    }
}

impl Range {
    /// Its lines. Their numbers count from its first one.
    pub fn lines(&self, max: usize) -> Lines<'static> {
        let source: Source<'static> = Box::new(Reader { range: self.clone(), at: self.start });
        Lines::starting_at(source, self.start, max)
    }

    /// Its last line was read, which has that number.
    pub fn ended(&self, lines: u64) {
        self.file.known()[self.number].1 = Some(lines);
    }

    /// How many lines the ranges before it have: of those that are still being read, they are
    /// counted.
    pub fn lines_before(&self) -> u64 {
        let mut known = self.file.known();
        let mut lines = 0;
        for at in 0..self.number {
            let (start, of_range) = known[at];
            let end = known[at + 1].0;
            let of_range = of_range.unwrap_or_else(|| self.file.count_lines(start, end));
            known[at].1 = Some(of_range);
            lines += of_range;
        }
        lines
    }
}

/// Reads a range.
struct Reader {
    range: Range,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.range.end.map_or(u64::MAX, |end| end - self.at);
        let room = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = read_at(&self.range.file.file, &mut into[..room], self.at)?;
        self.at += read as u64;
        self.range.file.count.fetch_add(read as u64, Ordering::Relaxed);
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
