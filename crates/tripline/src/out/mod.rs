//! How alerts are printed: one file a format, one line in [`FORMATS`].

mod csv;
mod details;
mod elastic;
mod markdown;
mod ndjson;
mod summary;
mod table;

pub use details::details;
pub use summary::{failures, summary};

use clap::builder::PossibleValuesParser;
use std::io::{self, Write};
use tripline_detect::Alert;
use tripline_schema::Schema;

/// A format.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Prints alerts.
    pub print: fn(&mut dyn Write, &[Alert], &Schema) -> io::Result<()>,
}

/// All formats.
pub const FORMATS: &[Format] = &[
    Format { name: "table", print: table::print },
    Format { name: "ndjson", print: ndjson::print },
    Format { name: "csv", print: csv::print },
    Format { name: "elastic", print: elastic::print },
    Format { name: "markdown", print: markdown::print },
];

/// The names, for clap.
pub fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|f| f.name))
}

/// The format of that name.
pub fn named(name: &str) -> &'static Format {
    FORMATS.iter().find(|f| f.name == name).unwrap_or(&FORMATS[0])
}

/// A number with a comma between thousands.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Rows in columns that are as wide as their widest cell; the last one is not padded.
pub fn columns(out: &mut dyn Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([head[at].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut line = |cells: &[&str]| {
        let mut text = String::new();
        for (at, cell) in cells.iter().enumerate() {
            text.push_str(cell);
            if at + 1 < cells.len() {
                let pad = widths[at] - cell.chars().count() + 2;
                text.extend(std::iter::repeat_n(' ', pad));
            }
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(head)?;
    for row in rows {
        line(&row.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
    }
}
