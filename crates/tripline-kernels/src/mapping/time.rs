//! Instants: `epoch`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tripline_ir::parse_number;

/// Seconds since 1970 with six decimals. A number is read as seconds, milliseconds, microseconds
/// or nanoseconds by its size; text as ISO 8601, in UTC where it names no zone.
pub(super) fn epoch(value: &str) -> Option<String> {
    let micros = match parse_number(value) {
        Some(n) => from_number(n, value)?,
        None => from_text(value)?.as_microsecond(),
    };
    let sign = if micros < 0 { "-" } else { "" };
    let magnitude = micros.unsigned_abs();
    Some(format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000))
}

fn from_text(value: &str) -> Option<Timestamp> {
    value.parse().ok().or_else(|| {
        let civil: DateTime = value.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

fn from_number(n: f64, text: &str) -> Option<i64> {
    let per_second = match n.abs() {
        a if a < 1e11 => 1.0,
        a if a < 1e14 => 1e3,
        a if a < 1e17 => 1e6,
        a if a < 1e20 => 1e9,
        _ => return None,
    };
    // A double has not enough digits for nanoseconds; whole numbers are read exactly.
    if let Ok(whole) = text.parse::<i64>() {
        return Some(match per_second as i64 {
            1 => whole.checked_mul(1_000_000)?,
            1_000 => whole.checked_mul(1_000)?,
            1_000_000 => whole,
            _ => whole.div_euclid(1_000),
        });
    }
    Some((n / per_second * 1e6).round() as i64)
}
