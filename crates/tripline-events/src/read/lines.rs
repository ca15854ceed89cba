//! Cutting a stream into blocks of whole lines.

use super::Source;
use memchr::{memchr, memrchr};
use std::io::{self, Read};
use std::sync::Arc;

/// How much is read at once.
///
/// What was read is gone over several times, and should stay in the processor's cache meanwhile.
pub(crate) const BLOCK: usize = 1 << 18;

/// How much of a block is read first.
const FIRST: usize = 1 << 16;

/// What most lines are shorter than.
const SPARE: usize = 4096;

/// How many blocks that were handed out are remembered: each decoder's batches may hold a hundred.
const LENT: usize = 512;

/// A stream as blocks of lines.
pub(crate) struct Lines<'a> {
    reader: Source<'a>,
    carry: Vec<u8>,
    /// Read, but not yet searched for line feeds.
    unread: Vec<u8>,
    /// Of the first byte of `carry`.
    offset: u64,
    /// Of the first byte of `carry`, from 1.
    line: u64,
    max: usize,
    eof: bool,
    error: Option<(io::Error, Vec<u8>)>,
    /// Blocks that were handed out. One that nobody else holds any more is used again: memory from
    /// the system costs about as much as reading into it.
    lent: Vec<Arc<Vec<u8>>>,
}

/// A piece of the stream.
pub(crate) enum Piece {
    /// Whole lines. `open`: the last one has no line feed, because the stream ends.
    Block {
        data: Vec<u8>,
        offset: u64,
        line: u64,
        open: bool,
    },
    /// A line beyond the limit; it was passed over.
    TooLong {
        start: Vec<u8>,
        offset: u64,
        line: u64,
    },
    /// The stream cannot be read further. What stood between the last line and the damage.
    Failed {
        error: io::Error,
        rest: Vec<u8>,
        offset: u64,
        line: u64,
    },
    End,
}

