//! `first` and `last`: by the order of the rows.

use super::{Accumulator, Aggregate, Example, texts};
use tripline_ir::Value;

pub(super) static FUNCTIONS: &[Aggregate] = &[
    Aggregate {
        name: "first",
        aliases: &[],
        doc: "The first cell that is not null, in the order of the rows. A multivalue comes whole.",
        examples: &[
            Example::new(r#"[null, ["b", "a"], "c"]"#, r#"["b", "a"]"#),
            Example::new("[]", "null"),
        ],
        make: |_| Box::new(Position { last: false, cell: Value::Null }),
    },
    Aggregate {
        name: "last",
        aliases: &[],
        doc: "The last cell that is not null, in the order of the rows. A multivalue comes whole.",
        examples: &[Example::new(r#"["a", "b", null]"#, r#""b""#)],
        make: |_| Box::new(Position { last: true, cell: Value::Null }),
    },
];

#[derive(Debug)]
struct Position {
    last: bool,
    cell: Value,
}

impl Accumulator for Position {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        if !cell.is_null() && (self.last || self.cell.is_null()) {
            self.cell = cell.clone();
        }
    }

    fn state(&self) -> Vec<String> {
        texts(&self.cell).map(std::borrow::Cow::into_owned).collect()
    }

    fn merge(&mut self, state: &[&str]) {
        self.update(&Value::list(state.iter().map(|text| Value::from(*text))), None);
    }

    fn finish(&self) -> Value {
        self.cell.clone()
    }

    fn size(&self) -> usize {
        texts(&self.cell).map(|text| text.len() + 32).sum()
    }
}
