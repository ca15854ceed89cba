//! Passing over JSON values in their bytes, without reading more of them than it takes to know that
//! they are valid.
//!
//! What is passed is valid JSON in valid UTF-8 (the caller has checked that it is UTF-8). The other
//! way round it need not be: what is rare or doubtful (surrogates, exponents, long numbers, blanks in
//! odd places) is not passed, and the parser judges it.

use wide::u8x16;

/// A string has escapes.
pub(crate) const ESCAPED: u8 = 1;
/// Some of them are by code point.
pub(crate) const UNICODE: u8 = 2;
/// A list has lists or objects in it.
pub(crate) const NESTED: u8 = 4;

/// How deep lists are followed.
const MAX_NESTING: usize = 12;

/// Bytes that are looked at together.
const BLOCK: usize = 32;

/// Which bytes of a block end a run of plain text in a string: quotes, backslashes, control
/// characters.
#[inline]
fn special(block: &[u8; BLOCK]) -> u32 {
    let (halves, _) = block.as_chunks::<16>();
    halves.iter().rev().fold(0, |marks, half| {
        let half = u8x16::new(*half);
        let quotes = half.simd_eq(u8x16::splat(b'"'));
        let slashes = half.simd_eq(u8x16::splat(b'\\'));
        let controls = half.min(u8x16::splat(0x1F)).simd_eq(half);
        marks << 16 | (quotes | slashes | controls).to_bitmask()
    })
}

/// From the byte after the opening quote to the closing one.
#[inline]
pub(crate) fn string(raw: &[u8], mut at: usize) -> Option<(usize, u8)> {
    let mut flags = 0;
    'blocks: while let Some(block) = raw.get(at..)?.first_chunk::<BLOCK>() {
        let mut marks = special(block);
        while marks != 0 {
            let found = marks.trailing_zeros() as usize;
            match block[found] {
                b'"' => return Some((at + found, flags)),
                b'\\' => {
                    // The escaped byte is not what it seems.
                    let escaped = at + found + 1;
                    flags |= escape(*raw.get(escaped)?, raw, escaped)?;
                    if found + 1 == BLOCK {
                        at += BLOCK + 1;
                        continue 'blocks;
                    }
                    marks &= !(0b11 << found);
                }
                _ => return None,
            }
        }
        at += BLOCK;
    }
    loop {
        match raw.get(at)? {
            b'"' => return Some((at, flags)),
            b'\\' => {
                flags |= escape(*raw.get(at + 1)?, raw, at + 1)?;
                at += 2;
            }
            0..0x20 => return None,
            _ => at += 1,
        }
    }
}

/// Checks the byte after a backslash, which is at `at`, and what follows it.
#[inline]
fn escape(escaped: u8, raw: &[u8], at: usize) -> Option<u8> {
    match escaped {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(ESCAPED),
        b'u' => code_point(raw.get(at + 1..at + 5)?).map(|_| ESCAPED | UNICODE),
        _ => None,
    }
}

/// The character of four hexadecimal digits, unless it is zero or half of one.
fn code_point(digits: &[u8]) -> Option<char> {
    let mut code = 0;
    for digit in digits {
        code = code << 4 | char::from(*digit).to_digit(16)?;
    }
    char::from_u32(code).filter(|c| *c != '\0')
}

/// Appends what a string without its quotes, which [`string`] has passed, stands for.
pub(crate) fn unescape(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[from..]) {
        let at = from + found;
        out.push_str(&text[from..at]);
        from = at + 2;
        out.push(match bytes.get(at + 1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => {
                from = at + 6;
                bytes
                    .get(at + 2..at + 6)
                    .and_then(code_point)
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(other) => char::from(*other),
            None => break,
        });
    }
    out.push_str(text.get(from..).unwrap_or(""));
}

/// The byte after a number, if it is one that every reader takes for the same.
#[inline]
pub(crate) fn number(raw: &[u8], start: usize) -> Option<usize> {
    let negative = raw.get(start) == Some(&b'-');
    let first = start + usize::from(negative);
    let digits = |from: usize| -> usize {
        raw.get(from..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count())
    };
    let whole = digits(first);
    let mut at = first + whole;
    if whole == 0 || whole > 19 || whole > 1 && raw[first] == b'0' {
        return None;
    }
    // Keywords of Windows events are the smallest numbers there are.
    if whole == 19 && negative && &raw[first..at] > b"9223372036854775808".as_slice() {
        return None;
    }
    if raw.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 || fraction > 30 {
            return None;
        }
        at += 1 + fraction;
    } else if negative && raw[first] == b'0' {
        return None;
    }
    matches!(raw.get(at)?, b',' | b'}' | b']').then_some(at)
}

