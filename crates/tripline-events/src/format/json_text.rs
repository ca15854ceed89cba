//! Writing JSON texts.

/// Appends `text` as a JSON string.
pub(super) fn push_text(json: &mut Vec<u8>, text: &str) {
    json.push(b'"');
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, b) in bytes.iter().enumerate() {
        let escape: &[u8] = match b {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..0x20 => b"",
            _ => continue,
        };
        json.extend_from_slice(&bytes[plain..at]);
        if escape.is_empty() {
            json.extend_from_slice(format!("\\u{b:04x}").as_bytes());
        } else {
            json.extend_from_slice(escape);
        }
        plain = at + 1;
    }
    json.extend_from_slice(&bytes[plain..]);
    json.push(b'"');
}

/// Whether a text is a number as JSON writes it.
pub(super) fn is_number(text: &str) -> bool {
    let b = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let digits = |from: usize| b[from..].iter().take_while(|d| d.is_ascii_digit()).count();
    let whole = digits(0);
    if whole == 0 || whole > 1 && b[0] == b'0' {
        return false;
    }
    let mut at = whole;
    if b.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if matches!(b.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(b.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        let exponent = digits(at.min(b.len()));
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let mut json = vec![];
        push_text(&mut json, "a\"b\\c\nd\u{1}é");
        assert_eq!(String::from_utf8(json).unwrap(), "\"a\\\"b\\\\c\\nd\\u0001é\"");
    }

    #[test]
    fn numbers() {
        for yes in ["0", "-1", "10.50", "1e9", "1.5E-3"] {
            assert!(is_number(yes), "{yes}");
        }
        for no in ["", "-", "01", "1.", ".5", "1e", "0x1", "1 ", "NaN"] {
            assert!(!is_number(no), "{no}");
        }
    }
}
