//! Thresholds and new terms against slow, obvious models.
//!
//! The models are written from the rules alone. They look at every event for every question, know
//! values by the bytes that they are, and share nothing with the machines. Instants are few, so that
//! the ends of windows, events at the same time and times that were alerted are met often.

use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tripline_engine::tails::new_terms::{self, TermHit, Window};
use tripline_engine::tails::threshold::{Machine, Rule};
use tripline_ir::FieldType;

/// An event: when, and the values of each of three fields.
#[derive(Debug, Clone)]
struct Event {
    time: i64,
    fields: [Vec<u8>; 3],
}

fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let field = || vec(0..3u8, 0..3);
    let event = (0..24i64, [field(), field(), field()]);
    vec(event.prop_map(|(time, fields)| Event { time, fields }), 0..most)
}

/// Windows of a schedule: a run every so often, looking back so far.
fn schedule() -> impl Strategy<Value = Vec<Window>> {
    (1..8i64, 0..14i64).prop_map(|(every, back)| {
        let runs = (0..40).step_by(every as usize);
        runs.map(|tick| Window { from: tick - back, to: tick }).collect()
    })
}

fn texts(values: &[u8]) -> Vec<Arc<str>> {
    values.iter().map(|value| Arc::from(value.to_string())).collect()
}

/// All combinations of values of so many fields.
fn all_terms(fields: usize) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = vec![vec![]];
    for _ in 0..fields {
        all = all.iter().flat_map(|t| (0..3u8).map(|v| [t.as_slice(), &[v]].concat())).collect();
    }
    all
}

/// Whether an event has these values in its first fields.
fn has(event: &Event, terms: &[u8]) -> bool {
    terms.iter().zip(&event.fields).all(|(value, values)| values.contains(value))
}

/// Window, terms, count, cardinality, first and last time.
type Raised = (usize, Vec<u8>, u64, u64, i64, i64);

/// What runs raise: terms in order, events that count, what was alerted before.
fn threshold_model(
    events: &[Event],
    windows: &[Window],
    fields: usize,
    value: u64,
    cardinality: u64,
    cap: usize,
) -> Vec<Raised> {
    let mut raised: Vec<Raised> = Vec::new();
    let mut last_alert: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    for (number, window) in windows.iter().enumerate() {
        last_alert.retain(|_, last| *last > window.from);
        let mut of_this_run = Vec::new();
        for terms in all_terms(fields) {
            let counting: Vec<&Event> = events
                .iter()
                .filter(|e| window.from <= e.time && e.time <= window.to)
                .filter(|e| has(e, &terms))
                .filter(|e| !last_alert.iter().any(|(t, last)| has(e, t) && e.time <= *last))
                .collect();
            let distinct: BTreeSet<u8> =
                counting.iter().flat_map(|e| e.fields[2].iter().copied()).collect();
            let enough = counting.len() as u64 >= value && distinct.len() as u64 >= cardinality;
            if enough && !counting.is_empty() && of_this_run.len() < cap {
                let times = || counting.iter().map(|e| e.time);
                of_this_run.push((
                    number,
                    terms,
                    counting.len() as u64,
                    distinct.len() as u64,
                    times().min().unwrap(),
                    times().max().unwrap(),
                ));
            }
        }
        for (_, terms, .., last) in &of_this_run {
            last_alert.insert(terms.clone(), *last);
        }
        raised.extend(of_this_run);
    }
    raised
}

