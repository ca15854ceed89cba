//! `earliest`, `latest`, `earliest_time` and `latest_time`: by the time of the rows.

use super::{Accumulator, Aggregate, Example, numeric, texts};
use tripline_ir::Value;

pub(super) static FUNCTIONS: &[Aggregate] = &[
    Aggregate {
        name: "earliest",
        aliases: &[],
        doc: "The cell of the earliest row in which it is not null. A multivalue comes whole. Of \
              rows with the same time the first in row order counts; rows without a time never do.",
        examples: &[Example::new(r#"[null, "b", "c"]"#, r#""b""#), Example::new("[]", "null")],
        make: |_| Box::new(ByTime::new(false, Wanted::Cell)),
    },
    Aggregate {
        name: "latest",
        aliases: &[],
        doc: "The cell of the latest row in which it is not null. A multivalue comes whole. Of \
              rows with the same time the first in row order counts; rows without a time never do.",
        examples: &[Example::new(r#"["a", ["b", "c"], null]"#, r#"["b", "c"]"#)],
        make: |_| Box::new(ByTime::new(true, Wanted::Cell)),
    },
    Aggregate {
        name: "earliest_time",
        aliases: &[],
        doc: "The time (epoch seconds) of the earliest row in which the cell is not null.",
        examples: &[Example::new(r#"[null, "b", "c"]"#, "1")],
        make: |_| Box::new(ByTime::new(false, Wanted::Time)),
    },
    Aggregate {
        name: "latest_time",
        aliases: &[],
        doc: "The time (epoch seconds) of the latest row in which the cell is not null.",
        examples: &[Example::new(r#"["a", "b", null]"#, "1"), Example::new("[null]", "null")],
        make: |_| Box::new(ByTime::new(true, Wanted::Time)),
    },
];

#[derive(Debug, Clone, Copy)]
enum Wanted {
    Cell,
    Time,
}

#[derive(Debug)]
struct ByTime {
    latest: bool,
    wanted: Wanted,
    best: Option<(f64, Value)>,
}

impl ByTime {
    fn new(latest: bool, wanted: Wanted) -> Self {
        Self { latest, wanted, best: None }
    }
}

impl Accumulator for ByTime {
    fn update(&mut self, cell: &Value, time: Option<f64>) {
        let Some(time) = time else { return };
        if cell.is_null() {
            return;
        }
        let better = match &self.best {
            None => true,
            Some((best, _)) if self.latest => time > *best,
            Some((best, _)) => time < *best,
        };
        if better {
            self.best = Some((time, cell.clone()));
        }
    }

    /// The time, then the cell's values.
    fn state(&self) -> Vec<String> {
        self.best
            .iter()
            .flat_map(|(time, cell)| {
                std::iter::once(time.to_string())
                    .chain(texts(cell).map(std::borrow::Cow::into_owned))
            })
            .collect()
    }

    fn merge(&mut self, state: &[&str]) {
        if let Some((time, values)) = state.split_first() {
            let cell = Value::list(values.iter().map(|text| Value::from(*text)));
            self.update(&cell, time.parse().ok());
        }
    }

    fn finish(&self) -> Value {
        match (&self.best, self.wanted) {
            (None, _) => Value::Null,
            (Some((_, cell)), Wanted::Cell) => cell.clone(),
            (Some((time, _)), Wanted::Time) => numeric(*time),
        }
    }

    fn size(&self) -> usize {
        self.best.iter().flat_map(|(_, cell)| texts(cell)).map(|text| text.len() + 32).sum()
    }
}
