//! For tickets and reports.

use super::{Chosen, table};
use std::io::Write;
use tripline_detect::{Detail, Error, iso};
use tripline_schema::Schema;

pub fn print(out: &mut dyn Write, alerts: &Chosen<'_>, _: &Schema) -> Result<(), Error> {
    let head = "| Time | Rule | Severity | Risk | Entities | Why |\n|---|---|---|---|---|---|\n";
    out.write_all(head.as_bytes()).map_err(Error::Output)?;
    alerts.write(out, Detail::Line, |alert, text| {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            iso(alert.time),
            escape(&alert.name),
            alert.severity.word(),
            alert.risk_score,
            escape(&table::entities(alert)),
            escape(&table::why(alert)),
        )
    })
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\r', '\n'], " ")
}
