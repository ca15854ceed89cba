//! Any bytes through the decoder, as a log of lines: each record is an event or is set aside.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::Arc;
use tripline_events::{
    Decoder, EventBatch, Input, Options, Projection, Projector, Rejected, Sink, Stream,
};
use tripline_schema::Schema;

const START: &[u8] = b"";

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
}

impl Sink for Count {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        self.events += batch.len() as u64;
        for (_, column) in &batch.columns {
            assert_eq!(column.len(), batch.len());
        }
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, _: Rejected) {
        self.rejected += 1;
    }

    fn progress(&mut self, _: u64) {}
}

fuzz_target!(|bytes: &[u8]| {
    let options = Options { max_record_bytes: 4096, batch_rows: 3, ..Options::default() };
    let mut decoder = Decoder::new(Schema::builtin(), Arc::new(Everything), options)
        .expect("no source type is forced");
    let mut count = Count::default();
    let input = Input::from_bytes("x.ndjson", [START, bytes].concat());
    let summary = decoder.read(&input, &mut count).expect("bytes can be opened");
    assert_eq!(summary.events, count.events);
    assert_eq!(summary.records, count.events + count.rejected);
});
