//! Keywords that may stand anywhere in an event, looked for in the text of its record.
//!
//! A value that has a keyword stands in the record as JSON writes it. So the record is searched
//! for the keyword and for how JSON writes it; whoever finds one asks the test itself. No column
//! has to be there for that.

use super::bits;
use super::grams::{Literals, commonness};
use super::literal;
use super::quick::{Quick, Quicks};
use memchr::memmem;
use std::sync::Arc;
use tripline_events::{EventBatch, Glance};
use tripline_ir::{Case, GlobPart, Test};

/// The keywords of all scans of a stream. Those that logs are full of are looked for apart, and
/// only in records that have the others of their rule.
#[derive(Default)]
pub(super) struct Keywords {
    tiers: [Tier; 2],
    /// Asks each record whether the first tier may find anything.
    pub(super) glance: Option<Glance>,
    /// By scan: its tier, if it has any text.
    tier_of: Vec<Option<u8>>,
}

#[derive(Default)]
struct Tier {
    literals: Literals,
    /// By literal: the scan, and whether the record passes its test if it has the literal.
    scans: Vec<(u32, bool)>,
    /// How many scans there are.
    different: usize,
    /// Rules most records out, as they are written, where there are not too many literals.
    quick: Option<Arc<Quick>>,
}

/// A text that is more common is looked for in the second place.
const COMMON: u32 = 6;

/// A text to look for, in ASCII lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Keyword {
    text: String,
    /// What has the text as it is written passes the test.
    sure: bool,
}

/// Whether a scan by these texts is better done when little is left.
pub(super) fn is_common(keywords: &[Keyword]) -> bool {
    keywords.iter().any(|keyword| commonness(&keyword.text) > COMMON)
}

/// What is known of a batch.
#[derive(Default)]
pub(super) struct Memory {
    /// By tier: the rows that have been searched.
    done: [Vec<u64>; 2],
    /// By scan: of those, the ones with one of its texts, and the ones that pass its test.
    found: Vec<[Vec<u64>; 2]>,
    fold: Vec<u8>,
}

impl Memory {
    /// Forgets all, for another batch.
    pub(super) fn start(&mut self) {
        self.done.iter_mut().for_each(Vec::clear);
        self.found.clear();
    }
}

/// Texts of which a record must have one for a value of it, or its text, to pass a test: in ASCII
/// lower case, and true of ASCII texts. None: there are none.
pub(super) fn of_test(test: &Test) -> Option<Vec<Keyword>> {
    let mut keywords = Vec::new();
    collect(test, &mut keywords).then_some(())?;
    let useful = |keyword: &Keyword| {
        let text = &keyword.text;
        text.len() >= 3 && text.is_ascii() && !text.contains(char::is_control)
    };
    (!keywords.is_empty() && keywords.iter().all(useful)).then_some(())?;
    for at in 0..keywords.len() {
        let text = &keywords[at].text;
        if text.contains(['\\', '"']) {
            let written = text.replace('\\', "\\\\").replace('"', "\\\"");
            keywords.push(Keyword { text: written, sure: false });
        }
    }
    keywords.sort();
    keywords.dedup();
    Some(keywords)
}

fn collect(test: &Test, keywords: &mut Vec<Keyword>) -> bool {
    match test {
        Test::Equals { values, .. } => keywords
            .extend(values.iter().map(|v| Keyword { text: v.to_ascii_lowercase(), sure: false })),
        Test::Glob { patterns, case } => {
            for pattern in patterns {
                let Some(text) = literal::of_glob(pattern) else { return false };
                let anywhere = matches!(
                    *pattern.parts,
                    [GlobPart::Many, GlobPart::Literal(_), GlobPart::Many]
                );
                let sure = anywhere && *case != Case::Sensitive;
                keywords.push(Keyword { text: text.to_ascii_lowercase(), sure });
            }
        }
        Test::Any(tests) => return tests.iter().all(|t| collect(t, keywords)),
        _ => return false,
    }
    true
}

impl Keywords {
    /// For each scan its texts, if it has any.
    pub(super) fn new(scans: &[Option<Vec<Keyword>>], quicks: &Quicks) -> Self {
        let tier_of: Vec<Option<u8>> =
            scans.iter().map(|texts| texts.as_ref().map(|t| u8::from(is_common(t)))).collect();
        let tier = |wanted: u8| {
            let of_tier = scans.iter().zip(&tier_of).enumerate();
            let all = of_tier.filter(|(_, (_, tier))| **tier == Some(wanted)).flat_map(
                |(scan, (texts, _))| {
                    texts.iter().flatten().map(move |k| ((scan as u32, k.sure), k.text.clone()))
                },
            );
            let (scans, texts): (Vec<(u32, bool)>, Vec<String>) = all.unzip();
            let different = tier_of.iter().filter(|tier| **tier == Some(wanted)).count();
            Tier { literals: Literals::new(&texts), quick: quicks.of(&texts), scans, different }
        };
        Self { tiers: [tier(0), tier(1)], glance: None, tier_of }
    }

    /// Whether a scan's texts are in the first tier.
    pub(super) fn is_first(&self, scan: u32) -> bool {
        self.tier_of[scan as usize] == Some(0)
    }

    /// Has every record asked when it is read: many are searched whatever else they have.
    pub(super) fn ask_at_once(&mut self) {
        self.glance = self.tiers[0]
            .quick
            .clone()
            .map(|quick| Glance::new(move |record| quick.find(record).is_some()));
    }

