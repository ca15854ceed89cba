//! Which run of a schedule raises what: overlapping windows and the cap on alerts a run.
//!
//! A finding is raised by the first run that sees it. A run raises at most `max_signals`; what it
//! leaves out is still there for the next run that sees it, and what an earlier run has raised does
//! not count against the cap of a later one (`spec/elastic.md` 7.10: created, not duplicate,
//! alerts count).

use crate::schedule::Window;
use std::collections::{BTreeMap, BTreeSet};

/// Of more findings than the cap, which a run raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefer {
    /// The oldest that are not raised yet: the run pages through its hits in time order.
    Oldest,
    /// The run asks for the most recent ones of its window, and then leaves out those that are
    /// known.
    Newest,
}

/// What is raised.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Raised {
    /// Findings by number, with the run that raises each.
    pub(super) by: BTreeMap<usize, Window>,
    /// How many no run raises because of the cap.
    pub(super) lost: usize,
}

/// Goes through runs in the order of their ticks, each with the numbers of the findings that it
/// sees, in time order.
pub(super) fn raise(
    runs: impl IntoIterator<Item = (Window, Vec<usize>)>,
    cap: usize,
    prefer: Prefer,
) -> Raised {
    let mut by: BTreeMap<usize, Window> = BTreeMap::new();
    let mut missed: BTreeSet<usize> = BTreeSet::new();
    for (window, mut seen) in runs {
        if prefer == Prefer::Newest && seen.len() > cap {
            let older = seen.len() - cap;
            missed.extend(seen.drain(..older));
        }
        let mut raised = 0;
        for at in seen {
            if by.contains_key(&at) {
                continue;
            }
            if raised == cap {
                missed.insert(at);
                continue;
            }
            by.insert(at, window);
            raised += 1;
        }
    }
    let lost = missed.iter().filter(|at| !by.contains_key(at)).count();
    Raised { by, lost }
}

/// The warning about what no run raised.
pub(super) fn lost(count: usize, what: &str, cap: usize) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "{count} {what} raised no alert because a run raises at most {cap} (max_signals); \
             lift it with --no-max-signals"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(tick: i64) -> Window {
        Window { tick, from: tick - 10, to: tick }
    }

    fn raised(runs: &[(i64, &[usize])], cap: usize, prefer: Prefer) -> (Vec<(usize, i64)>, usize) {
        let runs = runs.iter().map(|(tick, seen)| (window(*tick), seen.to_vec()));
        let raised = raise(runs, cap, prefer);
        (raised.by.into_iter().map(|(at, window)| (at, window.tick)).collect(), raised.lost)
    }

    #[test]
    fn the_first_run_that_sees_it_raises_it() {
        let runs: &[(i64, &[usize])] = &[(5, &[0, 1]), (10, &[0, 1, 2]), (15, &[2])];
        for prefer in [Prefer::Oldest, Prefer::Newest] {
            assert_eq!(raised(runs, 100, prefer), (vec![(0, 5), (1, 5), (2, 10)], 0));
        }
    }

    #[test]
    fn what_a_run_leaves_out_is_there_for_the_next_one() {
        let runs: &[(i64, &[usize])] = &[(5, &[0, 1, 2]), (10, &[0, 1, 2, 3])];
        // The second run knows 0 and 1: they do not count against its cap.
        assert_eq!(raised(runs, 2, Prefer::Oldest), (vec![(0, 5), (1, 5), (2, 10), (3, 10)], 0));
        // The second run asks for the two most recent ones, of which it knows one.
        assert_eq!(raised(runs, 2, Prefer::Newest), (vec![(1, 5), (2, 5), (3, 10)], 1));
    }

    #[test]
    fn what_no_run_raises_is_counted_once() {
        let runs: &[(i64, &[usize])] = &[(5, &[0, 1, 2, 3]), (10, &[3])];
        assert_eq!(raised(runs, 1, Prefer::Oldest), (vec![(0, 5), (3, 10)], 2));
        assert_eq!(raised(&[(5, &[0, 1, 2])], 1, Prefer::Newest), (vec![(2, 5)], 2));
        assert_eq!(raised(&[(5, &[0])], 0, Prefer::Oldest), (vec![], 1));
    }
}
