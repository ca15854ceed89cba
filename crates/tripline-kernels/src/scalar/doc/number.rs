//! `doc.number`.

use super::support::{Num, int};
use crate::scalar::Function;
use tripline_ir::{Value, parse_number};

pub(super) static NUMBER: Function = Function {
    name: "doc.number",
    arity: (1, 2),
    doc: "A text as a number: whole, with a fraction, or after `0x` hexadecimal; blanks around it \
          do not matter. The second argument is the base, 2 to 36. Null when it does not read so.",
    examples: &[
        ("[\"5\"]", "5"),
        ("[\" 7.5 \"]", "7.5"),
        ("[\"0x32\"]", "50"),
        ("[\"0x32\", 16]", "50"),
        ("[\"32\", 16]", "50"),
        ("[\"-0x10\", null]", "-16"),
        ("[\"101\", 2]", "5"),
        ("[\"five\"]", "null"),
        ("[null]", "null"),
    ],
    eval: |_, args| match args.first() {
        Some(Value::Str(text)) => {
            let base = match args.get(1) {
                None | Some(Value::Null) => None,
                Some(base) => match int(base) {
                    Some(base) => Some(base),
                    None => return Value::Null,
                },
            };
            number(text.trim(), base).unwrap_or(Value::Null)
        }
        Some(other) => Num::of(other).map_or(Value::Null, Num::value),
        None => Value::Null,
    },
};

fn number(text: &str, base: Option<i64>) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, base) = match (hexadecimal, base) {
        (Some(rest), None | Some(16)) => (rest, Some(16)),
        _ => (digits, base),
    };
    match base {
        None | Some(10) => match text.parse() {
            Ok(whole) => Some(Value::Int(whole)),
            Err(_) if base.is_none() => parse_number(text).map(Value::Float),
            Err(_) => None,
        },
        Some(base) => {
            let base = u32::try_from(base).ok().filter(|b| (2..=36).contains(b))?;
            if digits.starts_with(['+', '-']) {
                return None;
            }
            let whole = i64::from_str_radix(digits, base).ok()?;
            Some(Value::Int(if negative { whole.checked_neg()? } else { whole }))
        }
    }
}
