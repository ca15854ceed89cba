//! An alert for each hit.
//!
//! KQL takes the oldest hits of a window first (`spec/elastic.md` 7.2); EQL asks for the most
//! recent `max_signals` hits and then leaves out those that are known (2.3, 7.3).

use super::signals::{Prefer, lost, raise};
use super::{Finished, Run};
use crate::run::Error;
use std::ops::Range;
use tripline_engine::tails::pipes;
use tripline_ir::EventPipe;
use tripline_rules::RuleKind;

pub(super) fn finish(run: &mut Run<'_, '_>, wanted: &[EventPipe]) -> Result<Finished, Error> {
    let hits = run.by_window(0);
    let cap = run.max_signals();
    let prefer = if matches!(run.ready().rule.kind, RuleKind::Eql) {
        Prefer::Newest
    } else {
        Prefer::Oldest
    };
    let runs = run.windows(&hits);
    // Windows may go by another time than events (`timestamp_override`); EQL orders what it finds
    // by the events' own.
    let in_order = |seen: Range<usize>| {
        let mut seen: Vec<usize> = seen.collect();
        if prefer == Prefer::Newest {
            seen.sort_by_key(|at| (hits[*at].time, hits[*at].order));
        }
        pipes::apply(wanted, seen)
    };
    let runs = runs.into_iter().map(|(window, seen)| (window, in_order(seen)));
    let raised = raise(runs, cap, prefer);
    let mut finished = Finished::default();
    for (at, window) in &raised.by {
        run.raise(hits[*at], *window, (vec![], false), &mut finished)?;
    }
    finished.warnings.extend(lost(raised.lost, "hits", cap));
    Ok(finished)
}
