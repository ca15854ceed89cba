//! Numbers in text: `hex`, `number`, `number_or`, `sum`, `multiply`.

use super::{Evaluation, Values};
use std::borrow::Cow;
use tripline_ir::{Value, parse_number};
use tripline_schema::MapExpr;

pub(super) fn hex(value: &str) -> Option<String> {
    match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|n| n.to_string()),
        None => number(value),
    }
}

/// A bit mask: `0x..` or decimal, blanks around it.
pub(super) fn bits(value: &str) -> Option<u64> {
    let value = value.trim();
    match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => value.parse().ok(),
    }
}

/// A number keeps the text that the record had.
pub(super) fn number(value: &str) -> Option<String> {
    parse_number(value).map(|_| value.to_owned())
}

pub(super) fn number_or<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
) -> Values<'e> {
    let mut values = run.arg(args, 0);
    values.retain(|v| parse_number(v).is_some());
    if values.is_empty() { run.arg(args, 1) } else { values }
}

pub(super) fn sum<'e>(run: &mut Evaluation<'e, '_, '_, '_>, args: &'e [MapExpr]) -> Values<'e> {
    let mut sum = 0.0;
    for arg in args {
        match run.expr(arg).first().and_then(|v| parse_number(v)) {
            Some(n) => sum += n,
            None => return vec![],
        }
    }
    vec![Cow::Owned(print(sum))]
}

pub(super) fn multiply(value: &str, factor: &str) -> Option<String> {
    Some(print((parse_number(value)? * parse_number(factor)?).round()))
}

fn print(n: f64) -> String {
    Value::Float(n).to_string()
}
