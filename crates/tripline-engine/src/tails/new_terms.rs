//! New terms: the first event with a combination of values that a history window has not seen.
//!
//! For a window `[from, to]` (both ends inside) a combination is new if the earliest event with it
//! in `[to - history, to]` lies after `from`, strictly: an event exactly at `from` is history. Its
//! finding is that earliest event. An event with several values in a field counts for each
//! combination; one that lacks a field counts for none.

use super::keys::combinations;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// An event that passed the rule's filter, in a window or in its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermHit {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// Breaks ties: input and position in it.
    pub order: (u32, u64),
    /// The values of each field.
    pub terms: Vec<Vec<Arc<str>>>,
    /// The event, as the caller knows it.
    pub doc: u64,
}

/// One execution of the rule, both ends inside, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Start.
    pub from: i64,
    /// End.
    pub to: i64,
}

/// A combination seen for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The first window (by position) that finds it.
    pub window: usize,
    /// The values, one a field.
    pub terms: Vec<Arc<str>>,
    /// The earliest event with them.
    pub doc: u64,
}

/// How many combinations of one event count; see [`left_out`].
pub const COMBINATION_LIMIT: usize = 10_000;

/// How many combinations of values are left out because an event has more than
/// [`COMBINATION_LIMIT`] of them. Anything but 0 deserves a warning.
pub fn left_out(hits: &[TermHit]) -> usize {
    let over = |hit: &TermHit| combinations(&hit.terms, COMBINATION_LIMIT, |_| {});
    hits.iter()
        .filter(|h| h.terms.iter().map(Vec::len).fold(1, usize::saturating_mul) > COMBINATION_LIMIT)
        .map(over)
        .fold(0, usize::saturating_add)
}

/// Order and name of the first event of an instant.
type Earliest = ((u32, u64), u64);

/// Finds new combinations. Hits and windows may come in any order. An event that is new to several
/// overlapping windows is found once. `history` is in nanoseconds. The result is in order of
/// windows, then of events.
pub fn run(hits: &[TermHit], windows: &[Window], history: i64) -> Vec<Found> {
    // The earliest event of each instant is all that matters of a combination.
    let mut seen: HashMap<Vec<Arc<str>>, BTreeMap<i64, Earliest>> = HashMap::new();
    for hit in hits {
        combinations(&hit.terms, COMBINATION_LIMIT, |terms| {
            let at = seen.entry(terms).or_default();
            let known = at.entry(hit.time).or_insert((hit.order, hit.doc));
            *known = (*known).min((hit.order, hit.doc));
        });
    }
    let windows = Windows::new(windows);
    let mut found = Vec::new();
    for (terms, events) in seen {
        let mut before: Option<i64> = None;
        for (time, (order, doc)) in events {
            if let Some(window) = windows.first(before, time, history) {
                found.push(((window, time, order), Found { window, terms: terms.clone(), doc }));
            }
            before = Some(time);
        }
    }
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.terms.cmp(&y.terms)));
    found.into_iter().map(|(_, found)| found).collect()
}

struct Windows {
    /// Windows with their positions, by end.
    by_end: Vec<(Window, usize)>,
    /// Whether starts ascend as ends do, as those of a schedule.
    regular: bool,
}

impl Windows {
    fn new(windows: &[Window]) -> Self {
        let mut by_end: Vec<(Window, usize)> = windows.iter().copied().zip(0..).collect();
        by_end.sort_by_key(|(w, at)| (w.to, w.from, *at));
        let regular = by_end.is_sorted_by_key(|(w, _)| w.from);
        Self { by_end, regular }
    }

