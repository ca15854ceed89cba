//! As the documents that Elastic's detection engine writes, one a line.

use super::Chosen;
use std::io::Write;
use tripline_detect::{Detail, Error, to_elastic};
use tripline_schema::Schema;

pub fn print(out: &mut dyn Write, alerts: &Chosen<'_>, schema: &Schema) -> Result<(), Error> {
    alerts.write(out, Detail::Records, |alert, text| {
        for document in to_elastic(alert, schema) {
            serde_json::to_writer(&mut *text, &document)?;
            text.push(b'\n');
        }
        Ok(())
    })
}
