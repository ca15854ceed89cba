//! Printing and reading civil time with Splunk's `strftime` variables.
//!
//! The standard variables (`%Y %m %d %H %M %S %Z %b ...`), and Splunk's subseconds: `%N` and `%Q`
//! with a width of 3, 6 or 9 digits (`%3N`; without a width `%N` has 9 and `%Q` 3 digits).

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::fmt::Write;

/// The instant (nanoseconds since 1970) as text in a zone; none if it is out of range. A variable
/// that does not exist is printed as it stands.
///
/// ```
/// use tripline_kernels::strftime::format;
/// let text = format("%Y-%m-%dT%H:%M:%S.%3Q", 1_500_000_000, &jiff::tz::TimeZone::UTC);
/// assert_eq!(text.as_deref(), Some("1970-01-01T00:00:01.500"));
/// ```
pub fn format(format: &str, ns: i64, zone: &TimeZone) -> Option<String> {
    let at = Timestamp::from_nanosecond(i128::from(ns)).ok()?.to_zoned(zone.clone());
    let mut out = String::new();
    for piece in pieces(format) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Subsecond(digits) => {
                let nanos = format!("{:09}", at.subsec_nanosecond());
                out.push_str(&nanos[..digits]);
            }
            Piece::Variable(text) => variable(&mut out, text, &at),
        }
    }
    Some(out)
}

fn variable(out: &mut String, text: &str, at: &Zoned) {
    match text {
        "%+" => variable_all(out, "%a %b %e %H:%M:%S %Z %Y", at),
        "%c" => variable_all(out, "%a %b %e %H:%M:%S %Y", at),
        "%x" => variable_all(out, "%m/%d/%Y", at),
        "%X" => variable_all(out, "%H:%M:%S", at),
        "%Ez" => {
            let _ = write!(out, "{}", at.offset().seconds() / 60);
        }
        _ => variable_all(out, text, at),
    }
}

fn variable_all(out: &mut String, text: &str, at: &Zoned) {
    match jiff::fmt::strtime::format(text, at) {
        Ok(shown) => out.push_str(&shown),
        Err(_) => out.push_str(text),
    }
}

/// The instant that a text means; none if the text does not have the format. A date without a time
/// is its midnight, a time without a date is on the day of `now_ns`, a text without an offset is
/// in `zone`. What follows the format's end is ignored.
pub fn parse(format: &str, text: &str, now_ns: i64, zone: &TimeZone) -> Option<i64> {
    let mut wanted = String::new();
    for piece in pieces(format) {
        wanted.push_str(match piece {
            Piece::Subsecond(_) => "%f",
            Piece::Variable("%x") => "%m/%d/%Y",
            Piece::Variable("%X") => "%H:%M:%S",
            Piece::Variable(text) | Piece::Text(text) => text,
        });
    }
    let (read, _) = BrokenDownTime::parse_prefix(&wanted, text.trim_start()).ok()?;
    let ns = if let Ok(at) = read.to_timestamp() {
        at.as_nanosecond()
    } else {
        let now = Timestamp::from_nanosecond(i128::from(now_ns)).ok()?.to_zoned(zone.clone());
        let date = match read.to_date() {
            Ok(date) => date,
            Err(_) if read.month().is_none() && read.day().is_none() => now.date(),
            Err(_) => {
                // A date without a year is this year's, one without a day the first.
                let year = read.year().unwrap_or(now.year());
                let (month, day) = (read.month()?, read.day().unwrap_or(1));
                jiff::civil::Date::new(year, month, day).ok()?
            }
        };
        let time = read.to_time().unwrap_or(jiff::civil::Time::midnight());
        let at = date.to_datetime(time);
        match read.offset() {
            Some(offset) => offset.to_timestamp(at).ok()?.as_nanosecond(),
            None => at.to_zoned(zone.clone()).ok()?.timestamp().as_nanosecond(),
        }
    };
    i64::try_from(ns).ok()
}

enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
    Subsecond(usize),
}

/// Cuts a format into variables and the text between them.
fn pieces(format: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        if at > 0 {
            pieces.push(Piece::Text(&rest[..at]));
        }
        rest = &rest[at..];
        let name_at = 1 + rest[1..]
            .find(|c: char| {
                !(c.is_ascii_digit() || matches!(c, '-' | '_' | ':' | '.' | '^' | '#' | 'E'))
            })
            .unwrap_or(rest.len() - 1);
        let end = rest[name_at..].chars().next().map_or(rest.len(), |c| name_at + c.len_utf8());
        let piece = &rest[..end];
        pieces.push(match (&rest[1..name_at], &rest[name_at..end]) {
            ("" | "9", "N") | ("9", "Q") => Piece::Subsecond(9),
            ("" | "3", "Q") | ("3", "N") => Piece::Subsecond(3),
            ("6", "N" | "Q") => Piece::Subsecond(6),
            _ => Piece::Variable(piece),
        });
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        let ns = 1_795_296_378_123_456_789; // 2026-11-21T21:26:18Z
        for (wanted, expected) in [
            ("%Y-%m-%dT%H:%M:%S", "2026-11-21T21:26:18"),
            ("%m/%d/%Y %H:%M:%S", "11/21/2026 21:26:18"),
            ("%s", "1795296378"),
            ("%H", "21"),
            ("%w", "6"),
            ("%3N %6N %9N %N %Q", "123 123456 123456789 123456789 123"),
            ("%F %T", "2026-11-21 21:26:18"),
            ("%a %b", "Sat Nov"),
            ("100%%", "100%"),
            ("%~ and %", "%~ and %"),
            ("no variable é", "no variable é"),
        ] {
            assert_eq!(format(wanted, ns, &TimeZone::UTC).unwrap(), expected, "{wanted}");
        }
    }

    #[test]
    fn reads_what_it_prints_and_partial_dates() {
        let now = 1_795_296_378_000_000_000;
        for (wanted, text, expected) in [
            ("%Y-%m-%dT%H:%M:%S", "2026-11-21T21:26:18", Some("2026-11-21T21:26:18Z")),
            ("%Y-%m-%dT%H:%M:%S.%6NZ", "2026-11-21T21:26:18.5Z", Some("2026-11-21T21:26:18.5Z")),
            ("%Y-%m-%dT%H:%M:%S%z", "2026-11-21T21:26:18+0200", Some("2026-11-21T19:26:18Z")),
            ("%Y-%m-%d", "2026-11-21", Some("2026-11-21T00:00:00Z")),
            ("%Y-%m-%d", "2026-11-21 and more", Some("2026-11-21T00:00:00Z")),
            ("%H:%M", "07:30", Some("2026-11-21T07:30:00Z")),
            ("%s", "1795296378", Some("2026-11-21T21:26:18Z")),
            ("%Y-%m-%d", "yesterday", None),
            ("%Y-%m-%d", "2026-13-40", None),
        ] {
            let read = parse(wanted, text, now, &TimeZone::UTC)
                .map(|ns| Timestamp::from_nanosecond(i128::from(ns)).unwrap().to_string());
            assert_eq!(read.as_deref(), expected, "{wanted} {text}");
        }
    }
}
