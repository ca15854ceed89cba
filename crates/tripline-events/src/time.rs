//! Reading instants.
//!
//! The two forms that logs are full of, epoch seconds with a fraction (Zeek) and ISO 8601 in UTC,
//! are read by hand from their digits: going through a double would lose what follows the
//! microseconds, and costs more.

use jiff::civil::DateTime;

const SECOND: i64 = 1_000_000_000;

/// Nanoseconds since 1970 of an instant as logs write it. None if it does not read as one.
///
/// - ISO 8601 with `T` or a blank, with any number of fraction digits (beyond nanoseconds they
///   are cut), with `Z`, an offset or none (then it is UTC);
/// - an epoch number in seconds, milliseconds, microseconds or nanoseconds, told apart by
///   magnitude; a fraction is allowed. Windows FILETIMEs (18 digits) are understood;
/// - `/Date(1600000000000)/`;
/// - `Nov 21 2026 10:00:00` and other forms are not read.
///
/// ```
/// use tripline_events::parse_time;
/// assert_eq!(parse_time("1970-01-01T00:00:01.5Z"), Some(1_500_000_000));
/// assert_eq!(parse_time("1970-01-01 01:00:00+01:00"), Some(0));
/// assert_eq!(parse_time("1575413096.052279"), Some(1_575_413_096_052_279_000));
/// assert_eq!(parse_time("1575413096052"), Some(1_575_413_096_052_000_000));
/// assert_eq!(parse_time("yesterday"), None);
/// ```
pub fn parse_time(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    match bytes {
        [_, _, _, _, b'-', ..] => iso(bytes).or_else(|| slow(text)),
        [b'0'..=b'9' | b'-', ..] => epoch(text),
        [b'/', ..] => epoch(text.strip_prefix("/Date(")?.strip_suffix(")/")?),
        [b' ', ..] => parse_time(text.trim()),
        _ => None,
    }
}

/// `yyyy-MM-dd[T ]HH:mm:ss[.f…][Z|±hh[:]mm]`.
fn iso(b: &[u8]) -> Option<i64> {
    if b.len() < 19
        || b[4] != b'-'
        || b[7] != b'-'
        || !matches!(b[10], b'T' | b't' | b' ')
        || b[13] != b':'
        || b[16] != b':'
    {
        return None;
    }
    let year = i64::from(two(b, 0)?) * 100 + i64::from(two(b, 2)?);
    let (month, day) = (two(b, 5)?, two(b, 8)?);
    let (hour, minute, second) = (two(b, 11)?, two(b, 14)?, two(b, 17)?);
    if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    // A leap second is the second that follows.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = &b[19..];
    let mut nanos = 0i64;
    if let [b'.' | b',', digits @ ..] = rest {
        let mut scale = SECOND / 10;
        let mut at = 0;
        while let Some(d @ b'0'..=b'9') = digits.get(at) {
            nanos += i64::from(d - b'0') * scale;
            scale /= 10;
            at += 1;
        }
        if at == 0 {
            return None;
        }
        rest = &digits[at..];
    }
    let offset = match rest {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h, h2, tail @ ..] => {
            let hours = i64::from(two(&[*h, *h2], 0)?);
            let minutes = match tail {
                [] => 0,
                [b':', m, m2] | [m, m2] => i64::from(two(&[*m, *m2], 0)?),
                _ => return None,
            };
            let seconds = hours * 3600 + minutes * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let days = days_from_civil(year, i64::from(month), i64::from(day));
    let seconds =
        days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second)
            - offset;
    seconds.checked_mul(SECOND)?.checked_add(nanos)
}

fn two(b: &[u8], at: usize) -> Option<u32> {
    let (high, low) = (b[at].wrapping_sub(b'0'), b[at + 1].wrapping_sub(b'0'));
    (high < 10 && low < 10).then(|| u32::from(high) * 10 + u32::from(low))
}

fn days_in(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970 in the proleptic Gregorian calendar; years start in March, so that a leap day
/// is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Other ISO forms: a date alone, without seconds, with a zone in brackets.
fn slow(text: &str) -> Option<i64> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return i64::try_from(instant.as_nanosecond()).ok();
    }
    let civil: DateTime = text.parse().ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    i64::try_from(zoned.timestamp().as_nanosecond()).ok()
}

