//! As the documents that Elastic's detection engine writes, one a line.

use std::io::{self, Write};
use tripline_detect::{Alert, to_elastic};
use tripline_schema::Schema;

pub fn print(out: &mut dyn Write, alerts: &[Alert], schema: &Schema) -> io::Result<()> {
    for alert in alerts {
        for document in to_elastic(alert, schema) {
            serde_json::to_writer(&mut *out, &document)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}
