//! Timespans: `90m`.

/// Units with their lengths in seconds. A month and a year are the mean ones of the Gregorian
/// calendar, as pySigma has them.
const UNITS: [(char, i64); 7] = [
    ('s', 1),
    ('m', 60),
    ('h', 3_600),
    ('d', 86_400),
    ('w', 604_800),
    ('M', 2_629_746),
    ('y', 31_556_952),
];

/// A timespan in nanoseconds; none if it is not one, is zero, or is longer than can be counted.
///
/// ```
/// let parse = tripline_sigma::correlation::timespan;
/// assert_eq!(parse("90m"), Some(5_400_000_000_000));
/// assert_eq!(parse("1M"), Some(2_629_746_000_000_000));
/// assert_eq!(parse("0s").or(parse("1.5h")).or(parse("10")).or(parse("1000y")), None);
/// ```
pub fn timespan(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let (_, seconds) = UNITS.iter().find(|(letter, _)| *letter == unit)?;
    let digits = &text[..text.len() - 1];
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok().filter(|number| *number > 0)?;
    number.checked_mul(*seconds)?.checked_mul(1_000_000_000)
}
