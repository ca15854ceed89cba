//! Values that do not mean what they look like.

use crate::ast::{Body, Detection, Item, Part, Text, Value, ValueKind};
use crate::codes::{
    CONTROL_CHARACTER, ESCAPED_WILDCARD, LONE_ALL, ONLY_WILDCARD, REDUNDANT_WILDCARD,
    REPEATED_VALUE, WHOLE_ENCODED,
};
use crate::yaml::Node;
use std::collections::HashMap;
use tripline_diag::{Diagnostic, Span};

pub(super) fn check(detection: &Detection, found: &mut Vec<Diagnostic>) {
    for selection in &detection.selections {
        body(&selection.body, found);
    }
}

fn body(node: &Body, found: &mut Vec<Diagnostic>) {
    match node {
        Body::All(parts) | Body::Any(parts) => parts.iter().for_each(|part| body(part, found)),
        Body::Not(inner) => body(inner, found),
        Body::Item(item) => check_item(item, found),
    }
}

fn check_item(item: &Item, found: &mut Vec<Diagnostic>) {
    let has = |name: &str| item.modifiers.iter().any(|modifier| &*modifier.name == name);
    if item.all && item.values.len() == 1 {
        let modifier = item.modifiers.iter().find(|modifier| &*modifier.name == "all");
        found.push(
            Diagnostic::warning(&LONE_ALL, "`all` of a single value")
                .at(modifier.map_or(item.span, |modifier| modifier.span))
                .help("remove it; two conditions on one field stand in one list, or in two selections"),
        );
    }
    if has("base64offset") && !has("contains") {
        found.push(
            Diagnostic::warning(&WHOLE_ENCODED, "`base64offset` is compared with the whole field")
                .at(item.span)
                .help("write `base64offset|contains`"),
        );
    }
    for value in &item.values {
        check_value(item, value, found);
    }
    repeated(item, found);
}

fn check_value(item: &Item, value: &Value, found: &mut Vec<Diagnostic>) {
    let ValueKind::Text { text, .. } = &value.kind else { return };
    let has = |name: &str| item.modifiers.iter().any(|modifier| &*modifier.name == name);
    let affixed = ["contains", "startswith", "endswith"].into_iter().any(has);
    let encoded = has("utf16") || has("utf16le") || has("utf16be") || has("wide");
    let literals = || {
        text.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            _ => None,
        })
    };
    if text.parts == [Part::Many] {
        let (message, help) = match (&item.field, affixed) {
            (None, _) => ("the keyword is in every event", "remove it".to_owned()),
            (Some(field), affix) => {
                let message = if affix { "every value passes this" } else { "`*` is any value" };
                (message, format!("write `{}|exists: true`", field.name))
            }
        };
        found.push(Diagnostic::warning(&ONLY_WILDCARD, message).at(value.span).help(help));
    }
    if let Some(part) = literals().find_map(path_star) {
        let message =
            format!("`\\{part}` is the character `{part}`, not a backslash and a wildcard");
        found.push(
            Diagnostic::note(&ESCAPED_WILDCARD, message)
                .at(value.span)
                .help(format!("a folder with any content is written `\\\\{part}`")),
        );
    }
    if !encoded
        && let Some(c) = literals().flat_map(str::chars).find(|c| c.is_control() && *c != '\n')
    {
        found.push(
            Diagnostic::warning(&CONTROL_CHARACTER, format!("the value holds {}", name_of(c)))
                .at(value.span)
                .help(
                    "between double quotes YAML reads `\\t`, `\\b` and others as one character; \
                       use single quotes",
                ),
        );
    }
}

/// The wildcard that was escaped right after what looks like a folder: a letter before the
/// character, nothing or a backslash after it.
fn path_star(text: &str) -> Option<char> {
    let bytes = text.as_bytes();
    let at = bytes.iter().rposition(|b| matches!(b, b'*' | b'?'))?;
    let before = at.checked_sub(1).is_some_and(|n| bytes[n].is_ascii_alphanumeric());
    let after = bytes.get(at + 1).is_none_or(|b| *b == b'\\');
    let path = text[..at].contains('\\');
    (before && after && path).then(|| char::from(bytes[at]))
}

fn name_of(c: char) -> String {
    match c {
        '\t' => "a tab".to_owned(),
        '\r' => "a carriage return".to_owned(),
        '\u{8}' => "a backspace".to_owned(),
        '\u{7}' => "a bell".to_owned(),
        '\u{b}' => "a vertical tab".to_owned(),
        '\u{c}' => "a form feed".to_owned(),
        c => format!("the control character U+{:04X}", u32::from(c)),
    }
}

/// The same value twice in a list.
fn repeated(item: &Item, found: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, Span> = HashMap::new();
    for value in &item.values {
        let key = match &value.kind {
            ValueKind::Text { text, cased: false } => {
                format!("text {}", text.to_rule().to_lowercase())
            }
            other => format!("{other:?}"),
        };
        if let Some(first) = seen.insert(key, value.span) {
            found.push(
                Diagnostic::warning(&REPEATED_VALUE, "the value stands in the list twice")
                    .at(value.span)
                    .label(first, "first here"),
            );
        }
    }
}

/// Wildcards where a modifier already puts one. The values of an item have them all, so this looks
/// at the YAML.
pub(super) fn redundant(node: &Node, found: &mut Vec<Diagnostic>) {
    for item in node.items() {
        redundant(item, found);
    }
    for entry in node.entries() {
        let modifiers: Vec<&str> = entry.key.split('|').skip(1).collect();
        let has = |name: &str| modifiers.contains(&name);
        let before = has("contains") || has("endswith");
        let after = has("contains") || has("startswith");
        if (before || after) && !has("re") {
            for value in entry.value.one_or_many() {
                let text = Text::parse(value.as_str().unwrap_or(""));
                let first = before && text.parts.first() == Some(&Part::Many);
                let last = after && text.parts.last() == Some(&Part::Many);
                if (first || last) && text.parts.len() > 1 {
                    let message = "the modifier puts a `*` there already";
                    let note = Diagnostic::note(&REDUNDANT_WILDCARD, message).at(value.span);
                    found.push(note.help("remove the wildcard"));
                }
            }
        }
        redundant(&entry.value, found);
    }
}
