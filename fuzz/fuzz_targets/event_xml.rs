//! Any bytes after an event's start: each event is read or set aside.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

const START: &[u8] = b"<Event><System><EventID>3</EventID></System></Event><Event>";

fuzz_target!(|bytes: &[u8]| {
    common::read("x.xml", START, bytes);
});
