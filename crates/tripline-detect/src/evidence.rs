//! The evidence store: records that may become part of an alert, kept out of memory.
//!
//! A sequence's first step may hit every process start of a month; which of them matter is known
//! at the end. Records are appended to blocks, compressed, and spilled to an unnamed temporary
//! file, so that memory does not grow with the number of candidates.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// Where a record lies in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    block: u32,
    start: u32,
    len: u32,
}

/// Records are read back in another order than they came in: a block is decompressed for one of them.
const BLOCK: usize = 1 << 16;
/// So many compressed bytes are written at once.
const WRITE: usize = 1 << 18;
/// A fast level: evidence is written often and read seldom.
const LEVEL: i32 = -5;
/// So many blocks a reader keeps decompressed.
const READ: usize = 32;

/// Records, append only.
#[derive(Default)]
pub struct EvidenceStore {
    open: Vec<u8>,
    blocks: Vec<Block>,
    file: Option<Mutex<File>>,
    /// How much is in the file.
    end: u64,
    compressor: Option<zstd::bulk::Compressor<'static>>,
    compressed: Vec<u8>,
    /// What comes after that.
    unwritten: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    offset: u64,
    compressed: usize,
    size: usize,
}

impl EvidenceStore {
    /// Appends a record behind its source and a zero; gives where it is, and those three in one
    /// piece, to be hashed. Errors: the temporary file cannot be written.
    pub fn push(&mut self, source: &str, record: &[u8]) -> io::Result<(RecordId, &[u8])> {
        if !self.open.is_empty() && self.open.len() + record.len() > BLOCK {
            self.flush()?;
        }
        let from = self.open.len();
        self.open.extend_from_slice(source.as_bytes());
        self.open.push(0);
        let id = RecordId {
            block: self.blocks.len() as u32,
            start: self.open.len() as u32,
            len: record.len() as u32,
        };
        self.open.extend_from_slice(record);
        Ok((id, &self.open[from..]))
    }

    fn flush(&mut self) -> io::Result<()> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            None => self.compressor.insert(zstd::bulk::Compressor::new(LEVEL)?),
        };
        let most = zstd::zstd_safe::compress_bound(self.open.len());
        self.compressed.clear();
        self.compressed.reserve(most);
        let compressed = compressor.compress_to_buffer(&self.open, &mut self.compressed)?;
        let offset = self.end + self.unwritten.len() as u64;
        self.blocks.push(Block { offset, compressed, size: self.open.len() });
        self.unwritten.extend_from_slice(&self.compressed);
        self.open.clear();
        if self.unwritten.len() >= WRITE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(Mutex::new(tempfile::tempfile()?)),
        };
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(&self.unwritten)?;
        self.end += self.unwritten.len() as u64;
        self.unwritten.clear();
        Ok(())
    }
}

/// Reads records back, and remembers the blocks that it read last. Several may read one store.
#[derive(Default)]
pub struct Reader {
    /// The last one last.
    blocks: Vec<(u32, Vec<u8>)>,
    decompressor: Option<zstd::bulk::Decompressor<'static>>,
    compressed: Vec<u8>,
}

impl Reader {
    /// Reads a record back. Cheap where others near it were read before.
    pub fn get<'a>(&'a mut self, store: &'a EvidenceStore, id: RecordId) -> io::Result<&'a [u8]> {
        let range = id.start as usize..(id.start + id.len) as usize;
        if id.block as usize == store.blocks.len() {
            return Ok(&store.open[range]);
        }
        if let Some(at) = self.blocks.iter().position(|(block, _)| *block == id.block) {
            let last = self.blocks.len() - 1;
            self.blocks[at..=last].rotate_left(1);
        } else {
            let block = store.blocks[id.block as usize];
            let compressed = if let Some(at) = block.offset.checked_sub(store.end) {
                &store.unwritten[at as usize..at as usize + block.compressed]
            } else {
                self.compressed.resize(block.compressed, 0);
                let file = store.file.as_ref().expect("what is not unwritten is in the file");
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(block.offset))?;
                file.read_exact(&mut self.compressed)?;
                &self.compressed
            };
            let decompressor = match &mut self.decompressor {
                Some(decompressor) => decompressor,
                None => self.decompressor.insert(zstd::bulk::Decompressor::new()?),
            };
            let mut bytes =
                if self.blocks.len() == READ { self.blocks.remove(0).1 } else { Vec::new() };
            bytes.clear();
            bytes.reserve(block.size);
            decompressor.decompress_to_buffer(compressed, &mut bytes)?;
            self.blocks.push((id.block, bytes));
        }
        let (_, bytes) = self.blocks.last().expect("it was just filled");
        Ok(&bytes[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_from_memory_and_from_disk() {
        let mut store = EvidenceStore::default();
        let records: Vec<Vec<u8>> = (0..50_000)
            .map(|n| format!("record {n} {}", "x".repeat(n % 1000)).into_bytes())
            .collect();
        let ids: Vec<RecordId> = records.iter().map(|r| store.push("s", r).unwrap().0).collect();
        assert!(store.blocks.len() > 2 * READ);
        let mut reader = Reader::default();
        for at in [0, 49_999, 1, 25_000, 24_999, 0].into_iter().chain((0..50_000).step_by(717)) {
            assert_eq!(reader.get(&store, ids[at]).unwrap(), records[at]);
        }
        for at in (0..50_000).rev().step_by(531) {
            assert_eq!(reader.get(&store, ids[at]).unwrap(), records[at]);
        }
    }

    #[test]
    fn a_record_larger_than_a_block() {
        let mut store = EvidenceStore::default();
        let big = vec![b'x'; 3 * BLOCK];
        let first = store.push("s", b"a").unwrap().0;
        let second = store.push("", &big).unwrap().0;
        let third = store.push("s", b"b").unwrap().0;
        let mut reader = Reader::default();
        assert_eq!(reader.get(&store, first).unwrap(), b"a");
        assert_eq!(reader.get(&store, second).unwrap(), big);
        assert_eq!(reader.get(&store, third).unwrap(), b"b");
    }
}
