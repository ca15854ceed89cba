//! Names and types of fields.

use std::sync::Arc;

/// A vocabulary in which a rule names fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
    /// Elastic Common Schema and the fields of Elastic's integrations: `destination.port`.
    Ecs,
    /// A dataset of a CIM data model, by its full name `Network_Traffic.All_Traffic`; field names
    /// come without the dataset's prefix: `dest_port`.
    Cim(Arc<str>),
    /// What a Splunk search sees: raw fields (`id.resp_p`, `EventCode`) and CIM aliases
    /// (`dest_ip`), `_time`, `_raw`, `host`, `source`, `sourcetype`, `index`.
    Splunk,
    /// Sigma's taxonomy: `DestinationPort`.
    Sigma,
    /// Columns of a pipeline's rows; never a field of an event.
    Row,
}

/// What a field holds, by its catalogue. It decides how a literal is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldType {
    /// Text compared as a whole.
    Keyword,
    /// The same on one value for a whole data stream.
    ConstantKeyword,
    /// Text compared as a whole, indexed for wildcards.
    Wildcard,
    /// Analysed text.
    Text,
    /// A whole number.
    Long,
    /// A number.
    Double,
    /// True or false.
    Boolean,
    /// An instant.
    Date,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A version string, ordered by semantic versioning.
    Version,
    /// A whole object as one field, its leaves compared as keywords.
    Flattened,
    /// An array of objects that are matched one by one.
    Nested,
    /// An object; has fields of its own but no value.
    Object,
    /// A point on the earth.
    GeoPoint,
    /// Not in any catalogue: each comparison takes the type of its literal.
    Unknown,
}

/// A field as a rule names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldRef {
    /// The vocabulary.
    pub view: View,
    /// The name in it.
    pub name: Arc<str>,
    /// Its type.
    pub ty: FieldType,
}

impl FieldRef {
    /// A field.
    pub fn new(view: View, name: impl Into<Arc<str>>, ty: FieldType) -> Self {
        Self { view, name: name.into(), ty }
    }

    /// A column of a pipeline's row.
    pub fn row(name: impl Into<Arc<str>>) -> Self {
        Self::new(View::Row, name, FieldType::Unknown)
    }

    /// The name under which the field is a column of a pipeline: as the query writes it. A data
    /// model's field carries its dataset's name, `All_Traffic.dest_port`, except for the fields
    /// that every event has (`_time`, `host`, `source`, `sourcetype`, `index`).
    pub fn column(&self) -> String {
        match &self.view {
            View::Cim(dataset) if !is_default_field(&self.name) => {
                let dataset = dataset.rsplit('.').next().unwrap_or(dataset);
                format!("{dataset}.{}", self.name)
            }
            _ => self.name.to_string(),
        }
    }
}

/// The fields that Splunk gives every event.
pub(crate) fn is_default_field(name: &str) -> bool {
    matches!(name, "_time" | "_raw" | "host" | "source" | "sourcetype" | "index")
}
