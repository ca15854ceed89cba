//! Correlations over hits, those of inner correlations first: a finding of theirs is a hit of the
//! outer one at the time of its last event.

use std::collections::HashMap;
use std::sync::Arc;
use tripline_engine::tails::correlation::{Dropped, Found, Limits, Machine, Nearest};
use tripline_ir::{
    Correlation, CorrelationCondition, CorrelationInput, CorrelationKind, CorrelationSource,
    CorrelationTest, InputCondition,
};

/// How many events of a finding are kept as evidence.
pub(crate) const EVIDENCE: usize = 100;

/// Where hits come from.
pub(crate) trait Hits {
    /// What a hit is to its owner.
    type At: Copy;
    /// All hits of a filter in time order: time, what breaks ties (the same for all hits of one
    /// event), and the hit.
    fn of(&self, filter: usize) -> Vec<(i64, (u32, u64), Self::At)>;
    /// The values of one of the fields that `Correlation::fields_by_filter` gives of a filter.
    fn values(&self, at: Self::At, filter: usize, cell: usize) -> Vec<Arc<str>>;
}

/// An event behind a finding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<A> {
    pub(crate) filter: usize,
    pub(crate) at: A,
    pub(crate) time: i64,
    pub(crate) order: (u32, u64),
    /// The first of its cells that no input has looked at yet: the next is that of the input
    /// around.
    next: usize,
}

/// A finding of a correlation.
#[derive(Debug, Clone)]
pub(crate) struct Finding<A> {
    pub(crate) found: Found,
    /// The events behind it in time order, at most some more than [`EVIDENCE`].
    pub(crate) events: Vec<Place<A>>,
    last: Place<A>,
}

/// What a correlation gives.
pub(crate) struct Outcome<A> {
    pub(crate) findings: Vec<Finding<A>>,
    /// What the limits took away, inner correlations included.
    pub(crate) dropped: Dropped,
    /// For each input how many hits or findings it has.
    pub(crate) hits: Vec<u64>,
    /// How many of them lack a field of the group.
    pub(crate) lacking: u64,
    /// What came nearest, where nothing is found: first and last event.
    pub(crate) nearest: Option<(Nearest, Place<A>, Place<A>)>,
    /// What the inputs that are correlations gave, by input.
    pub(crate) inner: Vec<Option<Outcome<A>>>,
}

/// What a machine calls a doc.
enum Doc<A> {
    Event(Place<A>),
    Finding { input: usize, at: usize, last: Place<A> },
}

impl<A: Copy> Doc<A> {
    fn last(&self) -> Place<A> {
        match self {
            Self::Event(place) | Self::Finding { last: place, .. } => *place,
        }
    }
}

/// Runs a correlation, inner ones first.
pub(crate) fn run<H: Hits>(hits: &H, plan: &Correlation) -> Outcome<H::At> {
    let limits = Limits { name_events: EVIDENCE, ..Limits::default() };
    let mut machine = Machine::new(plan, limits);
    let mut docs: Vec<Doc<H::At>> = Vec::new();
    // An event that several inputs find is one event.
    let mut known: HashMap<(u32, u64), u64> = HashMap::new();
    let mut dropped = Dropped::default();
    let mut inner: Vec<Option<Outcome<H::At>>> = Vec::new();
    let mut counts = Vec::new();
    for (number, input) in plan.inputs.iter().enumerate() {
        let width = input.keys.len() + input.values.len();
        match &input.source {
            CorrelationSource::Filter(filter) => {
                let all = hits.of(*filter);
                counts.push(all.len() as u64);
                for (time, order, at) in all {
                    let place = Place { filter: *filter, at, time, order, next: width };
                    let doc = *known.entry(order).or_insert_with(|| {
                        docs.push(Doc::Event(place));
                        docs.len() as u64 - 1
                    });
                    let cells = |from: usize, n: usize| -> Vec<Vec<Arc<str>>> {
                        (from..from + n).map(|cell| hits.values(at, *filter, cell)).collect()
                    };
                    let keys = cells(0, input.keys.len());
                    let values = cells(input.keys.len(), input.values.len());
                    machine.push(number, time, order, &keys, &values, doc);
                }
                inner.push(None);
            }
            CorrelationSource::Correlation(of) => {
                let outcome = run(hits, of);
                counts.push(outcome.findings.len() as u64);
                add(&mut dropped, outcome.dropped);
                for (at, finding) in outcome.findings.iter().enumerate() {
                    let (keys, values) = fields(hits, input, of, finding);
                    let mut last = finding.last;
                    last.next += width;
                    let doc = docs.len() as u64;
                    docs.push(Doc::Finding { input: number, at, last });
                    machine.push(number, last.time, last.order, &keys, &values, doc);
                }
                inner.push(Some(outcome));
            }
        }
    }
    let outcome = machine.run();
    add(&mut dropped, outcome.dropped);
    let finding = |found: Found| Finding {
        events: evidence(&found, &docs, &inner),
        last: docs[found.last_doc as usize].last(),
        found,
    };
    let findings = outcome.found.into_iter().map(finding).collect();
    let nearest = outcome.nearest.map(|nearest| {
        let place = |doc: u64| docs[doc as usize].last();
        let (first, last) = (place(nearest.first), place(nearest.last));
        (nearest, first, last)
    });
    Outcome { findings, dropped, hits: counts, lacking: outcome.lacking, nearest, inner }
}

