//! `min`, `max` and `range`.

use super::{Accumulator, Aggregate, Example, numeric, texts};
use std::sync::Arc;
use tripline_ir::{Value, parse_number};

pub(super) static FUNCTIONS: &[Aggregate] = &[
    Aggregate {
        name: "min",
        aliases: &[],
        doc: "The smallest value: by number if every value reads as a number, else by its UTF-8 \
              bytes. The value keeps its spelling.",
        examples: &[
            Example::new(r#"["10", "9", null]"#, r#""9""#),
            Example::new(r#"["10", "9", "x"]"#, r#""10""#),
            Example::new(r#"["1.50", ["2", "3"]]"#, r#""1.50""#),
            Example::new("[]", "null"),
        ],
        make: |_| Box::new(Extremes::new(Wanted::Least)),
    },
    Aggregate {
        name: "max",
        aliases: &[],
        doc: "The largest value: by number if every value reads as a number, else by its UTF-8 \
              bytes. The value keeps its spelling.",
        examples: &[
            Example::new(r#"["10", "9", null]"#, r#""10""#),
            Example::new(r#"["10", "9", "x"]"#, r#""x""#),
            Example::new("[null]", "null"),
        ],
        make: |_| Box::new(Extremes::new(Wanted::Most)),
    },
    Aggregate {
        name: "range",
        aliases: &[],
        doc: "The difference between the largest and the smallest number; values that are no \
              numbers are ignored. Null if there is no number.",
        examples: &[Example::new(r#"["10", "7.5", "x"]"#, "2.5"), Example::new(r#"["x"]"#, "null")],
        make: |_| Box::new(Extremes::new(Wanted::Range)),
    },
];

#[derive(Debug, Clone, Copy)]
enum Wanted {
    Least,
    Most,
    Range,
}

/// Both orders are kept: only the last value tells which one counts.
#[derive(Debug)]
struct Extremes {
    wanted: Wanted,
    /// Whether every value so far is a number.
    all_numbers: bool,
    /// The number and how it is spelt.
    least_number: Option<(f64, Arc<str>)>,
    most_number: Option<(f64, Arc<str>)>,
    least_text: Option<Arc<str>>,
    most_text: Option<Arc<str>>,
}

impl Extremes {
    fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            all_numbers: true,
            least_number: None,
            most_number: None,
            least_text: None,
            most_text: None,
        }
    }

    fn add(&mut self, text: &str) {
        match parse_number(text) {
            Some(n) => {
                if self.least_number.as_ref().is_none_or(|(least, _)| n < *least) {
                    self.least_number = Some((n, text.into()));
                }
                if self.most_number.as_ref().is_none_or(|(most, _)| n > *most) {
                    self.most_number = Some((n, text.into()));
                }
            }
            None => self.all_numbers = false,
        }
        if self.least_text.as_deref().is_none_or(|least| text < least) {
            self.least_text = Some(text.into());
        }
        if self.most_text.as_deref().is_none_or(|most| text > most) {
            self.most_text = Some(text.into());
        }
    }
}

impl Accumulator for Extremes {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        texts(cell).for_each(|text| self.add(&text));
    }

    /// The extremes are themselves values: gathering them again gives the same extremes. That not
    /// all were numbers shows in one of the texts only if it is an extreme, so it is said first.
    fn state(&self) -> Vec<String> {
        let numbers = self.least_number.iter().chain(&self.most_number).map(|(_, text)| text);
        let texts = self.least_text.iter().chain(&self.most_text);
        std::iter::once(self.all_numbers.to_string())
            .chain(numbers.chain(texts).map(ToString::to_string))
            .collect()
    }

    fn merge(&mut self, state: &[&str]) {
        let Some((all_numbers, values)) = state.split_first() else { return };
        for text in values {
            self.add(text);
        }
        self.all_numbers &= *all_numbers == "true";
    }

    fn finish(&self) -> Value {
        let (number, text) = match self.wanted {
            Wanted::Least => (&self.least_number, &self.least_text),
            Wanted::Most => (&self.most_number, &self.most_text),
            Wanted::Range => {
                return match (&self.least_number, &self.most_number) {
                    (Some((least, _)), Some((most, _))) => numeric(most - least),
                    _ => Value::Null,
                };
            }
        };
        let text = match number {
            Some((_, spelt)) if self.all_numbers => Some(spelt),
            _ => text.as_ref(),
        };
        text.cloned().map_or(Value::Null, Value::Str)
    }

    fn size(&self) -> usize {
        let numbers = self.least_number.iter().chain(&self.most_number).map(|(_, text)| text);
        numbers.chain(&self.least_text).chain(&self.most_text).map(|text| text.len()).sum()
    }
}
