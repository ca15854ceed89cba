//! Aggregate functions over multivalue cells.
//!
//! An [`Aggregate`] is a name, its documentation, runnable examples and a maker of
//! [`Accumulator`]s. Cells come in row order; a function that depends on order says so. Every
//! accumulator can be cut in two and put together again ([`Accumulator::state`],
//! [`Accumulator::merge`]), which is what partial aggregation and spilling need; the parts must be
//! merged in row order.

mod count;
mod distinct;
mod extremes;
mod list;
mod mode;
mod moments;
mod percentile;
mod position;
mod time;

use std::fmt::Debug;
use tripline_ir::Value;

/// Gathers cells and gives one result.
pub trait Accumulator: Debug + Send + Sync {
    /// Takes the next row's cell, and the row's time in epoch seconds where it has one.
    fn update(&mut self, cell: &Value, time: Option<f64>);

    /// What was gathered, as texts that [`Accumulator::merge`] of the same function reads.
    fn state(&self) -> Vec<String>;

    /// Adds what another accumulator gathered from later rows. A state that the function did not
    /// write is taken as far as it makes sense.
    fn merge(&mut self, state: &[&str]);

    /// The result. Numbers are [`Value::Int`] or [`Value::Float`].
    fn finish(&self) -> Value;

    /// Bytes on the heap, roughly: what a memory limit counts.
    fn size(&self) -> usize;
}

/// An aggregate function.
pub struct Aggregate {
    /// What [`tripline_ir::Aggregate::function`] names.
    pub name: &'static str,
    /// Other names for the same function.
    pub aliases: &'static [&'static str],
    /// What it does, null and multivalue rules included.
    pub doc: &'static str,
    /// Run as tests, shown in the reference.
    pub examples: &'static [Example],
    /// Makes an accumulator; the argument is [`tripline_ir::Aggregate::parameter`].
    pub make: fn(Option<f64>) -> Box<dyn Accumulator>,
}

/// Cells in row order and the result, as JSON. Where rows have times, row `n` has time `n`.
pub struct Example {
    /// A JSON array with one cell a row: null, a text, a number or an array.
    pub cells: &'static str,
    /// The function's number, if it takes one.
    pub parameter: Option<f64>,
    /// The result.
    pub result: &'static str,
}

impl Example {
    const fn new(cells: &'static str, result: &'static str) -> Self {
        Self { cells, parameter: None, result }
    }

    const fn with(parameter: f64, cells: &'static str, result: &'static str) -> Self {
        Self { cells, parameter: Some(parameter), result }
    }
}

/// All functions, family by family.
pub fn all() -> impl Iterator<Item = &'static Aggregate> {
    [
        count::FUNCTIONS,
        distinct::FUNCTIONS,
        list::FUNCTIONS,
        extremes::FUNCTIONS,
        moments::FUNCTIONS,
        percentile::FUNCTIONS,
        mode::FUNCTIONS,
        position::FUNCTIONS,
        time::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

/// The function of that name or alias.
pub fn named(name: &str) -> Option<&'static Aggregate> {
    all().find(|f| f.name == name || f.aliases.contains(&name))
}

/// The texts of a cell, one by one.
fn texts(cell: &Value) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    cell.items().iter().map(|value| match value {
        Value::Str(text) => std::borrow::Cow::Borrowed(&**text),
        other => std::borrow::Cow::Owned(other.to_string()),
    })
}

/// A number of a state.
fn number(state: &[&str], at: usize) -> f64 {
    state.get(at).and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

/// A whole result without a fraction, any other as it is; what is not finite is null.
fn numeric(result: f64) -> Value {
    if result.is_finite() { Value::Float(result) } else { Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;

    fn value(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => n.as_i64().map_or_else(
                || Value::Float(n.as_f64().expect("a JSON number is a double")),
                Value::Int,
            ),
            Json::String(text) => Value::from(text.as_str()),
            Json::Array(items) => Value::list(items.iter().map(value)),
            Json::Object(_) => panic!("an object is no cell"),
        }
    }

    fn cells(example: &Example) -> Vec<Value> {
        let json: Vec<Json> = serde_json::from_str(example.cells).unwrap();
        json.iter().map(value).collect()
    }

    #[test]
    fn examples_hold() {
        for function in all() {
            assert!(!function.examples.is_empty(), "{} has no example", function.name);
            for example in function.examples {
                let mut accumulator = (function.make)(example.parameter);
                for (at, cell) in cells(example).iter().enumerate() {
                    accumulator.update(cell, Some(at as f64));
                }
                let expected = value(&serde_json::from_str(example.result).unwrap());
                let result = accumulator.finish();
                let same = result.to_string() == expected.to_string();
                assert!(same, "{} {}: {result:?}", function.name, example.cells);
            }
        }
    }

    /// Cut anywhere, the parts give what the whole gives.
    #[test]
    fn parts_merge_to_the_whole() {
        for function in all() {
            for example in function.examples {
                let cells = cells(example);
                for cut in 0..=cells.len() {
                    let mut merged = (function.make)(example.parameter);
                    for range in [0..cut, cut..cells.len()] {
                        let mut part = (function.make)(example.parameter);
                        for at in range {
                            part.update(&cells[at], Some(at as f64));
                        }
                        let state = part.state();
                        merged.merge(&state.iter().map(String::as_str).collect::<Vec<_>>());
                    }
                    let expected = value(&serde_json::from_str(example.result).unwrap());
                    let (result, expected) = (merged.finish(), expected);
                    let close = match (result.as_number(), expected.as_number()) {
                        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                        _ => result.to_string() == expected.to_string(),
                    };
                    assert!(close, "{} {} at {cut}: {result:?}", function.name, example.cells);
                }
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> =
            all().flat_map(|f| std::iter::once(f.name).chain(f.aliases.iter().copied())).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(named("dc").map(|f| f.name), Some("distinct_count"));
        assert!(named("nothing").is_none());
    }

    /// A state is only text: what another function wrote must not break anything.
    #[test]
    fn foreign_states_are_harmless() {
        for function in all() {
            let mut accumulator = (function.make)(None);
            accumulator.merge(&[]);
            accumulator.merge(&["x"]);
            accumulator.merge(&["", "y", "-1", "nan"]);
            accumulator.finish();
        }
    }
}
