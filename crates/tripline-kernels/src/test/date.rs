//! Instants and date math.
//!
//! A value is ISO 8601 (`2020-06-01T12:00:00.5Z`; a blank may stand for the `T`, a missing zone is
//! UTC, a date alone is its first instant, four digits are a year) or a number of milliseconds.
//! A bound may leave out components and may be date math: `now-30d/d`, `2020-01-01||+1M/d`. What is
//! rounded becomes the first instant of the unit for `>=` and `<`, and the last for `>` and `<=`,
//! each time anew. What is left out becomes the first instant for `>=` and `<`; for `>` and `<=` a
//! missing hour is 23, a missing minute or second 59, but a missing month or day still 1, so that
//! `<= 2020-01` ends with the first of January (Elasticsearch, range query, "Missing date
//! components"). Whole months are written `2020-01||/M`.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

/// Nanoseconds since 1970 of a value.
pub fn parse_date(text: &str) -> Option<i128> {
    read(text, false)
}

/// Nanoseconds since 1970 of a bound. `now` is the clock, in nanoseconds since 1970; `up` takes the
/// last instant of what the bound names instead of the first.
pub fn parse_date_math(text: &str, now: i64, up: bool) -> Option<i128> {
    let (mut at, math) = if let Some(math) = text.strip_prefix("now") {
        (to_civil(i128::from(now))?, math)
    } else if let Some((date, math)) = text.split_once("||") {
        (to_civil(read(date, false)?)?, math)
    } else {
        return read(text, up);
    };
    let mut rest = math.as_bytes();
    while let Some((op, tail)) = rest.split_first() {
        let digits = tail.iter().take_while(|b| b.is_ascii_digit()).count();
        let unit = *tail.get(digits)?;
        let number = std::str::from_utf8(&tail[..digits]).ok()?;
        rest = &tail[digits + 1..];
        match op {
            b'+' | b'-' => {
                let count: i64 = if digits == 0 { 1 } else { number.parse().ok()? };
                let count = if *op == b'-' { -count } else { count };
                at = at.checked_add(span(unit, count)?).ok()?;
            }
            b'/' if matches!(number, "" | "1") => {
                at = floor(at, unit)?;
                if up {
                    let last = Span::new().try_nanoseconds(1).ok()?;
                    at = at.checked_add(span(unit, 1)?).ok()?.checked_sub(last).ok()?;
                }
            }
            _ => return None,
        }
    }
    from_civil(at)
}

fn to_civil(nanos: i128) -> Option<DateTime> {
    Some(Timestamp::from_nanosecond(nanos).ok()?.to_zoned(TimeZone::UTC).datetime())
}

fn from_civil(at: DateTime) -> Option<i128> {
    Some(Offset::UTC.to_timestamp(at).ok()?.as_nanosecond())
}

fn span(unit: u8, count: i64) -> Option<Span> {
    let zero = Span::new();
    match unit {
        b'y' => zero.try_years(count),
        b'M' => zero.try_months(count),
        b'w' => zero.try_weeks(count),
        b'd' => zero.try_days(count),
        b'h' | b'H' => zero.try_hours(count),
        b'm' => zero.try_minutes(count),
        b's' => zero.try_seconds(count),
        _ => return None,
    }
    .ok()
}

fn floor(at: DateTime, unit: u8) -> Option<DateTime> {
    let date = at.date();
    let midnight = Time::midnight();
    Some(match unit {
        b'y' => Date::new(date.year(), 1, 1).ok()?.to_datetime(midnight),
        b'M' => date.first_of_month().to_datetime(midnight),
        b'w' => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(Span::new().days(back)).ok()?.to_datetime(midnight)
        }
        b'd' => date.to_datetime(midnight),
        b'h' | b'H' => date.at(at.hour(), 0, 0, 0),
        b'm' => date.at(at.hour(), at.minute(), 0, 0),
        b's' => date.at(at.hour(), at.minute(), at.second(), 0),
        _ => return None,
    })
}

fn read(text: &str, up: bool) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let numeric = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().next()?.is_ascii_digit();
    let year = text.len() == 4 && !text.contains(['.', '-']);
    if numeric && !year {
        return millis(text);
    }
    // Which components are there decides what rounding up fills in.
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let whole = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        _ => date.to_owned(),
    };
    let Some(time) = time.filter(|t| !t.is_empty()) else {
        let day: Date = whole.parse().ok()?;
        let at =
            if up { day.at(23, 59, 59, 999_999_999) } else { day.to_datetime(Time::midnight()) };
        return from_civil(at);
    };
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let given = clock.split(':').count();
    let fraction = clock.contains(['.', ',']);
    let (fill, unit): (&str, i128) = match (given, fraction) {
        (1, _) => (":00:00", 3_600_000_000_000),
        (2, _) => (":00", 60_000_000_000),
        (3, false) => ("", 1_000_000_000),
        _ => ("", 1),
    };
    let zone = if zone.is_empty() { "Z" } else { zone };
    let at: Timestamp = format!("{whole}T{clock}{fill}{zone}").parse().ok()?;
    Some(at.as_nanosecond() + if up { unit - 1 } else { 0 })
}

/// Milliseconds with an optional fraction.
fn millis(text: &str) -> Option<i128> {
    let negative = text.starts_with('-');
    let (whole, fraction) =
        text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let whole: i128 = whole.parse().ok()?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micro: String =
        fraction.bytes().chain(std::iter::repeat(b'0')).take(6).map(char::from).collect();
    let nanos = whole.checked_mul(1_000_000)? + micro.parse::<i128>().ok()?;
    Some(if negative { -nanos } else { nanos })
}
