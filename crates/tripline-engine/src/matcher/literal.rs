//! Texts that a value must contain to match: what lets one automaton stand before many patterns.
//!
//! All texts are in ASCII lower case and are looked for without regard to ASCII case.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Literal};
use tripline_ir::{Case, Glob, GlobPart};

/// Shorter texts occur too often to tell values apart.
const SHORTEST: usize = 3;

/// More alternatives than this are not worth an automaton's states.
const MOST: usize = 64;

/// The literal of a glob that says most.
pub(super) fn of_glob(glob: &Glob) -> Option<&str> {
    glob.parts
        .iter()
        .filter_map(|part| match part {
            GlobPart::Literal(text) if text.len() >= 2 => Some(&**text),
            _ => None,
        })
        .min_by_key(|text| (super::grams::commonness(text), std::cmp::Reverse(text.len())))
}

/// Texts of which an ASCII value must contain one to match a regular expression. None: nothing
/// useful is known. Values that are not ASCII are not covered: case folding would make other
/// letters stand for ASCII ones.
pub(super) fn of_regex(pattern: &str, case: Case) -> Option<Vec<String>> {
    let hir =
        ParserBuilder::new().case_insensitive(case == Case::Unicode).build().parse(pattern).ok()?;
    let info = walk(&hir);
    let best = better(info.best, info.exact.map(|text| vec![text]))?;
    (shortest(&best) >= SHORTEST).then_some(best)
}

/// What is known of an expression.
#[derive(Default)]
struct Info {
    /// It matches this text only.
    exact: Option<String>,
    /// A match contains one of these.
    best: Option<Vec<String>>,
}

fn shortest(set: &[String]) -> usize {
    set.iter().map(String::len).min().unwrap_or(0)
}

fn better(a: Option<Vec<String>>, b: Option<Vec<String>>) -> Option<Vec<String>> {
    match (a, b) {
        (Some(a), Some(b)) => {
            // Longer is better; of equal length, fewer.
            let rank = |s: &[String]| (shortest(s), usize::MAX - s.len());
            Some(if rank(&a) >= rank(&b) { a } else { b })
        }
        (a, b) => a.or(b),
    }
}

fn walk(hir: &Hir) -> Info {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Info { exact: Some(String::new()), best: None },
        HirKind::Literal(Literal(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => {
                Info { exact: Some(text.to_ascii_lowercase()), best: None }
            }
            _ => Info::default(),
        },
        HirKind::Class(class) => Info { exact: single(class).map(|c| c.to_string()), best: None },
        HirKind::Repetition(repetition) if repetition.min >= 1 => {
            let info = walk(&repetition.sub);
            Info { exact: None, best: better(info.best, info.exact.map(|t| vec![t])) }
        }
        HirKind::Repetition(_) => Info::default(),
        HirKind::Capture(capture) => walk(&capture.sub),
        HirKind::Concat(parts) => {
            let mut all_exact = true;
            let mut run = String::new();
            let mut best = None;
            for part in parts {
                let info = walk(part);
                if let Some(text) = info.exact {
                    run.push_str(&text);
                } else {
                    all_exact = false;
                    best = better(best, Some(vec![std::mem::take(&mut run)]));
                }
                best = better(best, info.best);
            }
            if all_exact {
                return Info { exact: Some(run), best };
            }
            Info { exact: None, best: better(best, Some(vec![run])) }
        }
        HirKind::Alternation(parts) => {
            let mut union = Vec::new();
            for part in parts {
                let info = walk(part);
                match better(info.best, info.exact.map(|t| vec![t])) {
                    Some(set) => union.extend(set),
                    None => return Info::default(),
                }
            }
            union.sort();
            union.dedup();
            Info { exact: None, best: (union.len() <= MOST).then_some(union) }
        }
    }
}

/// The one ASCII letter, in lower case, that the class stands for in an ASCII value.
fn single(class: &Class) -> Option<char> {
    let mut found = None;
    let mut check = |start: u32, end: u32| {
        for code in start..=end.min(0x7f) {
            let c = char::from(code as u8).to_ascii_lowercase();
            match found {
                None => found = Some(c),
                Some(known) if known == c => {}
                Some(_) => return false,
            }
        }
        true
    };
    let one = match class {
        Class::Unicode(class) => {
            class.ranges().iter().all(|r| check(r.start() as u32, r.end() as u32))
        }
        Class::Bytes(class) => {
            class.ranges().iter().all(|r| check(u32::from(r.start()), u32::from(r.end())))
        }
    };
    if one { found } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_texts_of_expressions() {
        for (pattern, case, expected) in [
            ("(?i)power[ -]?shell", Case::Sensitive, Some(&["power"][..])),
            ("mimikatz|sekurlsa", Case::Unicode, Some(&["mimikatz", "sekurlsa"])),
            ("ab|mimikatz", Case::Unicode, None),
            (".{1000,}", Case::Sensitive, None),
            (r"\s-c\s", Case::Sensitive, None),
            ("(?:Foo)+[0-9]", Case::Ascii, Some(&["foo"])),
            ("(?:Foo)*[0-9]", Case::Ascii, None),
            ("^abc$", Case::Sensitive, Some(&["abc"])),
            ("abéd", Case::Sensitive, None),
        ] {
            let found = of_regex(pattern, case);
            let found = found.as_ref().map(|f| f.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(found.as_deref(), expected, "{pattern}");
        }
    }
}
