//! Values that were seen before.

use super::{HitAt, Hits, events, quoted, span};
use crate::explain::Why;
use crate::explain::names;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_engine::tails::combinations;
use tripline_ir::NewTerms;

const COMBINATIONS: usize = 1000;
/// At most so many terms are listed.
const LISTED: usize = 3;

pub(super) fn reasons(all: &Hits<'_>, plan: &NewTerms) -> Vec<Why> {
    let mut why = Vec::new();
    let hits = &all.filters[0].kept;
    let lacking = hits.iter().filter(|hit| hit.values.iter().any(Vec::is_empty)).count();
    if lacking > 0 {
        let first = hits.iter().find(|hit| hit.values.iter().any(Vec::is_empty));
        let text = format!(
            "{lacking} of {} that pass the query lack one of {}, and have no terms.",
            events(hits.len()),
            names(&plan.fields)
        );
        why.push(Why::new("key_missing", text).events(first.map(HitAt::place)));
    }
    let mut seen: BTreeMap<Vec<Arc<str>>, Vec<&HitAt>> = BTreeMap::new();
    for hit in hits {
        combinations(&hit.values, COMBINATIONS, |terms| seen.entry(terms).or_default().push(hit));
    }
    for list in seen.values_mut() {
        list.sort_by_key(|hit| (hit.time, hit.order));
    }
    if let Some(asked) = all.asked(0) {
        combinations(&asked.values, COMBINATIONS, |terms| {
            let list = &seen[&terms];
            why.push(of_event(all, plan, asked, &terms, list));
        });
        return why;
    }
    if all.alerts.is_empty() {
        let mut lists: Vec<(&Vec<Arc<str>>, &Vec<&HitAt>)> = seen.iter().collect();
        lists.sort_by_key(|(terms, list)| (list.len(), *terms));
        for (terms, list) in lists.into_iter().take(LISTED) {
            let Some((first, last)) = list.first().zip(list.last()) else { continue };
            let text = format!(
                "{} {} in {}, first and last below.",
                quoted(terms),
                if list.len() == 1 {
                    "occurs once".to_owned()
                } else {
                    format!("occurs {} times", list.len())
                },
                names(&plan.fields)
            );
            let mut places = vec![first.place()];
            if list.len() > 1 {
                places.push(last.place());
            }
            why.push(Why::new("terms_seen", text).events(places));
        }
    }
    why
}

/// Whether the terms of one event were new then.
fn of_event(
    all: &Hits<'_>,
    plan: &NewTerms,
    asked: &HitAt,
    terms: &[Arc<str>],
    list: &[&HitAt],
) -> Why {
    let at = list.iter().position(|hit| hit.order == asked.order).unwrap_or(0);
    let before = at.checked_sub(1).map(|at| list[at]);
    match before {
        Some(before) if asked.time.saturating_sub(before.time) <= plan.history => {
            let text = format!(
                "{} is not new to this event: it was seen {} before, within the history of {}.",
                quoted(terms),
                span(asked.time.saturating_sub(before.time)),
                span(plan.history)
            );
            Why::new("seen_before", text).events([before.place()])
        }
        _ => {
            let start = asked.time.saturating_sub(plan.history);
            let partial = if start < all.range.0 {
                "; but the data starts later than the history, so this is not certain"
            } else {
                ""
            };
            let text = format!(
                "{} is new: no event has it in the {} before{partial}.",
                quoted(terms),
                span(plan.history)
            );
            Why::new(if partial.is_empty() { "new" } else { "history_partial" }, text)
        }
    }
}
