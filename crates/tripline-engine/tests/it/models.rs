//! The sequence machine and the sample finder against slow, obvious models.
//!
//! The models are written from the rules of the language alone, one key at a time and stage after
//! stage: everything is kept in lists, nothing is pruned, nothing is shared with the machine.
//!
//! Streams are small on purpose: few instants, so that ties and the boundary of `maxspan` are
//! common; few values, so that keys meet.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::sync::Arc;
use tripline_engine::tails::sample;
use tripline_engine::tails::sequence::{self, Limits, StepHit, Tiebreak};
use tripline_ir::{EventPipe, FieldRef, FieldType, JoinKey, Sample, Sequence as Plan, Step, View};

/// An event of a random stream.
#[derive(Debug, Clone)]
struct Event {
    time: i64,
    tiebreak: Option<i64>,
    /// Which of the four conditions it passes.
    passes: [bool; 4],
    /// The values of its two fields.
    fields: [Vec<u8>; 2],
}

/// A step as a query writes it.
#[derive(Debug, Clone)]
struct Wanted {
    condition: usize,
    /// Which field each key is, and whether it is optional.
    keys: Vec<(usize, bool)>,
    missing: bool,
    runs: usize,
}

/// The value of each key.
type Key = Vec<Option<u8>>;

/// When an event is: time, then the tiebreaker, those without after those with, then its place.
fn instant(events: &[Event], at: usize) -> (i64, bool, Option<i64>, usize) {
    let event = &events[at];
    (event.time, event.tiebreak.is_none(), event.tiebreak, at)
}

/// Every key that there could be.
fn all_keys(count: usize) -> Vec<Key> {
    let values = [None, Some(0), Some(1), Some(2)];
    let mut keys: Vec<Key> = vec![vec![]];
    for _ in 0..count {
        keys = keys
            .iter()
            .flat_map(|key| values.iter().map(|value| [key.as_slice(), &[*value]].concat()))
            .collect();
    }
    keys
}

/// Whether an event passes a step's condition with this key: each field has the value among its
/// own, or has none and may.
fn matches(event: &Event, step: &Wanted, key: &Key) -> bool {
    event.passes.get(step.condition).is_some_and(|passes| *passes)
        && step.keys.iter().zip(key).all(|((field, optional), value)| match value {
            Some(value) => event.fields[*field].contains(value),
            None => *optional && event.fields[*field].is_empty(),
        })
}

/// The places of the events that match, in order.
fn stream(events: &[Event], step: &Wanted, key: &Key) -> Vec<usize> {
    let mut all: Vec<usize> =
        (0..events.len()).filter(|at| matches(&events[*at], step, key)).collect();
    all.sort_by_key(|at| instant(events, *at));
    all
}

/// What a query asks for.
#[derive(Debug, Clone)]
struct Query {
    steps: Vec<Wanted>,
    until: Option<Wanted>,
    maxspan: Option<i64>,
    pipes: Vec<EventPipe>,
}

