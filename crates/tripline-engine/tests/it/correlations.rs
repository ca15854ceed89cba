//! Correlations against a slow, obvious model.
//!
//! The model is written from the rules alone: for each group it looks at every window anew, tries
//! every choice of events for an order, and shares nothing with the machine. Instants are few, so
//! that the boundary of the timespan and events of the same instant are met often.

use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use tripline_engine::tails::correlation::{Judged, Limits, Machine, judged};
use tripline_ir::{
    Correlation, CorrelationCondition, CorrelationInput, CorrelationKind, CorrelationSource,
    CorrelationTest, FieldRef, FieldType, InputCondition, View,
};

const INPUTS: usize = 3;

#[derive(Debug, Clone)]
struct Event {
    time: i64,
    /// Which inputs find it.
    inputs: [bool; INPUTS],
    keys: Vec<u8>,
    numbers: Vec<i8>,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..24i64, any::<[bool; INPUTS]>(), vec(0..2u8, 0..3), vec(-1..6i8, 0..3));
    vec(
        event.prop_map(|(time, inputs, keys, numbers)| Event { time, inputs, keys, numbers }),
        0..16,
    )
}

fn kinds() -> impl Strategy<Value = CorrelationKind> {
    prop_oneof![
        Just(CorrelationKind::EventCount),
        Just(CorrelationKind::ValueCount),
        Just(CorrelationKind::Temporal),
        Just(CorrelationKind::TemporalOrdered),
        Just(CorrelationKind::ValueSum),
        Just(CorrelationKind::ValueAvg),
        (0..=4i32).prop_map(|n| CorrelationKind::ValuePercentile(f64::from(n * 25))),
        Just(CorrelationKind::ValueMedian),
    ]
}

fn numbers() -> impl Strategy<Value = CorrelationCondition> {
    let test = prop_oneof![
        3 => Just(CorrelationTest::Gte),
        2 => Just(CorrelationTest::Gt),
        1 => Just(CorrelationTest::Lt),
        1 => Just(CorrelationTest::Lte),
        1 => Just(CorrelationTest::Eq),
        1 => Just(CorrelationTest::Neq),
    ];
    vec((test, (0..5i32).prop_map(f64::from)), 1..3).prop_map(CorrelationCondition::Number)
}

fn inputs() -> impl Strategy<Value = CorrelationCondition> {
    let leaf = (0..INPUTS).prop_map(InputCondition::Input);
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(InputCondition::And),
            vec(inner.clone(), 1..3).prop_map(InputCondition::Or),
            inner.prop_map(|inner| InputCondition::Not(Box::new(inner))),
        ]
    })
    .prop_map(CorrelationCondition::Inputs)
}

fn plans() -> impl Strategy<Value = Correlation> {
    let temporal =
        prop_oneof![Just(CorrelationKind::Temporal), Just(CorrelationKind::TemporalOrdered)];
    let asked = prop_oneof![3 => (kinds(), numbers()).boxed(), 1 => (temporal, inputs()).boxed()];
    (asked, any::<bool>(), 0..12i64)
        .prop_map(|((kind, condition), grouped, timespan)| plan(kind, condition, grouped, timespan))
}

fn plan(
    kind: CorrelationKind,
    condition: CorrelationCondition,
    grouped: bool,
    timespan: i64,
) -> Correlation {
    let field = |name: &str| FieldRef::new(View::Sigma, name, FieldType::Keyword);
    Correlation {
        kind,
        inputs: (0..INPUTS)
            .map(|at| CorrelationInput {
                name: format!("rule_{at}").into(),
                source: CorrelationSource::Filter(at),
                groups: vec![],
                keys: if grouped { vec![field("k")] } else { vec![] },
                values: vec![field("n")],
            })
            .collect(),
        group_by: if grouped { vec!["k".into()] } else { vec![] },
        timespan,
        condition,
    }
}

fn text(value: &impl ToString) -> Arc<str> {
    value.to_string().into()
}

