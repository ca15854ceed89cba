//! From a file to its documents.

use crate::codes::{ACTION, NOT_A_MAP};
use crate::yaml::{self, Entry, Node, Value};
use tripline_diag::{Diagnostic, Span, did_you_mean};

/// What a file says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Read {
    /// Its documents in order. Those of `action: global` are merged into the others.
    pub documents: Vec<Document>,
    /// What there is to say about the file as such; most belong to no document.
    pub diagnostics: Vec<Diagnostic>,
}

/// A document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is about.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
    /// Its content, a map.
    pub root: Node,
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A rule about events: it has a `detection`.
    Detection,
    /// A rule about the findings of others: it has a `correlation`.
    Correlation,
    /// A filter for rules: it has a `filter`.
    Filter,
    /// Anything else.
    Other,
}

impl Kind {
    fn of(root: &Node) -> Self {
        // A correlation can repeat the `detection` of the rule that it refers to; it stays one.
        if root.get("correlation").is_some() {
            Self::Correlation
        } else if root.get("detection").is_some() {
            Self::Detection
        } else if root.get("filter").is_some() {
            Self::Filter
        } else {
            Self::Other
        }
    }
}

impl Document {
    /// A document with this content.
    pub fn new(root: Node) -> Self {
        Self { kind: Kind::of(&root), span: root.span, root }
    }
}

/// Reads a file: one or several documents, divided by `---`. The older way to write several rules
/// (`action: global`, `reset`, `repeat`) is resolved here.
///
/// ```
/// let read = tripline_sigma::read("title: A\ndetection:\n  s: {x: 1}\n  condition: s\n");
/// assert_eq!(read.documents[0].kind, tripline_sigma::Kind::Detection);
/// assert_eq!(read.documents[0].root.get_str("title"), Some("A"));
/// ```
pub fn read(text: &str) -> Read {
    let (nodes, mut diagnostics) = yaml::read(text);
    let mut documents = Vec::with_capacity(nodes.len());
    // What `global` gives to those after it, and what `repeat` repeats.
    let mut global: Option<Node> = None;
    let mut previous: Option<Node> = None;
    for node in nodes {
        if !node.is_map() {
            let message = format!("a rule is a map of keys and values, this is {}", node.kind());
            diagnostics.push(Diagnostic::error(&NOT_A_MAP, message).at(node.span));
            continue;
        }
        let Some(entry) = node.entry("action") else {
            let merged = over(node, global.as_ref());
            // Only a file that has actions can repeat.
            if global.is_some() {
                previous = Some(merged.clone());
            }
            documents.push(Document::new(merged));
            continue;
        };
        let span = entry.value.span;
        match entry.value.as_str() {
            Some("global") => {
                let template = node.without(&["action"]);
                previous = Some(template.clone());
                global = Some(template);
            }
            Some("reset") => global = None,
            Some("repeat") => {
                let base = previous.take().or_else(|| documents.last().map(|d| d.root.clone()));
                if base.is_none() {
                    let message = "there is nothing before it to repeat";
                    diagnostics.push(Diagnostic::error(&ACTION, message).at(span));
                    continue;
                }
                let merged = over(node.without(&["action"]), base.as_ref());
                previous = Some(merged.clone());
                documents.push(Document::new(merged));
            }
            other => {
                let actions = ["global", "reset", "repeat"];
                let name = other.unwrap_or("");
                diagnostics.push(
                    Diagnostic::error(&ACTION, format!("unknown action `{name}`"))
                        .at(span)
                        .maybe_help(did_you_mean(name, actions)),
                );
            }
        }
    }
    Read { documents, diagnostics }
}

/// The map with the entries of another below it: maps are merged, for the rest the upper counts.
/// The lower one's entries come first, so that a rule reads in the order of its file.
fn over(upper: Node, lower: Option<&Node>) -> Node {
    let Some(lower) = lower else { return upper };
    let span = upper.span;
    let (Value::Map(mine), Value::Map(theirs)) = (&upper.value, &lower.value) else {
        return upper;
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(mine.len() + theirs.len());
    for entry in theirs {
        match mine.iter().find(|own| own.key == entry.key) {
            Some(own) => {
                let value = over(own.value.clone(), Some(&entry.value));
                entries.push(Entry { value, ..own.clone() });
            }
            None => entries.push(entry.clone()),
        }
    }
    let new = mine.iter().filter(|own| !theirs.iter().any(|entry| entry.key == own.key));
    entries.extend(new.cloned());
    Node { value: Value::Map(entries), span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_kinds() {
        let text = "detection: {}\n---\ncorrelation: {}\n---\nfilter: {}\n---\na: 1\n---\n";
        let kinds: Vec<Kind> = read(text).documents.iter().map(|d| d.kind).collect();
        assert_eq!(kinds, [Kind::Detection, Kind::Correlation, Kind::Filter, Kind::Other]);
        assert_eq!(read("- a").diagnostics[0].code, &NOT_A_MAP);
        assert_eq!(read(""), Read::default());
    }

    #[test]
    fn actions_make_rules_from_parts() {
        let text = "action: global\ntitle: T\ndetection: {condition: s}\n---\n\
                    detection: {s: {a: 1}}\n---\naction: repeat\ndetection: {s: {b: 2}}\n---\n\
                    action: reset\n---\ntitle: U\n";
        let Read { documents, diagnostics } = read(text);
        assert_eq!(diagnostics, []);
        assert_eq!(documents.len(), 3);
        let selection =
            |n: usize| documents[n].root.get("detection").unwrap().get("s").unwrap().clone();
        assert_eq!(documents[0].root.get_str("title"), Some("T"));
        assert_eq!(documents[0].kind, Kind::Detection);
        assert_eq!(selection(0).entries().len(), 1);
        assert_eq!(selection(1).entries().len(), 2);
        assert_eq!(documents[2].root.entries().len(), 1);
        assert_eq!(read("action: repeat").diagnostics[0].code, &ACTION);
        let unknown = read("action: gobal").diagnostics;
        assert_eq!(unknown[0].help.as_deref(), Some("did you mean `global`?"));
    }
}