    /// The first window in which an event at `time` is new, when the event before it with the same
    /// terms was at `before`.
    fn first(&self, before: Option<i64>, time: i64, history: i64) -> Option<usize> {
        let start = |w: &Window| w.to.saturating_sub(history);
        let skip = self.by_end.partition_point(|(w, _)| {
            w.to < time || before.is_some_and(|before| start(w) <= before)
        });
        let mut first: Option<usize> = None;
        for (window, at) in &self.by_end[skip..] {
            if start(window) > time || (self.regular && window.from >= time) {
                break;
            }
            if window.from < time {
                first = Some(first.map_or(*at, |f| f.min(*at)));
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hit(time: i64, doc: u64, terms: &[&[&str]]) -> TermHit {
        let terms = terms.iter().map(|t| t.iter().map(|v| Arc::from(*v)).collect()).collect();
        TermHit { time, order: (0, doc), terms, doc }
    }

    fn brief(found: &[Found]) -> Vec<(usize, String, u64)> {
        found.iter().map(|f| (f.window, f.terms.join("+"), f.doc)).collect()
    }

    #[test]
    fn both_ends_of_a_window_count_but_an_event_at_its_start_is_history() {
        let window = [Window { from: 100, to: 200 }];
        for (times, expected) in [
            (&[150][..], Some(150)),
            (&[200], Some(200)),
            (&[201], None),
            (&[100], None),
            (&[101], Some(101)),
            (&[100, 150], None),
            (&[-800, 150], None),
            (&[-801, 150], Some(150)),
            (&[160, 150], Some(150)),
        ] {
            let hits: Vec<TermHit> = times.iter().map(|t| hit(*t, *t as u64, &[&["x"]])).collect();
            let docs: Vec<u64> = run(&hits, &window, 1000).iter().map(|f| f.doc).collect();
            assert_eq!(docs, expected.map(|t: u64| vec![t]).unwrap_or_default(), "{times:?}");
        }
    }

    #[test]
    fn arrays_expand_and_a_missing_field_is_no_term() {
        let hits = [hit(150, 1, &[&["b", "a", "b"], &["x"]]), hit(160, 2, &[&["c"], &[]])];
        let found = run(&hits, &[Window { from: 100, to: 200 }], 1000);
        assert_eq!(brief(&found), [(0, "a+x".to_owned(), 1), (0, "b+x".to_owned(), 1)]);
    }

    #[test]
    fn overlapping_windows_find_an_event_once() {
        let windows = [Window { from: 0, to: 100 }, Window { from: 50, to: 150 }];
        let hits = [hit(70, 1, &[&["x"]]), hit(120, 2, &[&["y"]]), hit(70, 0, &[&["x"]])];
        let found = run(&hits, &windows, 1000);
        assert_eq!(brief(&found), [(0, "x".to_owned(), 0), (1, "y".to_owned(), 2)]);
    }

    #[test]
    fn a_term_is_new_again_when_the_history_has_forgotten_it() {
        let windows = [Window { from: 0, to: 100 }, Window { from: 900, to: 1000 }];
        let hits = [hit(50, 1, &[&["x"]]), hit(950, 2, &[&["x"]])];
        assert_eq!(run(&hits, &windows, 500).len(), 2);
        assert_eq!(run(&hits, &windows, 2000).len(), 1);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let many: Vec<Arc<str>> = (0..200).map(|n| n.to_string().into()).collect();
        let hits = [TermHit { time: 1, order: (0, 0), terms: vec![many.clone(), many], doc: 0 }];
        assert_eq!(left_out(&hits), 30_000);
        assert_eq!(run(&hits, &[Window { from: 0, to: 2 }], 10).len(), COMBINATION_LIMIT);
    }

    /// Straight from the rule: look at all events of the window, and for each of their
    /// combinations at all events of the history.
    fn model(hits: &[TermHit], windows: &[Window], history: i64) -> Vec<(Vec<Arc<str>>, u64)> {
        let mut found: Vec<(Vec<Arc<str>>, u64)> = Vec::new();
        let has = |hit: &TermHit, terms: &[Arc<str>]| {
            hit.terms.iter().zip(terms).all(|(values, t)| values.contains(t))
        };
        for window in windows {
            for hit in hits.iter().filter(|h| h.time >= window.from && h.time <= window.to) {
                for a in &hit.terms[0] {
                    for b in &hit.terms[1] {
                        let terms = vec![a.clone(), b.clone()];
                        let first = hits
                            .iter()
                            .filter(|h| h.time >= window.to - history && h.time <= window.to)
                            .filter(|h| has(h, &terms))
                            .min_by_key(|h| (h.time, h.order));
                        if let Some(first) = first
                            && first.time > window.from
                            && !found.contains(&(terms.clone(), first.doc))
                        {
                            found.push((terms, first.doc));
                        }
                    }
                }
            }
        }
        found.sort();
        found
    }

    fn values() -> impl Strategy<Value = Vec<Arc<str>>> {
        proptest::collection::vec((0..3u8).prop_map(|n| Arc::from(n.to_string())), 0..3)
    }

    proptest! {
        #[test]
        fn equals_the_obvious_model(
            events in proptest::collection::vec((0..60i64, values(), values()), 0..12),
            windows in proptest::collection::vec((0..60i64, 0..20i64), 0..6),
            history in 0..70i64,
        ) {
            let hits: Vec<TermHit> = events
                .into_iter()
                .zip(0..)
                .map(|((time, a, b), doc)| TermHit { time, order: (0, doc), terms: vec![a, b], doc })
                .collect();
            let windows: Vec<Window> =
                windows.into_iter().map(|(from, len)| Window { from, to: from + len }).collect();
            let mut found: Vec<(Vec<Arc<str>>, u64)> =
                run(&hits, &windows, history).into_iter().map(|f| (f.terms, f.doc)).collect();
            found.sort();
            prop_assert_eq!(found, model(&hits, &windows, history));
        }
    }
}