/// The byte after `true`, `false` or `null`.
#[inline]
pub(crate) fn word(raw: &[u8], at: usize) -> Option<usize> {
    let rest = raw.get(at..)?;
    let len = if rest.starts_with(b"true") || rest.starts_with(b"null") {
        4
    } else if rest.starts_with(b"false") {
        5
    } else {
        return None;
    };
    matches!(rest.get(len)?, b',' | b'}' | b']').then_some(at + len)
}

/// The byte after the list that starts there, and what is to be known of it.
pub(crate) fn list(raw: &[u8], at: usize, room: usize) -> Option<(usize, u8)> {
    let room = room.min(MAX_NESTING);
    let mut flags = 0;
    let mut at = at + 1;
    if room == 0 {
        return None;
    }
    if raw.get(at)? == &b']' {
        return Some((at + 1, 0));
    }
    loop {
        if matches!(raw.get(at)?, b'{' | b'[') {
            flags = NESTED;
        }
        at = value(raw, at, room - 1)?;
        match raw.get(at)? {
            b',' => at += 1,
            b']' => return Some((at + 1, flags)),
            _ => return None,
        }
        if raw.get(at)? == &b' ' {
            at += 1;
        }
    }
}

fn value(raw: &[u8], at: usize, room: usize) -> Option<usize> {
    match raw.get(at)? {
        b'"' => Some(string(raw, at + 1)?.0 + 1),
        b'[' => Some(list(raw, at, room)?.0),
        b'{' => object(raw, at, room),
        b'-' | b'0'..=b'9' => number(raw, at),
        _ => word(raw, at),
    }
}

fn object(raw: &[u8], at: usize, room: usize) -> Option<usize> {
    let mut at = at + 1;
    if room == 0 {
        return None;
    }
    if raw.get(at)? == &b'}' {
        return Some(at + 1);
    }
    loop {
        if raw.get(at)? != &b'"' {
            return None;
        }
        at = string(raw, at + 1)?.0 + 1;
        if raw.get(at)? != &b':' {
            return None;
        }
        at += 1 + usize::from(raw.get(at + 1)? == &b' ');
        at = value(raw, at, room - 1)?;
        match raw.get(at)? {
            b',' => at += 1,
            b'}' => return Some(at + 1),
            _ => return None,
        }
        if raw.get(at)? == &b' ' {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_of_all_lengths() {
        for n in 0..50 {
            for tail in 0..20 {
                let text = format!("{}\"{}", "a".repeat(n), "b".repeat(tail));
                assert_eq!(string(text.as_bytes(), 0), Some((n, 0)));
                let text = format!("{}\\\"\\\\\"{}", "a".repeat(n), "b".repeat(tail));
                assert_eq!(string(text.as_bytes(), 0), Some((n + 4, ESCAPED)));
                let text = format!("{}\n\"{}", "a".repeat(n), "b".repeat(tail));
                assert_eq!(string(text.as_bytes(), 0), None);
            }
        }
    }

    #[test]
    fn numbers() {
        for yes in ["0", "-1", "10.50", "-0.5", "-9223372036854775808", "9999999999999999999"] {
            assert_eq!(number(format!("{yes},").as_bytes(), 0), Some(yes.len()), "{yes}");
        }
        for no in [
            "",
            "-",
            "01",
            "1.",
            ".5",
            "1e9",
            "-0",
            "1 ",
            "-9223372036854775809",
            "10000000000000000000",
            "NaN",
        ] {
            assert_eq!(number(format!("{no},").as_bytes(), 0), None, "{no}");
        }
    }

    proptest! {
        /// What is passed over is what a parser reads.
        #[test]
        fn what_passes_is_valid(
            text in "[\\[{\"](\"|\\\\|[a-c]|[0-9]|[\\[\\]{}:,.-]|\\\\u00e9|\\\\n| |true|null|\u{1}|é){0,24}"
        ) {
            let ended = format!("{text},");
            let raw = ended.as_bytes();
            if let Some(end) = value(raw, 0, 10) {
                let parsed = serde_json::from_slice::<serde_json::Value>(&raw[..end]);
                prop_assert!(parsed.is_ok(), "{text}");
                if let Ok(serde_json::Value::String(expected)) = parsed {
                    let mut plain = String::new();
                    unescape(&ended[1..end - 1], &mut plain);
                    prop_assert_eq!(plain, expected);
                }
            }
        }
    }
}
