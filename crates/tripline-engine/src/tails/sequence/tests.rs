use super::*;
use proptest::prelude::*;
use tripline_ir::{EventPipe, FieldRef, FieldType, JoinKey, View};

fn key(optional: bool) -> JoinKey {
    JoinKey { field: FieldRef::new(View::Ecs, "k", FieldType::Keyword), optional }
}

fn step(filter: usize) -> Step {
    Step { filter, keys: vec![], missing: false }
}

fn keyed(filter: usize, optional: bool) -> Step {
    Step { filter, keys: vec![key(optional)], missing: false }
}

fn missing(filter: usize) -> Step {
    Step { missing: true, ..step(filter) }
}

fn sequence(steps: Vec<Step>) -> Sequence {
    Sequence { steps, until: None, maxspan: None, pipes: vec![] }
}

/// An event whose time and position are its id.
fn at(filter: u32, id: u64) -> StepHit {
    StepHit {
        step_filter: filter,
        time: id as i64,
        tiebreak: None,
        order: (0, id),
        keys: vec![],
        doc: id,
    }
}

fn with_keys(filter: u32, id: u64, values: &[&str]) -> StepHit {
    StepHit { keys: vec![values.iter().map(|v| Arc::from(*v)).collect()], ..at(filter, id) }
}

fn docs(sequence: &Sequence, hits: &[StepHit]) -> Vec<Vec<u64>> {
    let outcome = run(sequence, hits, &Limits::default());
    assert!(outcome.dropped.is_empty());
    outcome.found.into_iter().map(|f| f.docs.into_iter().flatten().collect()).collect()
}

#[test]
fn an_event_may_serve_two_steps_of_overlapping_sequences() {
    let hits: Vec<StepHit> = (1..=4).map(|id| at(0, id)).collect();
    let steps = sequence(vec![step(0), step(0)]);
    assert_eq!(docs(&steps, &hits), [[1, 2], [2, 3], [3, 4]]);
    let three = sequence(vec![step(0), step(0), step(0)]);
    assert_eq!(docs(&three, &hits), [[1, 2, 3], [2, 3, 4]]);
}

#[test]
fn a_newer_start_replaces_an_older_one() {
    let mut hits: Vec<StepHit> = (1..=4).map(|id| at(0, id)).collect();
    hits.push(at(1, 5));
    assert_eq!(docs(&sequence(vec![step(0), step(1)]), &hits), [[4, 5]]);
}

#[test]
fn one_step_is_complete_at_once() {
    assert_eq!(docs(&sequence(vec![step(0)]), &[at(0, 2), at(0, 1)]), [[1], [2]]);
}

#[test]
fn an_equal_ordinal_does_not_advance() {
    let steps = sequence(vec![step(0), step(1)]);
    assert_eq!(docs(&steps, &[at(0, 1), at(1, 1)]), Vec::<Vec<u64>>::new());
    // Same time: the tiebreak decides, and no tiebreak is last.
    let tied = |filter, doc, tiebreak: Option<&str>| StepHit {
        time: 7,
        tiebreak: tiebreak.map(Tiebreak::from),
        ..at(filter, doc)
    };
    assert_eq!(docs(&steps, &[tied(0, 2, Some("9")), tied(1, 1, Some("10"))]), [[2, 1]]);
    assert_eq!(docs(&steps, &[tied(0, 1, None), tied(1, 2, Some("1"))]).len(), 0);
    assert_eq!(docs(&steps, &[tied(0, 2, Some("1")), tied(1, 1, None)]), [[2, 1]]);
    // Neither has one: the position in the input decides.
    assert_eq!(docs(&steps, &[tied(0, 1, None), tied(1, 2, None)]), [[1, 2]]);
    assert_eq!(docs(&steps, &[tied(0, 2, None), tied(1, 1, None)]).len(), 0);
}

#[test]
fn maxspan_is_inclusive_and_a_late_hit_uses_the_partial_up() {
    let mut steps = sequence(vec![step(0), step(1)]);
    steps.maxspan = Some(5);
    assert_eq!(docs(&steps, &[at(0, 1), at(1, 6)]), [[1, 6]]);
    assert_eq!(docs(&steps, &[at(0, 1), at(1, 7)]).len(), 0);
    steps.maxspan = None;
    let limits = Limits { look_back: Some(5), ..Limits::default() };
    assert_eq!(run(&steps, &[at(0, 1), at(1, 7)], &limits).found.len(), 0);
    assert_eq!(run(&steps, &[at(0, 1), at(1, 6)], &limits).found.len(), 1);
}

