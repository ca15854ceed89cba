//! Any bytes through the decoder, as a log of lines: each record is an event or is set aside.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    common::read("x.ndjson", b"", bytes);
});
