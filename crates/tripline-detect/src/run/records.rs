//! What a worker keeps of the events that some filter hit: each event once, however many rules hit
//! it, and the values that rules ask for once, however many rules ask.

use super::texts::ABSENT;
use crate::alert::hex;
use crate::evidence::RecordId;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Members of an archive are numbered in the upper bits of a record's position in its input, so
/// that records of different members, which are each counted from 0, have an order.
const MEMBER: u32 = 40;

/// The position of a record in its input or member, out of its order.
pub(super) fn record_number(order: (u32, u64)) -> u64 {
    order.1 & ((1 << MEMBER) - 1)
}

/// Where an event stands among all that is read: rank of the input, member, number of the record.
pub(super) type Position = (u32, u32, u64);

/// Events by number, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Records {
    batches: Vec<Batch>,
    /// By event, its batch.
    batch_of: Long<u32>,
    /// The event's own time; 0 where it has none.
    times: Long<i64>,
    numbers: Long<u64>,
    places: Long<RecordId>,
    /// Hashes that identify events.
    ids: Long<u128>,
    /// Events that bring an id of their own.
    own_ids: HashMap<u32, Box<str>, FixedState>,
    cells: Cells,
}

/// A list that grows piece by piece: one that doubles takes up to three times its size meanwhile.
#[derive(Debug)]
struct Long<T> {
    pieces: Vec<Vec<T>>,
    length: usize,
}

impl<T> Default for Long<T> {
    fn default() -> Self {
        Self { pieces: vec![], length: 0 }
    }
}

impl<T: Copy> Long<T> {
    const PIECE: usize = 1 << 12;

    fn len(&self) -> usize {
        self.length
    }

    fn push(&mut self, value: T) {
        if self.length == self.pieces.len() * Self::PIECE {
            self.pieces.push(Vec::with_capacity(Self::PIECE));
        }
        self.pieces[self.length / Self::PIECE].push(value);
        self.length += 1;
    }

    fn get(&self, at: u32) -> T {
        self.pieces[at as usize / Self::PIECE][at as usize % Self::PIECE]
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pieces.iter_mut().flatten()
    }
}

/// What the events of a batch have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    pub(super) stream: u32,
    pub(super) input: u32,
    /// Rank of the input.
    pub(super) rank: u32,
    /// How many members of the input came before.
    pub(super) member: u32,
    /// The number of its first event.
    first: u32,
}

/// An event as it is added.
pub(super) struct New {
    pub(super) time: i64,
    pub(super) number: u64,
    pub(super) place: RecordId,
    pub(super) id: Result<u128, String>,
}

impl Records {
    /// Begins a batch; the events that follow are its.
    pub(super) fn begin(&mut self, stream: u32, input: u32, rank: u32, member: u32) {
        let first = self.times.len() as u32;
        self.batches.push(Batch { stream, input, rank, member, first });
    }

    /// Adds an event of the current batch.
    pub(super) fn push(&mut self, new: New) -> u32 {
        let at = self.times.len() as u32;
        self.batch_of.push(self.batches.len() as u32 - 1);
        self.times.push(new.time);
        self.numbers.push(new.number);
        self.places.push(new.place);
        self.ids.push(match new.id {
            Ok(hash) => hash,
            Err(own) => {
                self.own_ids.insert(at, own.into());
                0
            }
        });
        at
    }

    /// What the events of the event's batch have in common.
    pub(super) fn batch(&self, event: u32) -> Batch {
        self.batches[self.batch_of.get(event) as usize]
    }

    /// The event's own time.
    pub(super) fn time(&self, event: u32) -> i64 {
        self.times.get(event)
    }

    pub(super) fn place(&self, event: u32) -> RecordId {
        self.places.get(event)
    }

    pub(super) fn position(&self, event: u32) -> Position {
        let batch = self.batch(event);
        (batch.rank, batch.member, self.numbers.get(event))
    }

    /// What decides between events of the same instant.
    pub(super) fn order(&self, event: u32) -> (u32, u64) {
        let batch = self.batch(event);
        (batch.rank, (u64::from(batch.member) << MEMBER) | self.numbers.get(event))
    }