/// Terms, value, events by number.
type Raised = (Vec<String>, f64, Vec<usize>);

fn machine(plan: &Correlation, events: &[Event], backwards: bool) -> Vec<Raised> {
    let limits = Limits { name_events: usize::MAX, ..Limits::default() };
    let mut machine = Machine::new(plan, limits);
    let mut hits: Vec<(usize, usize)> = (0..events.len())
        .flat_map(|at| (0..INPUTS).map(move |input| (at, input)))
        .filter(|(at, input)| events[*at].inputs[*input])
        .collect();
    if backwards {
        hits.reverse();
    }
    for (at, input) in hits {
        let e = &events[at];
        let keys: Vec<Vec<Arc<str>>> = match plan.group_by.len() {
            0 => vec![],
            _ => vec![e.keys.iter().map(text).collect()],
        };
        let values = vec![e.numbers.iter().map(text).collect()];
        machine.push(input, e.time, (0, at as u64), &keys, &values, at as u64);
    }
    let found = machine.run().found.into_iter().map(|f| {
        assert_eq!(f.docs.len() as u64, f.count);
        assert_eq!((events[f.docs[0] as usize].time, f.docs.last()), (f.first, Some(&f.last_doc)));
        let docs = f.docs.iter().map(|doc| *doc as usize).collect();
        (f.terms.iter().map(ToString::to_string).collect(), f.value, docs)
    });
    let mut found: Vec<Raised> = found.collect();
    found.sort_by(|a, b| (&a.0, &a.2).cmp(&(&b.0, &b.2)));
    found
}

fn model(plan: &Correlation, events: &[Event]) -> Vec<Raised> {
    let groups: Vec<Option<u8>> =
        if plan.group_by.is_empty() { vec![None] } else { vec![Some(0), Some(1)] };
    let mut raised = Vec::new();
    for group in groups {
        let mut of_group: Vec<usize> = (0..events.len())
            .filter(|at| events[*at].inputs.contains(&true))
            .filter(|at| group.is_none_or(|group| events[*at].keys.contains(&group)))
            .collect();
        of_group.sort_by_key(|at| (events[*at].time, *at));
        let terms: Vec<String> = group.iter().map(ToString::to_string).collect();
        let time = |at: usize| events[at].time;
        let mut windows: Vec<Vec<usize>> = Vec::new();
        if judged(plan) == Judged::AtEachEvent {
            for last in 0..of_group.len() {
                let inside = |at: &usize| time(of_group[last]) - time(*at) <= plan.timespan;
                windows.push(of_group[..=last].iter().copied().filter(inside).collect());
            }
            let mut before = false;
            let mut known: Vec<usize> = vec![];
            for window in windows {
                let (value, holds) = judge(plan, events, &window);
                if holds && (!before || window.iter().all(|at| !known.contains(at))) {
                    known.clone_from(&window);
                    raised.push((terms.clone(), value, window));
                }
                before = holds;
            }
        } else {
            let mut rest = of_group.as_slice();
            while let Some(first) = rest.first() {
                let inside = rest.iter().filter(|at| time(**at) - time(*first) <= plan.timespan);
                let window: Vec<usize> = inside.copied().collect();
                rest = &rest[window.len()..];
                let (value, holds) = judge(plan, events, &window);
                if holds {
                    raised.push((terms.clone(), value, window));
                }
            }
        }
    }
    raised.sort_by(|a, b| (&a.0, &a.2).cmp(&(&b.0, &b.2)));
    raised
}

