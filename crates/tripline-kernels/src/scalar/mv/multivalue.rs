//! Building and taking apart multivalues.

use super::{MANY, each, single};
use crate::scalar::{Context, Function};
use std::collections::HashSet;
use tripline_ir::Value;

/// Most values that one call makes from nothing.
const MOST: f64 = 100_000.0;

/// `mvindex(mv, start, end)`.
pub(super) static MVINDEX: Function = Function {
    name: "mv.mvindex",
    arity: (2, 3),
    doc: "The value at a place counted from 0, or the values from one place to another, both \
          included. Negative places count from the end (-1 is the last). Null outside.",
    examples: &[
        (r#"[["a", "b", "c"], 0]"#, r#""a""#),
        (r#"[["a", "b", "c"], -1]"#, r#""c""#),
        (r#"[["a", "b", "c"], 1, 2]"#, r#"["b", "c"]"#),
        (r#"[["a", "b", "c"], 3]"#, "null"),
        (r#"["a", 0]"#, r#""a""#),
    ],
    eval: mvindex,
};

fn mvindex(_: &Context, args: &[Value]) -> Value {
    let items = args[0].items();
    let place = |value: &Value| {
        let at = single(value)? as i64;
        Some(if at < 0 { at + items.len() as i64 } else { at })
    };
    let Some(start) = place(&args[1]) else { return Value::Null };
    let Some(end) = args.get(2).map_or(Some(start), place) else { return Value::Null };
    if start > end || start < 0 || start >= items.len() as i64 {
        return Value::Null;
    }
    let end = (end as usize).min(items.len() - 1);
    Value::list(items[start as usize..=end].iter().cloned())
}

/// `mvcount(mv)`.
pub(super) static MVCOUNT: Function = Function {
    name: "mv.mvcount",
    arity: (1, 1),
    doc: "How many values there are; null (not 0) for none.",
    examples: &[(r#"[["a", "b"]]"#, "2"), (r#"["a"]"#, "1"), ("[null]", "null")],
    eval: |_, args| match args[0].items().len() {
        0 => Value::Null,
        n => Value::Int(n as i64),
    },
};

/// `mvdedup(mv)`.
pub(super) static MVDEDUP: Function = Function {
    name: "mv.mvdedup",
    arity: (1, 1),
    doc: "Each value once, where it first stood. Case counts.",
    examples: &[(r#"[["a", "b", "a", "A"]]"#, r#"["a", "b", "A"]"#), ("[null]", "null")],
    eval: |_, args| {
        let mut seen = HashSet::new();
        let items = args[0].items().iter();
        Value::list(items.filter(|item| seen.insert(item.to_string())).cloned())
    },
};

/// `mvsort(mv)`.
pub(super) static MVSORT: Function = Function {
    name: "mv.mvsort",
    arity: (1, 1),
    doc: "The values as text in the order of their code points: `10` before `9`, `B` before `a`.",
    examples: &[(r#"[["a", "9", "B", "10"]]"#, r#"["10", "9", "B", "a"]"#)],
    eval: |_, args| {
        let mut items = args[0].items().to_vec();
        items.sort_by_cached_key(ToString::to_string);
        Value::list(items)
    },
};

/// `mvjoin(mv, delimiter)`.
pub(super) static MVJOIN: Function = Function {
    name: "mv.mvjoin",
    arity: (2, 2),
    doc: "All values as one text with a delimiter between them.",
    examples: &[(r#"[["a", "b"], ", "]"#, r#""a, b""#), (r#"[null, ","]"#, "null")],
    eval: |_, args| {
        if args[0].is_null() || args[1].is_null() {
            return Value::Null;
        }
        let texts: Vec<String> = args[0].items().iter().map(ToString::to_string).collect();
        Value::str(texts.join(&args[1].to_string()))
    },
};

/// `mvappend(a, b, ...)`.
pub(super) static MVAPPEND: Function = Function {
    name: "mv.mvappend",
    arity: (1, MANY),
    doc: "All values of all arguments in their order; nulls add nothing.",
    examples: &[(r#"["a", ["b", "c"], null]"#, r#"["a", "b", "c"]"#), ("[null]", "null")],
    eval: |_, args| Value::list(args.iter().cloned()),
};

/// `mvzip(a, b, delimiter)`.
pub(super) static MVZIP: Function = Function {
    name: "mv.mvzip",
    arity: (2, 3),
    doc: "The first values of both joined, then the second ones, as far as both have values. The \
          delimiter is a comma unless given.",
    examples: &[
        (r#"[["a", "b"], ["1", "2", "3"]]"#, r#"["a,1", "b,2"]"#),
        (r#"["a", "1", "|"]"#, r#""a|1""#),
    ],
    eval: |_, args| {
        let delimiter = args.get(2).map_or(",".to_owned(), ToString::to_string);
        let pairs = args[0].items().iter().zip(args[1].items());
        Value::list(pairs.map(|(a, b)| Value::str(format!("{a}{delimiter}{b}"))))
    },
};

/// `mvrange(start, end, step)`.
pub(super) static MVRANGE: Function = Function {
    name: "mv.mvrange",
    arity: (2, 3),
    doc: "The numbers from a start up to, not including, an end; the step is 1 unless given. Null for \
          a step that never arrives and for more than 100,000 numbers.",
    examples: &[("[1, 4]", "[1, 2, 3]"), ("[1, 10, 4]", "[1, 5, 9]"), ("[1, 4, 0]", "null")],
    eval: |_, args| {
        let step = args.get(2).map_or(Some(1.0), single);
        let (Some(start), Some(end), Some(step)) = (single(&args[0]), single(&args[1]), step)
        else {
            return Value::Null;
        };
        let count = ((end - start) / step).ceil();
        if !(count > 0.0 && count <= MOST) {
            return Value::Null;
        }
        Value::list((0..count as u32).map(|n| super::number(start + f64::from(n) * step)))
    },
};

/// `split(text, delimiter)`.
pub(super) static SPLIT: Function = Function {
    name: "mv.split",
    arity: (2, 2),
    doc: "The parts of a text between the delimiters (literal text, any length); empty parts stay. \
          An empty delimiter gives the characters.",
    examples: &[
        (r#"["a,b,,c", ","]"#, r#"["a", "b", "", "c"]"#),
        (r#"["ab", ""]"#, r#"["a", "b"]"#),
        (r#"["a", ","]"#, r#""a""#),
        (r#"[null, ","]"#, "null"),
    ],
    eval: |_, args| {
        if args[1].is_null() {
            return Value::Null;
        }
        let delimiter = args[1].to_string();
        each(&args[0], |text| {
            if delimiter.is_empty() {
                return Value::list(text.chars().map(|c| Value::str(c.to_string())));
            }
            Value::list(text.split(&*delimiter).map(Value::from))
        })
    },
};
