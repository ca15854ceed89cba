//! What sources contain and how rules see them: field catalogues, source types, views, mappings.
//!
//! Rules speak four vocabularies ([`View`]): ECS, a CIM data model, Splunk's search-time fields,
//! Sigma's taxonomy. A *mapping file* (one per source type, `mappings/*.toml`, embedded) says for
//! each of them how a field comes from the record, and what the source is in each world: index
//! names, sourcetype, data model membership, log source. [`Schema`] is the loaded whole.
//!
//! ```
//! use tripline_schema::{FieldType, Schema, View};
//! let schema = Schema::builtin();
//! let port = schema.field(&View::Ecs, "destination.port");
//! assert_eq!(port.ty, FieldType::Long);
//! ```

mod catalogue;
mod embedded;
mod expr;
mod field;
mod index;
mod lowered;
mod mapping;
mod schema;
mod template;

pub use catalogue::{Catalogue, FieldInfo};
pub use expr::{MapExpr, MapFunction, ParseError};
pub use field::{FieldRef, FieldType, View};
pub use index::{IndexPatterns, wildcard_match};
pub use mapping::{Elastic, LookupTable, Mapping, MappingError, Recognise, SigmaSource, Splunk};
pub use schema::{Fields, Schema};
