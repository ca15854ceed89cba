//! Between text and numbers, and what a value is.

use super::{each, number, single};
use crate::scalar::{Context, Function};
use tripline_ir::{Value, parse_number};

/// `tostring(x, format)`.
pub(super) static TOSTRING: Function = Function {
    name: "mv.tostring",
    arity: (1, 2),
    doc: "As text; a truth value becomes `True` or `False`. The second argument formats a number: \
          `hex` (`0x1F`), `commas` (thousands separated, at most two decimals), `duration` (seconds as \
          `HH:MM:SS`, with `D+` in front for days).",
    examples: &[
        ("[15]", r#""15""#),
        ("[true]", r#""True""#),
        (r#"[31, "hex"]"#, r#""0x1F""#),
        (r#"[1234567.891, "commas"]"#, r#""1,234,567.89""#),
        (r#"[615, "duration"]"#, r#""00:10:15""#),
        (r#"[90061, "duration"]"#, r#""1+01:01:01""#),
        ("[null]", "null"),
    ],
    eval: tostring,
};

fn tostring(_: &Context, args: &[Value]) -> Value {
    let format = args.get(1).map(ToString::to_string);
    Value::list(args[0].items().iter().map(|item| {
        let formatted = match (format.as_deref(), single(item)) {
            (Some("hex"), Some(n)) if n >= 0.0 => Some(format!("0x{:X}", n as u64)),
            (Some("commas"), Some(n)) => Some(commas(n)),
            (Some("duration"), Some(n)) if n >= 0.0 => Some(duration(n as u64)),
            _ => None,
        };
        match item {
            Value::Bool(true) => Value::from("True"),
            Value::Bool(false) => Value::from("False"),
            other => Value::str(formatted.unwrap_or_else(|| other.to_string())),
        }
    }))
}

fn commas(n: f64) -> String {
    let whole = format!("{:.0}", n.trunc().abs());
    let mut out = String::from(if n < 0.0 { "-" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n.fract() != 0.0 {
        let fraction = format!("{:.2}", n.fract().abs());
        out.push_str(&fraction[1..]);
    }
    out
}

fn duration(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days == 0 { time } else { format!("{days}+{time}") }
}

/// `tonumber(text, base)`.
pub(super) static TONUMBER: Function = Function {
    name: "mv.tonumber",
    arity: (1, 2),
    doc: "The number that each text reads as, in base 10 or the base given (2 to 36; a leading `0x` \
          is allowed in base 16). What reads as none is null.",
    examples: &[
        (r#"["0012.50"]"#, "12.5"),
        (r#"["0xA4", 16]"#, "164"),
        (r#"["z", 36]"#, "35"),
        (r#"["ten"]"#, "null"),
    ],
    eval: tonumber,
};

fn tonumber(_: &Context, args: &[Value]) -> Value {
    let base = args.get(1).map_or(Some(10.0), single).unwrap_or(0.0) as u32;
    each(&args[0], |text| {
        let text = text.trim();
        if base == 10 {
            return parse_number(text).map_or(Value::Null, number);
        }
        if !(2..=36).contains(&base) {
            return Value::Null;
        }
        let digits = match base {
            16 => text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text),
            _ => text,
        };
        i64::from_str_radix(digits, base).map_or(Value::Null, Value::Int)
    })
}

/// `typeof(x)`.
pub(super) static TYPEOF: Function = Function {
    name: "mv.typeof",
    arity: (1, 1),
    doc: "`Number`, `String`, `Boolean`, `Multivalue`, or `Invalid` for null.",
    examples: &[
        ("[1]", r#""Number""#),
        (r#"["1"]"#, r#""Number""#),
        (r#"["a"]"#, r#""String""#),
        ("[true]", r#""Boolean""#),
        (r#"[["a", "b"]]"#, r#""Multivalue""#),
        ("[null]", r#""Invalid""#),
    ],
    eval: |_, args| {
        Value::from(match &args[0] {
            Value::Null => "Invalid",
            Value::Bool(_) => "Boolean",
            Value::List(_) => "Multivalue",
            other if single(other).is_some() => "Number",
            _ => "String",
        })
    },
};

/// `isnum(x)`.
pub(super) static ISNUM: Function = Function {
    name: "mv.isnum",
    arity: (1, 1),
    doc: "Whether it is one number, or one text that reads as a number.",
    examples: &[(r#"["1e3"]"#, "true"), (r#"["x"]"#, "false"), ("[null]", "false")],
    eval: |_, args| Value::Bool(single(&args[0]).is_some()),
};

/// `isint(x)`.
pub(super) static ISINT: Function = Function {
    name: "mv.isint",
    arity: (1, 1),
    doc: "Whether it is one whole number.",
    examples: &[(r#"["3"]"#, "true"), ("[3.5]", "false"), ("[null]", "false")],
    eval: |_, args| Value::Bool(single(&args[0]).is_some_and(|n| n.fract() == 0.0)),
};

/// `isstr(x)`.
pub(super) static ISSTR: Function = Function {
    name: "mv.isstr",
    arity: (1, 1),
    doc: "Whether it is text that does not read as a number; several values are text too.",
    examples: &[(r#"["x"]"#, "true"), (r#"["3"]"#, "false"), ("[null]", "false")],
    eval: |_, args| match &args[0] {
        Value::Str(_) => Value::Bool(single(&args[0]).is_none()),
        other => Value::Bool(matches!(other, Value::List(_))),
    },
};

/// `isbool(x)`.
pub(super) static ISBOOL: Function = Function {
    name: "mv.isbool",
    arity: (1, 1),
    doc: "Whether it is a truth value (not text that says `true`).",
    examples: &[("[true]", "true"), (r#"["true"]"#, "false")],
    eval: |_, args| Value::Bool(matches!(args[0], Value::Bool(_))),
};
