//! Samples: hits of several filters that share keys, in any order.
//!
//! Each combination of key values for which every filter has a hit gives one sample (or as many as
//! the plan asks for): one event a filter, all of them different events. Samples come in the order
//! of their keys, absent values first.
//!
//! Which of several events is taken is left to the order of the index in the product, which looks
//! at no timestamp and no tiebreaker. Here the earliest events win (time, then position in the
//! input), those of the first filter first: the result is the first combination of different events
//! when the last filter varies fastest.

use super::keys::{Key, order, step_keys};
use super::sequence::StepHit;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tripline_ir::{FieldType, Sample};

/// How many combinations of key values one event may have.
pub const COMBINATION_LIMIT: usize = 1_000;

/// A sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The event of each filter, as the query lists them.
    pub docs: Vec<u64>,
    /// The values of the join keys; none where an optional one is absent.
    pub keys: Vec<Option<Arc<str>>>,
}

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The samples in the order of their keys.
    pub found: Vec<Found>,
    /// Combinations of key values that were left out because an event has more than
    /// [`COMBINATION_LIMIT`]. Anything but 0 deserves a warning.
    pub dropped: u64,
}

/// What tells events apart: two hits with the same place are the same event.
type Place = (u32, u64);

/// An event that may stand for a filter.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    place: Place,
    doc: u64,
}

/// Finds samples. Hits may come in any order; several hits of one event (for several filters) have
/// the same `order`.
pub fn run(sample: &Sample, hits: &[StepHit]) -> Outcome {
    let steps = &sample.steps;
    if steps.is_empty() {
        return Outcome::default();
    }
    // The other filters can take away all but one of as many events as there are filters, and
    // each further sample needs one more.
    let most = usize::try_from(sample.per_key).unwrap_or(usize::MAX);
    let enough = steps.len().saturating_add(most.saturating_sub(1));
    let mut sorted: Vec<&StepHit> = hits.iter().collect();
    sorted.sort_by_key(|hit| (hit.time, hit.order, hit.doc));
    let mut groups: HashMap<Key, Vec<Vec<Candidate>>> = HashMap::new();
    let mut dropped = 0;
    for hit in sorted {
        let served = steps.iter().enumerate().filter(|(_, s)| s.filter == hit.step_filter as usize);
        for (at, step) in served {
            dropped += step_keys(step, &hit.keys, COMBINATION_LIMIT, |key| {
                let group = groups.entry(key).or_insert_with(|| vec![vec![]; steps.len()]);
                let known = group[at].last().is_some_and(|last| last.place == hit.order);
                if group[at].len() < enough && !known {
                    group[at].push(Candidate { place: hit.order, doc: hit.doc });
                }
            }) as u64;
        }
    }
    let types: Vec<FieldType> = steps[0].keys.iter().map(|key| key.field.ty).collect();
    let mut complete: Vec<(Key, Vec<Vec<Candidate>>)> =
        groups.into_iter().filter(|(_, group)| group.iter().all(|list| !list.is_empty())).collect();
    complete.sort_by(|(a, _), (b, _)| order(&types, a, b));
    let mut found = Vec::new();
    for (keys, group) in complete {
        choose(&group, most, |docs| found.push(Found { docs, keys: keys.clone() }));
    }
    Outcome { found, dropped }
}

/// Calls `f` with the first combinations, at most so many.
fn choose(lists: &[Vec<Candidate>], most: usize, mut f: impl FnMut(Vec<u64>)) {
    let mut left = most;
    // The place in its list of what each filter has chosen so far, and what those are.
    let (mut chosen, mut used): (Vec<usize>, Vec<Place>) = (vec![], vec![]);
    let mut from = 0;
    while left > 0 {
        let (list, rest) = (&lists[chosen.len()], &lists[chosen.len() + 1..]);
        let next = (from..list.len()).find(|at| {
            let place = list[*at].place;
            if used.contains(&place) {
                return false;
            }
            used.push(place);
            let possible = completable(rest, &used);
            used.pop();
            possible
        });
        match next {
            Some(at) if rest.is_empty() => {
                let mut docs: Vec<u64> =
                    chosen.iter().zip(lists).map(|(at, list)| list[*at].doc).collect();
                docs.push(list[at].doc);
                f(docs);
                left -= 1;
                from = at + 1;
            }
            Some(at) => {
                chosen.push(at);
                used.push(list[at].place);
                from = 0;
            }
            None => {
                let Some(last) = chosen.pop() else { return };
                used.pop();
                from = last + 1;
            }
        }
    }
}

