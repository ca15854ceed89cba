//! For tickets and reports.

use super::table;
use std::io::{self, Write};
use tripline_detect::{Alert, iso};
use tripline_schema::Schema;

pub fn print(out: &mut dyn Write, alerts: &[Alert], _: &Schema) -> io::Result<()> {
    writeln!(out, "| Time | Rule | Severity | Risk | Entities | Why |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for alert in alerts {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            iso(alert.time),
            escape(&alert.name),
            alert.severity.word(),
            alert.risk_score,
            escape(&table::entities(alert)),
            escape(&table::why(alert)),
        )?;
    }
    Ok(())
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\r', '\n'], " ")
}
