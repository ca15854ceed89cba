//! `doc.long`, `doc.double`, `doc.bool`, `doc.date`: a field's text as what its type says.

use super::support::{Num, boolean};
use crate::scalar::Function;
use jiff::civil;
use jiff::tz::TimeZone;
use tripline_ir::Value;

pub(super) static LONG: Function = Function {
    name: "doc.long",
    arity: (1, 1),
    doc: "A whole number: a fraction is cut off, text that is no number is null.",
    examples: &[("[\"42\"]", "42"), ("[\"4.7\"]", "4"), ("[7]", "7"), ("[\"x\"]", "null")],
    eval: |_, args| match args.first().and_then(Num::of) {
        Some(Num::Int(i)) => Value::Int(i),
        Some(Num::Float(f)) if f.abs() < 9e18 => Value::Int(f as i64),
        _ => Value::Null,
    },
};

pub(super) static DOUBLE: Function = Function {
    name: "doc.double",
    arity: (1, 1),
    doc: "A number with a fraction, so that it does not divide as a whole number.",
    examples: &[("[\"42\"]", "42.0"), ("[\"4.5\"]", "4.5"), ("[\"x\"]", "null")],
    eval: |_, args| args.first().and_then(Num::of).map_or(Value::Null, |n| Value::Float(n.float())),
};

pub(super) static BOOL: Function = Function {
    name: "doc.bool",
    arity: (1, 1),
    doc: "True or false, from text that reads so.",
    examples: &[("[\"true\"]", "true"), ("[\"FALSE\"]", "false"), ("[1]", "null")],
    eval: |_, args| args.first().and_then(boolean).map_or(Value::Null, Value::Bool),
};

pub(super) static DATE: Function = Function {
    name: "doc.date",
    arity: (1, 1),
    doc: "An instant as milliseconds since 1970, from ISO 8601 text (without an offset: UTC) or \
          from a number of milliseconds.",
    examples: &[
        ("[\"1970-01-01T00:00:01Z\"]", "1000"),
        ("[\"1970-01-02\"]", "86400000"),
        ("[5]", "5"),
        ("[\"yesterday\"]", "null"),
    ],
    eval: |_, args| match args.first() {
        Some(Value::Str(text)) => instant(text).map_or(Value::Null, Value::Int),
        Some(other) => Num::of(other).map_or(Value::Null, |n| Value::Int(n.float() as i64)),
        None => Value::Null,
    },
};

fn instant(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    let civil = text
        .parse::<civil::DateTime>()
        .or_else(|_| text.parse::<civil::Date>().map(|d| d.at(0, 0, 0, 0)))
        .ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}
