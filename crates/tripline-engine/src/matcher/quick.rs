//! Whether a record may have any of some keywords, asked of its bytes as they were written.
//!
//! Of each keyword three bytes are enough, in every way in which they may be written: in upper and
//! lower case, behind escapes. As keywords share them (`s::`, `.sys`) there are few, and one sieve
//! looks for all at once, at the speed of reading.

use super::grams::{bits, frequency, may_have, number};
use super::sieve::Sieve;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A search that says no to most records.
pub(super) struct Quick {
    sieve: Sieve,
    /// A bit for each hash of what is looked for.
    grams: [u64; GRAMS],
    /// A keyword that has the first gram that is found begins at most so many bytes before it.
    reach: usize,
}

/// Those that were made: most streams are asked for the same keywords.
#[derive(Default)]
pub(super) struct Quicks(Mutex<HashMap<Vec<String>, Option<Arc<Quick>>, FixedState>>);

impl Quicks {
    /// For some keywords.
    pub(super) fn of(&self, keywords: &[String]) -> Option<Arc<Quick>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(quick) = known.get(keywords) {
            return quick.clone();
        }
        let quick = Quick::new(keywords).map(Arc::new);
        known.insert(keywords.to_vec(), quick.clone());
        quick
    }
}

/// How many bytes of a keyword are looked for.
const LENGTH: usize = 3;

/// A sieve that has more patterns lets too much through.
const PATTERNS: usize = 64;

/// Words of the bit set.
const GRAMS: usize = 64;

/// Characters written by their number that may be one of a keyword: ASCII, and the two others whose
/// lower case begins with an ASCII letter.
const NUMBERED: [&str; 2] = ["\\u0", "\\u2"];

impl Quick {
    /// For keywords in ASCII lower case, of at least three bytes; none if they are too different.
    pub(super) fn new(keywords: &[String]) -> Option<Self> {
        let mut left: Vec<&[u8]> = keywords.iter().map(String::as_bytes).collect();
        left.sort_unstable();
        left.dedup();
        if left.is_empty() || left.iter().any(|keyword| keyword.len() < LENGTH) {
            return None;
        }
        let mut grams: Vec<&[u8]> = left.iter().flat_map(|k| k.windows(LENGTH)).collect();
        grams.sort_unstable();
        grams.dedup();
        let costs: Vec<f64> = grams.iter().map(|gram| cost(gram)).collect();
        let mut patterns: Vec<Vec<u8>> = NUMBERED.map(|text| text.as_bytes().to_vec()).into();
        let mut uses = vec![0u32; grams.len()];
        while !left.is_empty() && patterns.len() <= PATTERNS {
            uses.fill(0);
            for gram in left.iter().flat_map(|k| k.windows(LENGTH)) {
                if let Ok(at) = grams.binary_search(&gram) {
                    uses[at] += 1;
                }
            }
            // What most keywords have that are left, for the least cost.
            let worth = |at: &usize| f64::from(uses[*at]) / costs[*at];
            let best = (0..grams.len()).max_by(|a, b| worth(a).total_cmp(&worth(b)))?;
            left.retain(|keyword| !keyword.windows(LENGTH).any(|window| window == grams[best]));
            patterns.extend(spellings(grams[best]));
        }
        if patterns.len() > PATTERNS {
            return None;
        }
        let starts = patterns.iter().filter_map(|pattern| pattern.first_chunk::<LENGTH>());
        let grams = bits(starts.clone().map(|start| number(start)));
        let sieve = Sieve::new(starts.map(<[u8; LENGTH]>::as_slice));
        // Every character before the gram is written as itself, in at most three bytes, or it would
        // be a gram itself; what is cut in two before that does not count.
        let reach = keywords.iter().map(String::len).max().unwrap_or(0) * 3 + 12;
        Some(Self { sieve, grams, reach })
    }

    /// From where on a record may have one of the keywords.
    #[inline]
    pub(super) fn find(&self, raw: &[u8]) -> Option<usize> {
        let mut found = None;
        self.sieve.each(raw, |at| {
            let gram = raw[at..].first_chunk::<LENGTH>();
            let there = gram.is_some_and(|gram| may_have(&self.grams, number(gram)));
            found = there.then_some(at);
            !there
        });
        let mut start = found?.saturating_sub(self.reach);
        let cuts = |start: usize| raw[start - 1] == b'\\' || raw[start] & 0xC0 == 0x80;
        while start > 0 && cuts(start) {
            start -= 1;
        }
        Some(start)
    }
}

/// How many patterns a gram takes, and how often it is found where no keyword is.
fn cost(gram: &[u8]) -> f64 {
    let common: u32 = gram.iter().map(|byte| commonness(*byte)).sum();
    spellings(gram).len() as f64 * f64::from(1 + common + 2 * frequency(gram)).powi(3)
}

/// How common a character is in texts.
fn commonness(byte: u8) -> u32 {
    match byte {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b' ' | b'\\' => 2,
        b'h' | b'l' | b'd' | b'c' | b'u' | b'm' | b'0'..=b'9' => 1,
        _ => 0,
    }
}

/// All ways in which a text may be written in a record, but for characters by their number.
fn spellings(gram: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![vec![]];
    for (at, byte) in gram.iter().enumerate() {
        let mut ways = vec![vec![*byte]];
        if byte.is_ascii_lowercase() {
            ways.push(vec![byte.to_ascii_uppercase()]);
        }
        match byte {
            b'k' => ways.push("\u{212a}".into()),
            // Its lower case has another character behind the letter.
            b'i' if at + 1 == gram.len() => ways.push("\u{130}".into()),
            b'/' => ways.push(b"\\/".to_vec()),
            _ => {}
        }
        all = all
            .iter()
            .flat_map(|start| ways.iter().map(move |way| [start.as_slice(), way].concat()))
            .collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_may_be_one() {
        let keywords = ["sekurlsa::", "lsadump::", "kiwi", "a/b"].map(str::to_owned);
        let quick = Quick::new(&keywords).unwrap();
        for yes in [
            r#"{"a":"SEKURLSA::logon"}"#,
            r#"{"a":"lsaDump::x"}"#,
            r#"{"a":"k\u0069wi"}"#,
            r#"{"a":"a\/B"}"#,
            "{\"a\":\"\u{212a}iwi\"}",
            "{\"a\":\"kiw\u{130}\"}",
        ] {
            assert_eq!(quick.find(yes.as_bytes()), Some(0), "{yes}");
        }
        assert!(quick.find(br#"{"a":"C:\\Windows\\explorer.exe ab"}"#).is_none());
    }

    #[test]
    fn nothing_is_cut_that_belongs_together() {
        let quick = Quick::new(&["ab::cd".to_owned()]).unwrap();
        let text = format!("{}{}ab::cd", "x".repeat(50), "\\".repeat(40));
        assert_eq!(quick.find(text.as_bytes()), Some(50));
        let text = format!("{}ab::cd", "\u{212a}".repeat(50));
        assert!(text.is_char_boundary(quick.find(text.as_bytes()).unwrap()));
    }

    #[test]
    fn few_patterns_are_made_of_what_keywords_share() {
        let keywords: Vec<String> = ('a'..='z').map(|c| format!("{c}xyz::")).collect();
        assert!(Quick::new(&keywords).is_some());
        let keywords: Vec<String> = ('a'..='z').map(|c| format!("{c}{c}{c}")).collect();
        assert!(Quick::new(&keywords).is_none());
        assert!(Quick::new(&[]).is_none());
    }
}
