//! Instants as text.

use jiff::Timestamp;

/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;

/// An instant as ISO 8601 in UTC, with as many digits as it has: `2024-05-14T09:41:07.25Z`.
pub fn iso(nanoseconds: i64) -> String {
    let (seconds, fraction) = (nanoseconds.div_euclid(SECOND), nanoseconds.rem_euclid(SECOND));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    if !(0..=9999).contains(&year) {
        return Timestamp::from_nanosecond(i128::from(nanoseconds))
            .map_or_else(|_| nanoseconds.to_string(), |t| t.to_string());
    }
    let mut text = String::with_capacity(30);
    put(&mut text, year, 4, '-');
    put(&mut text, month, 2, '-');
    put(&mut text, day, 2, 'T');
    put(&mut text, second / 3600, 2, ':');
    put(&mut text, second / 60 % 60, 2, ':');
    if fraction == 0 {
        put(&mut text, second % 60, 2, 'Z');
        return text;
    }
    put(&mut text, second % 60, 2, '.');
    let (mut fraction, mut digits) = (fraction, 9);
    while fraction % 10 == 0 {
        fraction /= 10;
        digits -= 1;
    }
    put(&mut text, fraction, digits, 'Z');
    text
}

/// Appends a number with so many digits, and what comes after it.
fn put(text: &mut String, value: i64, digits: u32, after: char) {
    for at in (0..digits).rev() {
        let digit = value / 10i64.pow(at) % 10;
        text.push(char::from(b"0123456789"[digit as usize]));
    }
    text.push(after);
}

/// Year, month and day of a day counted from 1970-01-01. Years are counted from March here, so that
/// the leap day is the last of its year.
fn civil(days: i64) -> (i64, i64, i64) {
    /// From 0000-03-01 to 1970-01-01, and the days of 400 years.
    const EPOCH: i64 = 719_468;
    const ERA: i64 = 146_097;
    let days = days + EPOCH;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let next = i64::from(month >= 10);
    (year + era * 400 + next, if month < 10 { month + 3 } else { month - 9 }, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_jiff_prints_it() {
        let mut state = 1u64;
        for n in 0..20_000u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n | 1);
            let any = state.cast_signed();
            let round = 10i64.pow((n % 19) as u32);
            for instant in [any, any / round * round, (n.cast_signed() - 9_999) * 86_400 * SECOND] {
                let expected = Timestamp::from_nanosecond(i128::from(instant)).unwrap();
                assert_eq!(iso(instant), expected.to_string());
            }
        }
        assert_eq!(iso(i64::MIN), "1677-09-21T00:12:43.145224192Z");
    }
}
