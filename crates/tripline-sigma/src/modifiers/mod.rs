//! Modifiers: what stands behind a field's name.
//!
//! They are applied from left to right. One that changes values gets each value by itself; one that
//! is about the whole list gets the item. A modifier that does not fit what came before it is an
//! error, never ignored.

mod affix;
mod base64;
mod cased;
mod cidr;
mod compare;
mod exists;
mod expand;
mod fieldref;
mod linking;
mod regex;
mod time;
mod utf16;
mod windash;

use crate::ast::{Item, ValueKind};
use crate::codes::{MODIFIER, UNKNOWN_MODIFIER, VALUE};
use tripline_diag::{Code, Diagnostic, did_you_mean};

/// A modifier.
pub struct Definition {
    /// Its names, the usual one first.
    pub names: &'static [&'static str],
    /// What it does, for the reference.
    pub doc: &'static str,
    apply: Apply,
}

enum Apply {
    /// Changes each value.
    Value(fn(ValueKind, &Context<'_>) -> Result<ValueKind, Refusal>),
    /// Changes the item.
    Item(fn(&mut Item)),
}

/// What a modifier may know besides its value.
struct Context<'a> {
    /// The modifiers before it.
    before: &'a [&'static str],
    /// Whether there is a field.
    field: bool,
}

/// Why a modifier cannot be applied.
struct Refusal {
    code: &'static Code,
    message: String,
    help: Option<String>,
}

impl Refusal {
    /// It does not go together with what stands before it.
    fn order(message: impl Into<String>) -> Self {
        Self { code: &MODIFIER, message: message.into(), help: None }
    }

    /// The value is of the wrong kind.
    fn value(message: impl Into<String>) -> Self {
        Self { code: &VALUE, message: message.into(), help: None }
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// All modifiers.
pub static DEFINITIONS: &[&Definition] = &[
    &linking::ALL,
    &linking::NEQ,
    &affix::CONTAINS,
    &affix::STARTSWITH,
    &affix::ENDSWITH,
    &cased::CASED,
    &windash::WINDASH,
    &regex::RE,
    &regex::IGNORE_CASE,
    &regex::MULTI_LINE,
    &regex::DOT_ALL,
    &base64::BASE64,
    &base64::BASE64OFFSET,
    &utf16::UTF16LE,
    &utf16::UTF16BE,
    &utf16::UTF16,
    &compare::LT,
    &compare::LTE,
    &compare::GT,
    &compare::GTE,
    &time::MINUTE,
    &time::HOUR,
    &time::DAY,
    &time::WEEK,
    &time::MONTH,
    &time::YEAR,
    &cidr::CIDR,
    &exists::EXISTS,
    &expand::EXPAND,
    &fieldref::FIELDREF,
];

fn named(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.names.contains(&name)).copied()
}

/// Whether the values are regular expressions, in which backslashes and stars are not Sigma's.
pub(crate) fn is_regex(item: &Item) -> bool {
    item.modifiers.iter().any(|modifier| &*modifier.name == "re")
}

/// Applies the item's modifiers to its values.
pub(crate) fn apply(item: &mut Item, diagnostics: &mut Vec<Diagnostic>) {
    let mut before = Vec::new();
    for modifier in std::mem::take(&mut item.modifiers) {
        let Some(definition) = named(&modifier.name) else {
            diagnostics.push(unknown(&modifier.name).at(modifier.span));
            item.modifiers.push(modifier);
            continue;
        };
        match definition.apply {
            Apply::Item(f) => f(item),
            Apply::Value(f) => {
                let context = Context { before: &before, field: item.field.is_some() };
                for value in &mut item.values {
                    match each(value.kind.clone(), f, &context) {
                        Ok(kind) => value.kind = kind,
                        Err(Refusal { code, message, help }) => {
                            let span = if code == &MODIFIER { modifier.span } else { value.span };
                            diagnostics
                                .push(Diagnostic::error(code, message).at(span).maybe_help(help));
                            if code == &MODIFIER {
                                break;
                            }
                        }
                    }
                }
            }
        }
        before.push(definition.names[0]);
        item.modifiers.push(modifier);
    }
}

/// Applies a modifier to a value, or to each that it became.
fn each(
    kind: ValueKind,
    f: fn(ValueKind, &Context<'_>) -> Result<ValueKind, Refusal>,
    context: &Context<'_>,
) -> Result<ValueKind, Refusal> {
    match kind {
        ValueKind::AnyOf(kinds) => Ok(ValueKind::AnyOf(
            kinds.into_iter().map(|kind| each(kind, f, context)).collect::<Result<_, _>>()?,
        )),
        kind => f(kind, context),
    }
}

fn unknown(name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(&UNKNOWN_MODIFIER, format!("unknown modifier `{name}`"));
    if name.is_empty() {
        return diagnostic.help("a `|` is followed by the name of a modifier");
    }
    let names = DEFINITIONS.iter().flat_map(|definition| definition.names.iter().copied());
    diagnostic.maybe_help(match name {
        "not" => Some("write `neq`, or a selection that the condition negates".to_owned()),
        "like" | "wildcard" => Some("`*` and `?` are wildcards without a modifier".to_owned()),
        "regex" => Some("write `re`".to_owned()),
        _ => did_you_mean(name, names),
    })
}

/// The text of a value that can be read as text: a number is what it looks like.
fn text(kind: ValueKind, modifier: &str) -> Result<(crate::ast::Text, bool), Refusal> {
    match kind {
        ValueKind::Text { text, cased } => Ok((text, cased)),
        ValueKind::Number { text, .. } => Ok((crate::ast::Text::literal(&text), false)),
        ValueKind::Null => Err(Refusal::value(format!("`{modifier}` needs text, this is null"))),
        ValueKind::Bool(value) => Ok((crate::ast::Text::literal(&value.to_string()), false)),
        other => Err(Refusal::order(format!(
            "`{modifier}` needs text, what stands before it leaves {}",
            describe(&other)
        ))),
    }
}

fn describe(kind: &ValueKind) -> &'static str {
    match kind {
        ValueKind::Text { .. } => "text",
        ValueKind::Number { .. } => "a number",
        ValueKind::Bool(_) => "a truth value",
        ValueKind::Null => "null",
        ValueKind::Exists(_) => "a test of existence",
        ValueKind::Regex(_) => "a regular expression",
        ValueKind::Cidr(_) => "a network",
        ValueKind::Compare { .. } => "a comparison",
        ValueKind::FieldRef { .. } => "another field",
        ValueKind::Time { .. } => "a part of a time",
        ValueKind::AnyOf(_) => "several values",
    }
}

#[cfg(test)]
mod tests {
    use super::DEFINITIONS;

    #[test]
    fn names_are_unique_and_documented() {
        let mut names: Vec<&str> =
            DEFINITIONS.iter().flat_map(|d| d.names.iter().copied()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(DEFINITIONS.iter().all(|d| d.doc.ends_with('.')));
    }
}
