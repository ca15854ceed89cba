//! Values never seen before (`spec/elastic.md` 7.4).

use super::signals::{Prefer, lost, raise};
use super::{At, Finished, Run};
use crate::run::Error;
use crate::schedule::{Ticks, Window};
use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tripline_engine::tails::new_terms::{self, Found, TermHit};
use tripline_engine::tails::{canonical, value_order};
use tripline_ir::NewTerms;

/// The values of a hit, each in one spelling.
fn terms(run: &Run<'_, '_>, plan: &NewTerms, at: At) -> Vec<Vec<Arc<str>>> {
    let values = |cell: usize| {
        let ty = plan.fields[cell].ty;
        run.values(at, 0, cell).iter().map(|value| canonical(ty, value)).collect()
    };
    (0..plan.fields.len()).map(values).collect()
}

/// New terms in the order in which a run raises them until its cap. For one field that is the order
/// of a terms aggregation: those with most events first, then by value; for several that of pages of
/// combinations: by value, the first field first.
fn in_order(plan: &NewTerms, found: &[Found], open: &[usize], seen: &[TermHit]) -> Vec<usize> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    if plan.fields.len() == 1 {
        for hit in seen {
            // A list may hold a value twice; the event counts once.
            let values: HashSet<&str> = hit.terms[0].iter().map(|value| &**value).collect();
            for value in values {
                *counts.entry(value).or_default() += 1;
            }
        }
    }
    let by_value = |a: &[Arc<str>], b: &[Arc<str>]| {
        let each = plan.fields.iter().zip(a).zip(b);
        each.fold(Ordering::Equal, |so_far, ((field, a), b)| {
            so_far.then_with(|| value_order(field.ty, a, b))
        })
    };
    let mut order = open.to_vec();
    order.sort_by(|a, b| {
        let (a, b) = (&found[*a].terms, &found[*b].terms);
        let count = |terms: &[Arc<str>]| Reverse(counts.get(&*terms[0]).copied());
        count(a).cmp(&count(b)).then_with(|| by_value(a, b))
    });
    order
}

pub(super) fn finish(run: &mut Run<'_, '_>, plan: &NewTerms) -> Result<Finished, Error> {
    // Both windows go by the rule's `timestamp_override` where the event has it.
    let places = run.by_window(0);
    let hits: Vec<TermHit> = places
        .iter()
        .enumerate()
        .map(|(doc, at)| TermHit {
            time: at.window_time,
            order: at.order,
            terms: terms(run, plan, *at),
            doc: doc as u64,
        })
        .collect();
    let ticks = &run.ready().ticks;
    let all = matches!(ticks, Ticks::All { .. });
    let windows: Vec<Window> = if all {
        // One window over everything: what is new is what is there at all, however long ago.
        vec![Window { tick: run.range.1, from: i64::MIN, to: run.range.1 }]
    } else {
        ticks.windows(places.iter().map(|at| at.window_time))
    };
    let history = if all { i64::MAX } else { plan.history };
    let spans: Vec<new_terms::Window> =
        windows.iter().map(|w| new_terms::Window { from: w.from, to: w.to }).collect();
    let found = new_terms::run(&hits, &spans, history);
    let cap = run.max_signals();
    let time = |at: usize| hits[found[at].doc as usize].time;
    // A term that a run leaves out because of its cap is as new to the next run that sees its
    // event after its start.
    let mut runs: Vec<(Window, Vec<usize>)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    for (number, window) in windows.iter().enumerate() {
        open.retain(|at| time(*at) > window.from);
        let first = next;
        while found.get(next).is_some_and(|f| f.window == number) {
            next += 1;
        }
        open.extend(first..next);
        if open.len() > cap {
            let seen = hits.partition_point(|hit| hit.time < window.from)
                ..hits.partition_point(|hit| hit.time <= window.to);
            runs.push((*window, in_order(plan, &found, &open, &hits[seen])));
        } else if !open.is_empty() {
            runs.push((*window, open.clone()));
        }
    }
    let raised = raise(runs, cap, Prefer::Oldest);
    let since = known_since(run);
    let mut finished = Finished::default();
    let mut order: Vec<(usize, Window)> = raised.by.into_iter().collect();
    order.sort_by_key(|(at, window)| (*window, *at));
    for (at, window) in order {
        let new = &found[at];
        let place = places[new.doc as usize];
        let until = if all { place.window_time } else { window.to };
        let partial = until.saturating_sub(plan.history) < since;
        if partial && run.options.require_history {
            continue;
        }
        let terms = new.terms.iter().map(ToString::to_string).collect();
        run.raise(place, window, (terms, partial), &mut finished)?;
    }
    finished.warnings.extend(lost(raised.lost, "new terms", cap));
    let over = new_terms::left_out(&hits);
    if over > 0 {
        finished.warnings.push(format!(
            "{over} combinations of terms were not looked at because an event has more than {}",
            new_terms::COMBINATION_LIMIT
        ));
    }
    Ok(finished)
}

/// Since when the data has what the rule looks at. An old record of another source says nothing
/// about the history of this one.
fn known_since(run: &Run<'_, '_>) -> i64 {
    let streams = run.harvests.iter().flat_map(|h| h.streams.iter().zip(&h.firsts));
    let first = streams
        .filter(|(stream, first)| {
            let (mapping, indices) = (&stream.mapping, &stream.indices);
            **first != i64::MAX && run.prepared.matcher.admits(run.rule, 0, mapping, indices)
        })
        .map(|(_, first)| *first)
        .min();
    first.map_or(run.range.0, |first| first.max(run.range.0))
}
