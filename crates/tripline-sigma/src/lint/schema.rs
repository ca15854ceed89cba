//! Keys that describe a rule: what the specification says of their values.

use crate::codes::{METADATA, UNKNOWN_KEY};
use crate::yaml::{Entry, Node};
use crate::{Document, Kind};
use tripline_diag::{Diagnostic, Span, did_you_mean};

const KEYS: &[&str] = &[
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "references",
    "author",
    "date",
    "modified",
    "logsource",
    "detection",
    "correlation",
    "filter",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "action",
];

const STATUS: &[&str] = &["stable", "test", "experimental", "deprecated", "unsupported"];
const LEVEL: &[&str] = &["informational", "low", "medium", "high", "critical"];
const RELATION: &[&str] = &["derived", "obsolete", "merged", "renamed", "similar", "correlation"];

pub(super) fn check(document: &Document, found: &mut Vec<Diagnostic>) {
    let root = &document.root;
    for entry in root.entries() {
        let key = &*entry.key;
        if !KEYS.contains(&key)
            && let Some(help) = did_you_mean(key, KEYS.iter().copied())
        {
            let message = format!("unknown key `{key}`");
            found.push(Diagnostic::warning(&UNKNOWN_KEY, message).at(entry.key_span).help(help));
        }
    }
    if document.kind == Kind::Other {
        return;
    }
    match root.get("title") {
        None => {
            let at = crate::parse::head(root);
            found.push(Diagnostic::warning(&METADATA, "the rule has no `title`").at(at));
        }
        Some(title) if title.as_str().is_some_and(|t| t.chars().count() > 256) => {
            say(found, title.span, "the title has more than 256 characters", None);
        }
        Some(_) => {}
    }
    one_of(root, "status", STATUS, found);
    one_of(root, "level", LEVEL, found);
    if let Some(id) = root.get("id")
        && !id.as_str().is_some_and(is_uuid)
    {
        let help = "for example the output of `uuidgen`".to_owned();
        say(found, id.span, "the id is no UUID", Some(help));
    }
    for key in ["date", "modified"] {
        if let Some(date) = root.get(key)
            && !date.as_str().is_some_and(is_date)
        {
            let help = "YYYY-MM-DD, for example `2026-11-22`".to_owned();
            say(found, date.span, &format!("`{key}` is no date of ISO 8601"), Some(help));
        }
    }
    for key in ["references", "falsepositives", "tags", "fields"] {
        if let Some(entry) = root.entry(key) {
            list(entry, found);
        }
    }
    for tag in root.get("tags").map_or(&[][..], Node::items) {
        if !tag.as_str().is_some_and(is_tag) {
            let help = "lower case, a namespace, a dot and a name: `attack.t1059.001`".to_owned();
            say(found, tag.span, "the tag has no namespace or odd characters", Some(help));
        }
    }
    for entry in root.get("logsource").map_or(&[][..], Node::entries) {
        let text = entry.value.as_str().unwrap_or("");
        let named = matches!(&*entry.key, "product" | "category" | "service");
        if named && text.chars().any(|c| c.is_uppercase() || c.is_whitespace()) {
            let help = text.to_lowercase().replace(char::is_whitespace, "_");
            let message = "log sources are in lower case, with `_` for a blank";
            say(found, entry.value.span, message, Some(format!("write `{help}`")));
        }
    }
    related(root, found);
}

fn related(root: &Node, found: &mut Vec<Diagnostic>) {
    let Some(entry) = root.entry("related") else { return };
    list(entry, found);
    for relation in entry.value.items() {
        if !relation.get_str("id").is_some_and(is_uuid) {
            say(found, relation.span, "a related rule has an `id`, a UUID", None);
        }
        one_of(relation, "type", RELATION, found);
        if relation.get("type").is_none() {
            say(found, relation.span, "a related rule has a `type`", None);
        }
    }
}

fn list(entry: &Entry, found: &mut Vec<Diagnostic>) {
    if entry.value.as_scalar().is_some() && !entry.value.is_null() {
        say(found, entry.value.span, &format!("`{}` is a list", entry.key), None);
    }
}

fn one_of(node: &Node, key: &str, known: &[&str], found: &mut Vec<Diagnostic>) {
    let Some(value) = node.get(key) else { return };
    let text = value.as_str().unwrap_or("");
    if !known.contains(&text) {
        let help = did_you_mean(text, known.iter().copied())
            .unwrap_or_else(|| format!("one of `{}`", known.join("`, `")));
        say(found, value.span, &format!("`{text}` is no {key}"), Some(help));
    }
}

fn say(found: &mut Vec<Diagnostic>, span: Span, message: &str, help: Option<String>) {
    found.push(Diagnostic::warning(&METADATA, message).at(span).maybe_help(help));
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize| parts[at].parse::<u32>().unwrap_or(0);
    parts.iter().map(|part| part.len()).eq([4, 2, 2])
        && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()))
        && (1..=12).contains(&number(1))
        && (1..=31).contains(&number(2))
}

fn is_tag(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    text.contains('.') && text.split('.').all(|part| !part.is_empty() && part.chars().all(letter))
}
