//! UTF-16 text (Windows exports) as UTF-8.

use super::Source;
use std::io::{self, Read};

/// Decodes UTF-16. A unit that stands alone becomes U+FFFD.
pub(crate) struct Utf16<'a> {
    inner: Source<'a>,
    little: bool,
    bytes: Vec<u8>,
    text: Vec<u8>,
    at: usize,
}

impl<'a> Utf16<'a> {
    pub fn new(inner: Source<'a>, little: bool) -> Self {
        Self { inner, little, bytes: vec![], text: vec![], at: 0 }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        let read = (&mut self.inner).take(32 << 10).read_to_end(&mut self.bytes)?;
        let unit = |b: &[u8]| {
            let pair = [b[0], b[1]];
            if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        };
        let mut whole = self.bytes.len() / 2 * 2;
        // A pair that is cut by the end of the block waits for its other half.
        if read > 0 && whole >= 2 && (0xD800..0xDC00).contains(&unit(&self.bytes[whole - 2..])) {
            whole -= 2;
        }
        let units = self.bytes[..whole].chunks_exact(2).map(unit);
        let mut buffer = [0; 4];
        for c in char::decode_utf16(units) {
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.text.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
        self.bytes.drain(..whole);
        if read == 0 {
            if !self.bytes.is_empty() {
                self.text.extend_from_slice("\u{FFFD}".as_bytes());
            }
            self.bytes.clear();
        }
        Ok(())
    }
}

impl Read for Utf16<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.fill()?;
        }
        let n = (&self.text[self.at..]).read(into)?;
        self.at += n;
        Ok(n)
    }
}
