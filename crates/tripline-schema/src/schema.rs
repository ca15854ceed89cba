//! The loaded whole.

use crate::field::is_default_field;
use crate::mapping::parse_file;
use crate::{
    Catalogue, FieldInfo, FieldRef, FieldType, MapExpr, MapFunction, Mapping, MappingError, View,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

/// Catalogues, data models and mappings.
#[derive(Debug, Clone)]
pub struct Schema {
    ecs: Catalogue,
    /// Fields that Elastic's integrations have besides ECS.
    integrations: Catalogue,
    datasets: BTreeMap<Arc<str>, Dataset>,
    mappings: Vec<Arc<Mapping>>,
    /// How many times files were added after the first.
    layers: u32,
    /// The layer of each mapping, in the same order.
    layer_of: Vec<u32>,
}

/// What a front end may ask about fields. [`Schema`] implements it; tests bring their own.
pub trait Fields {
    /// What is known of a field; [`FieldInfo::UNKNOWN`] if nothing is.
    fn field(&self, view: &View, name: &str) -> FieldInfo;

    /// All known names of a view, for suggestions and patterns.
    fn field_names(&self, view: &View) -> Vec<&str>;

    /// Whether a field that is not known is an error (a fixed mapping) rather than a field whose
    /// type is inferred (an open world of sources).
    fn closed(&self) -> bool {
        false
    }

    /// A reference to a field, with its type.
    fn field_ref(&self, view: View, name: &str) -> FieldRef {
        let ty = self.field(&view, name).ty;
        FieldRef::new(view, name, ty)
    }
}

impl Fields for Schema {
    fn field(&self, view: &View, name: &str) -> FieldInfo {
        Self::field(self, view, name)
    }

    fn field_names(&self, view: &View) -> Vec<&str> {
        Self::field_names(self, view)
    }
}

/// A dataset of a data model: its fields and what they are when the event lacks them.
#[derive(Debug, Clone, Default)]
struct Dataset {
    fields: BTreeMap<Arc<str>, DatasetField>,
}

#[derive(Debug, Clone)]
struct DatasetField {
    ty: FieldType,
    /// The value of an event that lacks it.
    default: Option<Arc<str>>,
    lower: bool,
}

impl Schema {
    /// What is embedded in the binary.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Schema> = LazyLock::new(|| {
            Schema::load(crate::embedded::FILES)
                .expect("embedded mapping files are checked by a test")
        });
        &BUILTIN
    }

    /// Embedded catalogues and these mapping files `(name, text)`, in order; later ones may extend
    /// earlier ones, and replace those of the same id.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, MappingError> {
        let ecs = Catalogue::parse(crate::embedded::ECS).map_err(|message| MappingError {
            file: "ecs.tsv".to_owned(),
            place: String::new(),
            message,
        })?;
        let integrations = Catalogue::parse(crate::embedded::INTEGRATIONS).map_err(|message| {
            MappingError { file: "integrations.tsv".to_owned(), place: String::new(), message }
        })?;
        let datasets = parse_datasets(crate::embedded::CIM)?;
        let (mappings, layer_of) = (vec![], vec![]);
        let mut schema = Self { ecs, integrations, datasets, mappings, layers: 0, layer_of };
        for (name, text) in files {
            schema.extend(name, text)?;
        }
        schema.sort();
        Ok(schema)
    }

    /// Adds a mapping file of the user's. Its sources are tried before those that were there.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), MappingError> {
        self.layers += 1;
        self.extend(file, text)?;
        self.sort();
        Ok(())
    }

    fn extend(&mut self, file: &str, text: &str) -> Result<(), MappingError> {
        for mapping in parse_file(file, text, &self.mappings)? {
            if let Some(at) = self.mappings.iter().position(|m| m.id == mapping.id) {
                self.mappings.remove(at);
                self.layer_of.remove(at);
            }
            self.mappings.push(mapping);
            self.layer_of.push(self.layers);
        }
        Ok(())
    }

    /// The order of recognition: what was added last first, then what asks to be first, then a
    /// source before those that it extends, then as they stand in their files.
    fn sort(&mut self) {
        let parents: HashMap<&str, &str> =
            self.mappings.iter().filter_map(|m| Some((&*m.id, m.extends.as_deref()?))).collect();
        let depth = |id: &str| {
            // A replaced source may close a circle of parents; the count ends it.
            std::iter::successors(Some(id), |id| parents.get(id).copied()).take(32).count()
        };
        let own: HashMap<&str, u32> =
            self.mappings.iter().map(|m| &*m.id).zip(self.layer_of.iter().copied()).collect();
        // What extends a source that was replaced is still tried before it.
        let layer = |id: &str| {
            let line = std::iter::successors(Some(id), |id| parents.get(id).copied()).take(32);
            line.filter_map(|id| own.get(id).copied()).max().unwrap_or(0)
        };
        let mut order: Vec<(Reverse<u32>, bool, Reverse<usize>, usize)> = self
            .mappings
            .iter()
            .enumerate()
            .map(|(at, m)| (Reverse(layer(&m.id)), !m.first, Reverse(depth(&m.id)), at))
            .collect();
        order.sort_unstable();
        self.mappings = order.iter().map(|(.., at)| Arc::clone(&self.mappings[*at])).collect();
        self.layer_of = order.iter().map(|(.., at)| self.layer_of[*at]).collect();
    }

    /// All source types, in the order in which they are tried when a record is recognised: a
    /// source before the one that it extends.
    pub fn mappings(&self) -> &[Arc<Mapping>] {
        &self.mappings
    }

    /// The source type of that id.
    pub fn mapping(&self, id: &str) -> Option<&Arc<Mapping>> {
        self.mappings.iter().find(|m| *m.id == *id)
    }

    /// What is known of a field. Fields that no catalogue has are [`FieldInfo::UNKNOWN`].
    pub fn field(&self, view: &View, name: &str) -> FieldInfo {
        match view {
            View::Ecs => self
                .ecs
                .get(name)
                .or_else(|| self.integrations.get(name))
                .unwrap_or(FieldInfo::UNKNOWN),
            View::Cim(dataset) => {
                self.datasets.get(dataset).and_then(|d| d.fields.get(name)).map_or(
                    FieldInfo::UNKNOWN,
                    |f| FieldInfo { ty: f.ty, array: false, known: true, text: false },
                )
            }
            View::Splunk | View::Sigma | View::Row => FieldInfo::UNKNOWN,
        }
    }

    /// A reference to a field, with its catalogue type.
    pub fn field_ref(&self, view: View, name: &str) -> FieldRef {
        let ty = self.field(&view, name).ty;
        FieldRef::new(view, name, ty)
    }

    /// All known field names of a view.
    pub fn field_names(&self, view: &View) -> Vec<&str> {
        match view {
            View::Ecs => self.ecs.names().chain(self.integrations.names()).collect(),
            View::Cim(dataset) => self
                .datasets
                .get(dataset)
                .map(|d| d.fields.keys().map(|k| &**k).collect())
                .unwrap_or_default(),
            View::Splunk | View::Sigma | View::Row => vec![],
        }
    }

    /// Full names of all datasets: `Network_Traffic.All_Traffic`.
    pub fn datasets(&self) -> impl Iterator<Item = &str> {
        self.datasets.keys().map(|name| &**name)
    }

    /// How a field of a view comes from a source's record, data model defaults included. None: the
    /// source never has it.
    pub fn resolve(&self, mapping: &Mapping, view: &View, name: &str) -> Option<MapExpr> {
        let View::Cim(dataset) = view else { return mapping.resolve(view, name) };
        if is_default_field(name) {
            return mapping.resolve(&View::Splunk, name);
        }
        let expr = mapping.resolve(view, name);
        let Some(field) = self.datasets.get(dataset).and_then(|d| d.fields.get(name)) else {
            return expr;
        };
        let mut expr = expr;
        if field.lower {
            expr = expr.map(|e| MapExpr::Call(MapFunction::Lower, vec![e]));
        }
        let numeric = field.ty == FieldType::Long;
        match (expr, &field.default) {
            (Some(e), Some(d)) => {
                let f = if numeric { MapFunction::NumberOr } else { MapFunction::Default };
                Some(MapExpr::Call(f, vec![e, MapExpr::Const(vec![d.clone()])]))
            }
            (None, Some(d)) => Some(MapExpr::Const(vec![d.clone()])),
            (Some(e), None) if numeric => Some(MapExpr::Call(MapFunction::Number, vec![e])),
            (e, None) => e,
        }
    }
}

/// One field a line: dataset, field, `text` or `number`, default or `-`, optional `lower`.
fn parse_datasets(text: &str) -> Result<BTreeMap<Arc<str>, Dataset>, MappingError> {
    let mut datasets: BTreeMap<Arc<str>, Dataset> = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split('\t').collect();
        let [dataset, field, kind, default, rest @ ..] = parts.as_slice() else {
            return Err(MappingError {
                file: "cim.tsv".to_owned(),
                place: format!("line {}", at + 1),
                message: "expected dataset, field, kind, default".to_owned(),
            });
        };
        let ty = if *kind == "number" { FieldType::Long } else { FieldType::Keyword };
        let default = (*default != "-").then(|| Arc::from(*default));
        let entry = DatasetField { ty, default, lower: rest.contains(&"lower") };
        datasets.entry((*dataset).into()).or_default().fields.insert((*field).into(), entry);
    }
    Ok(datasets)
}
