//! The number that a window has, kept while events come and go.

use super::{Event, Machine};
use std::collections::HashMap;
use tripline_ir::CorrelationKind;

/// What is known of a window.
pub(super) struct Tally<'a> {
    machine: &'a Machine<'a>,
    /// How many events each input has.
    pub(super) inputs: Vec<u64>,
    events: u64,
    what: What,
}

enum What {
    Nothing,
    /// How many events have each value.
    Distinct(HashMap<u32, u32>),
    Order(Order),
    Sum(Sum),
    /// All numbers: events are never taken away.
    Numbers(Vec<f64>),
}

impl<'a> Tally<'a> {
    pub(super) fn new(machine: &'a Machine<'a>) -> Self {
        let inputs = machine.plan.inputs.len();
        let what = match machine.plan.kind {
            CorrelationKind::EventCount | CorrelationKind::Temporal => What::Nothing,
            CorrelationKind::ValueCount => What::Distinct(HashMap::new()),
            CorrelationKind::TemporalOrdered => What::Order(Order::new(inputs)),
            CorrelationKind::ValueSum => What::Sum(Sum::default()),
            CorrelationKind::ValueAvg
            | CorrelationKind::ValuePercentile(_)
            | CorrelationKind::ValueMedian => What::Numbers(vec![]),
        };
        Self { machine, inputs: vec![0; inputs], events: 0, what }
    }

    /// The next event of the group, the `at`th.
    pub(super) fn add(&mut self, at: usize, event: &Event<'_>) {
        self.events += 1;
        for entry in event.entries {
            self.inputs[entry.input as usize] += 1;
        }
        match &mut self.what {
            What::Nothing => {}
            What::Distinct(counts) => {
                for value in distinct(self.machine, event) {
                    *counts.entry(*value).or_default() += 1;
                }
            }
            What::Order(order) => order.add(at, event),
            What::Sum(sum) => sum.add(numbers(self.machine, event)),
            What::Numbers(all) => all.extend_from_slice(numbers(self.machine, event)),
        }
    }

    /// The earliest event leaves the window.
    pub(super) fn remove(&mut self, event: &Event<'_>) {
        self.events -= 1;
        for entry in event.entries {
            self.inputs[entry.input as usize] -= 1;
        }
        match &mut self.what {
            What::Nothing | What::Order(_) | What::Numbers(_) => {}
            What::Distinct(counts) => {
                for value in distinct(self.machine, event) {
                    if let Some(count) = counts.get_mut(value) {
                        *count -= 1;
                        if *count == 0 {
                            counts.remove(value);
                        }
                    }
                }
            }
            What::Sum(sum) => sum.remove(),
        }
    }

    /// The inputs that occur.
    pub(super) fn present(&self) -> impl Iterator<Item = usize> {
        self.inputs.iter().enumerate().filter(|(_, n)| **n > 0).map(|(input, _)| input)
    }

    /// The number of the window that begins with the event of this number; none if no event has a
    /// value to reckon with.
    pub(super) fn value(&self, from: usize) -> Option<f64> {
        match (&self.what, self.machine.plan.kind) {
            (What::Nothing, CorrelationKind::EventCount) => Some(self.events as f64),
            (What::Nothing, _) => Some(self.present().count() as f64),
            (What::Distinct(counts), _) => Some(counts.len() as f64),
            (What::Order(order), _) => Some(order.longest(from) as f64),
            (What::Sum(sum), _) => sum.value(),
            (What::Numbers(all), _) if all.is_empty() => None,
            (What::Numbers(all), CorrelationKind::ValuePercentile(percent)) => {
                Some(percentile(all, percent))
            }
            (What::Numbers(all), CorrelationKind::ValueMedian) => Some(percentile(all, 50.0)),
            (What::Numbers(all), _) => Some(all.iter().sum::<f64>() / all.len() as f64),
        }
    }
}

/// The values of an event: those that the first input that finds it has, each once.
fn distinct<'a>(machine: &'a Machine<'_>, event: &Event<'_>) -> &'a [u32] {
    let values = |at: (u32, u32)| &machine.distinct[at.0 as usize..at.1 as usize];
    event.entries.iter().map(|e| values(e.values)).find(|v| !v.is_empty()).unwrap_or_default()
}

/// Its numbers.
fn numbers<'a>(machine: &'a Machine<'_>, event: &Event<'_>) -> &'a [f64] {
    let values = |at: (u32, u32)| &machine.numbers[at.0 as usize..at.1 as usize];
    event.entries.iter().map(|e| values(e.values)).find(|v| !v.is_empty()).unwrap_or_default()
}

/// With linear interpolation between the two nearest values.
fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = percent.clamp(0.0, 100.0) / 100.0 * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (high - low) * rank.fract()
}

/// A sum from which the earliest part can be taken away without an error that stays: the older
/// parts are summed from their end, so that none is ever subtracted.
#[derive(Default)]
struct Sum {
    /// Sums of the older events, each with all after it among them; the earliest is last.
    older: Vec<(f64, usize)>,
    newer: Vec<(f64, usize)>,
    total: (f64, usize),
}

impl Sum {
    fn add(&mut self, numbers: &[f64]) {
        let part = (numbers.iter().sum::<f64>(), numbers.len());
        self.newer.push(part);
        self.total = (self.total.0 + part.0, self.total.1 + part.1);
    }

    fn remove(&mut self) {
        if self.older.is_empty() {
            let mut sum = (0.0, 0);
            for part in self.newer.drain(..).rev() {
                sum = (sum.0 + part.0, sum.1 + part.1);
                self.older.push(sum);
            }
            self.total = (0.0, 0);
        }
        self.older.pop();
    }

    fn value(&self) -> Option<f64> {
        let (sum, count) = self.older.last().copied().unwrap_or_default();
        (count + self.total.1 > 0).then_some(sum + self.total.0)
    }
}

/// How many inputs occur one after the other, in the order in which the rule lists them.
struct Order {
    /// By input and length: the latest event with which a chain of so many inputs begins that ends
    /// with this one. A chain is inside a window if it begins there.
    starts: Vec<Vec<Option<usize>>>,
}

impl Order {
    fn new(inputs: usize) -> Self {
        Self { starts: (0..inputs).map(|input| vec![None; input + 1]).collect() }
    }

    fn add(&mut self, at: usize, event: &Event<'_>) {
        // From the last input to the first, so that one event never is two links of a chain.
        for entry in event.entries.iter().rev() {
            let input = entry.input as usize;
            self.starts[input][0] = Some(at);
            for length in 1..=input {
                let before = (length - 1..input).filter_map(|i| self.starts[i][length - 1]);
                let best = before.max().max(self.starts[input][length]);
                self.starts[input][length] = best;
            }
        }
    }

    fn longest(&self, from: usize) -> usize {
        let inside = |starts: &Vec<Option<usize>>| {
            starts.iter().rposition(|s| s.is_some_and(|s| s >= from)).map_or(0, |at| at + 1)
        };
        self.starts.iter().map(inside).max().unwrap_or(0)
    }
}
