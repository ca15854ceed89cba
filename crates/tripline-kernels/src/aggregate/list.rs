//! `list`.

use super::{Accumulator, Aggregate, Example, texts};
use std::sync::Arc;
use tripline_ir::Value;

/// Splunk's own limit (`list_maxsize`).
const MOST: usize = 100;

pub(super) static FUNCTIONS: &[Aggregate] = &[Aggregate {
    name: "list",
    aliases: &[],
    doc: "The values in row order, duplicates included; at most the first 100.",
    examples: &[
        Example::new(r#"["b", ["a", "b"], null]"#, r#"["b", "a", "b"]"#),
        Example::new("[]", "null"),
    ],
    make: |_| Box::<List>::default(),
}];

#[derive(Debug, Default)]
struct List {
    values: Vec<Arc<str>>,
    bytes: usize,
}

impl List {
    fn add(&mut self, text: &str) {
        if self.values.len() < MOST {
            self.bytes += text.len() + 32;
            self.values.push(text.into());
        }
    }
}

impl Accumulator for List {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        texts(cell).for_each(|text| self.add(&text));
    }

    fn state(&self) -> Vec<String> {
        self.values.iter().map(ToString::to_string).collect()
    }

    fn merge(&mut self, state: &[&str]) {
        for text in state {
            self.add(text);
        }
    }

    fn finish(&self) -> Value {
        Value::list(self.values.iter().cloned().map(Value::Str))
    }

    fn size(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_hundred() {
        let mut list = List::default();
        for n in 0..150 {
            list.update(&Value::str(n.to_string()), None);
        }
        assert_eq!(list.finish().items().len(), 100);
        assert_eq!(list.finish().items()[99], Value::from("99"));
    }
}
