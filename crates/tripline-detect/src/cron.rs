//! Cron expressions of five fields, in a time zone.
//!
//! `minute hour day-of-month month day-of-week`, each `*`, a number, a range `a-b`, a list, with a
//! step `/n`; months and days by number or English three-letter name; 7 is Sunday. When both day
//! fields are restricted, either one is enough, as cron has always had it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::fmt;

/// A parsed cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether the day fields are both restricted.
    either_day: bool,
}

/// Why an expression is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronError(String);

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CronError {}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const SECOND: i64 = 1_000_000_000;
const ALL_HOURS: u64 = (1 << 24) - 1;

impl Cron {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(CronError(format!(
                "a cron expression has 5 fields, `{text}` has {}",
                fields.len()
            )));
        };
        let mut week = field(weekdays, 0, 7, &WEEKDAYS, 0)?;
        if week & (1 << 7) != 0 {
            week = (week | 1) & !(1 << 7);
        }
        Ok(Self {
            minutes: field(minutes, 0, 59, &[], 0)?,
            hours: field(hours, 0, 23, &[], 0)?,
            days: field(days, 1, 31, &[], 0)?,
            months: field(months, 1, 12, &MONTHS, 1)?,
            weekdays: week,
            either_day: !days.starts_with('*') && !weekdays.starts_with('*'),
        })
    }

    /// The first firing at or after `time` (nanoseconds since 1970), or none within eight years
    /// (`0 0 30 2 *` never fires).
    ///
    /// Where clocks are set forward, what would fire in the hour that is left out fires at the
    /// jump; where they are set back, what fires in every hour fires in both of the hours that
    /// read the same (else an hourly search would never see an hour of the year), and what names
    /// its hours fires in the first.
    pub fn next(&self, time: i64, zone: &TimeZone) -> Option<i64> {
        let civil = self.next_civil(time, zone);
        if self.hours != ALL_HOURS {
            return civil;
        }
        // Zones differ by whole minutes, and no change of clocks is longer than three hours.
        let soon = time.saturating_add(3 * 3600 * SECOND);
        let end = civil.map_or(soon, |at| at.min(soon));
        let offset =
            |at: i64| Timestamp::from_nanosecond(i128::from(at)).ok().map(|at| zone.to_offset(at));
        if offset(time) == offset(end) {
            return civil;
        }
        let mut at =
            time.checked_add(59 * SECOND + SECOND - 1)?.div_euclid(60 * SECOND) * 60 * SECOND;
        while at < end {
            let clock = Timestamp::from_nanosecond(i128::from(at)).ok()?.to_zoned(zone.clone());
            if bit(self.minutes, clock.minute())
                && bit(self.months, clock.month())
                && self.day(clock.datetime())
                && clock.second() == 0
            {
                return Some(at);
            }
            at += 60 * SECOND;
        }
        civil
    }

    fn next_civil(&self, time: i64, zone: &TimeZone) -> Option<i64> {
        let start = Timestamp::from_nanosecond(i128::from(time)).ok()?;
        let zoned = start.to_zoned(zone.clone());
        let mut at = zoned.datetime();
        let whole = at.date().at(at.hour(), at.minute(), 0, 0);
        at = if whole == at { whole } else { whole.checked_add(1.minute()).ok()? };
        let limit = at.year() + 8;
        while at.year() <= limit {
            if !bit(self.months, at.month()) || !self.day(at) {
                at = at.date().tomorrow().ok()?.at(0, 0, 0, 0);
            } else if !bit(self.hours, at.hour()) {
                at = at.date().at(at.hour(), 0, 0, 0).checked_add(1.hour()).ok()?;
            } else if bit(self.minutes, at.minute()) {
                let fired = at.to_zoned(zone.clone()).ok()?.timestamp();
                if fired >= start {
                    return i64::try_from(fired.as_nanosecond()).ok();
                }
                at = at.checked_add(1.minute()).ok()?;
            } else {
                at = at.checked_add(1.minute()).ok()?;
            }
        }
        None
    }

    fn day(&self, at: DateTime) -> bool {
        let by_month = bit(self.days, at.day());
        let by_week = bit(self.weekdays, at.weekday().to_sunday_zero_offset());
        if self.either_day { by_month || by_week } else { by_month && by_week }
    }
}

