//! Any bytes below a Zeek header: each row is an event or is set aside.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

const START: &[u8] = b"#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tports\tlocal\n#types\ttime\taddr\tset[port]\tbool\n";

fuzz_target!(|bytes: &[u8]| {
    common::read("conn.log", START, bytes);
});
