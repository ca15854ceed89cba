//! How far the group that comes nearest got.

use super::{HitAt, Hits, events, quoted, span};
use crate::correlate::{self, Outcome, Place, number, word};
use crate::explain::Why;
use std::sync::Arc;
use tripline_engine::tails::correlation::Nearest;
use tripline_ir::{
    Correlation, CorrelationCondition, CorrelationKind, CorrelationSource, CorrelationTest,
};

impl correlate::Hits for Hits<'_> {
    /// The number of a hit.
    type At = usize;

    fn of(&self, filter: usize) -> Vec<(i64, (u32, u64), usize)> {
        let hits = self.filters[filter].kept.iter().enumerate();
        let mut hits: Vec<_> = hits.map(|(at, hit)| (hit.time, hit.order, at)).collect();
        hits.sort_unstable();
        hits
    }

    fn values(&self, at: usize, filter: usize, cell: usize) -> Vec<Arc<str>> {
        self.filters[filter].kept[at].values.get(cell).cloned().unwrap_or_default()
    }
}

pub(super) fn reasons(all: &Hits<'_>, plan: &Correlation) -> Vec<Why> {
    if !all.alerts.is_empty() {
        return vec![];
    }
    let mut why = Vec::new();
    tell(all, plan, &correlate::run(all, plan), "", &mut why);
    why
}

/// What a correlation has to say, after its inner ones that find nothing.
fn tell(
    all: &Hits<'_>,
    plan: &Correlation,
    outcome: &Outcome<usize>,
    of: &str,
    why: &mut Vec<Why>,
) {
    for (input, inner) in plan.inputs.iter().zip(&outcome.inner) {
        if let (CorrelationSource::Correlation(plan), Some(inner)) = (&input.source, inner)
            && inner.findings.is_empty()
        {
            tell(all, plan, inner, &format!("Of `{}`: ", input.name), why);
        }
    }
    let hits: u64 = outcome.hits.iter().sum();
    if outcome.lacking > 0 {
        let names: Vec<String> = plan.group_by.iter().map(|name| format!("`{name}`")).collect();
        let text = format!(
            "{of}{} of {} that the referred rules find lack one of {}, and are in no group.",
            outcome.lacking,
            events(usize::try_from(hits).unwrap_or(usize::MAX)),
            names.join(", ")
        );
        why.push(Why::new("key_missing", text));
    }
    let Some((nearest, first, last)) = &outcome.nearest else { return };
    let who = match nearest.terms.as_slice() {
        [] => "all events together".to_owned(),
        terms => quoted(terms),
    };
    let text = format!(
        "{of}The group that comes nearest is {who}: {} within {}. {}",
        events(usize::try_from(nearest.count).unwrap_or(usize::MAX)),
        span(plan.timespan),
        lacks(plan, nearest)
    );
    let place = |at: &Place<usize>| -> Option<&HitAt> { all.filters[at.filter].kept.get(at.at) };
    let mut places: Vec<_> = [first, last].into_iter().filter_map(place).collect();
    places.dedup_by_key(|hit| hit.order);
    why.push(Why::new("correlation_short", text).events(places.into_iter().map(HitAt::place)));
}

/// What is missing.
fn lacks(plan: &Correlation, nearest: &Nearest) -> String {
    let names = |present: bool| -> String {
        let inputs = plan.inputs.iter().zip(&nearest.inputs);
        let names = inputs.filter(|(_, n)| (**n > 0) == present).map(|(input, _)| &input.name);
        quoted(names)
    };
    let temporal =
        matches!(plan.kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
    let CorrelationCondition::Number(tests) = &plan.condition else {
        let missing = match names(false).as_str() {
            "" => String::new(),
            names => format!(", none of {names}"),
        };
        return format!(
            "It has findings of {}{missing}; the condition asks for others.",
            names(true)
        );
    };
    let wanted: Vec<String> =
        tests.iter().map(|(test, bound)| format!("{} {}", sign(*test), number(*bound))).collect();
    let wanted = wanted.join(" and ");
    if temporal && nearest.inputs.contains(&0) {
        return format!("It has findings of {} and none of {}.", names(true), names(false));
    }
    if plan.kind == CorrelationKind::TemporalOrdered {
        return format!(
            "It has findings of all rules, but only {} of them one after the other.",
            nearest.value.map_or("none".to_owned(), number)
        );
    }
    match nearest.value {
        Some(value) => {
            format!("Its {} is {}, and {wanted} is needed.", word(plan.kind), number(value))
        }
        None => format!("None of them has a number to reckon with; {wanted} is needed."),
    }
}

fn sign(test: CorrelationTest) -> &'static str {
    match test {
        CorrelationTest::Lt => "less than",
        CorrelationTest::Lte => "at most",
        CorrelationTest::Gt => "more than",
        CorrelationTest::Gte => "at least",
        CorrelationTest::Eq => "exactly",
        CorrelationTest::Neq => "anything but",
    }
}