fn bit(set: u64, n: i8) -> bool {
    set & (1 << n) != 0
}

fn field(text: &str, low: u32, high: u32, names: &[&str], base: u32) -> Result<u64, CronError> {
    let fail = || CronError(format!("`{text}` is not a cron field from {low} to {high}"));
    let mut set = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().map_err(|_| fail())?),
            None => (part, 1),
        };
        let value = |word: &str| {
            let named = names.iter().position(|n| n.eq_ignore_ascii_case(word));
            named.map(|at| at as u32 + base).or_else(|| word.parse().ok()).ok_or_else(fail)
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((from, to)) => (value(from)?, value(to)?),
            None if part.contains('/') => (value(range)?, high),
            None => (value(range)?, value(range)?),
        };
        if step == 0 || from < low || to > high || from > to {
            return Err(fail());
        }
        for n in (from..=to).step_by(step as usize) {
            set |= 1u64 << n;
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(cron: &str, after: &str) -> String {
        let time: Timestamp = after.parse().unwrap();
        let at = Cron::parse(cron)
            .unwrap()
            .next(time.as_nanosecond().try_into().unwrap(), &TimeZone::UTC);
        at.map_or("never".to_owned(), |at| {
            Timestamp::from_nanosecond(i128::from(at)).unwrap().to_string()
        })
    }

    #[test]
    fn firings() {
        for (cron, after, expected) in [
            ("0 * * * *", "2024-05-14T09:41:07Z", "2024-05-14T10:00:00Z"),
            ("0 * * * *", "2024-05-14T10:00:00Z", "2024-05-14T10:00:00Z"),
            ("0 * * * *", "2024-05-14T10:00:00.001Z", "2024-05-14T11:00:00Z"),
            ("*/15 8-10 * * *", "2024-05-14T10:46:00Z", "2024-05-15T08:00:00Z"),
            ("0 2 * * 0", "2024-05-14T00:00:00Z", "2024-05-19T02:00:00Z"),
            ("0 2 * * 7", "2024-05-14T00:00:00Z", "2024-05-19T02:00:00Z"),
            ("0 0 1 jan *", "2024-05-14T00:00:00Z", "2025-01-01T00:00:00Z"),
            ("0 0 13 * fri", "2024-05-14T00:00:00Z", "2024-05-17T00:00:00Z"),
            ("0 0 30 2 *", "2024-05-14T00:00:00Z", "never"),
        ] {
            assert_eq!(next(cron, after), expected, "{cron} after {after}");
        }
    }

    /// Berlin: 2024-03-31 01:00Z is the jump from 02:00 to 03:00, 2024-10-27 01:00Z the one from
    /// 03:00 back to 02:00.
    #[test]
    fn clocks_that_are_set() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (cron, after, firings) in [
            (
                "0 * * * *",
                "2024-10-26T23:30:00Z",
                ["2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z", "2024-10-27T02:00:00Z"],
            ),
            (
                "0 * * * *",
                "2024-03-30T23:30:00Z",
                ["2024-03-31T00:00:00Z", "2024-03-31T01:00:00Z", "2024-03-31T02:00:00Z"],
            ),
            (
                "30 2 * * *",
                "2024-10-26T00:00:00Z",
                ["2024-10-26T00:30:00Z", "2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"],
            ),
            (
                "30 2 * * *",
                "2024-03-30T00:00:00Z",
                ["2024-03-30T01:30:00Z", "2024-03-31T01:30:00Z", "2024-04-01T00:30:00Z"],
            ),
        ] {
            let cron = Cron::parse(cron).unwrap();
            let mut at = after.parse::<Timestamp>().unwrap().as_nanosecond() as i64;
            for firing in firings {
                at = cron.next(at, &berlin).unwrap();
                let time = Timestamp::from_nanosecond(i128::from(at)).unwrap().to_string();
                assert_eq!(time, firing, "{cron:?}");
                at += 1;
            }
        }
    }

    #[test]
    fn mistakes_are_named() {
        for bad in ["", "* * * *", "60 * * * *", "* * 0 * *", "a * * * *", "*/0 * * * *"] {
            assert!(Cron::parse(bad).is_err(), "{bad}");
        }
    }
}
