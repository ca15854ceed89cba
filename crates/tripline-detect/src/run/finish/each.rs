//! An alert for each hit.
//!
//! A run looks at its window in time order and raises at most `max_signals` alerts; hits that were
//! already alerted by an earlier, overlapping run do not count against it. KQL takes the oldest
//! hits first (`spec/elastic.md` 7.2); EQL asks for the most recent `max_signals` hits of the
//! window and then leaves out those that are known (2.3, 7.3).

use super::{At, Finished, Run};
use crate::run::Error;
use crate::schedule::{Ticks, Window};
use std::collections::BTreeMap;
use tripline_engine::tails::pipes;
use tripline_ir::EventPipe;
use tripline_rules::RuleKind;
use tripline_schema::View;

pub(super) fn finish(run: &mut Run<'_>, wanted: &[EventPipe]) -> Result<Finished, Error> {
    let hits = run.sorted(0);
    let cap = run.max_signals();
    let newest = matches!(run.ready().rule.kind, RuleKind::Eql);
    let mut by_window: BTreeMap<Window, Vec<usize>> = BTreeMap::new();
    for (at, hit) in hits.iter().enumerate() {
        for window in run.ready().ticks.windows_of(hit.time) {
            by_window.entry(window).or_default().push(at);
        }
    }
    let mut found: BTreeMap<usize, Window> = BTreeMap::new();
    let mut missed: BTreeMap<usize, ()> = BTreeMap::new();
    let capped = !matches!(run.ready().ticks, Ticks::All { .. });
    for (window, members) in by_window {
        let mut members = pipes::apply(wanted, members);
        if capped && newest && members.len() > cap {
            let cut = members.len() - cap;
            missed.extend(members.drain(..cut).map(|at| (at, ())));
        }
        let mut raised = 0;
        for at in members {
            if found.contains_key(&at) {
                continue;
            }
            if capped && raised == cap {
                missed.insert(at, ());
                continue;
            }
            found.insert(at, window);
            raised += 1;
        }
    }
    let mut finished = Finished::default();
    for (at, window) in &found {
        let hit: At = hits[*at];
        let event = run.event(hit, 0, &View::Ecs)?;
        finished.alerts.push(run.alert(event, *window, vec![]));
    }
    let lost = missed.keys().filter(|at| !found.contains_key(at)).count();
    if lost > 0 {
        finished.warnings.push(format!(
            "{lost} hits raised no alert because a run raises at most {cap} (max_signals); \
             lift it with --no-max-signals"
        ));
    }
    Ok(finished)
}
