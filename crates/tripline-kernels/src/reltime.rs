//! Splunk's relative time modifiers: `-70m@m`, `@w1`, `-1d@d+2h`, `now`, an epoch.
//!
//! A modifier is a chain of offsets (`-70m`, `+2h`, `-d`) and snaps (`@m`: round down to the start
//! of the unit), applied from left to right. Days, weeks, months, quarters and years follow the
//! civil calendar of the zone; seconds, minutes and hours are exact durations.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// The instant that a modifier means, in nanoseconds since 1970; none if it is no modifier or the
/// result is out of range.
///
/// `now` and `now()` are the instant itself, a plain number is an epoch in seconds (`0` means the
/// beginning of time). A unit without a number counts once (`-h`). `@w` is the last Sunday, `@w1`
/// the last Monday, `@w7` again Sunday.
///
/// ```
/// use tripline_kernels::reltime::apply;
/// use jiff::tz::TimeZone;
/// let now = 7_200_500_000_000; // 1970-01-01T02:00:00.5Z
/// assert_eq!(apply("-70m@m", now, &TimeZone::UTC), Some(3_000_000_000_000));
/// assert_eq!(apply("next week", now, &TimeZone::UTC), None);
/// ```
pub fn apply(modifier: &str, now_ns: i64, zone: &TimeZone) -> Option<i64> {
    let text = modifier.trim();
    if text.eq_ignore_ascii_case("now") || text.eq_ignore_ascii_case("now()") {
        return Some(now_ns);
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return epoch(text);
    }
    let start = Timestamp::from_nanosecond(i128::from(now_ns)).ok()?;
    let mut at = start.to_zoned(zone.clone());
    let mut rest = text.strip_prefix("now").unwrap_or(text);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let mark = rest.as_bytes()[0];
        rest = &rest[1..];
        match mark {
            b'+' | b'-' => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let count: i64 = if digits == 0 { 1 } else { rest[..digits].parse().ok()? };
                let (unit, left) = word(&rest[digits..]);
                at = offset(&at, unit, if mark == b'-' { -count } else { count })?;
                rest = left;
            }
            b'@' => {
                let (unit, left) = snap_word(rest);
                at = snap(&at, unit)?;
                rest = left;
            }
            _ => return None,
        }
    }
    i64::try_from(at.timestamp().as_nanosecond()).ok()
}

/// Whether a text is a modifier at all.
pub fn is_valid(modifier: &str) -> bool {
    apply(modifier, 1_700_000_000_000_000_000, &TimeZone::UTC).is_some()
}

/// Seconds with a fraction, without the rounding of a float.
fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(nanos.parse().ok()?)
}

/// The letters at the start, and what follows.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_alphabetic).count())
}

/// Like [`word`], but a week day's digit belongs to it: `w1`.
fn snap_word(text: &str) -> (&str, &str) {
    let (unit, rest) = word(text);
    if matches!(unit, "w" | "week") && rest.starts_with(|c: char| c.is_ascii_digit()) {
        return text.split_at(unit.len() + 1);
    }
    (unit, rest)
}

#[derive(Clone, Copy)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::Week,
        "mon" | "month" | "months" => Unit::Month,
        "q" | "qtr" | "qtrs" | "quarter" | "quarters" => Unit::Quarter,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
        _ => return None,
    })
}

fn offset(at: &Zoned, word: &str, count: i64) -> Option<Zoned> {
    let span = match unit(word)? {
        Unit::Second => Span::new().try_seconds(count),
        Unit::Minute => Span::new().try_minutes(count),
        Unit::Hour => Span::new().try_hours(count),
        Unit::Day => Span::new().try_days(count),
        Unit::Week => Span::new().try_weeks(count),
        Unit::Month => Span::new().try_months(count),
        Unit::Quarter => Span::new().try_months(count.checked_mul(3)?),
        Unit::Year => Span::new().try_years(count),
    };
    at.checked_add(span.ok()?).ok()
}

fn snap(at: &Zoned, word: &str) -> Option<Zoned> {
    let weekday = |day: Weekday| {
        let back = at.weekday().since(day);
        at.checked_sub(i64::from(back).days()).ok()?.start_of_day().ok()
    };
    let stem = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    if !stem.is_empty() {
        let number: i8 = stem.parse().ok()?;
        return weekday(Weekday::from_sunday_zero_offset(number.rem_euclid(7)).ok()?)
            .filter(|_| number <= 7);
    }
    match unit(word)? {
        Unit::Second => at.with().subsec_nanosecond(0).build().ok(),
        Unit::Minute => at.with().second(0).subsec_nanosecond(0).build().ok(),
        Unit::Hour => at.with().minute(0).second(0).subsec_nanosecond(0).build().ok(),
        Unit::Day => at.start_of_day().ok(),
        Unit::Week => weekday(Weekday::Sunday),
        Unit::Month => at.with().day(1).build().ok()?.start_of_day().ok(),
        Unit::Quarter => {
            let month = (at.month() - 1) / 3 * 3 + 1;
            at.with().day(1).month(month).build().ok()?.start_of_day().ok()
        }
        Unit::Year => at.with().day(1).month(1).build().ok()?.start_of_day().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: &TimeZone, modifier: &str) -> String {
        // A Saturday.
        let now: Timestamp = "2026-11-21T21:26:18.25Z".parse().unwrap();
        let ns = i64::try_from(now.as_nanosecond()).unwrap();
        apply(modifier, ns, zone).map_or("none".to_owned(), |ns| {
            Timestamp::from_nanosecond(i128::from(ns)).unwrap().to_string()
        })
    }

    #[test]
    fn offsets_and_snaps_chain() {
        for (modifier, expected) in [
            ("now", "2026-11-21T21:26:18.25Z"),
            ("now()", "2026-11-21T21:26:18.25Z"),
            ("-70m@m", "2026-11-21T20:16:00Z"),
            ("-10m@m", "2026-11-21T21:16:00Z"),
            ("-h", "2026-11-21T20:26:18.25Z"),
            ("@h", "2026-11-21T21:00:00Z"),
            ("-1d@d+2h", "2026-11-20T02:00:00Z"),
            ("+1w", "2026-11-28T21:26:18.25Z"),
            ("@w", "2026-11-15T00:00:00Z"),
            ("@w0", "2026-11-15T00:00:00Z"),
            ("@w1", "2026-11-16T00:00:00Z"),
            ("@w6", "2026-11-21T00:00:00Z"),
            ("@w7", "2026-11-15T00:00:00Z"),
            ("-1mon@mon", "2026-10-01T00:00:00Z"),
            ("@q", "2026-10-01T00:00:00Z"),
            ("-1q@q", "2026-07-01T00:00:00Z"),
            ("@y", "2026-01-01T00:00:00Z"),
            ("0", "1970-01-01T00:00:00Z"),
            ("1700000000.5", "2023-11-14T22:13:20.5Z"),
        ] {
            assert_eq!(at(&TimeZone::UTC, modifier), expected, "{modifier}");
        }
    }

    #[test]
    fn what_is_no_modifier_is_none() {
        for bad in [
            "",
            "next week",
            "-",
            "-5",
            "-5x",
            "@",
            "@w8",
            "5m",
            "-99999999999999999999y",
            "-9999999y",
            "@é",
            "1.x",
        ] {
            assert_eq!(at(&TimeZone::UTC, bad), "none", "{bad}");
        }
    }

    #[test]
    fn days_are_the_zones() {
        let zone = TimeZone::fixed(jiff::tz::offset(3));
        assert_eq!(at(&zone, "@d"), "2026-11-21T21:00:00Z");
    }
}