/// Whether each filter that is left can have an event of its own besides those in use: a matching
/// that is grown along alternating paths, so that many filters over the same few events do not
/// take forever.
fn completable(lists: &[Vec<Candidate>], used: &[Place]) -> bool {
    let mut owner: HashMap<Place, usize> = HashMap::new();
    let mut held: Vec<Option<Place>> = vec![None; lists.len()];
    'filters: for filter in 0..lists.len() {
        let mut reached: HashMap<Place, usize> = HashMap::new();
        let mut queue = VecDeque::from([filter]);
        while let Some(at) = queue.pop_front() {
            for Candidate { place, .. } in &lists[at] {
                if used.contains(place) || reached.contains_key(place) {
                    continue;
                }
                reached.insert(*place, at);
                if let Some(other) = owner.get(place) {
                    queue.push_back(*other);
                    continue;
                }
                let mut free = Some(*place);
                while let Some(place) = free {
                    let by = reached[&place];
                    owner.insert(place, by);
                    free = held[by].replace(place);
                }
                continue 'filters;
            }
        }
        return false;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_ir::{FieldRef, JoinKey, Step, View};

    fn sample(filters: usize, optional: bool, per_key: u64) -> Sample {
        let field = FieldRef::new(View::Ecs, "k", FieldType::Keyword);
        let key = JoinKey { field, optional };
        let step = |filter| Step { filter, keys: vec![key.clone()], missing: false };
        Sample { steps: (0..filters).map(step).collect(), per_key }
    }

    /// An event whose time and position are its id.
    fn at(filter: u32, id: u64, keys: &[&str]) -> StepHit {
        StepHit {
            step_filter: filter,
            time: id as i64,
            tiebreak: None,
            order: (0, id),
            keys: vec![keys.iter().map(|k| Arc::from(*k)).collect()],
            doc: id,
        }
    }

    fn docs(sample: &Sample, hits: &[StepHit]) -> Vec<Vec<u64>> {
        run(sample, hits).found.into_iter().map(|f| f.docs).collect()
    }

    #[test]
    fn time_does_not_order_the_filters() {
        let hits = [at(0, 9, &["a"]), at(1, 2, &["a"]), at(1, 3, &["b"])];
        assert_eq!(docs(&sample(2, false, 1), &hits), [[9, 2]]);
    }

    #[test]
    fn one_event_stands_for_one_filter() {
        let hits = [at(0, 1, &["a"]), at(1, 1, &["a"])];
        assert!(docs(&sample(2, false, 1), &hits).is_empty());
        // 1 is the earliest of both, and 0 may have another one.
        let hits = [at(0, 1, &["a"]), at(1, 1, &["a"]), at(0, 2, &["a"])];
        assert_eq!(docs(&sample(2, false, 1), &hits), [[2, 1]]);
        let three = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (2, 4), (2, 5), (2, 3)];
        let three: Vec<StepHit> = three.iter().map(|(f, id)| at(*f, *id, &["a"])).collect();
        assert_eq!(docs(&sample(3, false, 1), &three), [[1, 4, 3]]);
    }

    #[test]
    fn each_value_is_a_key_and_null_may_be_one() {
        let hits =
            [at(0, 1, &["b", "a", "b"]), at(1, 2, &["a", "b"]), at(0, 3, &[]), at(1, 4, &[])];
        assert_eq!(docs(&sample(2, false, 1), &hits), [[1, 2], [1, 2]]);
        let outcome = run(&sample(2, true, 1), &hits);
        let keys: Vec<Option<&str>> = outcome.found.iter().map(|f| f.keys[0].as_deref()).collect();
        assert_eq!(keys, [None, Some("a"), Some("b")]);
    }

    #[test]
    fn more_samples_a_key() {
        let hits = [at(0, 1, &["a"]), at(0, 2, &["a"]), at(1, 1, &["a"]), at(1, 3, &["a"])];
        assert_eq!(docs(&sample(2, false, 2), &hits), [[1, 3], [2, 1]]);
        assert_eq!(docs(&sample(2, false, 9), &hits), [[1, 3], [2, 1], [2, 3]]);
    }

    #[test]
    fn many_filters_over_too_few_events_end() {
        let all = |filters: u32, events: u64| -> Vec<StepHit> {
            (0..filters).flat_map(|f| (0..events).map(move |id| at(f, id, &["a"]))).collect()
        };
        assert!(docs(&sample(30, false, 1), &all(30, 29)).is_empty());
        assert_eq!(docs(&sample(30, false, 1), &all(30, 40)), [(0..30).collect::<Vec<u64>>()]);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let many: Vec<String> = (0..COMBINATION_LIMIT + 3).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(run(&sample(2, false, 1), &[at(0, 1, &many)]).dropped, 3);
    }
}
