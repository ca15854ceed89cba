//! For spreadsheets: the columns of the table and the ids.

use super::{Chosen, table};
use std::io::{self, Write};
use tripline_detect::{Detail, Error, iso};
use tripline_schema::Schema;

const HEAD: [&str; 11] = [
    "time",
    "detected",
    "rule_id",
    "rule",
    "severity",
    "risk_score",
    "entities",
    "why",
    "id",
    "suppressed",
    "building_block",
];

pub fn print(out: &mut dyn Write, alerts: &Chosen<'_>, _: &Schema) -> Result<(), Error> {
    let mut head = Vec::new();
    row(&mut head, HEAD).and_then(|()| out.write_all(&head)).map_err(Error::Output)?;
    alerts.write(out, Detail::Line, |alert, text| {
        let entities: Vec<String> =
            alert.entities.iter().map(|(name, value)| format!("{name}={value}")).collect();
        row(
            text,
            [
                iso(alert.time),
                iso(alert.detected),
                alert.rule.id.to_string(),
                alert.name.to_string(),
                alert.severity.word().to_owned(),
                alert.risk_score.to_string(),
                entities.join("; "),
                table::why(alert),
                alert.id.clone(),
                alert.suppressed.as_ref().map_or(0, |s| s.docs_count).to_string(),
                alert.rule.building_block.to_string(),
            ],
        )
    })
}

fn row<T: AsRef<[u8]>>(text: &mut Vec<u8>, cells: impl IntoIterator<Item = T>) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(text);
    writer.write_record(cells)?;
    writer.flush()
}
