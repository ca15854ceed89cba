//! The evidence store: records that may become part of an alert, kept out of memory.
//!
//! A sequence's first step may hit every process start of a month; which of them matter is known
//! at the end. Records are appended to blocks, compressed, and spilled to an unnamed temporary
//! file, so that memory does not grow with the number of candidates.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Where a record lies in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    block: u32,
    start: u32,
    len: u32,
}

/// Records are read back in another order than they came in: a block is decompressed for one of them.
const BLOCK: usize = 1 << 18;
/// A fast level: evidence is written often and read seldom.
const LEVEL: i32 = -5;

/// Records, append only.
#[derive(Debug, Default)]
pub struct EvidenceStore {
    open: Vec<u8>,
    blocks: Vec<Block>,
    file: Option<File>,
    end: u64,
    cached: Option<(u32, Vec<u8>)>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    offset: u64,
    compressed: usize,
    size: usize,
}

impl EvidenceStore {
    /// Appends a record. Errors: the temporary file cannot be written.
    pub fn push(&mut self, record: &[u8]) -> io::Result<RecordId> {
        if !self.open.is_empty() && self.open.len() + record.len() > BLOCK {
            self.flush()?;
        }
        let id = RecordId {
            block: self.blocks.len() as u32,
            start: self.open.len() as u32,
            len: record.len() as u32,
        };
        self.open.extend_from_slice(record);
        Ok(id)
    }

    /// Reads a record back. Cheap in the order of appending.
    pub fn get(&mut self, id: RecordId) -> io::Result<Vec<u8>> {
        let range = id.start as usize..(id.start + id.len) as usize;
        if id.block as usize == self.blocks.len() {
            return Ok(self.open[range].to_vec());
        }
        if self.cached.as_ref().is_none_or(|(block, _)| *block != id.block) {
            let block = self.blocks[id.block as usize];
            let file = self.file.as_mut().expect("a flushed block is in the file");
            file.seek(SeekFrom::Start(block.offset))?;
            let mut compressed = vec![0; block.compressed];
            file.read_exact(&mut compressed)?;
            let bytes = zstd::bulk::decompress(&compressed, block.size)?;
            self.cached = Some((id.block, bytes));
        }
        let (_, bytes) = self.cached.as_ref().expect("it was just filled");
        Ok(bytes[range].to_vec())
    }

    fn flush(&mut self) -> io::Result<()> {
        let compressed = zstd::bulk::compress(&self.open, LEVEL)?;
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(&compressed)?;
        self.blocks.push(Block {
            offset: self.end,
            compressed: compressed.len(),
            size: self.open.len(),
        });
        self.end += compressed.len() as u64;
        self.open.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_from_memory_and_from_disk() {
        let mut store = EvidenceStore::default();
        let records: Vec<Vec<u8>> = (0..5000)
            .map(|n| format!("record {n} {}", "x".repeat(n % 1000)).into_bytes())
            .collect();
        let ids: Vec<RecordId> = records.iter().map(|r| store.push(r).unwrap()).collect();
        assert!(store.blocks.len() > 1);
        for at in [0, 4999, 1, 2500, 2499, 0] {
            assert_eq!(store.get(ids[at]).unwrap(), records[at]);
        }
    }

    #[test]
    fn a_record_larger_than_a_block() {
        let mut store = EvidenceStore::default();
        let big = vec![b'x'; 3 * BLOCK];
        let first = store.push(b"a").unwrap();
        let second = store.push(&big).unwrap();
        let third = store.push(b"b").unwrap();
        assert_eq!(store.get(first).unwrap(), b"a");
        assert_eq!(store.get(second).unwrap(), big);
        assert_eq!(store.get(third).unwrap(), b"b");
    }
}