    /// Leaves those rows of which the record has one of a scan's texts, but not if it passes the
    /// scan's test for sure: those rows go to `sure`.
    pub(super) fn narrow(
        &self,
        batch: &EventBatch,
        scan: usize,
        rows: &mut [u64],
        sure: &mut [u64],
        memory: &mut Memory,
    ) {
        let Some(number) = self.tier_of[scan] else { return };
        let Memory { done, found, fold } = memory;
        found.resize_with(self.tier_of.len(), Default::default);
        let done = &mut done[usize::from(number)];
        done.resize(rows.len(), 0);
        let tier = &self.tiers[usize::from(number)];
        let none = |row| {
            let glance = self.glance.as_ref().filter(|_| number == 0);
            glance.and_then(|glance| batch.raw.glanced(glance, row)) == Some(false)
        };
        for row in bits::rows(rows) {
            if !bits::get(done, row) {
                bits::set(done, row);
                if none(row) {
                    continue;
                }
                let mut left = tier.different;
                tier.search(batch.raw.get(row), fold, |scan, sure| {
                    let [some, passes] = &mut found[scan as usize];
                    if sure {
                        passes.resize(rows.len(), 0);
                        bits::set(passes, row);
                    }
                    some.resize(rows.len(), 0);
                    left -= usize::from(!bits::get(some, row));
                    bits::set(some, row);
                    left > 0
                });
            }
        }
        let [some, passes] = &found[scan];
        if some.is_empty() {
            rows.fill(0);
        } else {
            bits::and(rows, some);
        }
        if !passes.is_empty() {
            sure.copy_from_slice(rows);
            bits::and(sure, passes);
            bits::and_not(rows, passes);
        }
    }
}

impl Tier {
    /// Calls `f` with each scan of which the record has a text, and whether it passes its test then,
    /// until it says that it has enough.
    fn search(&self, raw: &[u8], fold: &mut Vec<u8>, mut f: impl FnMut(u32, bool) -> bool) {
        let raw = match &self.quick {
            None => raw,
            Some(quick) => match quick.find(raw) {
                None => return,
                Some(start) => &raw[start..],
            },
        };
        fold.clear();
        let as_written = plain(raw, fold);
        fold.make_ascii_lowercase();
        let mut look = |text: &[u8], as_written: bool| {
            self.literals.find(text, |literal| {
                let (scan, sure) = self.scans[literal as usize];
                f(scan, sure && as_written)
            })
        };
        if !look(fold, as_written) {
            return;
        }
        // Keywords are ASCII; of other letters only these two are one of theirs in lower case.
        if !fold.is_ascii()
            && let Ok(text) = std::str::from_utf8(fold)
            && text.contains(['\u{212a}', '\u{130}'])
        {
            look(Case::Unicode.fold(text).as_bytes(), false);
        }
    }
}

/// Appends JSON text as most writers write it: no character by its number, but for quotes and
/// backslashes no escape. Control characters, which no keyword has, become blanks. Whether that is
/// as it was written.
fn plain(json: &[u8], out: &mut Vec<u8>) -> bool {
    if memmem::find(json, b"\\u").is_none() && memmem::find(json, b"\\/").is_none() {
        out.extend_from_slice(json);
        return true;
    }
    let mut copied = 0;
    let mut after = 0;
    for at in memchr::memchr_iter(b'\\', json) {
        if at < after {
            continue;
        }
        after = at + 2;
        match json.get(at + 1) {
            Some(b'/') => {
                out.extend_from_slice(&json[copied..at]);
                copied = at + 1;
            }
            Some(b'u') => {
                let Some((c, end)) = numbered(json, at) else { continue };
                out.extend_from_slice(&json[copied..at]);
                match c {
                    '"' => out.extend_from_slice(b"\\\""),
                    '\\' => out.extend_from_slice(b"\\\\"),
                    c if c.is_control() => out.push(b' '),
                    c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                (copied, after) = (end, end);
            }
            _ => {}
        }
    }
    out.extend_from_slice(&json[copied..]);
    false
}

/// The character whose number is written at `at`, and where that ends.
fn numbered(json: &[u8], at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| {
        json.get(at..at + 2).filter(|start| *start == b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(json.get(at + 2..at + 6)?).ok()?, 16).ok()
    };
    let first = unit(at)?;
    let pair = [first, unit(at + 6).unwrap_or(0)];
    let c = char::decode_utf16(pair).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((c, at + 6 * c.len_utf16()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_ir::Glob;

    #[test]
    fn texts_of_keywords() {
        let glob = |text: &str| Test::Glob {
            patterns: vec![Glob::parse(text, true, Case::Unicode)],
            case: Case::Unicode,
        };
        let keyword = |text: &str, sure| Keyword { text: text.to_owned(), sure };
        let both = vec![keyword("a\"b", true), keyword("a\\\"b", false)];
        assert_eq!(of_test(&glob("*A\"b*")), Some(both));
        assert_eq!(of_test(&glob("*A b")), Some(vec![keyword("a b", false)]));
        assert_eq!(of_test(&glob("*ab*")), None);
        assert_eq!(of_test(&Test::Any(vec![glob("*abc*"), Test::Exists])), None);
    }

    #[test]
    fn characters_by_number() {
        for (json, expected) in [
            (r#"{"a":"C:\\users\n"}"#, r#"{"a":"C:\\users\n"}"#),
            (r#"{"a":"C:\\\u0075s\u005c\u0022"}"#, r#"{"a":"C:\\us\\\""}"#),
            (r#"{"a":"http:\/\/\u000a\ud83d\ude00\ud83d"}"#, "{\"a\":\"http:// 😀\u{fffd}\"}"),
            (r"\u12", r"\u12"),
            ("\\", "\\"),
        ] {
            let mut out = vec![];
            plain(json.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{json}");
        }
    }
}
