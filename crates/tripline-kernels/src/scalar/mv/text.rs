//! Functions of text, applied to each value.

use super::{each, single};
use crate::scalar::{Context, Function};
use tripline_ir::Value;

/// `lower(text)`.
pub(super) static LOWER: Function = Function {
    name: "mv.lower",
    arity: (1, 1),
    doc: "In lower case.",
    examples: &[(r#"["ÄB"]"#, r#""äb""#), (r#"[["A", "B"]]"#, r#"["a", "b"]"#), ("[null]", "null")],
    eval: |_: &Context, args| each(&args[0], |text| Value::str(text.to_lowercase())),
};

/// `upper(text)`.
pub(super) static UPPER: Function = Function {
    name: "mv.upper",
    arity: (1, 1),
    doc: "In upper case.",
    examples: &[(r#"["äb"]"#, r#""ÄB""#), ("[null]", "null")],
    eval: |_, args| each(&args[0], |text| Value::str(text.to_uppercase())),
};

/// `len(text)`.
pub(super) static LEN: Function = Function {
    name: "mv.len",
    arity: (1, 1),
    doc: "How many characters (not bytes).",
    examples: &[(r#"["äb"]"#, "2"), ("[445]", "3"), (r#"[""]"#, "0"), ("[null]", "null")],
    eval: |_, args| each(&args[0], |text| Value::Int(text.chars().count() as i64)),
};

/// `substr(text, start, length)`.
pub(super) static SUBSTR: Function = Function {
    name: "mv.substr",
    arity: (2, 3),
    doc: "The characters from a place counted from 1 (negative: from the end), at most so many. A \
          start of 0 is read as 1.",
    examples: &[
        (r#"["string", 1, 3]"#, r#""str""#),
        (r#"["string", -3]"#, r#""ing""#),
        (r#"["string", 4]"#, r#""ing""#),
        (r#"["string", 9]"#, r#""""#),
        (r#"["string", "x"]"#, "null"),
    ],
    eval: substr,
};

fn substr(_: &Context, args: &[Value]) -> Value {
    let Some(start) = single(&args[1]) else { return Value::Null };
    let Some(length) = args.get(2).map_or(Some(f64::MAX), single) else { return Value::Null };
    each(&args[0], |text| {
        let count = text.chars().count();
        let skip = if start < 0.0 {
            count.saturating_sub(-start as usize)
        } else {
            (start as usize).saturating_sub(1)
        };
        Value::str(text.chars().skip(skip).take(length.max(0.0) as usize).collect::<String>())
    })
}

fn strip(args: &[Value], left: bool, right: bool) -> Value {
    let set: Vec<char> = match args.get(1) {
        None => vec![' ', '\t', '\n', '\r'],
        Some(Value::Null) => return Value::Null,
        Some(chars) => chars.to_string().chars().collect(),
    };
    each(&args[0], |text| {
        let text = if left { text.trim_start_matches(&*set) } else { text };
        Value::from(if right { text.trim_end_matches(&*set) } else { text })
    })
}

/// `trim(text, characters)`.
pub(super) static TRIM: Function = Function {
    name: "mv.trim",
    arity: (1, 2),
    doc: "Without these characters (blanks unless given) at both ends.",
    examples: &[(r#"[" a b "]"#, r#""a b""#), (r#"["\"a\"", "\""]"#, r#""a""#)],
    eval: |_, args| strip(args, true, true),
};

/// `ltrim(text, characters)`.
pub(super) static LTRIM: Function = Function {
    name: "mv.ltrim",
    arity: (1, 2),
    doc: "Without these characters (blanks unless given) at the start.",
    examples: &[(r#"["  a "]"#, r#""a ""#), (r#"["xxay", "xy"]"#, r#""ay""#)],
    eval: |_, args| strip(args, true, false),
};

/// `rtrim(text, characters)`.
pub(super) static RTRIM: Function = Function {
    name: "mv.rtrim",
    arity: (1, 2),
    doc: "Without these characters (blanks unless given) at the end.",
    examples: &[(r#"[" a  "]"#, r#"" a""#), (r#"["xayy", "xy"]"#, r#""xa""#)],
    eval: |_, args| strip(args, false, true),
};
