//! What the tests share: the corpora's place, a fixed mapping, rendering.

use std::collections::BTreeMap;
use std::path::PathBuf;
use tripline_diag::{Diagnostic, SourceText, render};
use tripline_eql::{Options, compile};
use tripline_schema::{FieldInfo, FieldType, Fields, Schema, View};

/// The corpora, if they are there.
pub fn corpora() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let path = std::env::var_os("TRIPLINE_CORPORA").map_or_else(|| default.into(), PathBuf::from);
    if path.is_dir() {
        Some(path)
    } else {
        println!("skipped: no corpora at {}", path.display());
        None
    }
}

/// A mapping that knows all its fields.
#[derive(Debug, Default, Clone)]
pub struct Mapping {
    pub types: BTreeMap<String, FieldType>,
}

impl Fields for Mapping {
    fn field(&self, _: &View, name: &str) -> FieldInfo {
        self.types.get(name).map_or(FieldInfo::UNKNOWN, |ty| FieldInfo {
            ty: *ty,
            array: false,
            known: true,
            text: false,
        })
    }

    fn field_names(&self, _: &View) -> Vec<&str> {
        self.types.keys().map(String::as_str).collect()
    }

    fn closed(&self) -> bool {
        true
    }
}

/// The mapping of the tables of cases.
pub fn small() -> Mapping {
    let types = [
        ("@timestamp", FieldType::Date),
        ("event.category", FieldType::Keyword),
        ("host.id", FieldType::Keyword),
        ("process.name", FieldType::Keyword),
        ("process.entity_id", FieldType::Keyword),
        ("process.pid", FieldType::Long),
        ("process.args", FieldType::Keyword),
        ("process.exit_code", FieldType::Long),
        ("process.trusted", FieldType::Boolean),
        ("process.io", FieldType::Object),
        ("host.score", FieldType::Double),
        ("source.ip", FieldType::Ip),
        ("message", FieldType::Text),
        ("package.version", FieldType::Version),
    ];
    Mapping { types: types.into_iter().map(|(n, t)| (n.to_owned(), t)).collect() }
}

/// The plan as text, or the diagnostics if there is none.
pub fn lowered(query: &str, fields: &dyn Fields) -> String {
    let compiled = compile(query, &Options::default(), fields);
    match compiled.plan {
        Some(plan) => tripline_ir::print(&plan),
        None => rendered(query, &compiled.diagnostics),
    }
}

/// Diagnostics as a person sees them.
pub fn rendered(query: &str, diagnostics: &[Diagnostic]) -> String {
    let source = SourceText::new("query", query);
    diagnostics.iter().map(|d| render(d, &source, false)).collect()
}

/// The builtin schema, an open world.
pub fn open() -> &'static Schema {
    Schema::builtin()
}