/// The sequences of a query: for each step an event or nothing, and the key.
fn sequences(query: &Query, events: &[Event]) -> Vec<(Vec<Option<usize>>, Key)> {
    let written_out: Vec<&Wanted> =
        query.steps.iter().flat_map(|step| std::iter::repeat_n(step, step.runs)).collect();
    let mut found: Vec<(Vec<usize>, Key)> = Vec::new();
    for key in all_keys(query.steps[0].keys.len()) {
        let positive: Vec<&&Wanted> = written_out.iter().filter(|step| !step.missing).collect();
        // Stage after stage, all that has come so far.
        let mut stage: Vec<Vec<usize>> =
            stream(events, positive[0], &key).into_iter().map(|at| vec![at]).collect();
        for step in &positive[1..] {
            let mut next: Vec<Vec<usize>> = Vec::new();
            for hit in stream(events, step, &key) {
                let ends_before = |partial: &Vec<usize>| {
                    instant(events, *partial.last().unwrap()) < instant(events, hit)
                };
                // The latest partial that ends strictly before the hit; it and the older ones go.
                let latest = stage
                    .iter()
                    .filter(|partial| ends_before(partial))
                    .max_by_key(|partial| instant(events, *partial.last().unwrap()))
                    .cloned();
                stage.retain(|partial| !ends_before(partial));
                let Some(mut partial) = latest else { continue };
                let span = events[hit].time - events[partial[0]].time;
                if query.maxspan.is_some_and(|most| span > most) {
                    continue;
                }
                let from = instant(events, *partial.last().unwrap());
                let to = instant(events, hit);
                let ended = query.until.as_ref().is_some_and(|until| {
                    stream(events, until, &key)
                        .into_iter()
                        .any(|at| (from..=to).contains(&instant(events, at)))
                });
                if !ended {
                    partial.push(hit);
                    next.push(partial);
                }
            }
            stage = next;
        }
        for sequence in stage {
            if !forbidden(query, &written_out, events, &sequence, &key) {
                found.push((sequence, key.clone()));
            }
        }
    }
    found.sort_by_key(|(sequence, key)| {
        let (first, last) = (sequence[0], *sequence.last().unwrap());
        (instant(events, last), instant(events, first), key.clone())
    });
    for pipe in &query.pipes {
        found = match pipe {
            EventPipe::Head(n) => found.into_iter().take(*n as usize).collect(),
            EventPipe::Tail(n) => {
                let skipped = found.len().saturating_sub(*n as usize);
                found.into_iter().skip(skipped).collect()
            }
        };
    }
    let slots = |sequence: Vec<usize>| {
        let mut events = sequence.into_iter();
        written_out.iter().map(|step| if step.missing { None } else { events.next() }).collect()
    };
    found.into_iter().map(|(sequence, key)| (slots(sequence), key)).collect()
}

/// Whether an event that must not be there is there.
fn forbidden(
    query: &Query,
    steps: &[&Wanted],
    events: &[Event],
    sequence: &[usize],
    key: &Key,
) -> bool {
    let first = steps.iter().position(|step| !step.missing).unwrap();
    let last = steps.iter().rposition(|step| !step.missing).unwrap();
    let (start, end) = (sequence[0], *sequence.last().unwrap());
    let Some(maxspan) = query.maxspan else { return false };
    // In the middle: strictly between the two neighbours.
    for (place, step) in steps.iter().enumerate().filter(|(_, step)| step.missing) {
        if place < first || place > last {
            continue;
        }
        let before = steps[..place].iter().filter(|step| !step.missing).count();
        let (left, right) = (sequence[before - 1], sequence[before]);
        let between = |at: &usize| {
            instant(events, *at) > instant(events, left)
                && instant(events, *at) < instant(events, right)
        };
        if stream(events, step, key).iter().any(between) {
            return true;
        }
    }
    let marks = |steps: &[&Wanted], wanted: &dyn Fn(usize) -> bool| -> Vec<i64> {
        steps
            .iter()
            .flat_map(|step| stream(events, step, key))
            .filter(|at| wanted(*at))
            .map(|at| events[at].time)
            .collect()
    };
    let leading = marks(&steps[..first], &|at| instant(events, at) < instant(events, start));
    let trailing = marks(&steps[last + 1..], &|at| instant(events, at) > instant(events, end));
    match (first > 0, last + 1 < steps.len()) {
        // The window floats: only a pair that fits into it forbids.
        (true, true) => leading.iter().any(|a| trailing.iter().any(|b| b - a <= maxspan)),
        (true, false) => leading.iter().any(|a| *a >= events[end].time - maxspan),
        (false, true) => trailing.iter().any(|b| *b <= events[start].time + maxspan),
        (false, false) => false,
    }
}

/// The samples of a query: the first combination of different events for each key, when the last
/// step varies fastest.
fn samples(steps: &[Wanted], per_key: usize, events: &[Event]) -> Vec<(Vec<usize>, Key)> {
    let mut found = Vec::new();
    for key in all_keys(steps[0].keys.len()) {
        let mut combinations: Vec<Vec<usize>> = vec![vec![]];
        for step in steps {
            let mut candidates: Vec<usize> =
                (0..events.len()).filter(|at| matches(&events[*at], step, &key)).collect();
            candidates.sort_by_key(|at| (events[*at].time, *at));
            combinations = combinations
                .iter()
                .flat_map(|chosen| {
                    let free = candidates.iter().filter(|at| !chosen.contains(at));
                    free.map(|at| [chosen.as_slice(), &[*at]].concat()).collect::<Vec<_>>()
                })
                .collect();
        }
        found.extend(combinations.into_iter().take(per_key).map(|c| (c, key.clone())));
    }
    found
}

