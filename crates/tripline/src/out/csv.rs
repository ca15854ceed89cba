//! For spreadsheets: the columns of the table and the ids.

use super::table;
use std::io::{self, Write};
use tripline_detect::{Alert, iso};
use tripline_schema::Schema;

pub fn print(out: &mut dyn Write, alerts: &[Alert], _: &Schema) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record([
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
    ])?;
    for alert in alerts {
        let entities: Vec<String> =
            alert.entities.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writer.write_record([
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
        ])?;
    }
    writer.flush()
}
