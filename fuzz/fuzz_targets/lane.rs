//! The fast lane: lines read twice, the second time with a blank before each, which keeps them off
//! the lane, give the same.
#![no_main]

mod common;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    let joined = |before: &[u8]| {
        let mut text = vec![];
        // Each line several times: the first teaches its keys.
        for line in lines.iter().flat_map(|line| [line; 3]) {
            text.extend_from_slice(before);
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        // The first line says what the stream is.
        common::read("fuzz.ndjson", b"{\"a\":1}\n", &text)
    };
    assert_eq!(joined(b""), joined(b" "));
});
