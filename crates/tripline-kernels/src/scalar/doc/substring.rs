//! `doc.substring`.

use super::support::{from_units, int, text, units};
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static SUBSTRING: Function = Function {
    name: "doc.substring",
    arity: (2, 3),
    doc: "The text from a position to another, the latter excluded (default: to the end). \
          Positions count from 0, negative ones from the end. What lies outside is cut off.",
    examples: &[
        ("[\"explorer.exe\", 0, 4]", "\"expl\""),
        ("[\"explorer.exe\", -4]", "\".exe\""),
        ("[\"explorer.exe\", -4, -1]", "\".ex\""),
        ("[\"abc\", -99, 2]", "\"ab\""),
        ("[\"abc\", 5]", "\"\""),
        ("[\"abc\", 2, 1]", "\"\""),
        ("[null, 1]", "null"),
    ],
    eval: |_, args| {
        let [source, start, rest @ ..] = args else { return Value::Null };
        let (Some(source), Some(start)) = (text(source), int(start)) else { return Value::Null };
        let units = units(&source, false);
        let end = match rest.first() {
            None => Some(units.len() as i64),
            Some(end) => int(end),
        };
        let Some(end) = end else { return Value::Null };
        let (start, end) = (place(start, units.len()), place(end, units.len()));
        from_units(units.get(start..end).unwrap_or_default())
    },
};

/// A position as an index: negative ones count from the end, and none lies outside.
fn place(position: i64, length: usize) -> usize {
    let length = length as i64;
    let from_start = if position < 0 { position.saturating_add(length) } else { position };
    from_start.clamp(0, length) as usize
}
