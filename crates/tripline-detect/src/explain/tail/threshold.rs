//! The largest group, and what it lacks.

use super::{HitAt, Hits, events, quoted, span};
use crate::explain::{Why, names};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use tripline_engine::tails::combinations;
use tripline_ir::Threshold;

const COMBINATIONS: usize = 1000;

pub(super) fn reasons(all: &Hits<'_>, plan: &Threshold) -> Vec<Why> {
    let mut why = Vec::new();
    let hits = &all.filters[0].kept;
    if !all.alerts.is_empty() || hits.is_empty() {
        return why;
    }
    let width = plan.fields.len();
    let mut groups: BTreeMap<Vec<Arc<str>>, Vec<&HitAt>> = BTreeMap::new();
    let mut lacking = 0;
    for hit in hits {
        let fields = &hit.values[..width];
        lacking += usize::from(fields.iter().any(Vec::is_empty));
        combinations(fields, COMBINATIONS, |terms| groups.entry(terms).or_default().push(hit));
    }
    if lacking > 0 {
        let text = format!(
            "{lacking} of {} that pass the query lack one of {}, and are in no group.",
            events(hits.len()),
            names(&plan.fields)
        );
        why.push(Why::new("key_missing", text));
    }
    let look_back = all.look_back();
    let mut best: Option<(&Vec<Arc<str>>, Vec<&HitAt>)> = None;
    let mut most = 0;
    for list in groups.values_mut() {
        list.sort_by_key(|hit| (hit.time, hit.order));
        most = most.max(list.len());
    }
    for (terms, list) in &groups {
        let window = densest(list, look_back);
        if best.as_ref().is_none_or(|(_, most)| window.len() > most.len()) {
            best = Some((terms, window));
        }
    }
    let Some((terms, window)) = best else { return why };
    let count = window.len();
    let who = if terms.is_empty() { "all events".to_owned() } else { quoted(terms) };
    let within = look_back.map(|l| format!(" within the look-back of {}", span(l)));
    let within = within.unwrap_or_default();
    let places = window.first().into_iter().chain(window.last()).map(|hit| hit.place());
    if (count as u64) < plan.value {
        let longer = if most as u64 >= plan.value && look_back.is_some() {
            format!(" In all the data together it would be reached ({most}).")
        } else {
            String::new()
        };
        let text = format!(
            "The largest group is {who} with {}{within}; {} are needed.{longer}",
            events(count),
            plan.value
        );
        why.push(Why::new("group_too_small", text).events(places));
        return why;
    }
    for (at, (field, least)) in plan.cardinality.iter().enumerate() {
        let distinct: HashSet<&Arc<str>> =
            window.iter().filter_map(|hit| hit.values.get(width + at)).flatten().collect();
        if (distinct.len() as u64) < *least {
            let text = format!(
                "The largest group, {who}, has {}{within}, but {} distinct values of `{}`; {least} \
                 are needed.",
                events(count),
                distinct.len(),
                field.name
            );
            why.push(Why::new("cardinality_too_small", text));
        }
    }
    why
}

/// The most hits, in time order, that lie within so much time.
fn densest<'a>(list: &[&'a HitAt], length: Option<i64>) -> Vec<&'a HitAt> {
    let Some(length) = length else { return list.to_vec() };
    let (mut from, mut best) = (0, 0..0);
    for to in 0..list.len() {
        while list[to].time.saturating_sub(list[from].time) > length {
            from += 1;
        }
        if to + 1 - from > best.len() {
            best = from..to + 1;
        }
    }
    list[best].to_vec()
}
