//! Which tests of all plans are the same: found out once, not for each stream that they are bound to.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use std::fmt::Write;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use tripline_ir::{Plan, Test};

/// A number for each test of some plans; equal tests have the same.
pub(super) struct Tests {
    /// By where the test is. The plans do not move as long as this is asked.
    numbers: HashMap<usize, u32, FixedState>,
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
        Self { numbers }
    }

    /// The number of a test of those plans; none for another.
    pub(super) fn number(&self, test: &Test) -> Option<u32> {
        self.numbers.get(&place(test)).copied()
    }
}

/// A hash of the debug output, which has all parts of a test.
fn hash(test: &Test) -> u64 {
    struct Output<H>(H);
    impl<H: Hasher> Write for Output<H> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut output = Output(FixedState::default().build_hasher());
    // A hasher takes all that is written to it.
    let _ = write!(output, "{test:?}");
    output.0.finish()
}

fn place(test: &Test) -> usize {
    std::ptr::from_ref(test).addr()
}
