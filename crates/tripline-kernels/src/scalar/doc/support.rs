//! What the family's functions share: reading values as numbers, booleans and text.

use std::borrow::Cow;
use tripline_ir::{Value, parse_number};

/// A number that remembers whether it is whole: whole numbers divide to whole numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Num {
    Int(i64),
    Float(f64),
}

impl Num {
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(i) => Some(Self::Int(*i)),
            Value::Float(f) => Some(Self::Float(*f)),
            Value::Str(s) => match s.parse() {
                Ok(i) => Some(Self::Int(i)),
                Err(_) => parse_number(s).map(Self::Float),
            },
            Value::Null | Value::Bool(_) | Value::List(_) => None,
        }
    }

    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(i) => i as f64,
            Self::Float(f) => f,
        }
    }

    pub(super) fn value(self) -> Value {
        match self {
            Self::Int(i) => Value::Int(i),
            Self::Float(f) => Value::Float(f),
        }
    }
}

/// A whole number, for positions and bases. A fraction is cut off.
pub(super) fn int(value: &Value) -> Option<i64> {
    Num::of(value).map(|n| match n {
        Num::Int(i) => i,
        Num::Float(f) => f as i64,
    })
}

/// True or false, or text that reads so.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Str(s) if s.eq_ignore_ascii_case("true") => Some(true),
        Value::Str(s) if s.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The text of a single value. A float keeps its fraction: `5.0`.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null | Value::List(_) => None,
        Value::Str(s) => Some(Cow::Borrowed(s)),
        Value::Float(f) if f.is_finite() && f.fract() == 0.0 && f.abs() < 1e15 => {
            Some(Cow::Owned(format!("{f:.1}")))
        }
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// The first two arguments as text, lower case if `fold`; null where one is.
pub(super) fn two_texts(args: &[Value], fold: bool) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (a, b) = (text(args.first()?)?, text(args.get(1)?)?);
    Some(if fold { (a.to_lowercase().into(), b.to_lowercase().into()) } else { (a, b) })
}

/// UTF-16 units, in which positions count. Folding keeps their number, so that a position in the
/// folded text is one in the text.
pub(super) fn units(text: &str, fold: bool) -> Vec<u16> {
    if !fold {
        return text.encode_utf16().collect();
    }
    text.encode_utf16()
        .map(|unit| {
            let mut lower =
                char::from_u32(u32::from(unit)).into_iter().flat_map(char::to_lowercase);
            lower.next().and_then(|c| u16::try_from(u32::from(c)).ok()).unwrap_or(unit)
        })
        .collect()
}

/// Where `needle` first stands at or after `from`.
pub(super) fn find(haystack: &[u16], needle: &[u16], from: usize) -> Option<usize> {
    if from > haystack.len() {
        return None;
    }
    if needle.is_empty() {
        return Some(from);
    }
    haystack[from..].windows(needle.len()).position(|w| w == needle).map(|at| from + at)
}

/// Text from UTF-16 units; half a surrogate pair becomes U+FFFD.
pub(super) fn from_units(units: &[u16]) -> Value {
    Value::str(String::from_utf16_lossy(units))
}