/// Times of events with these terms in a window and its history, as the rule sees it at its end.
fn new_terms_model(
    events: &[Event],
    windows: &[Window],
    fields: usize,
    history: i64,
) -> BTreeSet<(Vec<u8>, usize)> {
    let mut found = BTreeSet::new();
    for window in windows {
        for terms in all_terms(fields) {
            let first = events
                .iter()
                .enumerate()
                .filter(|(_, e)| window.to - history <= e.time && e.time <= window.to)
                .filter(|(_, e)| has(e, &terms))
                .min_by_key(|(at, e)| (e.time, *at));
            if let Some((at, event)) = first
                && event.time > window.from
            {
                found.insert((terms, at));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn thresholds_equal_the_model(
        events in events(24),
        windows in schedule(),
        fields in 0..3usize,
        value in 0..5u64,
        cardinality in proptest::option::of(0..3u64),
        cap in 1..5usize,
        backwards: bool,
    ) {
        let mut machine = Machine::new(Rule {
            fields: vec![FieldType::Keyword; fields],
            value,
            cardinality: cardinality.map(|n| (FieldType::Keyword, n)).into_iter().collect(),
            max_groups: cap,
            name_events: usize::MAX,
        });
        let mut known = HashMap::new();
        let mut order: Vec<usize> = (0..events.len()).collect();
        if backwards {
            order.reverse();
        }
        for at in order {
            let e = &events[at];
            let groups: Vec<_> = e.fields[..fields].iter().map(|f| texts(f)).collect();
            let counted: Vec<_> = cardinality.iter().map(|_| texts(&e.fields[2])).collect();
            let values = *known
                .entry((groups, counted))
                .or_insert_with_key(|(groups, counted)| machine.values(groups, counted));
            machine.push(e.time, (0, at as u64), values, at as u64);
        }
        let found: Vec<Raised> = machine.run(&windows).found.iter().map(|f| {
            let terms = f.terms.iter().map(|t| t.parse().unwrap()).collect();
            assert_eq!(f.docs.len() as u64, f.count);
            assert_eq!(events[f.docs[0] as usize].time, f.first);
            (f.window, terms, f.count, f.cardinality.first().copied().unwrap_or(0), f.first, f.last)
        }).collect();
        let mut expected =
            threshold_model(&events, &windows, fields, value, cardinality.unwrap_or(0), cap);
        if cardinality.is_none() {
            for raised in &mut expected {
                raised.3 = 0;
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn new_terms_equal_the_model(
        events in events(16),
        windows in schedule(),
        fields in 1..4usize,
        history in 0..30i64,
    ) {
        let hits: Vec<TermHit> = events.iter().zip(0..).map(|(e, doc)| TermHit {
            time: e.time,
            order: (0, doc),
            terms: e.fields[..fields].iter().map(|f| texts(f)).collect(),
            doc,
        }).collect();
        let found: Vec<(Vec<u8>, usize)> = new_terms::run(&hits, &windows, history)
            .into_iter()
            .map(|f| (f.terms.iter().map(|t| t.parse().unwrap()).collect(), f.doc as usize))
            .collect();
        let once: BTreeSet<_> = found.iter().cloned().collect();
        prop_assert_eq!(found.len(), once.len(), "an alert twice");
        prop_assert_eq!(once, new_terms_model(&events, &windows, fields, history));
    }
}

/// A group that was alerted counts again when its time is no longer in the window, to the instant.
#[test]
fn the_memory_of_an_alert_ends_where_the_window_starts() {
    let run = |second_from: i64| {
        let mut machine = Machine::new(Rule {
            fields: vec![],
            value: 1,
            cardinality: vec![],
            max_groups: 10,
            name_events: 10,
        });
        for (at, time) in [10, 10].into_iter().enumerate() {
            let values = machine.values(&[], &[]);
            machine.push(time, (0, at as u64), values, at as u64);
        }
        let windows = [Window { from: 0, to: 10 }, Window { from: second_from, to: 20 }];
        machine.run(&windows).found.iter().map(|f| f.window).collect::<Vec<_>>()
    };
    assert_eq!(run(9), [0], "the alert's last event lies after the start: it is known");
    // An event exactly at the start is seen again, and as in the product its alert is forgotten.
    assert_eq!(run(10), [0, 1]);
    assert_eq!(run(11), [0]);
}

#[test]
fn an_event_with_very_many_combinations_is_counted() {
    let many: Vec<Arc<str>> = (0..200).map(|n| n.to_string().into()).collect();
    let mut machine = Machine::new(Rule {
        fields: vec![FieldType::Keyword; 2],
        value: 1,
        cardinality: vec![],
        max_groups: usize::MAX,
        name_events: 1,
    });
    let values = machine.values(&[many.clone(), many], &[]);
    machine.push(1, (0, 0), values, 0);
    let outcome = machine.run(&[Window { from: 0, to: 2 }]);
    assert_eq!((outcome.found.len(), outcome.combinations), (10_000, 30_000));
}
