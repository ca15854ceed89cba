//! Which tests of all plans are the same: found out once, not for each stream that they are bound to.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use tripline_ir::{Plan, Test};

/// A number for each test of some plans; equal tests have the same.
pub(super) struct Tests {
    /// By where the test is. The plans do not move as long as this is asked.
    numbers: HashMap<usize, u32, FixedState>,
}

impl Tests {
    pub(super) fn of(plans: &[Plan]) -> Self {
        let mut known: HashMap<String, u32, FixedState> = HashMap::default();
        let mut numbers = HashMap::default();
        for filter in plans.iter().flat_map(|plan| &plan.filters) {
            filter.pred.for_each_leaf(&mut |leaf| {
                let next = known.len() as u32;
                // Debug output tells all parts of a test apart, numbers included.
                let number = *known.entry(format!("{:?}", leaf.test)).or_insert(next);
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

fn place(test: &Test) -> usize {
    std::ptr::from_ref(test).addr()
}
