//! Elastic's times: `5m`, `now-9m`. In nanoseconds.

/// A period: digits and one of `s m h d w`.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count: i64 = text.get(..digits)?.parse().ok()?;
    let unit: i64 = match text.get(digits..)? {
        "s" => 1,
        "m" => 60,
        "h" | "H" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    count.checked_mul(unit)?.checked_mul(1_000_000_000)
}

/// How far back date math reaches: `now-9m` is nine minutes, `now` is 0. Rounding (`/d`) is in no
/// rule and would make the window depend on the time of day; it is not read.
pub(crate) fn parse_back(text: &str) -> Option<i64> {
    match text.trim().strip_prefix("now")? {
        "" => Some(0),
        rest => parse_duration(rest.strip_prefix('-')?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_and_date_math() {
        let minute = 60_000_000_000;
        for (text, expected) in [
            ("5m", Some(5 * minute)),
            ("1h", Some(60 * minute)),
            ("7205m", Some(7205 * minute)),
            ("7d", Some(7 * 24 * 60 * minute)),
            ("", None),
            ("m", None),
            ("5", None),
            ("5 m", None),
            ("99999999999999w", None),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
        assert_eq!(parse_back("now-9m"), Some(9 * minute));
        assert_eq!(parse_back("now"), Some(0));
        assert_eq!(parse_back("now-1d/d"), None);
        assert_eq!(parse_back("2020-01-01"), None);
    }
}
