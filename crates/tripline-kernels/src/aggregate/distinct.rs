//! `values` and `distinct_count`.

use super::{Accumulator, Aggregate, Example, texts};
use std::collections::BTreeSet;
use std::sync::Arc;
use tripline_ir::Value;

pub(super) static FUNCTIONS: &[Aggregate] = &[
    Aggregate {
        name: "values",
        aliases: &[],
        doc: "The distinct values as texts, in the order of their UTF-8 bytes (so \"10\" comes \
              before \"9\"), without a limit. Case counts. Null if there is none.",
        examples: &[
            Example::new(r#"["b", ["a", "b"], null, "B"]"#, r#"["B", "a", "b"]"#),
            Example::new(r#"["9", "10"]"#, r#"["10", "9"]"#),
            Example::new("[null]", "null"),
        ],
        make: |_| Box::<Values>::default(),
    },
    Aggregate {
        name: "distinct_count",
        aliases: &["dc"],
        doc: "How many distinct values there are, exactly. Values are compared as texts: \"1\" \
              and \"1.0\" are two.",
        examples: &[
            Example::new(r#"["a", ["a", "A"], null, "1", "1.0"]"#, "4"),
            Example::new("[]", "0"),
        ],
        make: |_| Box::<DistinctCount>::default(),
    },
];

/// Distinct texts in the order of their bytes.
#[derive(Debug, Default)]
struct Set {
    texts: BTreeSet<Arc<str>>,
    bytes: usize,
}

impl Set {
    fn add(&mut self, text: &str) {
        if !self.texts.contains(text) {
            // The text, its counters, and its share of a tree node.
            self.bytes += text.len() + 48;
            self.texts.insert(text.into());
        }
    }

    fn state(&self) -> Vec<String> {
        self.texts.iter().map(ToString::to_string).collect()
    }
}

#[derive(Debug, Default)]
struct Values(Set);

impl Accumulator for Values {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        texts(cell).for_each(|text| self.0.add(&text));
    }

    fn state(&self) -> Vec<String> {
        self.0.state()
    }

    fn merge(&mut self, state: &[&str]) {
        for text in state {
            self.0.add(text);
        }
    }

    fn finish(&self) -> Value {
        Value::list(self.0.texts.iter().cloned().map(Value::Str))
    }

    fn size(&self) -> usize {
        self.0.bytes
    }
}

#[derive(Debug, Default)]
struct DistinctCount(Set);

impl Accumulator for DistinctCount {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        texts(cell).for_each(|text| self.0.add(&text));
    }

    fn state(&self) -> Vec<String> {
        self.0.state()
    }

    fn merge(&mut self, state: &[&str]) {
        for text in state {
            self.0.add(text);
        }
    }

    fn finish(&self) -> Value {
        Value::Int(self.0.texts.len() as i64)
    }

    fn size(&self) -> usize {
        self.0.bytes
    }
}