#[test]
fn until_ends_partials_both_ends_included() {
    let mut steps = sequence(vec![step(0), step(1)]);
    steps.until = Some(step(2));
    assert_eq!(docs(&steps, &[at(0, 1), at(2, 2), at(1, 3)]).len(), 0);
    assert_eq!(docs(&steps, &[at(0, 1), at(1, 3), at(2, 4)]), [[1, 3]]);
    assert_eq!(docs(&steps, &[at(2, 0), at(0, 1), at(1, 3)]), [[1, 3]]);
    assert_eq!(docs(&steps, &[at(0, 1), at(2, 1), at(1, 3)]).len(), 0, "at the partial's end");
    assert_eq!(docs(&steps, &[at(0, 1), at(2, 3), at(1, 3)]).len(), 0, "at the hit");
}

#[test]
fn keys_join_by_each_distinct_value() {
    let steps = sequence(vec![keyed(0, false), keyed(1, false)]);
    let hits = [with_keys(0, 1, &["a", "b", "a"]), with_keys(1, 2, &["b", "a", "c"])];
    let outcome = run(&steps, &hits, &Limits::default());
    let keys: Vec<&str> = outcome.found.iter().map(|f| f.keys[0].as_deref().unwrap()).collect();
    assert_eq!(keys, ["a", "b"]);
    // An absent key drops the event, unless it is optional: then absent equals absent.
    let absent = [with_keys(0, 1, &[]), with_keys(1, 2, &[]), with_keys(1, 3, &["a"])];
    assert_eq!(docs(&steps, &absent).len(), 0);
    let optional = sequence(vec![keyed(0, true), keyed(1, true)]);
    assert_eq!(docs(&optional, &absent), [[1, 2]]);
}

#[test]
fn missing_events() {
    // Minute offsets as in the documentation's examples; filter 1 must not occur.
    let span = |steps: Vec<Step>, maxspan| Sequence { maxspan: Some(maxspan), ..sequence(steps) };
    let middle = span(vec![step(0), missing(1), step(2)], 100);
    assert_eq!(docs(&middle, &[at(0, 1), at(2, 3)]), [[1, 3]]);
    assert_eq!(docs(&middle, &[at(0, 1), at(1, 2), at(2, 3)]).len(), 0);
    assert_eq!(docs(&middle, &[at(0, 1), at(1, 1), at(1, 3), at(2, 3)]), [[1, 3]]);
    let found = run(&middle, &[at(0, 1), at(2, 3)], &Limits::default()).found;
    assert_eq!(found[0].docs, [Some(1), None, Some(3)]);

    let trailing = span(vec![step(0), missing(1)], 5);
    assert_eq!(docs(&trailing, &[at(0, 1), at(1, 6)]).len(), 0);
    assert_eq!(docs(&trailing, &[at(0, 1), at(1, 7)]), [[1]]);
    let leading = span(vec![missing(1), step(0)], 5);
    assert_eq!(docs(&leading, &[at(1, 1), at(0, 6)]).len(), 0);
    assert_eq!(docs(&leading, &[at(1, 0), at(0, 6)]), [[6]]);
    let both = span(vec![missing(1), step(0), missing(2)], 20);
    assert_eq!(docs(&both, &[at(1, 1), at(0, 6)]), [[6]]);
    assert_eq!(docs(&both, &[at(1, 1), at(0, 6), at(2, 22)]), [[6]]);
    assert_eq!(docs(&both, &[at(1, 1), at(0, 6), at(2, 21)]).len(), 0);
}

#[test]
fn pipes_apply_in_order_of_first_events() {
    let mut steps = sequence(vec![step(0), step(0)]);
    steps.pipes = vec![EventPipe::Tail(2), EventPipe::Head(1)];
    let hits: Vec<StepHit> = (1..=4).rev().map(|id| at(0, id)).collect();
    assert_eq!(docs(&steps, &hits), [[2, 3]]);
}

#[test]
fn limits_are_counted() {
    let steps = sequence(vec![keyed(0, false), keyed(1, false)]);
    let hits: Vec<StepHit> = (0..10)
        .map(|id| with_keys(0, id, &[&id.to_string()]))
        .chain([with_keys(1, 20, &["3"]), with_keys(1, 21, &["9"])])
        .collect();
    let limits = Limits { partials: 5, ..Limits::default() };
    let outcome = run(&steps, &hits, &limits);
    assert_eq!(outcome.dropped, Dropped { partials: 5, combinations: 0 });
    assert_eq!(outcome.found.len(), 1);
    let limits = Limits { combinations: 2, ..Limits::default() };
    let outcome = run(&steps, &[with_keys(0, 1, &["a", "b", "c"])], &limits);
    assert_eq!(outcome.dropped, Dropped { partials: 0, combinations: 1 });
    // Partials that can no longer be completed make room.
    let narrow = Sequence { maxspan: Some(3), ..steps };
    let outcome = run(&narrow, &hits, &Limits { partials: 5, ..Limits::default() });
    assert!(outcome.dropped.is_empty());
}

