//! Whether a file is JSON that may hold rules, without reading all of it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Rules and exceptions name themselves this early. A folder of rules may hold large logs too.
const HEAD: usize = 1 << 20;

/// Whether the first character of the file begins an object or a list of JSON.
pub(crate) fn is_json(path: &Path) -> bool {
    let head = head(path, 4096);
    let text = head.trim_ascii_start();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    match text.first() {
        Some(b'{') => true,
        // `[` begins a table of TOML too: `[[exception]]`, `[rule]`.
        Some(b'[') => matches!(text[1..].trim_ascii_start().first(), Some(b'{' | b']')),
        _ => false,
    }
}

/// Whether the file's first part names what rules and lists of exceptions are told by.
pub(super) fn may_hold_rules(path: &Path) -> bool {
    let head = head(path, HEAD);
    ["\"rule_id\"", "\"list_id\""]
        .iter()
        .any(|key| head.windows(key.len()).any(|window| window == key.as_bytes()))
}

fn head(path: &Path, length: usize) -> Vec<u8> {
    let mut bytes = vec![];
    if let Ok(file) = File::open(path) {
        let _ = file.take(length as u64).read_to_end(&mut bytes);
    }
    bytes
}