/// Reads up to a block behind the first `filled` bytes; what is there now is overwritten. Bytes that
/// came before an error are kept.
pub(crate) fn read_block(
    reader: &mut Source<'_>,
    into: &mut Vec<u8>,
    filled: usize,
) -> io::Result<usize> {
    let full = filled + BLOCK;
    if filled > SPARE {
        into.reserve(full - into.len().min(full));
    } else if into.capacity() < full {
        // With room for what the next block carries over, so that this memory is enough for it.
        into.reserve_exact(full + SPARE - into.len());
    }
    let mut end = filled;
    // A small file must not pay for clearing a whole block: what a reader may write to grows.
    let mut room = filled + FIRST;
    let result = loop {
        if end == full {
            break Ok(BLOCK);
        }
        if end == room {
            room = (room * 4).min(full);
        }
        if into.len() < room {
            into.resize(room, 0);
        }
        match reader.read(&mut into[end..room]) {
            Ok(0) => break Ok(end - filled),
            Ok(n) => end += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    into.truncate(end);
    result
}

impl<'a> Lines<'a> {
    pub fn new(reader: Source<'a>, max: usize) -> Self {
        Self::starting_at(reader, 0, max)
    }

    /// The lines of a stream whose first byte has that offset.
    pub fn starting_at(reader: Source<'a>, offset: u64, max: usize) -> Self {
        Self {
            reader,
            carry: vec![],
            unread: vec![],
            offset,
            line: 1,
            max,
            eof: false,
            error: None,
            lent: vec![],
        }
    }

    /// Remembers a block that was handed out, to use its memory again.
    pub fn lend(&mut self, block: &Arc<Vec<u8>>) {
        if self.lent.len() < LENT && block.capacity() <= 2 * BLOCK {
            self.lent.push(Arc::clone(block));
        }
    }

    /// Memory for a block, with what is carried over at its start, and how long that is. What is
    /// behind it is left from before: clearing it would cost more than it is worth.
    fn block_with_carry(&mut self) -> (Vec<u8>, usize) {
        let carry = std::mem::take(&mut self.carry);
        let filled = carry.len();
        let free = self.lent.iter().position(|block| Arc::strong_count(block) == 1);
        match free.and_then(|at| Arc::into_inner(self.lent.remove(at))) {
            Some(mut block) if block.len() >= filled => {
                block[..filled].copy_from_slice(&carry);
                (block, filled)
            }
            _ => (carry, filled),
        }
    }

    /// The number of the next line.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The offset of the first byte that was not handed out.
    pub fn consumed(&self) -> u64 {
        self.offset
    }

    pub fn next(&mut self) -> Piece {
        if !self.unread.is_empty() {
            return self.after_long_line();
        }
        if let Some((error, mut rest)) = self.error.take() {
            self.eof = true;
            rest.splice(0..0, std::mem::take(&mut self.carry));
            return Piece::Failed { error, rest, offset: self.offset, line: self.line };
        }
        if self.eof && self.carry.is_empty() {
            return Piece::End;
        }
        // What is carried over has no line feed.
        let (mut data, mut searched) = self.block_with_carry();
        loop {
            let failed = match read_block(&mut self.reader, &mut data, searched) {
                Ok(n) => {
                    self.eof |= n < BLOCK;
                    None
                }
                Err(error) => Some(error),
            };
            let end = memrchr(b'\n', &data[searched..]).map(|n| searched + n + 1);
            searched = data.len();
            if let Some(error) = failed {
                let end = end.unwrap_or(0);
                self.error = Some((error, data.split_off(end)));
                return if end == 0 { self.next() } else { self.block(data, false) };
            }
            if let Some(end) = end {
                self.carry.extend_from_slice(&data[end..]);
                if self.eof && self.carry.iter().all(u8::is_ascii_whitespace) {
                    self.carry.clear();
                }
                data.truncate(end);
                return self.block(data, false);
            }
            if data.len() > self.max {
                return self.pass_over(data);
            }
            if self.eof {
                return if data.is_empty() { Piece::End } else { self.block(data, true) };
            }
        }
    }

    /// The whole lines of what was read together with the end of a line that was passed over.
    fn after_long_line(&mut self) -> Piece {
        let mut data = std::mem::take(&mut self.unread);
        let end = memrchr(b'\n', &data).map_or(0, |n| n + 1);
        self.carry = data.split_off(end);
        if end == 0 { self.next() } else { self.block(data, false) }
    }

    fn block(&mut self, data: Vec<u8>, open: bool) -> Piece {
        let (offset, line) = (self.offset, self.line);
        self.offset += data.len() as u64;
        Piece::Block { data, offset, line, open }
    }

    /// The last block had so many lines: whoever goes through it counts them.
    pub fn passed(&mut self, lines: u64) {
        self.line += lines;
    }

    /// Reads on to the next line feed, keeping nothing of the line but its start.
    fn pass_over(&mut self, mut data: Vec<u8>) -> Piece {
        let (offset, line) = (self.offset, self.line);
        let start = data[..data.len().min(1024)].to_vec();
        self.offset += data.len() as u64;
        while !self.eof {
            data.truncate(BLOCK);
            data.shrink_to(2 * BLOCK);
            let failed = match read_block(&mut self.reader, &mut data, 0) {
                Ok(n) => {
                    self.eof |= n < BLOCK;
                    None
                }
                Err(error) => Some(error),
            };
            if let Some(end) = memchr(b'\n', &data) {
                self.offset += end as u64 + 1;
                self.line += 1;
                self.unread = data.split_off(end + 1);
                self.error = failed.map(|e| (e, vec![]));
                return Piece::TooLong { start, offset, line };
            }
            self.offset += data.len() as u64;
            if let Some(error) = failed {
                self.error = Some((error, vec![]));
                break;
            }
        }
        Piece::TooLong { start, offset, line }
    }
}