// From here on: the same streams and queries as the engine takes them.

fn step(number: usize, wanted: &Wanted) -> Step {
    let key = |(field, optional): &(usize, bool)| JoinKey {
        field: FieldRef::new(View::Ecs, ["a", "b"][*field], FieldType::Keyword),
        optional: *optional,
    };
    let keys = wanted.keys.iter().map(key).collect();
    Step { filter: number, keys, missing: wanted.missing }
}

fn plan(query: &Query) -> Plan {
    let mut steps = Vec::new();
    for (number, wanted) in query.steps.iter().enumerate() {
        steps.extend(std::iter::repeat_n(step(number, wanted), wanted.runs));
    }
    let until = query.until.as_ref().map(|until| step(query.steps.len(), until));
    Plan { steps, until, maxspan: query.maxspan, pipes: query.pipes.clone() }
}

fn hits(steps: &[&Wanted], events: &[Event]) -> Vec<StepHit> {
    let mut hits = Vec::new();
    for (number, wanted) in steps.iter().enumerate() {
        for (place, event) in events.iter().enumerate() {
            let texts = |(field, _): &(usize, bool)| {
                event.fields[*field].iter().map(|v| Arc::from(v.to_string())).collect()
            };
            if event.passes[wanted.condition] {
                hits.push(StepHit {
                    step_filter: number as u32,
                    time: event.time,
                    tiebreak: event.tiebreak.map(Tiebreak::Number),
                    order: (0, place as u64),
                    keys: wanted.keys.iter().map(texts).collect(),
                    doc: place as u64,
                });
            }
        }
    }
    hits
}

fn key(keys: &[Option<Arc<str>>]) -> Key {
    keys.iter().map(|key| key.as_ref().map(|text| text.parse().unwrap())).collect()
}

fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = (
        0..12i64,
        proptest::option::of(0..3i64),
        any::<[bool; 4]>(),
        [vec(0..3u8, 0..3), vec(0..3u8, 0..2)],
    );
    let make = |(time, tiebreak, passes, fields)| Event { time, tiebreak, passes, fields };
    vec(event.prop_map(make), 0..most)
}

/// A step of a query with so many keys. Steps may name other fields for the same key.
fn wanted(keys: usize, missing: f64, runs: usize) -> impl Strategy<Value = Wanted> {
    let keys = vec((0..2usize, any::<bool>()), keys);
    (0..4usize, keys, prop::bool::weighted(missing), 1..=runs)
        .prop_map(|(condition, keys, missing, runs)| Wanted { condition, keys, missing, runs })
}