/// The window's number, and whether it passes.
fn judge(plan: &Correlation, events: &[Event], window: &[usize]) -> (f64, bool) {
    let present: BTreeSet<usize> =
        (0..INPUTS).filter(|input| window.iter().any(|at| events[*at].inputs[*input])).collect();
    let mut values: Vec<f64> = window
        .iter()
        .flat_map(|at| &events[*at].numbers)
        .map(|number| f64::from(*number))
        .collect();
    values.sort_by(f64::total_cmp);
    let between = |percent: f64| {
        let rank = percent / 100.0 * (values.len() - 1) as f64;
        let (low, high) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
        low + (high - low) * rank.fract()
    };
    let sum = || values.iter().sum::<f64>();
    let number = match plan.kind {
        CorrelationKind::EventCount => Some(window.len() as f64),
        CorrelationKind::Temporal => Some(present.len() as f64),
        CorrelationKind::TemporalOrdered => {
            let best =
                subsets().into_iter().filter(|s| ordered(events, window, s)).map(|s| s.len());
            Some(best.max().unwrap_or(0) as f64)
        }
        CorrelationKind::ValueCount => {
            let mut distinct = values.clone();
            distinct.dedup();
            Some(distinct.len() as f64)
        }
        _ if values.is_empty() => None,
        CorrelationKind::ValueSum => Some(sum()),
        CorrelationKind::ValueAvg => Some(sum() / values.len() as f64),
        CorrelationKind::ValueMedian => Some(between(50.0)),
        CorrelationKind::ValuePercentile(percent) => Some(between(percent)),
    };
    match &plan.condition {
        CorrelationCondition::Number(tests) => {
            let Some(number) = number else { return (0.0, false) };
            let passes = tests.iter().all(|(test, bound)| match test {
                CorrelationTest::Lt => number < *bound,
                CorrelationTest::Lte => number <= *bound,
                CorrelationTest::Gt => number > *bound,
                CorrelationTest::Gte => number >= *bound,
                CorrelationTest::Eq => (number - bound).abs() < 1e-12,
                CorrelationTest::Neq => (number - bound).abs() >= 1e-12,
            });
            (number, passes)
        }
        CorrelationCondition::Inputs(condition) => {
            let passes = if plan.kind == CorrelationKind::Temporal {
                holds(condition, &present, &present)
            } else {
                let mut choices = subsets();
                choices.push(vec![]);
                choices.into_iter().any(|chosen| {
                    ordered(events, window, &chosen)
                        && holds(condition, &chosen.iter().copied().collect(), &present)
                })
            };
            (present.len() as f64, passes)
        }
    }
}

/// Positive parts are asked of one set, what stands below a `not` of the other.
fn holds(condition: &InputCondition, has: &BTreeSet<usize>, occur: &BTreeSet<usize>) -> bool {
    match condition {
        InputCondition::Input(input) => has.contains(input),
        InputCondition::And(parts) => parts.iter().all(|part| holds(part, has, occur)),
        InputCondition::Or(parts) => parts.iter().any(|part| holds(part, has, occur)),
        InputCondition::Not(inner) => !holds(inner, occur, has),
    }
}

/// All choices of inputs that are not empty, each in order.
fn subsets() -> Vec<Vec<usize>> {
    (1..1 << INPUTS).map(|bits| (0..INPUTS).filter(|i| bits & (1 << i) != 0).collect()).collect()
}

/// Whether there is an event for each of these inputs, each after the one before.
fn ordered(events: &[Event], window: &[usize], inputs: &[usize]) -> bool {
    let Some((first, rest)) = inputs.split_first() else { return true };
    (0..window.len())
        .any(|at| events[window[at]].inputs[*first] && ordered(events, &window[at + 1..], rest))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn correlations_equal_the_model(events in events(), plan in plans(), backwards: bool) {
        prop_assert_eq!(machine(&plan, &events, backwards), model(&plan, &events));
    }
}

fn at(times: &[i64]) -> Vec<Event> {
    let event = |time: &i64| Event {
        time: *time,
        inputs: [true, false, false],
        keys: vec![],
        numbers: vec![1],
    };
    times.iter().map(event).collect()
}

fn at_least(number: f64) -> CorrelationCondition {
    CorrelationCondition::Number(vec![(CorrelationTest::Gte, number)])
}

fn found(plan: &Correlation, times: &[i64]) -> Vec<Vec<usize>> {
    machine(plan, &at(times), false).into_iter().map(|(_, _, docs)| docs).collect()
}

