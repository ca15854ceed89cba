//! Values never seen before (`spec/elastic.md` 7.4).

use super::signals::{Prefer, lost, raise};
use super::{Finished, Run};
use crate::run::Error;
use crate::schedule::{Ticks, Window};
use tripline_engine::tails::new_terms::{self, TermHit};
use tripline_ir::NewTerms;
use tripline_schema::View;

pub(super) fn finish(run: &mut Run<'_>, plan: &NewTerms) -> Result<Finished, Error> {
    // Both windows go by the rule's `timestamp_override` where the event has it.
    let places = run.by_window(0);
    let hits: Vec<TermHit> = places
        .iter()
        .enumerate()
        .map(|(doc, at)| TermHit {
            time: at.window_time,
            order: at.order,
            terms: (0..plan.fields.len()).map(|cell| run.values(*at, 0, cell)).collect(),
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
        if !open.is_empty() {
            runs.push((*window, open.clone()));
        }
    }
    let raised = raise(runs, cap, Prefer::Oldest);
    let mut finished = Finished::default();
    let mut order: Vec<(usize, Window)> = raised.by.into_iter().collect();
    order.sort_by_key(|(at, window)| (*window, *at));
    for (at, window) in order {
        let new = &found[at];
        let place = places[new.doc as usize];
        let until = if all { place.window_time } else { window.to };
        let partial = until.saturating_sub(plan.history) < run.range.0;
        if partial && run.options.require_history {
            continue;
        }
        let event = run.event(place, 0, &View::Ecs)?;
        let terms = new.terms.iter().map(ToString::to_string).collect();
        let mut alert = run.alert(event, window, terms);
        alert.history_partial = partial;
        finished.alerts.push(alert);
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
