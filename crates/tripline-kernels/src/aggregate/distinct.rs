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
        make: |_| Distinct::boxed(|set| Value::list(set.texts.iter().cloned().map(Value::Str))),
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
        make: |_| Distinct::boxed(|set| Value::Int(set.texts.len() as i64)),
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

/// Collects distinct texts; what it makes of them in the end is all that the functions differ in.
#[derive(Debug)]
struct Distinct {
    set: Set,
    result: fn(&Set) -> Value,
}

impl Distinct {
    fn boxed(result: fn(&Set) -> Value) -> Box<dyn Accumulator> {
        Box::new(Self { set: Set::default(), result })
    }
}

impl Accumulator for Distinct {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        texts(cell).for_each(|text| self.set.add(&text));
    }

    fn state(&self) -> Vec<String> {
        self.set.state()
    }

    fn merge(&mut self, state: &[&str]) {
        for text in state {
            self.set.add(text);
        }
    }

    fn finish(&self) -> Value {
        (self.result)(&self.set)
    }

    fn size(&self) -> usize {
        self.set.bytes
    }
}
