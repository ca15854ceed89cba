//! `doc.date_part`.

use super::support::{Num, text};
use crate::scalar::Function;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tripline_ir::Value;

pub(super) static DATE_PART: Function = Function {
    name: "doc.date_part",
    arity: (2, 2),
    doc: "A part of a time: `minute`, `hour`, `day` (of the month), `week` (ISO 8601), `month`, \
          `year`. ISO 8601 text (a blank may stand for the `T`) is taken as it is written, whatever \
          its offset; a number is seconds or, from 100,000,000,000 on, milliseconds since 1970, in \
          UTC.",
    examples: &[
        ("[\"2026-11-22T03:04:05Z\", \"hour\"]", "3"),
        ("[\"2026-11-22 23:30:00.5+02:00\", \"hour\"]", "23"),
        ("[\"2026-11-22T03:04:05Z\", \"minute\"]", "4"),
        ("[\"2026-11-22\", \"day\"]", "22"),
        ("[\"2027-01-01\", \"week\"]", "53"),
        ("[\"2026-11-22\", \"month\"]", "11"),
        ("[86400, \"year\"]", "1970"),
        ("[\"1767225600000\", \"year\"]", "2026"),
        ("[\"soon\", \"hour\"]", "null"),
        ("[null, \"hour\"]", "null"),
        ("[0, \"second\"]", "null"),
    ],
    eval: |_, args| {
        let [time, part, ..] = args else { return Value::Null };
        let (Some(at), Some(part)) = (civil(time), text(part)) else { return Value::Null };
        Value::Int(match &*part {
            "minute" => i64::from(at.minute()),
            "hour" => i64::from(at.hour()),
            "day" => i64::from(at.day()),
            "week" => i64::from(at.date().iso_week_date().week()),
            "month" => i64::from(at.month()),
            "year" => i64::from(at.year()),
            _ => return Value::Null,
        })
    },
};

/// So many seconds are the year 5138, so many milliseconds 1973.
const FIRST_MILLISECOND: f64 = 100_000_000_000.0;

fn civil(time: &Value) -> Option<DateTime> {
    if let Some(number) = Num::of(time).map(Num::float) {
        let seconds = if number.abs() < FIRST_MILLISECOND { number } else { number / 1000.0 };
        let at = Timestamp::from_second(seconds.floor() as i64).ok()?;
        return Some(at.to_zoned(TimeZone::UTC).datetime());
    }
    let text = text(time)?;
    // The offset goes, so that nothing is converted.
    let clock = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let end = text[clock..].find(['Z', 'z', '+', '-']).map_or(text.len(), |at| clock + at);
    text[..end].trim_end().parse().ok()
}
