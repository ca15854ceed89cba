//! What the targets of decoders share: reading bytes as an input, and that nothing is lost.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;
use tripline_events::{
    Decoder, EventBatch, Input, Options, Projection, Projector, Rejected, Sink, Stream,
};
use tripline_schema::Schema;

struct Everything;

impl Projector for Everything {
    fn projection(&self, _: &Stream) -> Projection {
        Projection { all: true, ..Projection::default() }
    }
}

#[derive(Default)]
struct Count {
    events: u64,
    rejected: u64,
    /// A number for all values, in no order.
    values: u64,
}

impl Sink for Count {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        self.events += batch.len() as u64;
        for (_, column) in &batch.columns {
            assert_eq!(column.len(), batch.len());
        }
        for (name, column) in &batch.columns {
            for row in 0..batch.len() {
                for value in column.values(row) {
                    let mut hasher = DefaultHasher::new();
                    (&**name, value, batch.record[row], batch.time[row]).hash(&mut hasher);
                    self.values = self.values.wrapping_add(hasher.finish());
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, _: Rejected) {
        self.rejected += 1;
    }

    fn progress(&mut self, _: u64) {}
}

/// Reads `start` and `bytes` as an input of this name. Every record is an event or set aside, and
/// every column of a batch has as many rows as the batch. How many there are of both, and a number
/// for all values.
pub fn read(name: &str, start: &[u8], bytes: &[u8]) -> (u64, u64, u64) {
    let options = Options { max_record_bytes: 4096, batch_rows: 3, ..Options::default() };
    let mut decoder = Decoder::new(Schema::builtin(), Arc::new(Everything), options)
        .expect("no source type is forced");
    let mut count = Count::default();
    let input = Input::from_bytes(name, [start, bytes].concat());
    let summary = decoder.read(&input, &mut count).expect("bytes can be opened");
    assert_eq!(summary.events, count.events);
    assert_eq!(summary.records, count.events + count.rejected);
    (count.events, count.rejected, count.values)
}
