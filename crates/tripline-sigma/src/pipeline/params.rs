//! Reads the keys of a map: each that is read is known, the others are reported.

use super::codes::{SHAPE, UNKNOWN};
use crate::yaml::{Entry, Node};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};

/// Names, each with what it stands for.
pub(super) type Names = Vec<(Arc<str>, Vec<Arc<str>>)>;

/// The keys of a transformation, of a condition, of a pipeline.
pub(super) struct Params<'a> {
    pub(super) node: &'a Node,
    /// What it is called in messages.
    what: String,
    known: Vec<&'static str>,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Params<'a> {
    pub(super) fn new(
        node: &'a Node,
        what: impl Into<String>,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self { node, what: what.into(), known: vec![], diagnostics }
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(&SHAPE, message).at(span));
    }

    /// A place for what is missing.
    pub(super) fn place(&self) -> Span {
        crate::parse::head(self.node)
    }

    /// The entry of a key, if it is there.
    pub(super) fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        self.known.push(key);
        self.node.entry(key)
    }

    /// Keys that are allowed and mean nothing here.
    pub(super) fn ignore(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// The entry of a key that must be there.
    pub(super) fn needed(&mut self, key: &'static str) -> Option<&'a Entry> {
        let entry = self.entry(key);
        if entry.is_none() {
            let message = format!("{} needs `{key}`", self.what);
            self.error(self.place(), message);
        }
        entry
    }

    fn shape(&mut self, entry: &Entry, wanted: &str) {
        let message = format!("`{}` is {wanted}, this is {}", entry.key, entry.value.kind());
        self.error(entry.value.span, message);
    }

    /// A text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Arc<str>> {
        let entry = self.entry(key)?;
        if entry.value.is_null() {
            return None;
        }
        if let Some(text) = entry.value.as_str() {
            return Some(text.into());
        }
        self.shape(entry, "text");
        None
    }

    /// A text that must be there.
    pub(super) fn needed_text(&mut self, key: &'static str) -> Option<Arc<str>> {
        self.needed(key)?;
        self.text(key)
    }

    /// A truth value; false if it is not there.
    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        let Some(entry) = self.entry(key) else { return false };
        match entry.value.as_str().map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "yes") => true,
            Some("false" | "no") => false,
            _ => {
                self.shape(entry, "true or false");
                false
            }
        }
    }

    /// A text or several.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<Arc<str>>> {
        let entry = self.entry(key)?;
        let texts = texts(&entry.value);
        if texts.is_none() {
            self.shape(entry, "text or a list of texts");
        }
        texts
    }

    /// One of some words; the first if it is not there.
    pub(super) fn word(
        &mut self,
        key: &'static str,
        words: &'static [&'static str],
    ) -> &'static str {
        let Some(text) = self.text(key) else { return words[0] };
        if let Some(word) = words.iter().find(|word| **word == &*text) {
            return word;
        }
        let span = self.node.get(key).map_or(self.node.span, |node| node.span);
        let help = did_you_mean(&text, words.iter().copied())
            .unwrap_or_else(|| format!("one of {}", words.join(", ")));
        let message = format!("`{text}` is no value of `{key}`");
        self.diagnostics.push(Diagnostic::error(&UNKNOWN, message).at(span).help(help));
        words[0]
    }

    /// A map of names, each with a text or several.
    pub(super) fn mapping(&mut self, key: &'static str) -> Option<Names> {
        let entry = self.needed(key)?;
        if !entry.value.is_map() {
            self.shape(entry, "a map");
            return None;
        }
        let mut mapping = Vec::new();
        for pair in entry.value.entries() {
            match texts(&pair.value) {
                Some(texts) if !texts.is_empty() => mapping.push((pair.key.clone(), texts)),
                _ => self.shape(pair, "text or a list of texts"),
            }
        }
        Some(mapping)
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self) {
        for entry in self.node.entries() {
            if !self.known.contains(&&*entry.key) {
                let message = format!("unknown key `{}` of {}", entry.key, self.what);
                let help = did_you_mean(&entry.key, self.known.iter().copied());
                self.diagnostics.push(
                    Diagnostic::warning(&UNKNOWN, message).at(entry.key_span).maybe_help(help),
                );
            }
        }
    }
}

/// A scalar or a list of scalars as texts.
pub(super) fn texts(node: &Node) -> Option<Vec<Arc<str>>> {
    if node.is_map() {
        return None;
    }
    node.one_or_many().iter().map(|item| item.as_str().map(Arc::from)).collect()
}
