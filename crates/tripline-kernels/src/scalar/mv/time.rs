//! Time: epochs in seconds.

use super::{number, single};
use crate::scalar::{Context, Function};
use crate::{reltime, strftime};
use tripline_ir::Value;

/// Seconds as nanoseconds. A double holds an epoch of today to a microsecond, so what lies below is
/// noise.
fn nanos(value: &Value) -> Option<i64> {
    let seconds = single(value)?;
    (seconds.abs() < 9.2e9).then(|| (seconds * 1e6).round() as i64 * 1000)
}

fn seconds(ns: i64) -> Value {
    number(ns as f64 / 1e9)
}

/// `now()`.
pub(super) static NOW: Function = Function {
    name: "mv.now",
    arity: (0, 0),
    doc: "The run's clock, in whole seconds since 1970: the time of the scheduled search, not of the \
          machine.",
    examples: &[("[]", "1700000000")],
    eval: |context: &Context, _| Value::Int(context.now.div_euclid(1_000_000_000)),
};

/// `relative_time(time, modifier)`.
pub(super) static RELATIVE_TIME: Function = Function {
    name: "mv.relative_time",
    arity: (2, 2),
    doc: "A time moved by a relative modifier such as `-70m@m`, in seconds; null for what is none.",
    examples: &[
        (r#"[1700000000, "-70m@m"]"#, "1699995780"),
        (r#"["1700000000", "@d"]"#, "1699920000"),
        (r#"[1700000000, "soon"]"#, "null"),
        (r#"[null, "@d"]"#, "null"),
    ],
    eval: |context, args| {
        nanos(&args[0])
            .and_then(|at| reltime::apply(&args[1].to_string(), at, &context.zone))
            .map_or(Value::Null, seconds)
    },
};

/// `strftime(time, format)`.
pub(super) static STRFTIME: Function = Function {
    name: "mv.strftime",
    arity: (2, 2),
    doc: "Each time as text in the run's time zone; null for what is no number.",
    examples: &[
        (r#"[1700000000, "%Y-%m-%dT%H:%M:%S"]"#, r#""2023-11-14T22:13:20""#),
        (r#"[1700000000.25, "%s.%3N"]"#, r#""1700000000.250""#),
        (r#"["x", "%Y"]"#, "null"),
    ],
    eval: |context, args| {
        let format = args[1].to_string();
        Value::list(args[0].items().iter().map(|time| {
            nanos(time)
                .and_then(|at| strftime::format(&format, at, &context.zone))
                .map_or(Value::Null, Value::str)
        }))
    },
};

/// `strptime(text, format)`.
pub(super) static STRPTIME: Function = Function {
    name: "mv.strptime",
    arity: (2, 2),
    doc: "The time that each text means, in seconds; null for what does not have the format. Without \
          an offset in the text the run's time zone holds.",
    examples: &[
        (r#"["2023-11-14T22:13:20", "%Y-%m-%dT%H:%M:%S"]"#, "1700000000"),
        (r#"["2023-11-14", "%Y-%m-%d"]"#, "1699920000"),
        (r#"["?", "%Y"]"#, "null"),
    ],
    eval: |context, args| {
        let format = args[1].to_string();
        Value::list(args[0].items().iter().map(|text| {
            strftime::parse(&format, &text.to_string(), context.now, &context.zone)
                .map_or(Value::Null, seconds)
        }))
    },
};
