//! What must hold for a window, and when that can be said.

use super::Event;
use super::tally::Tally;
use tripline_ir::{
    Correlation, CorrelationCondition, CorrelationKind, CorrelationTest, InputCondition,
};

/// When a window is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// The last timespan, at each event.
    AtEachEvent,
    /// Windows that follow each other, when each is over.
    AtItsEnd,
}

/// When the windows of a correlation are looked at.
pub fn judged(plan: &Correlation) -> Judged {
    let of_all_values = matches!(
        plan.kind,
        CorrelationKind::ValueAvg
            | CorrelationKind::ValuePercentile(_)
            | CorrelationKind::ValueMedian
    );
    let can_turn_false = match &plan.condition {
        CorrelationCondition::Number(tests) => tests
            .iter()
            .any(|(test, _)| !matches!(test, CorrelationTest::Gt | CorrelationTest::Gte)),
        CorrelationCondition::Inputs(condition) => negates(condition),
    };
    if of_all_values || can_turn_false { Judged::AtItsEnd } else { Judged::AtEachEvent }
}

fn negates(condition: &InputCondition) -> bool {
    match condition {
        InputCondition::Input(_) => false,
        InputCondition::And(parts) | InputCondition::Or(parts) => parts.iter().any(negates),
        InputCondition::Not(_) => true,
    }
}

/// With more inputs than this an order of only some of them is not looked for.
const SUBSETS: usize = 10;

/// The condition of a correlation.
pub(super) struct Check<'a> {
    pub(super) plan: &'a Correlation,
}

impl<'a> Check<'a> {
    pub(super) fn new(plan: &'a Correlation) -> Self {
        Self { plan }
    }

    /// The number that is compared, if there is one, and whether the window passes. `from` is the
    /// number of its first event.
    pub(super) fn of(
        &self,
        tally: &Tally<'_>,
        from: usize,
        window: &[Event<'_>],
    ) -> (Option<f64>, bool) {
        match &self.plan.condition {
            CorrelationCondition::Number(tests) => {
                let value = tally.value(from);
                (value, value.is_some_and(|value| tests.iter().all(|(t, n)| passes(*t, value, *n))))
            }
            CorrelationCondition::Inputs(condition) => {
                let occurs = |input: usize| tally.inputs.get(input).is_some_and(|n| *n > 0);
                let holds = if self.plan.kind == CorrelationKind::TemporalOrdered {
                    in_order(condition, tally, window)
                } else {
                    holds(condition, &occurs, &occurs)
                };
                (None, holds)
            }
        }
    }
}

/// A comparison.
pub(super) fn passes(test: CorrelationTest, value: f64, bound: f64) -> bool {
    match test {
        CorrelationTest::Lt => value < bound,
        CorrelationTest::Lte => value <= bound,
        CorrelationTest::Gt => value > bound,
        CorrelationTest::Gte => value >= bound,
        CorrelationTest::Eq => value.total_cmp(&bound).is_eq() || (value - bound) == 0.0,
        CorrelationTest::Neq => (value - bound) != 0.0,
    }
}

/// Whether a condition holds: what it asks for is asked of `has`, what it rules out of `occurs`.
fn holds(
    condition: &InputCondition,
    has: &dyn Fn(usize) -> bool,
    occurs: &dyn Fn(usize) -> bool,
) -> bool {
    match condition {
        InputCondition::Input(input) => has(*input),
        InputCondition::And(parts) => parts.iter().all(|part| holds(part, has, occurs)),
        InputCondition::Or(parts) => parts.iter().any(|part| holds(part, has, occurs)),
        InputCondition::Not(inner) => !holds(inner, occurs, has),
    }
}

/// Whether some inputs occur one after the other that are enough for the condition. What must not
/// occur must not occur anywhere in the window.
fn in_order(condition: &InputCondition, tally: &Tally<'_>, window: &[Event<'_>]) -> bool {
    let occurs = |input: usize| tally.inputs.get(input).is_some_and(|n| *n > 0);
    if !holds(condition, &occurs, &occurs) {
        return false;
    }
    let present: Vec<usize> = tally.present().collect();
    if present.len() > SUBSETS {
        return chain(&present, window);
    }
    // Few inputs occur, so each choice of them can be tried.
    (1..1_u32 << present.len()).any(|choice| {
        let chosen: Vec<usize> =
            (0..present.len()).filter(|at| choice & (1 << at) != 0).map(|at| present[at]).collect();
        holds(condition, &|input| chosen.contains(&input), &occurs) && chain(&chosen, window)
    })
}

/// Whether these inputs occur one after the other.
fn chain(inputs: &[usize], window: &[Event<'_>]) -> bool {
    let mut wanted = inputs.iter().peekable();
    for event in window {
        let Some(next) = wanted.peek() else { break };
        if event.entries.iter().any(|entry| entry.input as usize == **next) {
            wanted.next();
        }
    }
    wanted.peek().is_none()
}