/// An epoch number. The unit follows from how large it is: seconds below 10^11 (the year 5138),
/// then milliseconds, microseconds, FILETIME (100 ns since 1601), nanoseconds.
fn epoch(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let b = digits.as_bytes();
    let mut whole: i64 = 0;
    let mut at = 0;
    while let Some(d @ b'0'..=b'9') = b.get(at) {
        whole = whole.checked_mul(10)?.checked_add(i64::from(d - b'0'))?;
        at += 1;
    }
    if at == 0 {
        return None;
    }
    // Nanoseconds in a unit, and where the unit starts.
    let (unit, origin) = match whole {
        0..100_000_000_000 => (SECOND, 0),
        100_000_000_000..100_000_000_000_000 => (1_000_000, 0),
        100_000_000_000_000..100_000_000_000_000_000 => (1_000, 0),
        // 1918 to 2552 as FILETIME; as nanoseconds these would all be before 1980.
        100_000_000_000_000_000..300_000_000_000_000_000 => (100, 11_644_473_600_i64),
        _ => (1, 0),
    };
    let mut nanos = match origin {
        0 => whole.checked_mul(unit)?,
        seconds => (whole - seconds * 10_000_000).checked_mul(unit)?,
    };
    match b.get(at) {
        None => {}
        Some(b'.') => {
            let mut scale = unit / 10;
            for d in &b[at + 1..] {
                if !d.is_ascii_digit() {
                    return float(text);
                }
                nanos = nanos.checked_add(i64::from(d - b'0') * scale)?;
                scale /= 10;
            }
        }
        Some(b'e' | b'E') => return float(text),
        Some(_) => return None,
    }
    Some(if negative { -nanos } else { nanos })
}

/// A number with an exponent. A double is exact to a microsecond up to the year 2255.
fn float(text: &str) -> Option<i64> {
    let value: f64 = text.parse().ok()?;
    let unit = match value.abs() {
        v if v < 1e11 => 1e9,
        v if v < 1e14 => 1e6,
        v if v < 1e17 => 1e3,
        _ => 1.0,
    };
    let micros = (value * unit / 1000.0).round();
    (micros.abs() < 9e15).then(|| micros as i64 * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let t = 1_600_000_000 * SECOND;
        for (text, expected) in [
            ("2020-09-13T12:26:40Z", Some(t)),
            ("2020-09-13T12:26:40", Some(t)),
            ("2020-09-13 12:26:40", Some(t)),
            ("2020-09-13 12:26:40.123", Some(t + 123_000_000)),
            ("2020-09-13T12:26:40.1234567Z", Some(t + 123_456_700)),
            ("2020-09-13T12:26:40.1234567891Z", Some(t + 123_456_789)),
            ("2020-09-13T14:26:40+02:00", Some(t)),
            ("2020-09-13T08:26:40.5-0400", Some(t + 500_000_000)),
            ("2020-09-13T12:26:40+00", Some(t)),
            ("2020-09-13", Some(t - (12 * 3600 + 26 * 60 + 40) * SECOND)),
            ("2020-09-13T12:26Z", Some(t - 40 * SECOND)),
            ("1600000000", Some(t)),
            ("1600000000.000001", Some(t + 1000)),
            ("1600000000000", Some(t)),
            ("1600000000000.5", Some(t + 500_000)),
            ("1600000000000000", Some(t)),
            ("1600000000000000000", Some(t)),
            ("132444736000000000", Some(t)),
            ("1.6E9", Some(t)),
            ("0.0", Some(0)),
            ("-1.5", Some(-1_500_000_000)),
            ("/Date(1600000000000)/", Some(t)),
            ("2020-02-30T00:00:00Z", None),
            ("2020-09-13T25:00:00Z", None),
            ("", None),
            ("-", None),
            ("12ab", None),
            ("99999999999999999999", None),
            ("1600000000e25", None),
        ] {
            assert_eq!(parse_time(text), expected, "{text}");
        }
    }

    #[test]
    fn zeek_epochs_keep_their_digits() {
        assert_eq!(parse_time("1575413122.23146"), Some(1_575_413_122_231_460_000));
        assert_eq!(parse_time("1331901000.000000"), Some(1_331_901_000 * SECOND));
    }

    #[test]
    fn agrees_with_jiff() {
        for text in ["1600-02-29T01:02:03Z", "1969-12-31T23:59:59.25Z", "2100-03-01T00:00:00Z"] {
            if let Ok(t) = text.parse::<jiff::Timestamp>() {
                let nanos = i64::try_from(t.as_nanosecond()).ok();
                assert_eq!(parse_time(text), nanos, "{text}");
            }
        }
    }
}
