//! A record's JSON text as we print JSON: no space between, escapes only where they must be, numbers
//! as they are read.
//!
//! That is what `serde_json` makes of it through a tree of values; here the text is copied, and
//! whatever is unusual goes the long way.

use serde_json::Value;

/// Records are nested no deeper than this, but for those that go the long way.
const DEPTH: usize = 64;
/// Objects have no more keys than this.
const KEYS: usize = 256;

/// Appends the record; as a text where it is no JSON.
pub fn write(out: &mut Vec<u8>, raw: &str) {
    let start = out.len();
    let mut copy = Copy { raw: raw.as_bytes(), at: 0, out: &mut *out, keys: vec![] };
    if copy.value(0).is_some() && copy.space().is_none() {
        return;
    }
    out.truncate(start);
    let value: Value = serde_json::from_str(raw).unwrap_or_else(|_| raw.into());
    serde_json::to_writer(out, &value).expect("a JSON value is written to memory");
}

struct Copy<'a> {
    raw: &'a [u8],
    at: usize,
    out: &'a mut Vec<u8>,
    /// Where the keys of the open objects are in `out`.
    keys: Vec<(usize, usize)>,
}

impl Copy<'_> {
    /// The next byte that is no space.
    fn space(&mut self) -> Option<u8> {
        while let Some(byte) = self.raw.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.space()? == byte).then(|| {
            self.at += 1;
            self.out.push(byte);
        })
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match self.space()? {
            b'"' => self.text(),
            b'{' if depth < DEPTH => self.object(depth),
            b'[' if depth < DEPTH => self.list(depth),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.raw[self.at..].starts_with(word).then(|| {
            self.at += word.len();
            self.out.extend_from_slice(word);
        })
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.take(b'[')?;
        if self.space()? == b']' {
            return self.take(b']');
        }
        loop {
            self.value(depth + 1)?;
            match self.space()? {
                b',' => self.take(b',')?,
                _ => return self.take(b']'),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.take(b'{')?;
        if self.space()? == b'}' {
            return self.take(b'}');
        }
        let outer = self.keys.len();
        loop {
            self.space()?;
            let start = self.out.len();
            self.text()?;
            let key = &self.out[start..];
            // Of a key that comes twice the last value counts.
            let again = |(from, to): &(usize, usize)| self.out[*from..*to] == *key;
            if self.keys.len() - outer == KEYS || self.keys[outer..].iter().any(again) {
                return None;
            }
            self.keys.push((start, self.out.len()));
            self.take(b':')?;
            self.value(depth + 1)?;
            if self.space()? == b',' {
                self.take(b',')?;
            } else {
                self.keys.truncate(outer);
                return self.take(b'}');
            }
        }
    }

    fn text(&mut self) -> Option<()> {
        let rest = &self.raw[self.at..];
        if rest.first() != Some(&b'"') {
            return None;
        }
        let mut from = 0;
        let mut at = 1;
        loop {
            let plain = rest[at..].iter().position(|b| matches!(b, b'"' | b'\\') || *b < 0x20)?;
            at += plain;
            match rest[at] {
                b'"' => {
                    self.out.extend_from_slice(&rest[from..=at]);
                    self.at += at + 1;
                    return Some(());
                }
                b'\\' => match rest.get(at + 1)? {
                    b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                    b'/' => {
                        self.out.extend_from_slice(&rest[from..at]);
                        from = at + 1;
                        at += 2;
                    }
                    b'u' => {
                        let digits = std::str::from_utf8(rest.get(at + 2..at + 6)?).ok()?;
                        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                            return None;
                        }
                        // Half a character goes the long way.
                        let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                        self.out.extend_from_slice(&rest[from..at]);
                        let mut room = [0; 4];
                        let text: &str = c.encode_utf8(&mut room);
                        let start = self.out.len();
                        serde_json::to_writer(&mut *self.out, text).ok()?;
                        // Without its quotes.
                        self.out.remove(start);
                        self.out.pop();
                        at += 6;
                        from = at;
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let rest = &self.raw[self.at..];
        let part = |b: &u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = rest.iter().position(|b| !part(b)).unwrap_or(rest.len());
        let number = &rest[..end];
        let digits = number.strip_prefix(b"-").unwrap_or(number);
        let whole = digits.len() < 18
            && digits.iter().all(u8::is_ascii_digit)
            && (digits.first()? != &b'0' || number == b"0");
        if whole {
            self.out.extend_from_slice(number);
        } else {
            let number: serde_json::Number = serde_json::from_slice(number).ok()?;
            serde_json::to_writer(&mut *self.out, &number).ok()?;
        }
        self.at += end;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_tree_of_values_would_be_printed() {
        for raw in [
            "{}",
            " { \"a\" : [ 1 , -2,0, 1.50, 1e3, -0, 12345678901234567890, 123456789012345678901 ] } ",
            r#"{"a":"x\/y\u0041\u00e9\u0000\u001F\u0022\ud83d\ude00\n\"\\é"}"#,
            r#"{"a":1,"b":{"a":2},"a":3}"#,
            r#"{"a":[{"b":1},{"b":2}],"c":{"b":{"c":[]}},"d":[[],{}]}"#,
            r#"{"a":true,"b":false,"c":null,"":""}"#,
            r#"{"a":nope}"#,
            r#"{"a":1"#,
            "{\"a\":\"\u{1}\"}",
            r#"{"a":01}"#,
            r#"{"a":"\u12"}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":1} x"#,
            r#"{"a":1.7976931348623157e400}"#,
            "[1,]",
            "",
        ] {
            let mut out = b"before ".to_vec();
            write(&mut out, raw);
            let tree: Value = serde_json::from_str(raw).unwrap_or_else(|_| raw.into());
            assert_eq!(String::from_utf8(out).unwrap(), format!("before {tree}"), "{raw}");
        }
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let mut out = Vec::new();
        write(&mut out, &deep);
        assert_eq!(String::from_utf8(out).unwrap(), deep);
    }
}
