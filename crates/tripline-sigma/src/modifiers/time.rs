//! Parts of a time.

use super::compare::number;
use super::{Apply, Definition, Refusal};
use crate::ast::{Compare, TimePart, ValueKind};

pub(super) static MINUTE: Definition = Definition {
    names: &["minute"],
    doc: "The minute of the field's time, 0 to 59.",
    apply: Apply::Value(|kind, _| part(kind, "minute", TimePart::Minute, (0.0, 59.0))),
};

pub(super) static HOUR: Definition = Definition {
    names: &["hour"],
    doc: "The hour of the field's time, 0 to 23.",
    apply: Apply::Value(|kind, _| part(kind, "hour", TimePart::Hour, (0.0, 23.0))),
};

pub(super) static DAY: Definition = Definition {
    names: &["day"],
    doc: "The day of the month, 1 to 31.",
    apply: Apply::Value(|kind, _| part(kind, "day", TimePart::Day, (1.0, 31.0))),
};

pub(super) static WEEK: Definition = Definition {
    names: &["week"],
    doc: "The week of the year (ISO 8601), 1 to 53.",
    apply: Apply::Value(|kind, _| part(kind, "week", TimePart::Week, (1.0, 53.0))),
};

pub(super) static MONTH: Definition = Definition {
    names: &["month"],
    doc: "The month, 1 to 12.",
    apply: Apply::Value(|kind, _| part(kind, "month", TimePart::Month, (1.0, 12.0))),
};

pub(super) static YEAR: Definition = Definition {
    names: &["year"],
    doc: "The year.",
    apply: Apply::Value(|kind, _| part(kind, "year", TimePart::Year, (-9999.0, 9999.0))),
};

fn part(
    kind: ValueKind,
    name: &str,
    part: TimePart,
    (least, most): (f64, f64),
) -> Result<ValueKind, Refusal> {
    let (op, value) = match kind {
        ValueKind::Compare { op, value } => (op, value),
        kind => (Compare::Eq, number(&kind, name)?),
    };
    if op == Compare::Eq && !(least..=most).contains(&value) {
        return Err(Refusal::value(format!("no `{name}` is {value}"))
            .help(format!("it is a number between {least} and {most}")));
    }
    Ok(ValueKind::Time { part, op, value })
}
