//! How alerts are printed: one file a format, one line in [`FORMATS`].

mod csv;
mod details;
mod elastic;
mod explain;
mod explain_json;
mod json_text;
mod layout;
mod markdown;
mod ndjson;
mod summary;
mod table;

pub use details::details;
pub use explain::explain;
pub use explain_json::explain_json;
pub use layout::{Fit, cut, fitted, plain, severity_style, terminal_width, wrap};
pub use ndjson::values_json;
pub use summary::{failures, nothing_ran, nothing_readable, set_aside, summary, unread};

use clap::builder::PossibleValuesParser;
use std::io::{self, Write};
use tripline_detect::{Alert, Detail, Error, Findings};
use tripline_schema::Schema;

/// A format.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Prints alerts.
    pub print: fn(&mut dyn Write, &Chosen<'_>, &Schema) -> Result<(), Error>,
}

/// The alerts of a hunt that are to be printed.
pub struct Chosen<'f> {
    /// All.
    pub found: &'f Findings<'f>,
    /// The places of those among them.
    pub which: Vec<usize>,
}

impl Chosen<'_> {
    /// Writes each; `format` appends one to the text.
    fn write(
        &self,
        out: &mut dyn Write,
        detail: Detail,
        format: impl Fn(&Alert, &mut Vec<u8>) -> io::Result<()> + Sync,
    ) -> Result<(), Error> {
        self.found.write(out, &self.which, detail, &format)
    }
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

/// A number and its noun: `1 file`, `2 files`.
pub fn counted(number: usize, one: &str) -> String {
    format!("{} {one}{}", count(number as u64), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(1200, "file"), "1,200 files");
    }
}
