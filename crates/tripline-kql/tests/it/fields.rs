//! A small closed set of fields, one or two of each type.

use tripline_schema::{FieldInfo, FieldType, Fields, View};

const FIELDS: [(&str, FieldType); 17] = [
    ("process.name", FieldType::Keyword),
    ("process.command_line", FieldType::Wildcard),
    ("data_stream.dataset", FieldType::ConstantKeyword),
    ("message", FieldType::Text),
    ("destination.port", FieldType::Long),
    ("event.risk", FieldType::Double),
    ("process.elevated", FieldType::Boolean),
    ("@timestamp", FieldType::Date),
    ("source.ip", FieldType::Ip),
    ("agent.version", FieldType::Version),
    ("labels", FieldType::Flattened),
    ("dns.answers", FieldType::Nested),
    ("dns.answers.name", FieldType::Keyword),
    ("file.hash.md5", FieldType::Keyword),
    ("file.hash.sha1", FieldType::Keyword),
    ("file", FieldType::Object),
    ("geo.location", FieldType::GeoPoint),
];

/// A mapping in which every field is known.
pub struct Closed;

/// The same in a world of unknown sources.
pub struct Open;

fn info(name: &str) -> FieldInfo {
    FIELDS.iter().find(|f| f.0 == name).map_or(FieldInfo::UNKNOWN, |f| FieldInfo {
        ty: f.1,
        array: false,
        known: true,
        text: f.0 == "process.name",
    })
}

impl Fields for Closed {
    fn field(&self, _: &View, name: &str) -> FieldInfo {
        info(name)
    }

    fn field_names(&self, _: &View) -> Vec<&str> {
        FIELDS.iter().map(|f| f.0).collect()
    }

    fn closed(&self) -> bool {
        true
    }
}

impl Fields for Open {
    fn field(&self, _: &View, name: &str) -> FieldInfo {
        info(name)
    }

    fn field_names(&self, _: &View) -> Vec<&str> {
        FIELDS.iter().map(|f| f.0).collect()
    }
}
