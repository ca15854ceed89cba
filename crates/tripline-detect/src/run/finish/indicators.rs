//! Events that share values with indicators (`spec/elastic.md` 7.6): one alert an event, with all
//! indicators that it matches.
//!
//! Windows are about events. An indicator counts whenever it was seen; what bounds it is the rule's
//! own query of indicators, whose `now` is the clock of the run.

use super::signals::{Prefer, lost, raise};
use super::{At, Finished, Indices, Run};
use crate::alert::Enrichment;
use crate::run::Error;
use std::collections::HashMap;
use std::sync::Arc;
use tripline_engine::tails::indicators::{self, Entry, Limits, Match, Side};
use tripline_ir::IndicatorMatch;
use tripline_schema::View;

/// Indicators that were shown once and may be needed again.
const REMEMBERED: usize = 10_000;

pub(super) fn finish(run: &mut Run<'_, '_>, plan: &IndicatorMatch) -> Result<Finished, Error> {
    let mut indicators = run.all(1);
    // Most data has none, and then no event need be looked at.
    if indicators.is_empty() {
        return Ok(Finished::default());
    }
    let events = run.by_window(0);
    indicators.sort_unstable_by_key(|at| at.order);
    let groups: Vec<Vec<Entry>> = plan
        .groups
        .iter()
        .map(|group| {
            let entry = |e: &tripline_ir::IndicatorEntry| Entry {
                event: e.field.ty,
                indicator: e.indicator.ty,
                negate: e.negate,
            };
            group.iter().map(entry).collect()
        })
        .collect();
    let limits = Limits::default();
    let mut outcome = indicators::run(
        &groups,
        Side { len: events.len(), values: &|row, cell| run.values(events[row], 0, cell) },
        Side { len: indicators.len(), values: &|row, cell| run.values(indicators[row], 1, cell) },
        &limits,
    );
    let rows: Vec<usize> = outcome.found.keys().copied().collect();
    let matching: Vec<At> = rows.iter().map(|row| events[*row]).collect();
    // A run pages through its events from the newest to the oldest, but with suppression the other
    // way, and leaves out those that it knows.
    let newest_first = run.ready().rule.suppression.is_none();
    let runs = run.windows(&matching).into_iter().map(|(window, seen)| {
        let seen: Vec<usize> = if newest_first { seen.rev().collect() } else { seen.collect() };
        (window, seen)
    });
    let cap = run.max_signals();
    let raised = raise(runs.collect::<Vec<_>>(), cap, Prefer::Oldest);
    let mut shown = Shown { known: HashMap::new(), indicators, path: Arc::clone(&plan.path) };
    let mut finished = Finished::default();
    for (at, window) in &raised.by {
        let event = run.event(matching[*at], 0, &View::Ecs)?;
        let mut alert = run.alert(event, *window, vec![]);
        for found in outcome.found.remove(&rows[*at]).unwrap_or_default() {
            shown.enrich(run, plan, &found, &mut alert.enrichments)?;
        }
        finished.alerts.push(alert);
    }
    finished.warnings.extend(lost(raised.lost, "events", cap));
    if outcome.truncated > 0 {
        finished.warnings.push(format!(
            "{} events match more than {} indicators, of which the first are named",
            outcome.truncated, limits.matches
        ));
    }
    if outcome.gave_up {
        finished.warnings.push(format!(
            "not all events were compared with all indicators: more than {} pairs share a value of \
             one field",
            limits.pairs
        ));
    }
    Ok(finished)
}

/// What an alert tells of an indicator.
struct Told {
    fields: Vec<(String, Vec<String>)>,
    feed: Option<String>,
    id: String,
    index: String,
}

/// Indicators as alerts show them.
struct Shown {
    known: HashMap<usize, Arc<Told>>,
    indicators: Vec<At>,
    path: Arc<str>,
}

impl Shown {
    fn enrich(
        &mut self,
        run: &mut Run<'_, '_>,
        plan: &IndicatorMatch,
        found: &Match,
        into: &mut Vec<Enrichment>,
    ) -> Result<(), Error> {
        let told = self.told(run, found.indicator)?;
        let entries = plan.groups[found.group].iter().filter(|entry| !entry.negate);
        for (entry, value) in entries.zip(&found.values) {
            let enrichment = Enrichment {
                indicator: told.fields.clone(),
                feed: told.feed.clone(),
                atomic: value.to_string(),
                field: entry.field.name.to_string(),
                id: told.id.clone(),
                index: told.index.clone(),
            };
            if !into.contains(&enrichment) {
                into.push(enrichment);
            }
        }
        Ok(())
    }

    fn told(&mut self, run: &mut Run<'_, '_>, row: usize) -> Result<Arc<Told>, Error> {
        if let Some(told) = self.known.get(&row) {
            return Ok(Arc::clone(told));
        }
        // Among the names of its index the one that the rule asks for.
        let of_indicators = run.ready().plan.filters.get(1).map(|filter| &filter.scope);
        let of_indicators = Indices::new(of_indicators);
        let events = std::mem::replace(&mut run.indices, of_indicators);
        let view = run.event(self.indicators[row], 1, &View::Ecs);
        run.indices = events;
        let view = view?;
        let below = format!("{}.", self.path);
        let fields = view.fields.iter().filter_map(|(name, values)| {
            Some((name.strip_prefix(&below)?.to_owned(), values.to_vec()))
        });
        let told = Arc::new(Told {
            fields: fields.collect(),
            feed: view.get("threat.feed.name").first().map(str::to_owned),
            id: view.id.to_string(),
            index: view.index.to_string(),
        });
        if self.known.len() == REMEMBERED {
            self.known.clear();
        }
        self.known.insert(row, Arc::clone(&told));
        Ok(told)
    }
}
