//! Keywords that may stand anywhere in an event, looked for in the text of its record.
//!
//! A value that has a keyword stands in the record as JSON writes it. So the record is searched
//! for the keyword and for how JSON writes it; whoever finds one asks the test itself. No column
//! has to be there for that.

use super::bits;
use super::grams::Literals;
use super::literal;
use aho_corasick::packed;
use tripline_events::EventBatch;
use tripline_ir::{Case, Test};

/// The keywords of all scans of a stream.
#[derive(Default)]
pub(super) struct Keywords {
    literals: Literals,
    /// By literal: the scan.
    scans: Vec<u32>,
    /// Rules most records out where there are not too many literals.
    quick: Option<packed::Searcher>,
    guarded: Vec<bool>,
}

/// Texts of which a record must have one for a value of it, or its text, to pass a test: in ASCII
/// lower case, and true of ASCII texts. None: there are none.
pub(super) fn of_test(test: &Test) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    collect(test, &mut texts).then_some(())?;
    let useful =
        |text: &String| text.len() >= 3 && text.is_ascii() && !text.contains(char::is_control);
    (!texts.is_empty() && texts.iter().all(useful)).then_some(())?;
    let written: Vec<String> =
        texts.iter().map(|t| t.replace('\\', "\\\\").replace('"', "\\\"")).collect();
    texts.extend(written);
    texts.sort();
    texts.dedup();
    Some(texts)
}

fn collect(test: &Test, texts: &mut Vec<String>) -> bool {
    match test {
        Test::Equals { values, .. } => texts.extend(values.iter().map(|v| v.to_ascii_lowercase())),
        Test::Glob { patterns, .. } => {
            for pattern in patterns {
                match literal::of_glob(pattern) {
                    Some(text) => texts.push(text.to_ascii_lowercase()),
                    None => return false,
                }
            }
        }
        Test::Any(tests) => return tests.iter().all(|t| collect(t, texts)),
        _ => return false,
    }
    true
}

impl Keywords {
    /// For each scan its texts, if it has any.
    pub(super) fn new(scans: &[Option<Vec<String>>]) -> Self {
        let mut all = Vec::new();
        let mut of_literal = Vec::new();
        for (scan, texts) in scans.iter().enumerate() {
            for text in texts.iter().flatten() {
                all.push(text.clone());
                of_literal.push(scan as u32);
            }
        }
        let mut distinct = all.clone();
        distinct.sort();
        distinct.dedup();
        let quick = (!distinct.is_empty())
            .then(|| packed::Config::new().builder().extend(&distinct).build())
            .flatten();
        Self {
            literals: Literals::new(&all),
            scans: of_literal,
            quick,
            guarded: scans.iter().map(Option::is_some).collect(),
        }
    }

    /// For each scan the rows of which the record has one of its texts.
    pub(super) fn find(&self, batch: &EventBatch, fold: &mut String) -> Vec<Vec<u64>> {
        let words = bits::words(batch.len());
        let mut found: Vec<Vec<u64>> =
            self.guarded.iter().map(|g| vec![0; if *g { words } else { 0 }]).collect();
        for row in 0..batch.len() {
            let Ok(raw) = std::str::from_utf8(batch.raw.get(row)) else { continue };
            fold.clear();
            plain(raw, fold);
            fold.make_ascii_lowercase();
            let mut mark = |text: &str| {
                if self.quick.as_ref().is_none_or(|quick| quick.find(text).is_some()) {
                    self.literals.find(text.as_bytes(), |literal| {
                        bits::set(&mut found[self.scans[literal as usize] as usize], row);
                    });
                }
            };
            mark(fold);
            // Keywords are ASCII; of other letters only these two are one of theirs in lower case.
            if !fold.is_ascii() && fold.contains(['\u{212a}', '\u{130}']) {
                mark(&Case::Unicode.fold(fold));
            }
        }
        found
    }
}

/// Appends JSON text as most writers write it: no character by its number, but for quotes and
/// backslashes no escape. Control characters, which no keyword has, become blanks.
fn plain(json: &str, out: &mut String) {
    let mut copied = 0;
    let mut after = 0;
    for at in memchr::memchr_iter(b'\\', json.as_bytes()) {
        if at < after {
            continue;
        }
        after = at + 2;
        match json.as_bytes().get(at + 1) {
            Some(b'/') => {
                out.push_str(&json[copied..at]);
                copied = at + 1;
            }
            Some(b'u') => {
                let Some((c, end)) = numbered(json, at) else { continue };
                out.push_str(&json[copied..at]);
                match c {
                    '"' => out.push_str("\\\""),
                    '\\' => out.push_str("\\\\"),
                    c if c.is_control() => out.push(' '),
                    c => out.push(c),
                }
                (copied, after) = (end, end);
            }
            _ => {}
        }
    }
    out.push_str(&json[copied..]);
}

/// The character whose number is written at `at`, and where that ends.
fn numbered(json: &str, at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| {
        json.get(at..at + 2).filter(|start| *start == "\\u")?;
        u16::from_str_radix(json.get(at + 2..at + 6)?, 16).ok()
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
        assert_eq!(of_test(&glob("*A\"b*")), Some(vec!["a\"b".into(), "a\\\"b".into()]));
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
            let mut out = String::new();
            plain(json, &mut out);
            assert_eq!(out, expected, "{json}");
        }
    }
}
