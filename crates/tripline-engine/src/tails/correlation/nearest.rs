//! Which group came nearest, for people who ask why nothing was found.

use super::Event;
use super::condition::Check;
use super::tally::Tally;
use std::sync::Arc;
use tripline_ir::{CorrelationCondition, CorrelationTest};

/// The window that came nearest.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The values that its events share.
    pub terms: Vec<Arc<str>>,
    /// The number that was compared; none where no event has a value, or where the condition is on
    /// inputs.
    pub value: Option<f64>,
    /// How many events of it each input has.
    pub inputs: Vec<u64>,
    /// How many events.
    pub count: u64,
    /// The first event.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

#[derive(Default)]
pub(super) struct Watch {
    pub(super) best: Option<Nearest>,
    distance: (f64, u64, i64),
}

impl Watch {
    /// A window that does not pass: by how much, then by how many of the inputs occur, the earliest
    /// of equal ones. Groups come in no particular order, so that values decide at last.
    pub(super) fn see(
        &mut self,
        check: &Check<'_>,
        terms: &[Arc<str>],
        tally: &Tally<'_>,
        value: Option<f64>,
        window: &[Event<'_>],
    ) {
        let (Some(first), Some(last)) = (window.first(), window.last()) else { return };
        let missing = tally.inputs.iter().filter(|n| **n == 0).count() as u64;
        let distance = (how_far(&check.plan.condition, value), missing, last.time);
        if let Some(best) = &self.best {
            let (a, b) = (distance, self.distance);
            let order = a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2)));
            if order.then_with(|| terms.cmp(&best.terms)).is_ge() {
                return;
            }
        }
        self.distance = distance;
        self.best = Some(Nearest {
            terms: terms.to_vec(),
            value,
            inputs: tally.inputs.clone(),
            count: window.len() as u64,
            first: first.entries[0].doc,
            last: last.entries[0].doc,
        });
    }
}

fn how_far(condition: &CorrelationCondition, value: Option<f64>) -> f64 {
    let CorrelationCondition::Number(tests) = condition else { return 0.0 };
    let Some(value) = value else { return f64::INFINITY };
    let by = |(test, bound): &(CorrelationTest, f64)| match test {
        CorrelationTest::Lt | CorrelationTest::Lte => (value - bound).max(0.0),
        CorrelationTest::Gt | CorrelationTest::Gte => (bound - value).max(0.0),
        CorrelationTest::Eq => (value - bound).abs(),
        CorrelationTest::Neq => 0.0,
    };
    tests.iter().map(by).fold(0.0, f64::max)
}
