//! Instants as text.

use jiff::Timestamp;

/// An instant as ISO 8601 in UTC, with as many digits as it has: `2024-05-14T09:41:07.25Z`.
pub fn iso(nanoseconds: i64) -> String {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
        .map_or_else(|_| nanoseconds.to_string(), |t| t.to_string())
}