    /// The event's id: the document's own, or what its hash reads as.
    pub(super) fn id(&self, event: u32) -> String {
        match self.own_ids.get(&event) {
            Some(own) => own.to_string(),
            None => hex(&self.ids.get(event).to_be_bytes()),
        }
    }

    /// Puts numbers in the place of provisional ones, which have the same order.
    pub(super) fn number(&mut self, of: impl Fn(u32, u64) -> u64) {
        for (number, batch) in self.numbers.iter_mut().zip(self.batch_of.iter()) {
            *number = of(self.batches[*batch as usize].rank, *number);
        }
    }

    /// Keeps the cells of a field for the events of the current batch; `cells` has one for each,
    /// `unknown` where it was not asked for.
    pub(super) fn keep(&mut self, field: u32, cells: &[u32], unknown: u32) {
        let batch = self.batches.len() as u32 - 1;
        self.cells.keep(field, batch, cells, unknown);
    }

    /// Forgets what only tails ask for.
    pub(super) fn keep_evidence_only(&mut self) {
        self.cells = Cells::default();
        self.times = Long::default();
    }

    /// The cell of a field for an event, for which it was kept.
    pub(super) fn cell(&self, field: u32, event: u32) -> u32 {
        let batch = self.batch_of.get(event);
        let row = event - self.batches[batch as usize].first;
        self.cells.get(field, batch, row)
    }
}

/// Cells by field and batch.
#[derive(Debug, Default)]
struct Cells {
    fields: Vec<HashMap<u32, Piece, FixedState>>,
}

/// The cells of a field in a batch, as small as they get.
#[derive(Debug)]
enum Piece {
    Same(u32),
    /// By row, where few were asked for.
    Few(Box<[(u32, u32)]>),
    All(Box<[u32]>),
}

impl Cells {
    fn keep(&mut self, field: u32, batch: u32, cells: &[u32], unknown: u32) {
        let rows = || (0..cells.len()).filter(|row| cells[*row] != unknown);
        let Some(first) = rows().next() else { return };
        let piece = if rows().all(|row| cells[row] == cells[first]) {
            // Most fields are absent from most sources.
            if cells[first] == ABSENT {
                return;
            }
            Piece::Same(cells[first])
        } else if rows().count() < cells.len() / 2 {
            Piece::Few(rows().map(|row| (row as u32, cells[row])).collect())
        } else {
            Piece::All(cells.into())
        };
        if self.fields.len() <= field as usize {
            self.fields.resize_with(field as usize + 1, HashMap::default);
        }
        self.fields[field as usize].insert(batch, piece);
    }

    fn get(&self, field: u32, batch: u32, row: u32) -> u32 {
        match self.fields.get(field as usize).and_then(|pieces| pieces.get(&batch)) {
            None => ABSENT,
            Some(Piece::Same(cell)) => *cell,
            Some(Piece::All(cells)) => cells[row as usize],
            Some(Piece::Few(cells)) => {
                cells.binary_search_by_key(&row, |(at, _)| *at).map_or(ABSENT, |at| cells[at].1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back() {
        let mut cells = Cells::default();
        let all = [4, 4, 5, ABSENT];
        cells.keep(2, 7, &all, 100);
        cells.keep(0, 7, &[100, 9, 100, 9], 100);
        cells.keep(1, 7, &[100, 100, 3, 100, 5, 100], 100);
        cells.keep(3, 7, &[ABSENT, 100], 100);
        for (row, expected) in all.into_iter().enumerate() {
            assert_eq!(cells.get(2, 7, row as u32), expected);
        }
        assert_eq!([cells.get(0, 7, 1), cells.get(0, 7, 3)], [9, 9]);
        assert_eq!([cells.get(1, 7, 2), cells.get(1, 7, 4)], [3, 5]);
        assert_eq!([cells.get(3, 7, 0), cells.get(2, 8, 0), cells.get(9, 7, 0)], [ABSENT; 3]);
    }
}
