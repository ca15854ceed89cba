//! Windows: when a rule runs, and what it then looks at.
//!
//! A hunt replays a rule's own schedule over event time. Ticks of an interval are multiples of it
//! since the epoch, so that they do not depend on when a hunt was started; ticks of a cron
//! expression are its firings. Only ticks whose window holds a candidate are visited.

use crate::cron::{Cron, CronError};
use jiff::tz::TimeZone;
use tripline_kernels::reltime;
use tripline_rules::Schedule;

/// One run of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// When it runs: its `now`.
    pub tick: i64,
    /// First instant that it sees.
    pub from: i64,
    /// Last instant that it sees, inclusive. (A cron window's end is exclusive in the product: it
    /// is one nanosecond less here.)
    pub to: i64,
}

impl Window {
    /// Whether an instant lies in it.
    pub fn contains(&self, time: i64) -> bool {
        self.from <= time && time <= self.to
    }
}

/// A schedule that can be asked for windows.
#[derive(Debug, Clone)]
pub enum Ticks {
    /// One window over everything (`--window all`).
    All {
        /// The whole of the data.
        window: Window,
    },
    /// Every so often.
    Interval {
        /// Period.
        every: i64,
        /// Look-back to the window's start.
        from: i64,
        /// Look-back to its end.
        to: i64,
    },
    /// By cron.
    Cron {
        /// The firings.
        cron: Cron,
        /// Relative time modifier of the window's start.
        earliest: String,
        /// And of its end.
        latest: String,
        /// In which zone the clock is read.
        zone: TimeZone,
    },
}

/// No schedule looks further back than this many ticks for one event; beyond, the tick list is cut
/// (a window of a year run every minute is a mistake, not a rule).
const MOST_TICKS: usize = 4096;

impl Ticks {
    /// The schedule of a rule.
    pub fn new(schedule: &Schedule, zone: &TimeZone) -> Result<Self, CronError> {
        Ok(match schedule {
            Schedule::Interval { every, from, to } => {
                Self::Interval { every: (*every).max(1), from: *from, to: *to }
            }
            Schedule::Cron { cron, earliest, latest } => Self::Cron {
                cron: Cron::parse(cron)?,
                earliest: earliest.to_string(),
                latest: latest.to_string(),
                zone: zone.clone(),
            },
            Schedule::Continuous => {
                Self::All { window: Window { tick: i64::MAX, from: i64::MIN, to: i64::MAX } }
            }
        })
    }

    /// From the first to the last instant of a window, if that is the same for all.
    pub fn length(&self) -> Option<i64> {
        match self {
            Self::Interval { from, to, .. } => Some(from.saturating_sub(*to)),
            Self::All { .. } | Self::Cron { .. } => None,
        }
    }

    /// The windows that see an instant, in the order of their ticks.
    pub fn windows_of(&self, time: i64) -> Vec<Window> {
        match self {
            Self::All { window } => vec![*window],
            Self::Interval { every, from, to } => {
                let first = ceil_to(time.saturating_add(*to), *every);
                let last = time.saturating_add(*from);
                let count = if first > last { 0 } else { (last - first) / every + 1 };
                (0..count.min(MOST_TICKS as i64))
                    .map(|n| first + n * every)
                    .map(|tick| Window {
                        tick,
                        from: tick.saturating_sub(*from),
                        to: tick.saturating_sub(*to),
                    })
                    .collect()
            }
            Self::Cron { cron, earliest, latest, zone } => {
                let mut windows = Vec::new();
                let mut at = time;
                while let Some(tick) = cron.next(at, zone) {
                    let (Some(from), Some(end)) =
                        (reltime::apply(earliest, tick, zone), reltime::apply(latest, tick, zone))
                    else {
                        break;
                    };
                    if from > time || windows.len() == MOST_TICKS {
                        break;
                    }
                    let window = Window { tick, from, to: end - 1 };
                    if window.contains(time) {
                        windows.push(window);
                    }
                    at = tick + 1;
                }
                windows
            }
        }
    }