fn query() -> impl Strategy<Value = Query> {
    let pipe =
        prop_oneof![(0..4u64).prop_map(EventPipe::Head), (1..5u64).prop_map(EventPipe::Tail)];
    (0..3usize)
        .prop_flat_map(move |keys| {
            (
                vec(wanted(keys, 0.3, 2), 1..5),
                proptest::option::of(wanted(keys, 0.0, 1)),
                proptest::option::weighted(0.7, 1..8i64),
                vec(pipe.clone(), 0..3),
            )
        })
        .prop_map(|(mut steps, until, maxspan, pipes)| {
            // A sequence has a step that occurs; what must not occur takes a `maxspan`.
            if steps.iter().all(|step| step.missing) {
                steps[0].missing = false;
            }
            let missing = steps.iter().any(|step| step.missing);
            let maxspan = if missing { Some(maxspan.unwrap_or(3)) } else { maxspan };
            Query { steps, until, maxspan, pipes }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn sequences_are_what_the_rules_say(query in query(), events in events(16), turn in any::<usize>()) {
        let steps: Vec<&Wanted> = query.steps.iter().chain(&query.until).collect();
        let mut hits = hits(&steps, &events);
        if !hits.is_empty() {
            let middle = turn % hits.len();
            hits.rotate_left(middle);
        }
        let outcome = sequence::run(&plan(&query), &hits, &Limits::default());
        prop_assert!(outcome.dropped.is_empty());
        let found: Vec<(Vec<Option<usize>>, Key)> = outcome
            .found
            .iter()
            .map(|f| (f.docs.iter().map(|d| d.map(|d| d as usize)).collect(), key(&f.keys)))
            .collect();
        prop_assert_eq!(found, sequences(&query, &events));
    }

    #[test]
    fn samples_are_what_the_rules_say(
        steps in (1..3usize).prop_flat_map(|keys| vec(wanted(keys, 0.0, 1), 1..5)),
        events in events(8),
        per_key in 1..5usize,
        turn in any::<usize>(),
    ) {
        let numbered: Vec<&Wanted> = steps.iter().collect();
        let mut hits = hits(&numbered, &events);
        if !hits.is_empty() {
            let middle = turn % hits.len();
            hits.rotate_left(middle);
        }
        let plan = Sample {
            steps: steps.iter().enumerate().map(|(number, w)| step(number, w)).collect(),
            per_key: per_key as u64,
        };
        let outcome = sample::run(&plan, &hits);
        prop_assert_eq!(outcome.dropped, 0);
        let found: Vec<(Vec<usize>, Key)> = outcome
            .found
            .iter()
            .map(|f| (f.docs.iter().map(|d| *d as usize).collect(), key(&f.keys)))
            .collect();
        prop_assert_eq!(found, samples(&steps, per_key, &events));
    }
}

/// The random streams are not too easy: each rule decides the result of a good part of them.
#[test]
fn streams_put_every_rule_to_the_test() {
    let mut runner = TestRunner::deterministic();
    let cases = (query(), events(16));
    let mut found = 0;
    let mut decided = [0; 5];
    for _ in 0..2_000 {
        let (query, events) = cases.new_tree(&mut runner).unwrap().current();
        let result = sequences(&query, &events);
        found += usize::from(!result.is_empty());
        let changed = |other: &Query| usize::from(sequences(other, &events) != result);
        let without_until = Query { until: None, ..query.clone() };
        let a_bit_less = Query { maxspan: query.maxspan.map(|span| span - 1), ..query.clone() };
        let a_bit_more = Query { maxspan: query.maxspan.map(|span| span + 1), ..query.clone() };
        let mut strict = query.clone();
        for (_, optional) in strict.steps.iter_mut().flat_map(|step| &mut step.keys) {
            *optional = false;
        }
        let mut nothing_missing = query.clone();
        for step in nothing_missing.steps.iter_mut().filter(|step| step.missing) {
            // A condition that no event passes.
            step.condition = 4;
        }
        let others = [without_until, a_bit_less, a_bit_more, strict, nothing_missing];
        for (count, other) in decided.iter_mut().zip(&others) {
            *count += changed(other);
        }
    }
    assert!(found > 400, "{found} streams have a sequence");
    assert!(decided.iter().all(|count| *count > 20), "{decided:?} results change");
}

/// `maxspan` and the look-back of a rule bound a sequence alike, both inclusive.
#[test]
fn the_tighter_of_maxspan_and_look_back_counts() {
    let step = |condition| Wanted { condition, keys: vec![], missing: false, runs: 1 };
    let event = |time, condition: usize| {
        let mut passes = [false; 4];
        passes[condition] = true;
        Event { time, tiebreak: None, passes, fields: [vec![], vec![]] }
    };
    for (maxspan, look_back, last, expected) in [
        (Some(5), Some(9), 5, 1),
        (Some(5), Some(9), 6, 0),
        (Some(9), Some(5), 5, 1),
        (Some(9), Some(5), 6, 0),
        (None, Some(5), 5, 1),
        (None, Some(5), 6, 0),
        (None, None, 1_000, 1),
    ] {
        let query = Query { steps: vec![step(0), step(1)], until: None, maxspan, pipes: vec![] };
        let events = [event(0, 0), event(last, 1)];
        let hits = hits(&query.steps.iter().collect::<Vec<_>>(), &events);
        let limits = Limits { look_back, ..Limits::default() };
        let found = sequence::run(&plan(&query), &hits, &limits).found.len();
        assert_eq!(found, expected, "maxspan {maxspan:?}, look-back {look_back:?}, {last}");
    }
}
