//! `count`.

use super::{Accumulator, Aggregate, Example};
use tripline_ir::Value;

pub(super) static FUNCTIONS: &[Aggregate] = &[Aggregate {
    name: "count",
    aliases: &["c"],
    doc: "How many values there are. A multivalue counts each of its values, a null none. Without \
          an argument the caller gives every row one value, so it counts rows.",
    examples: &[
        Example::new(r#"["a", null, ["b", "c"]]"#, "3"),
        Example::new("[]", "0"),
        Example::new("[null]", "0"),
    ],
    make: |_| Box::new(Count(0)),
}];

#[derive(Debug)]
struct Count(u64);

impl Accumulator for Count {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        self.0 += cell.items().len() as u64;
    }

    fn state(&self) -> Vec<String> {
        vec![self.0.to_string()]
    }

    fn merge(&mut self, state: &[&str]) {
        self.0 += state.first().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    }

    fn finish(&self) -> Value {
        Value::Int(self.0 as i64)
    }

    fn size(&self) -> usize {
        0
    }
}
