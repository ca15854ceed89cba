//! Values never seen before (`spec/elastic.md` 7.4).

use super::{Finished, Run};
use crate::run::Error;
use crate::schedule::{Ticks, Window};
use std::collections::HashMap;
use tripline_engine::tails::new_terms::{self, TermHit};
use tripline_ir::NewTerms;
use tripline_schema::View;

pub(super) fn finish(run: &mut Run<'_>, plan: &NewTerms) -> Result<Finished, Error> {
    let places = run.sorted(0);
    let hits: Vec<TermHit> = places
        .iter()
        .enumerate()
        .map(|(doc, at)| TermHit {
            time: at.time,
            order: at.order,
            terms: (0..plan.fields.len()).map(|cell| run.values(*at, 0, cell)).collect(),
            doc: doc as u64,
        })
        .collect();
    let windows: Vec<Window> = match run.ready().ticks {
        // One window over everything: what is new is what is there at all.
        Ticks::All { .. } => {
            vec![Window { tick: run.range.1, from: run.range.0 - 1, to: run.range.1 }]
        }
        _ => run.ready().ticks.windows(places.iter().map(|at| at.time)),
    };
    let spans: Vec<new_terms::Window> =
        windows.iter().map(|w| new_terms::Window { from: w.from, to: w.to }).collect();
    let found = new_terms::run(&hits, &spans, plan.history);
    let cap = run.max_signals();
    let mut raised: HashMap<usize, usize> = HashMap::new();
    let mut finished = Finished::default();
    let mut lost = 0;
    for new in found {
        let window = windows[new.window];
        let count = raised.entry(new.window).or_default();
        *count += 1;
        if *count > cap {
            lost += 1;
            continue;
        }
        let partial = window.to.saturating_sub(plan.history) < run.range.0;
        if partial && run.options.require_history {
            continue;
        }
        let event = run.event(places[new.doc as usize], 0, &View::Ecs)?;
        let terms = new.terms.iter().map(ToString::to_string).collect();
        let mut alert = run.alert(event, window, terms);
        alert.history_partial = partial;
        finished.alerts.push(alert);
    }
    if lost > 0 {
        finished.warnings.push(format!(
            "{lost} new terms raised no alert because a run raises at most {cap} (max_signals); \
             lift it with --no-max-signals"
        ));
    }
    Ok(finished)
}
