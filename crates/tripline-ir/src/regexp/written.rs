//! Operators that the `regex` crate lacks, written out with those that it has.

use super::escape;
use crate::Case;
use std::collections::BTreeMap;

/// Texts other than these, which are folded. The letters that a pattern names stand for both cases
/// where case does not count, those that a class excludes are both written.
pub(super) fn none_of(texts: &[&[char]], case: Case) -> String {
    if texts.is_empty() {
        return ".*".to_owned();
    }
    let mut by_letter: BTreeMap<char, Vec<&[char]>> = BTreeMap::new();
    for text in texts {
        if let Some((first, rest)) = text.split_first() {
            by_letter.entry(*first).or_default().push(rest);
        }
    }
    let mut parts = Vec::new();
    if texts.iter().all(|text| !text.is_empty()) {
        parts.push(String::new());
    }
    if by_letter.is_empty() {
        parts.push(".+".to_owned());
    } else {
        let mut class = String::new();
        for letter in by_letter.keys() {
            class.push_str(&escape(*letter));
            if case != Case::Sensitive && letter.is_ascii_lowercase() {
                class.push(letter.to_ascii_uppercase());
            }
        }
        parts.push(format!("[^{class}].*"));
    }
    for (letter, rest) in by_letter {
        parts.push(format!("{}{}", escape(letter), none_of(&rest, case)));
    }
    format!("(?:{})", parts.join("|"))
}

/// Numbers from one to another, both of the same length, as alternatives.
pub(super) fn numbers(from: &[u8], to: &[u8]) -> String {
    let Some(split) = from.iter().zip(to).position(|(a, b)| a != b) else {
        return String::from_utf8_lossy(from).into_owned();
    };
    let same = String::from_utf8_lossy(&from[..split]).into_owned();
    let (low, high) = (from[split], to[split]);
    let rest = from.len() - split - 1;
    let mut parts = vec![format!("{}{}", char::from(low), bounded(&from[split + 1..], true))];
    if low + 1 < high {
        parts.push(format!("{}{}", digit(low + 1, high - 1), any_digits(rest)));
    }
    parts.push(format!("{}{}", char::from(high), bounded(&to[split + 1..], false)));
    format!("{same}(?:{})", parts.join("|"))
}

/// Numbers of so many digits that are at least, or at most, this one.
fn bounded(digits: &[u8], least: bool) -> String {
    let Some((first, rest)) = digits.split_first() else { return String::new() };
    let open = if least { b'0' } else { b'9' };
    if digits.iter().all(|digit| *digit == open) {
        return any_digits(digits.len());
    }
    let same = format!("{}{}", char::from(*first), bounded(rest, least));
    if *first == if least { b'9' } else { b'0' } {
        return same;
    }
    let (low, high) = if least { (first + 1, b'9') } else { (b'0', first - 1) };
    let beyond = format!("{}{}", digit(low, high), any_digits(rest.len()));
    format!("(?:{same}|{beyond})")
}

/// A digit between two, both inside.
fn digit(low: u8, high: u8) -> String {
    let (low, high) = (char::from(low), char::from(high));
    if low == high { low.to_string() } else { format!("[{low}-{high}]") }
}

fn any_digits(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        count => format!("[0-9]{{{count}}}"),
    }
}
