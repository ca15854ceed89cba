//! What every event has, whatever its record looks like: its time, its text, its input.

use jiff::Timestamp;
use tripline_events::{Column, ColumnBuilder, EventBatch, NO_TIME};
use tripline_ir::{FieldRef, View};
use tripline_schema::Mapping;

/// A field that does not come from the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Property {
    /// `_time`: epoch seconds with as many decimals as there are, at most six.
    Epoch,
    /// `@timestamp` of a source whose records have no such field: ISO 8601 in UTC.
    Iso,
    /// `_raw`.
    Text,
    /// `source`, where the mapping gives none: the input's name.
    Input,
}

impl Property {
    /// The property that a field is in a source, unless the source's mapping defines the field.
    pub(super) fn of(mapping: &Mapping, field: &FieldRef) -> Option<Self> {
        match (&field.view, &*field.name) {
            (View::Splunk | View::Cim(_), name) => {
                if mapping.splunk.fields.contains_key(name) {
                    return None;
                }
                match name {
                    "_time" => Some(Self::Epoch),
                    "_raw" => Some(Self::Text),
                    "source" if mapping.splunk.source.is_empty() => Some(Self::Input),
                    _ => None,
                }
            }
            (View::Ecs, name @ "@timestamp") => {
                mapping.resolve(&View::Ecs, name).is_none().then_some(Self::Iso)
            }
            _ => None,
        }
    }

    /// The column of a batch. An event without a time has no time here either.
    pub(super) fn column(self, batch: &EventBatch, builder: &mut ColumnBuilder) -> Column {
        for row in 0..batch.len() {
            match self {
                Self::Epoch | Self::Iso if batch.time[row] == NO_TIME => {}
                Self::Epoch => builder.push(row, &epoch(batch.time[row])),
                Self::Iso => builder.push(row, &iso(batch.time[row])),
                Self::Text => builder.push(row, &String::from_utf8_lossy(batch.raw.get(row))),
                Self::Input => builder.push(row, &batch.input),
            }
        }
        builder.finish(batch.len())
    }
}

fn epoch(time: i64) -> String {
    let micros = time.div_euclid(1000);
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    if fraction == 0 {
        return seconds.to_string();
    }
    format!("{seconds}.{fraction:06}").trim_end_matches('0').to_owned()
}

fn iso(time: i64) -> String {
    let at = Timestamp::from_nanosecond(i128::from(time)).unwrap_or_default();
    if time % 1_000_000 == 0 { format!("{at:.3}") } else { at.to_string() }
}

#[cfg(test)]
mod tests {
    use super::{epoch, iso};

    #[test]
    fn times_as_the_products_write_them() {
        for (time, seconds, text) in [
            (0, "0", "1970-01-01T00:00:00.000Z"),
            (1_500_000_000, "1.5", "1970-01-01T00:00:01.500Z"),
            (1_234_567_891, "1.234567", "1970-01-01T00:00:01.234567891Z"),
        ] {
            assert_eq!((epoch(time).as_str(), iso(time).as_str()), (seconds, text));
        }
    }
}
