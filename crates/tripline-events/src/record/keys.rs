//! What was once found out about a key is looked up, not worked out again.
//!
//! Records of a stream mostly have the same keys in the same order. So each entry remembers which
//! entry came after it the last time, and that guess is checked with one comparison of the key
//! before the hash table is asked.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// No entry: before the first key of a record.
pub(crate) const NO_ENTRY: u32 = u32::MAX;

/// Beyond this many distinct keys nothing more is remembered: a log whose keys are data must not
/// fill the memory.
const LIMIT: usize = 1 << 16;

/// Remembers a value for each (node, key).
#[derive(Debug)]
pub(crate) struct Keys<T> {
    entries: Vec<Entry<T>>,
    table: HashTable<u32>,
    hasher: FixedState,
}

#[derive(Debug)]
struct Entry<T> {
    node: u32,
    key: Box<str>,
    next: u32,
    value: T,
}

impl<T> Default for Keys<T> {
    fn default() -> Self {
        Self { entries: vec![], table: HashTable::new(), hasher: FixedState::default() }
    }
}

impl<T> Keys<T> {
    /// The entry of a key, with the entry of the key before it as a hint.
    pub fn find(&mut self, previous: u32, node: u32, key: &str) -> Option<u32> {
        if let Some(last) = self.entries.get(previous as usize)
            && let Some(guess) = self.entries.get(last.next as usize)
            && guess.node == node
            && *guess.key == *key
        {
            return Some(last.next);
        }
        let hash = self.hash(node, key);
        let entries = &self.entries;
        let found = *self.table.find(hash, |e| {
            let e = &entries[*e as usize];
            e.node == node && *e.key == *key
        })?;
        if let Some(last) = self.entries.get_mut(previous as usize) {
            last.next = found;
        }
        Some(found)
    }

    /// Remembers a value. None: the table is full.
    pub fn insert(&mut self, node: u32, key: &str, value: T) -> Result<u32, T> {
        if self.entries.len() >= LIMIT {
            return Err(value);
        }
        let hash = self.hash(node, key);
        let at = self.entries.len() as u32;
        self.entries.push(Entry { node, key: key.into(), next: NO_ENTRY, value });
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.table.insert_unique(hash, at, |e| {
            let e = &entries[*e as usize];
            hasher.hash_one((e.node, &*e.key))
        });
        Ok(at)
    }

    pub fn get(&self, entry: u32) -> &T {
        &self.entries[entry as usize].value
    }

    fn hash(&self, node: u32, key: &str) -> u64 {
        self.hasher.hash_one((node, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_with_and_without_hint() {
        let mut keys = Keys::default();
        let a = keys.insert(0, "a", 1).unwrap();
        let b = keys.insert(0, "b", 2).unwrap();
        let c = keys.insert(1, "a", 3).unwrap();
        for _ in 0..2 {
            assert_eq!(keys.find(NO_ENTRY, 0, "a"), Some(a));
            assert_eq!(keys.find(a, 0, "b"), Some(b));
            assert_eq!(keys.find(b, 1, "a"), Some(c));
            assert_eq!(keys.find(a, 1, "a"), Some(c));
            assert_eq!(keys.find(a, 1, "b"), None);
        }
        assert_eq!(*keys.get(c), 3);
    }
}
