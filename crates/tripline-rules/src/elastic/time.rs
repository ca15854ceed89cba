//! Elastic's times: `5m`, `now-9m`, `now-1d/d`. In nanoseconds.

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A period: digits and one of `s m h d w`.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let (count, unit, rest) = term(text.trim())?;
    let unit = match unit {
        's' => SECOND,
        'm' => 60 * SECOND,
        'h' => 3_600 * SECOND,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    if rest.is_empty() { count.checked_mul(unit) } else { None }
}

/// How far back a point in time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Back {
    /// At least so far.
    pub least: i64,
    /// At most so far: more than `least` where the calendar decides (`now/d` is now at midnight and
    /// a day ago just before it; a month has 28 to 31 days).
    pub most: i64,
}

/// How far back date math over `now` reaches: `now-9m`, `now-1d-12h`, `now-1d/d`. None: it is
/// something else, lies ahead, or is an instant that does not move with `now`.
pub(crate) fn parse_back(text: &str) -> Option<Back> {
    let mut rest = text.trim().strip_prefix("now")?;
    let mut back = Back { least: 0, most: 0 };
    while let Some(sign) = rest.chars().next() {
        rest = &rest[sign.len_utf8()..];
        let (count, unit, after) = match sign {
            '-' | '+' => term(rest)?,
            '/' => (1, rest.chars().next()?, rest.get(1..)?),
            _ => return None,
        };
        rest = after;
        let (short, long) = match unit {
            's' => (SECOND, SECOND),
            'm' => (60 * SECOND, 60 * SECOND),
            'h' | 'H' => (3_600 * SECOND, 3_600 * SECOND),
            'd' => (DAY, DAY),
            'w' => (7 * DAY, 7 * DAY),
            'M' => (28 * DAY, 31 * DAY),
            'y' => (365 * DAY, 366 * DAY),
            _ => return None,
        };
        let (short, long) = (count.checked_mul(short)?, count.checked_mul(long)?);
        match sign {
            '-' => {
                back.least = back.least.checked_add(short)?;
                back.most = back.most.checked_add(long)?;
            }
            '+' => {
                back.least = back.least.checked_sub(long)?;
                back.most = back.most.checked_sub(short)?;
            }
            _ => back.most = back.most.checked_add(long)?,
        }
    }
    (back.least >= 0).then_some(back)
}

/// A number, its unit, and what follows.
fn term(text: &str) -> Option<(i64, char, &str)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count: i64 = text.get(..digits)?.parse().ok()?;
    let unit = text.get(digits..)?.chars().next().filter(char::is_ascii)?;
    Some((count, unit, text.get(digits + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * SECOND;

    #[test]
    fn periods() {
        for (text, expected) in [
            ("5m", Some(5 * MINUTE)),
            ("1h", Some(60 * MINUTE)),
            ("7205m", Some(7205 * MINUTE)),
            ("7d", Some(7 * DAY)),
            ("", None),
            ("m", None),
            ("5", None),
            ("5 m", None),
            ("5mm", None),
            ("5é", None),
            ("99999999999999w", None),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }

    #[test]
    fn date_math() {
        let exactly = |n| Some(Back { least: n, most: n });
        for (text, expected) in [
            ("now-9m", exactly(9 * MINUTE)),
            ("now", exactly(0)),
            ("now-1d-12h", exactly(DAY + 720 * MINUTE)),
            ("now-1d+12h", exactly(720 * MINUTE)),
            // The start of yesterday is one to two days ago.
            ("now-1d/d", Some(Back { least: DAY, most: 2 * DAY })),
            ("now/d", Some(Back { least: 0, most: DAY })),
            ("now-1M", Some(Back { least: 28 * DAY, most: 31 * DAY })),
            ("now+1h", None),
            ("now-", None),
            ("now-é", None),
            ("nowé", None),
            ("now/é", None),
            ("now-1x", None),
            ("now-9999999999999999d", None),
            ("2020-01-01", None),
            ("2020-01-01||-1d", None),
        ] {
            assert_eq!(parse_back(text), expected, "{text}");
        }
    }
}
