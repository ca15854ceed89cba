//! Texts as JSON, for what writes a hundred thousand alerts.

/// Appends a text as JSON writes it: as `serde_json` does, but eight bytes at a time.
///
/// ```
/// let mut out = Vec::new();
/// tripline_detect::json_text(&mut out, "C:\\a \"b\"\n");
/// assert_eq!(out, br#""C:\\a \"b\"\n""#);
/// ```
pub fn json_text(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + text.len() / 4 + 16);
    out.push(b'"');
    let mut rest = text.as_bytes();
    // Eight bytes are written at once, and those from the first special one on taken back: that is
    // cheaper than to copy pieces of a few bytes.
    while let Some(word) = rest.first_chunk::<8>() {
        let found = special(u64::from_le_bytes(*word));
        out.extend_from_slice(word);
        if found == 0 {
            rest = &rest[8..];
            continue;
        }
        let plain = found.trailing_zeros() as usize / 8;
        out.truncate(out.len() - 8 + plain);
        escape(out, word[plain]);
        rest = &rest[plain + 1..];
    }
    for byte in rest {
        if *byte < 0x20 || matches!(byte, b'"' | b'\\') {
            escape(out, *byte);
        } else {
            out.push(*byte);
        }
    }
    out.push(b'"');
}

/// The top bit of the first byte that must be escaped; of those after it there may be others.
#[inline]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = zero(word ^ (ONES * u64::from(b'"')));
    let backslash = zero(word ^ (ONES * u64::from(b'\\')));
    (control | quote | backslash) & TOPS
}

#[inline]
fn escape(out: &mut Vec<u8>, byte: u8) {
    if matches!(byte, b'"' | b'\\') {
        return out.extend_from_slice(&[b'\\', byte]);
    }
    escape_control(out, byte);
}

fn escape_control(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
            return out.extend_from_slice(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                digit(byte >> 4),
                digit(byte & 15),
            ]);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::json_text;

    #[test]
    fn as_serde_writes_it() {
        let all: String = (0..0x180).filter_map(char::from_u32).collect();
        let mut texts = vec![String::new(), all.clone()];
        for (at, c) in all.char_indices() {
            texts.push(format!("{}{c}é", &"abcdefghij"[..at % 10]));
            texts.push(format!("{c}{c}01234567{c}\u{20}{c}!#[]\u{7f}☂"));
        }
        for text in texts {
            let mut out = b"before".to_vec();
            json_text(&mut out, &text);
            let expected = format!("before{}", serde_json::to_string(&text).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