#[test]
fn the_timespan_itself_is_inside() {
    let plan = plan(CorrelationKind::EventCount, at_least(3.0), false, 10);
    assert_eq!(found(&plan, &[0, 5, 10]), [[0, 1, 2]]);
    assert!(found(&plan, &[0, 5, 11]).is_empty());
}

#[test]
fn what_goes_on_is_found_once_a_timespan() {
    let plan = plan(CorrelationKind::EventCount, at_least(3.0), false, 10);
    let steady: Vec<i64> = (0..12).map(|n| n * 4).collect();
    assert_eq!(found(&plan, &steady), [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]);
    // After a pause it begins anew, even if an event is in both.
    assert_eq!(found(&plan, &[0, 1, 10, 20, 20]), [[0, 1, 2], [2, 3, 4]]);
}

#[test]
fn at_most_is_judged_at_the_end_of_a_window() {
    let few = CorrelationCondition::Number(vec![(CorrelationTest::Lt, 3.0)]);
    let plan = plan(CorrelationKind::EventCount, few, false, 10);
    assert_eq!(found(&plan, &[0, 1, 10, 11, 30]), [vec![3], vec![4]]);
}

#[test]
fn limits_are_counted() {
    let plan = plan(CorrelationKind::EventCount, at_least(2.0), true, 10);
    let run = |limits: Limits, backwards: bool| {
        let mut machine = Machine::new(&plan, limits);
        let mut hits: Vec<u64> = (0..6).collect();
        if backwards {
            hits.reverse();
        }
        for n in hits {
            let keys = [vec![text(&(n % 3))]];
            machine.push(0, n as i64, (0, n), &keys, &[], n);
        }
        machine.push(0, 0, (0, 9), &[vec![]], &[], 9);
        let outcome = machine.run();
        let terms: Vec<String> = outcome.found.iter().map(|f| f.terms[0].to_string()).collect();
        (terms.join(" "), outcome.dropped.groups, outcome.dropped.events, outcome.lacking)
    };
    for backwards in [false, true] {
        let limits = Limits::default();
        assert_eq!(run(limits, backwards), ("0 1 2".into(), 0, 0, 1));
        assert_eq!(run(Limits { groups: 2, ..limits }, backwards), ("0 1".into(), 2, 0, 1));
        assert_eq!(run(Limits { events: 1, ..limits }, backwards), (String::new(), 0, 3, 1));
    }
}

/// Of a window with more events than are named, the ends of each input are.
#[test]
fn the_telling_events_are_named() {
    let plan = plan(CorrelationKind::Temporal, at_least(3.0), false, 1000);
    let mut machine = Machine::new(&plan, Limits { name_events: 8, ..Limits::default() });
    for n in 0..100u64 {
        let input = match n {
            40 => 1,
            99 => 2,
            _ => 0,
        };
        machine.push(input, n as i64, (0, n), &[], &[], n);
    }
    let found = machine.run().found;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].count, found[0].inputs.as_slice()), (100, [98, 1, 1].as_slice()));
    assert_eq!(found[0].docs, [0, 1, 2, 3, 4, 40, 98, 99]);
}

#[test]
fn the_nearest_group_is_told() {
    let plan = plan(CorrelationKind::EventCount, at_least(4.0), true, 10);
    let mut machine = Machine::new(&plan, Limits::default());
    for (n, key) in [(0, "a"), (1, "b"), (2, "b"), (3, "b"), (4, "a"), (50, "a")] {
        machine.push(1, n as i64, (0, n), &[vec![key.into()]], &[], n);
    }
    let nearest = machine.run().nearest.unwrap();
    assert_eq!((&*nearest.terms[0], nearest.value, nearest.count), ("b", Some(3.0), 3));
    assert_eq!(
        (nearest.inputs.as_slice(), nearest.first, nearest.last),
        ([0, 3, 0].as_slice(), 1, 3)
    );
}
