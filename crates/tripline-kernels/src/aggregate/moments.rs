//! `sum`, `sumsq`, `avg`, `stdev`, `stdevp`, `var` and `varp`.

use super::{Accumulator, Aggregate, Example, number, numeric};
use tripline_ir::Value;

pub(super) static FUNCTIONS: &[Aggregate] = &[
    Aggregate {
        name: "sum",
        aliases: &[],
        doc: "The sum of the numbers; other values are ignored. Null if there is no number.",
        examples: &[
            Example::new(r#"["1", ["2", "x"], null, "0.5"]"#, "3.5"),
            Example::new(r#"["x"]"#, "null"),
        ],
        make: |_| Box::new(Moments::new(Wanted::Sum)),
    },
    Aggregate {
        name: "sumsq",
        aliases: &[],
        doc: "The sum of the squares of the numbers; other values are ignored.",
        examples: &[Example::new(r#"["1", "2", "3"]"#, "14")],
        make: |_| Box::new(Moments::new(Wanted::SumOfSquares)),
    },
    Aggregate {
        name: "avg",
        aliases: &["mean"],
        doc: "The mean of the numbers; other values are ignored. Null if there is no number.",
        examples: &[Example::new(r#"["1", "2", "x"]"#, "1.5"), Example::new("[]", "null")],
        make: |_| Box::new(Moments::new(Wanted::Mean)),
    },
    Aggregate {
        name: "stdev",
        aliases: &[],
        doc: "The standard deviation of a sample (n - 1). One number has deviation 0; none, null.",
        examples: &[
            Example::new(r#"["2", "4", "4", "4", "5", "5", "7", "9"]"#, "2.138089935299395"),
            Example::new(r#"["5"]"#, "0"),
            Example::new("[]", "null"),
        ],
        make: |_| Box::new(Moments::new(Wanted::SampleDeviation)),
    },
    Aggregate {
        name: "stdevp",
        aliases: &[],
        doc: "The standard deviation of a whole population (n).",
        examples: &[Example::new(r#"["2", "4", "4", "4", "5", "5", "7", "9"]"#, "2")],
        make: |_| Box::new(Moments::new(Wanted::Deviation)),
    },
    Aggregate {
        name: "var",
        aliases: &[],
        doc: "The variance of a sample (n - 1). One number has variance 0; none, null.",
        examples: &[Example::new(r#"["1", "2", "3"]"#, "1"), Example::new(r#"["5"]"#, "0")],
        make: |_| Box::new(Moments::new(Wanted::SampleVariance)),
    },
    Aggregate {
        name: "varp",
        aliases: &[],
        doc: "The variance of a whole population (n).",
        examples: &[Example::new(r#"["1", "3"]"#, "1")],
        make: |_| Box::new(Moments::new(Wanted::Variance)),
    },
];

#[derive(Debug, Clone, Copy)]
enum Wanted {
    Sum,
    SumOfSquares,
    Mean,
    SampleDeviation,
    Deviation,
    SampleVariance,
    Variance,
}

/// Count, sum, sum of squares, and Welford's running mean and squared distance, which do not lose
/// the digits of numbers that are large and close together (times, for example).
#[derive(Debug)]
struct Moments {
    wanted: Wanted,
    count: f64,
    sum: f64,
    squares: f64,
    mean: f64,
    distance: f64,
}

impl Moments {
    fn new(wanted: Wanted) -> Self {
        Self { wanted, count: 0.0, sum: 0.0, squares: 0.0, mean: 0.0, distance: 0.0 }
    }

    fn variance(&self, sample: bool) -> f64 {
        let divisor = if sample { self.count - 1.0 } else { self.count };
        if divisor > 0.0 { self.distance / divisor } else { 0.0 }
    }
}

impl Accumulator for Moments {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        for n in cell.items().iter().filter_map(Value::as_number) {
            self.count += 1.0;
            self.sum += n;
            self.squares += n * n;
            let before = n - self.mean;
            self.mean += before / self.count;
            self.distance += before * (n - self.mean);
        }
    }

    fn state(&self) -> Vec<String> {
        [self.count, self.sum, self.squares, self.mean, self.distance]
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn merge(&mut self, state: &[&str]) {
        let count = number(state, 0);
        if count == 0.0 {
            return;
        }
        let total = self.count + count;
        let apart = number(state, 3) - self.mean;
        self.distance += number(state, 4) + apart * apart * self.count * count / total;
        self.mean += apart * count / total;
        self.sum += number(state, 1);
        self.squares += number(state, 2);
        self.count = total;
    }

    fn finish(&self) -> Value {
        if self.count == 0.0 {
            return Value::Null;
        }
        numeric(match self.wanted {
            Wanted::Sum => self.sum,
            Wanted::SumOfSquares => self.squares,
            Wanted::Mean => self.sum / self.count,
            Wanted::SampleDeviation => self.variance(true).sqrt(),
            Wanted::Deviation => self.variance(false).sqrt(),
            Wanted::SampleVariance => self.variance(true),
            Wanted::Variance => self.variance(false),
        })
    }

    fn size(&self) -> usize {
        0
    }
}
