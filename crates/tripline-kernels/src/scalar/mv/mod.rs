//! `mv.*`: functions over multivalues of text, as Splunk's `eval` and `where` know them.
//!
//! A value is null, one value, or a list. Rules that hold for the whole family:
//! - Text that reads as a number is a number wherever a number is wanted.
//! - Null in, null out, unless the function is about null (`mv.coalesce`, `mv.isnull`, ...).
//!   `mv.and`, `mv.or` and `mv.not` follow three-valued logic; a filter keeps only what is true.
//! - Tests (`mv.eq`, `mv.match`, `mv.cidrmatch`, ...) are true if *any* value passes.
//! - Text functions (`mv.lower`, `mv.replace`, ...) work on each value; arithmetic on several
//!   values is null.
//! - Regular expressions come in the syntax of the `regex` crate; the front end translates.

mod arithmetic;
mod choice;
mod cidrmatch;
mod comparison;
mod conversion;
mod logic;
mod multivalue;
mod number;
mod pattern;
mod regexes;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod urldecode;

use super::Function;
use tripline_ir::Value;

/// Any number of arguments.
const MANY: usize = usize::MAX;

/// The family's functions, one file a subject.
pub(super) static FUNCTIONS: &[&Function] = &[
    &arithmetic::ADD,
    &arithmetic::SUB,
    &arithmetic::MUL,
    &arithmetic::DIV,
    &arithmetic::MOD,
    &arithmetic::NEG,
    &arithmetic::CONCAT,
    &choice::IF,
    &choice::CASE,
    &choice::COALESCE,
    &choice::NULLIF,
    &choice::VALIDATE,
    &choice::ISNULL,
    &choice::ISNOTNULL,
    &choice::TRUE,
    &choice::FALSE,
    &choice::NULL,
    &cidrmatch::CIDRMATCH,
    &comparison::EQ,
    &comparison::NE,
    &comparison::LT,
    &comparison::LE,
    &comparison::GT,
    &comparison::GE,
    &comparison::IN,
    &conversion::TOSTRING,
    &conversion::TONUMBER,
    &conversion::TYPEOF,
    &conversion::ISNUM,
    &conversion::ISINT,
    &conversion::ISSTR,
    &conversion::ISBOOL,
    &logic::AND,
    &logic::OR,
    &logic::XOR,
    &logic::NOT,
    &multivalue::MVINDEX,
    &multivalue::MVCOUNT,
    &multivalue::MVDEDUP,
    &multivalue::MVSORT,
    &multivalue::MVJOIN,
    &multivalue::MVAPPEND,
    &multivalue::MVZIP,
    &multivalue::MVRANGE,
    &multivalue::SPLIT,
    &number::ROUND,
    &number::FLOOR,
    &number::CEILING,
    &number::ABS,
    &number::SQRT,
    &number::EXP,
    &number::LN,
    &number::LOG,
    &number::POW,
    &number::MIN,
    &number::MAX,
    &pattern::MATCH,
    &pattern::LIKE,
    &pattern::REPLACE,
    &pattern::MVFIND,
    &text::LOWER,
    &text::UPPER,
    &text::LEN,
    &text::SUBSTR,
    &text::TRIM,
    &text::LTRIM,
    &text::RTRIM,
    &time::NOW,
    &time::RELATIVE_TIME,
    &time::STRFTIME,
    &time::STRPTIME,
    &urldecode::URLDECODE,
];

/// A number as a value: whole where it is, null where it is none.
fn number(n: f64) -> Value {
    if n.fract() == 0.0 && n.abs() < 9e15 {
        Value::Int(n as i64)
    } else if n.is_finite() {
        Value::Float(n)
    } else {
        Value::Null
    }
}

/// The only value as a number; none for null, for text and for several values.
fn single(value: &Value) -> Option<f64> {
    value.as_number()
}

/// Applies a text function to each value.
fn each(value: &Value, f: impl Fn(&str) -> Value) -> Value {
    Value::list(value.items().iter().map(|item| match item {
        Value::Str(text) => f(text),
        other => f(&other.to_string()),
    }))
}

/// Whether one of the values passes; null when there is none.
fn any(value: &Value, mut f: impl FnMut(&Value) -> bool) -> Value {
    if value.is_null() { Value::Null } else { Value::Bool(value.items().iter().any(&mut f)) }
}
