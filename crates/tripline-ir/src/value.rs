//! A scalar or multivalue, as expressions see it.

use std::fmt;
use std::sync::Arc;

/// A value of an expression. `Null` is an absent field or the result of an operation on one.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// Several values, in order. Never nested, never of length 0 or 1 (see [`Value::list`]).
    List(Vec<Value>),
}

impl Value {
    /// Text.
    pub fn str(text: impl Into<Arc<str>>) -> Self {
        Self::Str(text.into())
    }

    /// A multivalue: none is [`Value::Null`], one is that value; nested lists are flattened and
    /// nulls dropped.
    pub fn list(values: impl IntoIterator<Item = Value>) -> Self {
        let mut flat = Vec::new();
        for value in values {
            match value {
                Self::Null => {}
                Self::List(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::Null,
            1 => flat.remove(0),
            _ => Self::List(flat),
        }
    }

    /// Whether it is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The values one by one: none for null, one for a scalar.
    pub fn items(&self) -> &[Value] {
        match self {
            Self::Null => &[],
            Self::List(items) => items,
            scalar => std::slice::from_ref(scalar),
        }
    }

    /// The number that it is, or that its text reads as.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(*i as f64),
            Self::Float(f) => Some(*f),
            Self::Str(s) => parse_number(s),
            _ => None,
        }
    }
}

/// The number that a text reads as: an optional sign, digits, an optional fraction and exponent.
/// No `inf`, no `nan`, no blanks.
pub fn parse_number(text: &str) -> Option<f64> {
    let first = *text.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    text.parse::<f64>().ok().filter(|n| n.is_finite())
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

/// As text: numbers in their shortest form (a float that is whole prints without a fraction),
/// null as nothing, a list with newlines between its values.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) if x.fract() == 0.0 && x.abs() < 1e15 => write!(f, "{x:.0}"),
            Self::Float(x) => write!(f, "{x}"),
            Self::Str(s) => f.write_str(s),
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        f.write_str("\n")?;
                    }
                    write!(f, "{item}")?;
                }
                Ok(())
            }
        }
    }
}
