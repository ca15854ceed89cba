//! Which tests of all plans are the same: found out once, not for each stream that they are bound to.

use super::blank;
use super::split::{Guard, Split, guards};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher};
use std::mem::discriminant;
use std::sync::{Arc, OnceLock};
use tripline_ir::{Plan, Test};
use tripline_kernels::test;

/// A number for each test of some plans; equal tests have the same.
pub(super) struct Tests {
    /// By where the test is. The plans do not move as long as this is asked.
    numbers: HashMap<usize, u32, FixedState>,
    /// By number, what somebody asked of it.
    known: Vec<Known>,
}

#[derive(Default)]
struct Known {
    parts: OnceLock<Box<[Arc<Part>]>>,
    /// Whether a blank value may pass.
    blank: OnceLock<bool>,
    /// The test, ready for constants, which are asked while a stream is bound.
    ready: OnceLock<test::Compiled>,
}

/// What is asked of a test in one way.
pub(super) struct Part {
    pub(super) kind: Kind,
    /// None: the whole test, which the automaton decides.
    pub(super) test: Option<Test>,
    now: i64,
    /// Made ready when it is first asked: most never are.
    compiled: OnceLock<test::Compiled>,
    guards: OnceLock<Box<[Guard]>>,
}

/// Who decides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The automaton of the column.
    Exact,
    /// The test itself, of what the automaton lets through.
    Guarded,
    /// The test itself.
    Open,
}

impl Part {
    /// The texts of which a value must have one to pass.
    pub(super) fn guards(&self) -> &[Guard] {
        self.guards.get_or_init(|| self.test.iter().flat_map(guards).collect())
    }

    /// The test, ready.
    pub(super) fn get(&self) -> &test::Compiled {
        self.compiled.get_or_init(|| {
            let test = self.test.as_ref().expect("the automaton decides no part like this");
            test::Compiled::new(test, self.now).expect("the matcher checked it")
        })
    }
}

/// The parts of a test.
fn parts(test: &Test, now: i64) -> Box<[Arc<Part>]> {
    let split = Split::of(test);
    let parts =
        [(Kind::Exact, split.exact), (Kind::Guarded, split.guarded), (Kind::Open, split.open)];
    let whole = parts.iter().filter(|(_, tests)| !tests.is_empty()).count() == 1;
    let parts = parts.into_iter().filter_map(|(kind, mut tests)| {
        let test = match tests.len() {
            0 => return None,
            _ if whole => (kind != Kind::Exact).then(|| test.clone()),
            1 => Some(tests.remove(0)),
            _ => Some(Test::Any(tests)),
        };
        Some(Arc::new(Part { kind, test, now, compiled: OnceLock::new(), guards: OnceLock::new() }))
    });
    parts.collect()
}

impl Tests {
    pub(super) fn of(plans: &[Arc<Plan>]) -> Self {
        let mut known: HashTable<(u64, &Test, u32)> = HashTable::new();
        let mut numbers = HashMap::default();
        for filter in plans.iter().flat_map(|plan| &plan.filters) {
            filter.pred.for_each_leaf(&mut |leaf| {
                let (hash, next) = (hash(&leaf.test), known.len() as u32);
                let same = |(_, test, _): &(u64, &Test, u32)| **test == leaf.test;
                let entry = known.entry(hash, same, |(hash, ..)| *hash);
                let number = entry.or_insert((hash, &leaf.test, next)).get().2;
                numbers.insert(place(&leaf.test), number);
            });
        }
        Self { numbers, known: std::iter::repeat_with(Known::default).take(known.len()).collect() }
    }

    /// The number of a test of those plans; none for another.
    pub(super) fn number(&self, test: &Test) -> Option<u32> {
        self.numbers.get(&place(test)).copied()
    }

    fn known(&self, test: &Test) -> Option<&Known> {
        self.number(test).map(|number| &self.known[number as usize])
    }

    /// The parts of a test. What is made ready of them once is ready for all streams.
    pub(super) fn parts(&self, test: &Test, now: i64) -> Cow<'_, [Arc<Part>]> {
        match self.known(test) {
            Some(known) => known.parts.get_or_init(|| parts(test, now))[..].into(),
            None => parts(test, now).into_vec().into(),
        }
    }

    /// Whether one of some values passes a test.
    pub(super) fn passes(&self, test: &Test, now: i64, values: &[Arc<str>]) -> bool {
        let ready = || test::Compiled::new(test, now).expect("the matcher checked it");
        let any = |test: &test::Compiled| values.iter().any(|value| test.matches(value));
        match self.known(test) {
            Some(known) => any(known.ready.get_or_init(ready)),
            None => any(&ready()),
        }
    }

    /// Whether a blank value may pass a test.
    pub(super) fn may_be_blank(&self, test: &Test, now: i64) -> bool {
        match self.known(test) {
            Some(known) => *known.blank.get_or_init(|| blank::may_pass(test, now)),
            None => blank::may_pass(test, now),
        }
    }
}

/// Equal tests have the same hash.
fn hash(test: &Test) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    feed(test, &mut hasher);
    hasher.finish()
}

fn feed(test: &Test, hasher: &mut impl Hasher) {
    discriminant(test).hash(hasher);
    match test {
        Test::Equals { values, case } => (values, case).hash(hasher),
        Test::Glob { patterns, case } => (patterns, case).hash(hasher),
        Test::Regex { patterns, case, anchored } => (patterns, case, anchored).hash(hasher),
        // Both zeros are equal.
        Test::Number(values) => values.iter().for_each(|v| (v + 0.0).to_bits().hash(hasher)),
        Test::Bool(value) => value.hash(hasher),
        Test::Cidr(networks) => networks.hash(hasher),
        // Few tests are ranges.
        Test::Exists | Test::Range { .. } => {}
        Test::Text { tokens, .. } => tokens.hash(hasher),
        Test::Any(tests) => tests.iter().for_each(|test| feed(test, hasher)),
        Test::Not(inner) => feed(inner, hasher),
    }
}

fn place(test: &Test) -> usize {
    std::ptr::from_ref(test).addr()
}
