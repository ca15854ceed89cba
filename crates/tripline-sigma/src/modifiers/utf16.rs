//! `wide`, `utf16le`, `utf16be` and `utf16`.
//!
//! Bytes become text one character a byte. So `c` reads `c` and a NUL character, as in a log that
//! holds such text; a base64 modifier after it takes the characters for the bytes that they are.

use super::{Apply, Definition, Refusal, text};
use crate::ast::{Text, ValueKind};

/// The modifiers after which each character is a byte.
pub(super) const NAMES: [&str; 3] = ["utf16le", "utf16be", "utf16"];

pub(super) static UTF16LE: Definition = Definition {
    names: &["utf16le", "wide"],
    doc: "The value as UTF-16, low byte first.",
    apply: Apply::Value(|kind, context| {
        encode(kind, context.before, "utf16le", "", u16::to_le_bytes)
    }),
};

pub(super) static UTF16BE: Definition = Definition {
    names: &["utf16be"],
    doc: "The value as UTF-16, high byte first.",
    apply: Apply::Value(|kind, context| {
        encode(kind, context.before, "utf16be", "", u16::to_be_bytes)
    }),
};

pub(super) static UTF16: Definition = Definition {
    names: &["utf16"],
    doc: "The value as UTF-16 with a byte order mark (FF FE), low byte first.",
    apply: Apply::Value(|kind, context| {
        encode(kind, context.before, "utf16", "\u{ff}\u{fe}", u16::to_le_bytes)
    }),
};

fn encode(
    kind: ValueKind,
    before: &[&'static str],
    name: &str,
    mark: &str,
    bytes: fn(u16) -> [u8; 2],
) -> Result<ValueKind, Refusal> {
    if before.iter().any(|other| NAMES.contains(other)) {
        return Err(Refusal::order(format!("`{name}` after another encoding")));
    }
    let (inner, cased) = text(kind, name)?;
    if inner.placeholders().next().is_some() {
        return Err(Refusal::order(format!("`{name}` after a placeholder")));
    }
    let mut text = Text::literal(mark);
    text.append(&inner.map_literals(|literal| {
        let encoded: String = literal.encode_utf16().flat_map(bytes).map(char::from).collect();
        Text::literal(&encoded)
    }));
    Ok(ValueKind::Text { text, cased })
}
