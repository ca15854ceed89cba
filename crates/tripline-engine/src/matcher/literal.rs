//! Texts that a value must contain to match: what lets one automaton stand before many patterns.
//!
//! All texts are in ASCII lower case and are looked for without regard to ASCII case.

use super::grams::frequency;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Literal};
use tripline_ir::{Case, Glob, GlobPart};

/// Characters that are rare in logs: each by itself tells values apart, which two letters do not.
const RARE: &str = "`^{}$|<>&;~+";

/// More alternatives than this are not worth looking for.
const MOST: usize = 64;

/// Classes of more characters are no text.
const FEW: usize = 4;

/// So many texts are followed through an expression.
const FOLLOWED: usize = 12;

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
    let best = better(info.best, info.exact)?;
    best.iter().all(|text| tells(text)).then_some(best)
}

fn tells(text: &str) -> bool {
    match text.len() {
        0 => false,
        1 => RARE.contains(text),
        2 => text.contains(|c: char| !c.is_ascii_alphanumeric()) && frequency(text.as_bytes()) == 0,
        _ => true,
    }
}

/// What is known of an expression.
#[derive(Default)]
struct Info {
    /// It matches these texts only.
    exact: Option<Vec<String>>,
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
        HirKind::Empty | HirKind::Look(_) => Info { exact: Some(vec![String::new()]), best: None },
        HirKind::Literal(Literal(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => {
                Info { exact: Some(vec![text.to_ascii_lowercase()]), best: None }
            }
            _ => Info::default(),
        },
        HirKind::Class(class) => Info { exact: few(class), best: None },
        HirKind::Repetition(repetition) if repetition.min >= 1 => {
            let info = walk(&repetition.sub);
            if (repetition.min, repetition.max) == (1, Some(1)) {
                return info;
            }
            Info { exact: None, best: better(info.best, info.exact) }
        }
        HirKind::Repetition(_) => Info::default(),
        HirKind::Capture(capture) => walk(&capture.sub),
        HirKind::Concat(parts) => {
            let mut all_exact = true;
            let mut run = vec![String::new()];
            let mut best = None;
            for part in parts {
                let info = walk(part);
                best = better(best, info.best);
                let exact = info.exact.filter(|texts| texts.len() <= FOLLOWED);
                run = match exact {
                    Some(texts) if run.len() * texts.len() <= FOLLOWED => run
                        .iter()
                        .flat_map(|a| texts.iter().map(move |b| format!("{a}{b}")))
                        .collect(),
                    other => {
                        all_exact = false;
                        best = better(best, Some(run));
                        other.unwrap_or_else(|| vec![String::new()])
                    }
                };
            }
            if all_exact {
                return Info { exact: Some(run), best };
            }
            Info { exact: None, best: better(best, Some(run)) }
        }
        HirKind::Alternation(parts) => {
            let (mut exact, mut union) = (Some(Vec::new()), Vec::new());
            for part in parts {
                let info = walk(part);
                exact = exact.zip(info.exact.clone()).map(|(all, more)| [all, more].concat());
                match better(info.best, info.exact) {
                    Some(set) => union.extend(set),
                    None => return Info::default(),
                }
            }
            union.sort();
            union.dedup();
            let exact = exact.filter(|texts| texts.len() <= FOLLOWED);
            Info { exact, best: (union.len() <= MOST).then_some(union) }
        }
    }
}

/// The few ASCII characters, in lower case, that a class stands for in an ASCII value.
fn few(class: &Class) -> Option<Vec<String>> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|r| (r.start() as u32, r.end() as u32)).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect()
        }
    };
    let codes = ranges.into_iter().flat_map(|(start, end)| start..=end.min(0x7f));
    let mut found = Vec::new();
    for code in codes {
        let c = char::from(code as u8).to_ascii_lowercase().to_string();
        if !found.contains(&c) {
            found.push(c);
        }
        if found.len() > FEW {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
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
            (r"\w+`(?:\w+|-|.)`[\w+|\s]", Case::Sensitive, Some(&["`"])),
            (r#"[a-z]{1,6}\.[ "']{1}"#, Case::Sensitive, Some(&[". ", ".\"", ".'"])),
            ("cmd?(?:/c|/r)x", Case::Sensitive, Some(&["/cx", "/rx"])),
            ("[0-9][ef][xy]z", Case::Sensitive, Some(&["exz", "eyz", "fxz", "fyz"])),
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