/// The keys and values of a finding as a hit of the correlation around it: what its events share,
/// where it is grouped by that name, else what its last event has.
#[expect(clippy::type_complexity, reason = "keys and values as the machine takes them")]
fn fields<H: Hits>(
    hits: &H,
    input: &CorrelationInput,
    of: &Correlation,
    finding: &Finding<H::At>,
) -> (Vec<Vec<Arc<str>>>, Vec<Vec<Arc<str>>>) {
    let last = finding.last;
    let shared = |group: Option<usize>, cell: usize| match group {
        Some(group) => finding.found.terms.get(group).cloned().into_iter().collect(),
        None => hits.values(last.at, last.filter, last.next + cell),
    };
    let keys = (0..input.keys.len())
        .map(|key| shared(input.groups.get(key).copied().flatten(), key))
        .collect();
    let values = input.values.iter().enumerate().map(|(at, field)| {
        let group = of.group_by.iter().position(|name| *name == field.name);
        shared(group, input.keys.len() + at)
    });
    (keys, values.collect())
}

/// The events behind a finding. Of inner findings each gives its first ones and its last one.
fn evidence<A: Copy>(
    found: &Found,
    docs: &[Doc<A>],
    inner: &[Option<Outcome<A>>],
) -> Vec<Place<A>> {
    let quota = (EVIDENCE / found.docs.len().max(1)).max(2);
    let mut events: Vec<Place<A>> = Vec::new();
    for doc in &found.docs {
        match &docs[*doc as usize] {
            Doc::Event(place) => events.push(*place),
            Doc::Finding { input, at, .. } => {
                let Some(outcome) = &inner[*input] else { continue };
                let of = &outcome.findings[*at].events;
                let first = if of.len() > quota { quota - 1 } else { of.len() };
                events.extend(&of[..first]);
                events.extend(of[first..].last());
            }
        }
    }
    events.sort_by_key(|place| (place.time, place.order));
    events.dedup_by_key(|place| place.order);
    events
}

fn add(sum: &mut Dropped, more: Dropped) {
    sum.combinations += more.combinations;
    sum.groups += more.groups;
    sum.events += more.events;
}

/// Whether a correlation can find anything if only these filters have events to look at.
pub(crate) fn can_find(plan: &Correlation, running: &[bool]) -> bool {
    let runs: Vec<bool> = plan
        .inputs
        .iter()
        .map(|input| match &input.source {
            CorrelationSource::Filter(filter) => running.get(*filter).is_some_and(|runs| *runs),
            CorrelationSource::Correlation(inner) => can_find(inner, running),
        })
        .collect();
    let most = match plan.kind {
        CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => {
            runs.iter().filter(|runs| **runs).count() as f64
        }
        _ => f64::INFINITY,
    };
    let possible = match &plan.condition {
        CorrelationCondition::Number(tests) => tests.iter().all(|(test, bound)| match test {
            CorrelationTest::Gt => most > *bound,
            CorrelationTest::Gte | CorrelationTest::Eq => most >= *bound,
            CorrelationTest::Lt | CorrelationTest::Lte | CorrelationTest::Neq => true,
        }),
        CorrelationCondition::Inputs(condition) => can_hold(condition, &runs),
    };
    possible && runs.contains(&true)
}

/// Whether a condition can hold if only these inputs occur; what does not run rules nothing out.
fn can_hold(condition: &InputCondition, runs: &[bool]) -> bool {
    match condition {
        InputCondition::Input(input) => runs.get(*input).is_some_and(|runs| *runs),
        InputCondition::And(parts) => parts.iter().all(|part| can_hold(part, runs)),
        InputCondition::Or(parts) => parts.iter().any(|part| can_hold(part, runs)),
        InputCondition::Not(_) => true,
    }
}

/// The word that rules have for a kind.
pub(crate) fn word(kind: CorrelationKind) -> &'static str {
    match kind {
        CorrelationKind::EventCount => "event_count",
        CorrelationKind::ValueCount => "value_count",
        CorrelationKind::Temporal => "temporal",
        CorrelationKind::TemporalOrdered => "temporal_ordered",
        CorrelationKind::ValueSum => "value_sum",
        CorrelationKind::ValueAvg => "value_avg",
        CorrelationKind::ValuePercentile(_) => "value_percentile",
        CorrelationKind::ValueMedian => "value_median",
    }
}

/// A number as people write it: whole ones without a fraction, others to three places.
pub(crate) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
