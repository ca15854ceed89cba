//! Texts of candidates' cells, each kept once, one after the other in one piece of memory: there may
//! be a join key for every process start of a month.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::Arc;

/// The cell of an absent value.
pub(super) const ABSENT: u32 = u32::MAX;
/// Marks a cell that stands for several values.
const LIST: u32 = 1 << 31;

/// Texts by number, and lists of them.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: FixedState,
    lists: Vec<Box<[u32]>>,
}

impl Texts {
    /// The number of a text.
    pub(super) fn id(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        let (bytes, ends) = (&self.bytes, &self.ends);
        if let Some(id) = self.table.find(hash, |id| slice(bytes, ends, *id) == text) {
            return *id;
        }
        let id = self.ends.len() as u32;
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        let (bytes, ends, hasher) = (&self.bytes, &self.ends, &self.hasher);
        self.table.insert_unique(hash, id, |id| hasher.hash_one(slice(bytes, ends, *id)));
        id
    }

    /// The cell that stands for these texts.
    pub(super) fn cell(&mut self, ids: &[u32]) -> u32 {
        match ids {
            [] => ABSENT,
            [id] => *id,
            several => {
                self.lists.push(several.into());
                (self.lists.len() as u32 - 1) | LIST
            }
        }
    }

    /// The texts of a cell.
    pub(super) fn values(&self, cell: u32) -> Vec<Arc<str>> {
        let text = |id: u32| Arc::from(slice(&self.bytes, &self.ends, id));
        match cell {
            ABSENT => vec![],
            cell if cell & LIST == 0 => vec![text(cell)],
            cell => self.lists[(cell & !LIST) as usize].iter().map(|id| text(*id)).collect(),
        }
    }
}

fn slice<'a>(bytes: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &bytes[start..ends[id]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_a_cell_gives_back_what_was_put_in() {
        let mut texts = Texts::default();
        let ids: Vec<u32> = (0..2000).map(|n| texts.id(&format!("value {}", n % 1000))).collect();
        assert_eq!(ids[..1000], ids[1000..]);
        let empty = texts.id("");
        for (ids, expected) in [
            (vec![], vec![]),
            (vec![ids[7]], vec!["value 7"]),
            (vec![empty], vec![""]),
            (vec![ids[3], empty, ids[3]], vec!["value 3", "", "value 3"]),
        ] {
            let cell = texts.cell(&ids);
            let values = texts.values(cell);
            assert_eq!(values.iter().map(|v| &**v).collect::<Vec<_>>(), expected);
        }
    }
}
