//! `re` and its flags.

use super::{Apply, Definition, Refusal};
use crate::ast::{Regex, ValueKind};

pub(super) static RE: Definition = Definition {
    names: &["re"],
    doc: "The value is a regular expression (PCRE) that matches anywhere in the field. Case counts, \
          unless the flag `i` follows.",
    apply: Apply::Value(|kind, context| {
        if !context.before.is_empty() {
            return Err(Refusal::order("`re` must be the first modifier")
                .help("`re|contains` and `re|i` are possible, the other way round is not"));
        }
        match kind {
            ValueKind::Text { text, .. } => Ok(ValueKind::Regex(Regex {
                text,
                ignore_case: false,
                multi_line: false,
                dot_all: false,
                from_start: false,
                to_end: false,
            })),
            _ => Err(Refusal::value("`re` needs a regular expression")),
        }
    }),
};

pub(super) static IGNORE_CASE: Definition = Definition {
    names: &["i", "ignorecase"],
    doc: "After `re`: case does not count.",
    apply: Apply::Value(|kind, _| flag(kind, "i", |regex| regex.ignore_case = true)),
};

pub(super) static MULTI_LINE: Definition = Definition {
    names: &["m", "multiline"],
    doc: "After `re`: `^` and `$` match at the ends of lines.",
    apply: Apply::Value(|kind, _| flag(kind, "m", |regex| regex.multi_line = true)),
};

pub(super) static DOT_ALL: Definition = Definition {
    names: &["s", "dotall"],
    doc: "After `re`: the dot matches a line break too.",
    apply: Apply::Value(|kind, _| flag(kind, "s", |regex| regex.dot_all = true)),
};

fn flag(kind: ValueKind, name: &str, set: fn(&mut Regex)) -> Result<ValueKind, Refusal> {
    match kind {
        ValueKind::Regex(mut regex) => {
            set(&mut regex);
            Ok(ValueKind::Regex(regex))
        }
        _ => Err(Refusal::order(format!("`{name}` is a flag of `re`"))
            .help(format!("write `re|{name}`"))),
    }
}
