//! `percentile` and `median`.

use super::{Accumulator, Aggregate, Example, numeric};
use tripline_ir::Value;

pub(super) static FUNCTIONS: &[Aggregate] = &[
    Aggregate {
        name: "percentile",
        aliases: &["perc", "p", "exactperc", "upperperc"],
        doc: "The number below which so many percent of the numbers lie, by nearest rank: always \
              one of the numbers, exact however many there are. Other values are ignored. The \
              parameter is the percentage, 50 if there is none.",
        examples: &[
            Example::with(95.0, r#"["1","2","3","4","5","6","7","8","9","10"]"#, "10"),
            Example::with(25.0, r#"["1","2","3","4"]"#, "2"),
            Example::with(0.0, r#"["3","1","2"]"#, "1"),
            Example::with(100.0, r#"["3","1","2"]"#, "3"),
            Example::with(50.0, r#"["x"]"#, "null"),
        ],
        make: |percent| Box::new(Percentile { percent: percent.unwrap_or(50.0), numbers: vec![] }),
    },
    Aggregate {
        name: "median",
        aliases: &[],
        doc: "The number in the middle; of an even count the higher of the two.",
        examples: &[
            Example::new(r#"["1","10","2"]"#, "2"),
            Example::new(r#"["1","2","3","4"]"#, "3"),
        ],
        make: |_| Box::new(Percentile { percent: 50.0, numbers: vec![] }),
    },
];

#[derive(Debug)]
struct Percentile {
    percent: f64,
    numbers: Vec<f64>,
}

impl Accumulator for Percentile {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        self.numbers.extend(cell.items().iter().filter_map(Value::as_number));
    }

    fn state(&self) -> Vec<String> {
        self.numbers.iter().map(ToString::to_string).collect()
    }

    fn merge(&mut self, state: &[&str]) {
        self.numbers.extend(state.iter().filter_map(|n| n.parse::<f64>().ok()));
    }

    fn finish(&self) -> Value {
        if self.numbers.is_empty() {
            return Value::Null;
        }
        let mut numbers = self.numbers.clone();
        // Splunk's nearest rank is percent × n + ½, rounded half up: counted from 0, the floor.
        let rank = (self.percent.clamp(0.0, 100.0) * numbers.len() as f64 / 100.0).floor() as usize;
        let rank = rank.min(numbers.len() - 1);
        let (_, found, _) = numbers.select_nth_unstable_by(rank, f64::total_cmp);
        numeric(*found)
    }

    fn size(&self) -> usize {
        self.numbers.capacity() * size_of::<f64>()
    }
}