/// The rules of the language written down one by one: stage after stage, all partials kept in
/// lists, nothing pruned.
fn model(sequence: &Sequence, hits: &[StepHit]) -> Vec<(Vec<u64>, Option<String>)> {
    let instant = |h: &StepHit| (h.time, h.tiebreak.is_none(), h.tiebreak.clone(), h.order);
    let mut hits = hits.to_vec();
    hits.sort_by_key(instant);
    let values = |h: &StepHit, step: &Step| -> Vec<Option<String>> {
        let Some(key) = step.keys.first() else { return vec![None] };
        let mut values: Vec<_> = h.keys[0].iter().map(|v| Some(v.to_string())).collect();
        values.sort();
        values.dedup();
        if values.is_empty() && key.optional {
            values.push(None);
        }
        values
    };
    let mut stage: Vec<(Vec<StepHit>, Option<String>)> = Vec::new();
    for (number, step) in sequence.steps.iter().enumerate() {
        let mut next = Vec::new();
        for hit in hits.iter().filter(|h| h.step_filter as usize == step.filter) {
            for value in values(hit, step) {
                if number == 0 {
                    next.push((vec![hit.clone()], value));
                    continue;
                }
                let before = |p: &(Vec<StepHit>, Option<String>)| {
                    p.1 == value && instant(p.0.last().unwrap()) < instant(hit)
                };
                let latest =
                    stage.iter().filter(|p| before(p)).max_by_key(|p| instant(p.0.last().unwrap()));
                let Some((mut events, _)) = latest.cloned() else { continue };
                stage.retain(|p| !before(p));
                if sequence.maxspan.is_some_and(|span| hit.time - events[0].time > span) {
                    continue;
                }
                let ended = sequence.until.as_ref().is_some_and(|until| {
                    hits.iter().any(|u| {
                        u.step_filter as usize == until.filter
                            && values(u, until).contains(&value)
                            && instant(u) >= instant(events.last().unwrap())
                            && instant(u) <= instant(hit)
                    })
                });
                if !ended {
                    events.push(hit.clone());
                    next.push((events, value));
                }
            }
        }
        stage = next;
    }
    stage.sort_by_key(|(events, value)| {
        (instant(events.last().unwrap()), instant(&events[0]), value.clone())
    });
    stage.into_iter().map(|(e, v)| (e.iter().map(|h| h.doc).collect(), v)).collect()
}

proptest! {
    #[test]
    fn equals_the_obvious_model(
        steps in proptest::collection::vec(0..3usize, 1..4),
        keys in any::<bool>(),
        optional in any::<bool>(),
        until in any::<bool>(),
        maxspan in proptest::option::of(0..12i64),
        events in proptest::collection::vec(
            (0..4u8, 0..20i64, proptest::option::of(0..3i64), proptest::collection::vec(0..3u8, 0..3)),
            0..24,
        ),
        shuffle in any::<u64>(),
    ) {
        let make = |filter: usize| if keys { keyed(filter, optional) } else { step(filter) };
        let sequence = Sequence {
            steps: steps.into_iter().map(make).collect(),
            until: until.then(|| make(3)),
            maxspan,
            pipes: vec![],
        };
        // An event may pass several filters: filter 3's hits are also hits of filter 0.
        let mut hits = Vec::new();
        for (doc, (filter, time, tiebreak, values)) in events.into_iter().enumerate() {
            let values: Vec<Arc<str>> = values.iter().map(|v| v.to_string().into()).collect();
            let hit = StepHit {
                step_filter: u32::from(filter),
                time,
                tiebreak: tiebreak.map(Tiebreak::Number),
                order: (0, doc as u64),
                keys: if keys { vec![values] } else { vec![] },
                doc: doc as u64,
            };
            if filter == 3 {
                hits.push(StepHit { step_filter: 0, ..hit.clone() });
            }
            hits.push(hit);
        }
        let expected = model(&sequence, &hits);
        if !hits.is_empty() {
            let middle = shuffle as usize % hits.len();
            hits.rotate_left(middle);
        }
        let outcome = run(&sequence, &hits, &Limits::default());
        let found: Vec<(Vec<u64>, Option<String>)> = outcome
            .found
            .into_iter()
            .map(|f| {
                let docs = f.docs.into_iter().flatten().collect();
                (docs, f.keys.into_iter().next().flatten().map(|k| k.to_string()))
            })
            .collect();
        prop_assert_eq!(found, expected);
    }
}
