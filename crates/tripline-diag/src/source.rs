//! The text that diagnostics point into.

use std::sync::Arc;

/// A range of bytes in a source text. Half open: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end.max(start) as u32 }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As a range of `usize`, to slice with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text that it covers; empty when it lies outside.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

/// A named text: a rule's query, a rule file, a mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// A path, or what a person would call it.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// The line of the file on which the text starts, counted from 1. A query inside a rule file
    /// starts further down, and people want the file's line.
    pub first_line: u32,
}

impl SourceText {
    /// A text that starts on the first line of what it is named after.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), first_line: 1 }
    }

    /// The line and column of a byte, both counted from 1; columns in characters.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let offset = (offset as usize).min(self.text.len());
        let before = &self.text.as_bytes()[..offset];
        let line = before.split(|b| *b == b'\n').count() as u32 - 1;
        let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() as u32;
        (self.first_line + line, column + 1)
    }
}
