//! `*` patterns, indexed by their literal head or tail.

use std::collections::HashMap;

/// Whether `text` matches a pattern that was split at its `*`: parts in order, the first at the
/// start, the last at the end. Linear in the text for each part.
pub(super) fn matches(parts: &[Box<str>], text: &str) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|only| **only == *text);
    };
    let Some(rest) = text.strip_prefix(&**first) else { return false };
    let Some(mut rest) = rest.strip_suffix(&**last) else { return false };
    for part in middle {
        let Some(at) = rest.find(&**part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Splits a pattern at its `*`.
pub(super) fn split(pattern: &str) -> Vec<Box<str>> {
    pattern.split('*').map(Into::into).collect()
}

/// Patterns with the numbers that they stand for.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    exact: HashMap<Box<str>, Vec<u32>>,
    heads: Literals,
    tails: Literals,
    /// Those that neither begin nor end with a literal.
    others: Vec<u32>,
}

/// Literals by length: a probe hashes one slice of the text for each length that occurs.
#[derive(Debug, Default)]
struct Literals {
    lengths: Vec<usize>,
    rows: HashMap<Box<str>, Vec<u32>>,
}

impl Literals {
    fn add(&mut self, literal: &str, row: u32) {
        if !self.lengths.contains(&literal.len()) {
            self.lengths.push(literal.len());
        }
        self.rows.entry(literal.into()).or_default().push(row);
    }
}

impl Patterns {
    /// Adds a pattern, split at its `*`.
    pub(super) fn add(&mut self, parts: &[Box<str>], row: u32) {
        match parts {
            [] => {}
            [only] => self.exact.entry(only.clone()).or_default().push(row),
            [.., last] if !last.is_empty() => self.tails.add(last, row),
            [first, ..] if !first.is_empty() => self.heads.add(first, row),
            _ => self.others.push(row),
        }
    }

    /// The numbers of all patterns that may match: a superset, in no order.
    pub(super) fn candidates(&self, text: &str, found: &mut Vec<u32>) {
        found.extend(self.exact.get(text).into_iter().flatten());
        for &length in &self.heads.lengths {
            if let Some(head) = text.get(..length) {
                found.extend(self.heads.rows.get(head).into_iter().flatten());
            }
        }
        for &length in &self.tails.lengths {
            if let Some(tail) = text.len().checked_sub(length).and_then(|at| text.get(at..)) {
                found.extend(self.tails.rows.get(tail).into_iter().flatten());
            }
        }
        found.extend(&self.others);
    }
}