    /// The windows that see at least one of these instants (sorted ascending), each once.
    pub fn windows(&self, times: impl IntoIterator<Item = i64>) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        let mut previous = None;
        for time in times {
            if previous == Some(time) {
                continue;
            }
            previous = Some(time);
            // The runs that see an instant are neighbours, and later instants are seen by the same
            // or later runs: what is not after the last one is there already.
            let last = windows.last().map(|w| w.tick);
            let new = self.windows_of(time).into_iter();
            windows.extend(new.filter(|w| last.is_none_or(|last| w.tick > last)));
        }
        windows
    }
}

fn ceil_to(time: i64, every: i64) -> i64 {
    match time.rem_euclid(every) {
        0 => time,
        past => time.saturating_add(every - past),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000_000;

    fn interval() -> Ticks {
        Ticks::Interval { every: 5 * MINUTE, from: 9 * MINUTE, to: 0 }
    }

    #[test]
    fn an_event_is_seen_by_every_run_whose_look_back_reaches_it() {
        let ticks: Vec<i64> =
            interval().windows_of(61 * MINUTE).iter().map(|w| w.tick / MINUTE).collect();
        assert_eq!(ticks, [65, 70]);
        // On the tick itself, inclusive; and 9 minutes before the next but one, inclusive.
        let ticks: Vec<i64> =
            interval().windows_of(65 * MINUTE).iter().map(|w| w.tick / MINUTE).collect();
        assert_eq!(ticks, [65, 70]);
    }

    #[test]
    fn the_ends_of_time() {
        let cron = Schedule::Cron {
            cron: "0 * * * *".into(),
            earliest: "-70m@m".into(),
            latest: "-10m@m".into(),
        };
        for ticks in [interval(), Ticks::new(&cron, &TimeZone::UTC).unwrap()] {
            for time in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
                assert!(ticks.windows_of(time).len() <= 2);
            }
        }
    }

    #[test]
    fn windows_are_visited_once() {
        let windows = interval().windows([61 * MINUTE, 61 * MINUTE, 62 * MINUTE, 500 * MINUTE]);
        let ticks: Vec<i64> = windows.iter().map(|w| w.tick / MINUTE).collect();
        assert_eq!(ticks, [65, 70, 500, 505]);
    }

    /// Every run that sees an instant, once, in order; also with gaps between windows, and where
    /// the list is long.
    #[test]
    fn windows_of_many_instants() {
        let cron = |latest: &str| {
            let (cron, earliest, latest) = ("*/7 * * * *".into(), "-20m".into(), latest.into());
            Ticks::new(&Schedule::Cron { cron, earliest, latest }, &TimeZone::UTC).unwrap()
        };
        let every = |every: i64, from: i64, to: i64| Ticks::Interval {
            every: every * MINUTE,
            from: from * MINUTE,
            to: to * MINUTE,
        };
        for ticks in [every(5, 9, 0), every(5, 3, 0), every(1, 60, 10), cron("now"), cron("-5m@m")]
        {
            let times: Vec<i64> = (0..9000).map(|n| n * n % 7 * MINUTE / 3 + n * MINUTE).collect();
            let mut sorted = times.clone();
            sorted.sort_unstable();
            let mut expected: Vec<Window> =
                sorted.iter().flat_map(|time| ticks.windows_of(*time)).collect();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(ticks.windows(sorted), expected);
        }
    }

    #[test]
    fn cron_windows_do_not_overlap_and_leave_no_gap() {
        let ticks = Ticks::new(
            &Schedule::Cron {
                cron: "0 * * * *".into(),
                earliest: "-70m@m".into(),
                latest: "-10m@m".into(),
            },
            &TimeZone::UTC,
        )
        .unwrap();
        for minute in 0..180 {
            let windows = ticks.windows_of(minute * MINUTE);
            assert_eq!(windows.len(), 1, "minute {minute}");
        }
        let last = ticks.windows_of(50 * MINUTE - 1);
        assert_eq!(last[0].tick, 60 * MINUTE);
        let first = ticks.windows_of(50 * MINUTE);
        assert_eq!(first[0].tick, 120 * MINUTE);
        assert_eq!(first[0].from, 50 * MINUTE);
    }
}
