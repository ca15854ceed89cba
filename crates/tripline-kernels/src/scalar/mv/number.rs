//! Functions of numbers.

use super::comparison::compare;
use super::{MANY, number, single};
use crate::scalar::{Context, Function};
use tripline_ir::Value;

fn unary(args: &[Value], f: impl Fn(f64) -> f64) -> Value {
    single(&args[0]).map_or(Value::Null, |n| number(f(n)))
}

/// `round(x, digits)`.
pub(super) static ROUND: Function = Function {
    name: "mv.round",
    arity: (1, 2),
    doc: "Rounded to so many decimals (0 unless given), halves away from zero.",
    examples: &[("[2.5]", "3"), ("[-2.5]", "-3"), ("[2.555, 1]", "2.6"), (r#"["x"]"#, "null")],
    eval: |_: &Context, args| {
        let Some(digits) = args.get(1).map_or(Some(0.0), single) else { return Value::Null };
        let scale = 10_f64.powi(digits.clamp(-15.0, 15.0) as i32);
        unary(args, |n| (n * scale).round() / scale)
    },
};

/// `floor(x)`.
pub(super) static FLOOR: Function = Function {
    name: "mv.floor",
    arity: (1, 1),
    doc: "The largest whole number that is not greater.",
    examples: &[("[1.9]", "1"), ("[-1.1]", "-2")],
    eval: |_, args| unary(args, f64::floor),
};

/// `ceiling(x)`.
pub(super) static CEILING: Function = Function {
    name: "mv.ceiling",
    arity: (1, 1),
    doc: "The smallest whole number that is not less.",
    examples: &[("[1.1]", "2"), ("[-1.9]", "-1")],
    eval: |_, args| unary(args, f64::ceil),
};

/// `abs(x)`.
pub(super) static ABS: Function = Function {
    name: "mv.abs",
    arity: (1, 1),
    doc: "Without its sign.",
    examples: &[("[-2]", "2"), (r#"["2.5"]"#, "2.5")],
    eval: |_, args| unary(args, f64::abs),
};

/// `sqrt(x)`.
pub(super) static SQRT: Function = Function {
    name: "mv.sqrt",
    arity: (1, 1),
    doc: "The square root; null for negative numbers.",
    examples: &[("[9]", "3"), ("[-1]", "null")],
    eval: |_, args| unary(args, f64::sqrt),
};

/// `exp(x)`.
pub(super) static EXP: Function = Function {
    name: "mv.exp",
    arity: (1, 1),
    doc: "e to the power of x.",
    examples: &[("[0]", "1"), (r#"["x"]"#, "null")],
    eval: |_, args| unary(args, f64::exp),
};

/// `ln(x)`.
pub(super) static LN: Function = Function {
    name: "mv.ln",
    arity: (1, 1),
    doc: "The natural logarithm; null unless positive.",
    examples: &[("[1]", "0"), ("[0]", "null")],
    eval: |_, args| unary(args, f64::ln),
};

/// `log(x, base)`.
pub(super) static LOG: Function = Function {
    name: "mv.log",
    arity: (1, 2),
    doc: "The logarithm to a base, 10 unless given; null unless positive.",
    examples: &[("[1000]", "3"), ("[8, 2]", "3"), ("[-1]", "null")],
    eval: |_, args| match args.get(1).map(single) {
        None => unary(args, f64::log10),
        Some(Some(2.0)) => unary(args, f64::log2),
        Some(Some(base)) => unary(args, |n| n.log(base)),
        Some(None) => Value::Null,
    },
};

/// `pow(x, y)`.
pub(super) static POW: Function = Function {
    name: "mv.pow",
    arity: (2, 2),
    doc: "x to the power of y; null where it is not finite.",
    examples: &[("[2, 10]", "1024"), ("[0, -1]", "null")],
    eval: |_, args| match single(&args[1]) {
        Some(power) => unary(args, |n| n.powf(power)),
        None => Value::Null,
    },
};

/// All values of all arguments; numbers come before text.
fn sorted(args: &[Value]) -> Vec<&Value> {
    let mut items: Vec<&Value> = args.iter().flat_map(Value::items).collect();
    items.sort_by(|a, b| {
        let text = |v: &Value| single(v).is_none();
        text(a).cmp(&text(b)).then_with(|| compare(a, b))
    });
    items
}

fn plain(value: Option<&&Value>) -> Value {
    value.map_or(Value::Null, |v| single(v).map_or_else(|| (*v).clone(), number))
}

/// `min(a, b, ...)`.
pub(super) static MIN: Function = Function {
    name: "mv.min",
    arity: (1, MANY),
    doc: "The least of all values of all arguments; any number is less than any text. Nulls do not \
          count.",
    examples: &[(r#"[3, "2", "a"]"#, "2"), (r#"[["b", "a"]]"#, r#""a""#), ("[null]", "null")],
    eval: |_, args| plain(sorted(args).first()),
};

/// `max(a, b, ...)`.
pub(super) static MAX: Function = Function {
    name: "mv.max",
    arity: (1, MANY),
    doc: "The greatest of all values of all arguments; any text is greater than any number. Nulls do \
          not count.",
    examples: &[(r#"[3, "20"]"#, "20"), (r#"[3, "a"]"#, r#""a""#), ("[null]", "null")],
    eval: |_, args| plain(sorted(args).last()),
};
