//! An event as an alert shows it.

use super::Fields;
use super::lineage::ALERT_SOURCE;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use tripline_events::{EventBatch, RecordDecoder, blank_column, blanks_of};
use tripline_kernels::mapping::{self, Assets};
use tripline_schema::{FieldRef, FieldType, MapExpr, Mapping, Schema, View};

/// An event behind an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// Identity: a hash of source type and record, or the document's own `_id`.
    pub id: String,
    /// The index that it would be in.
    pub index: String,
    /// Its source type.
    pub source: Arc<str>,
    /// The input that it was read from.
    pub input: Arc<str>,
    /// Its position there, from 0.
    pub record: u64,
    /// Event time, nanoseconds since 1970.
    pub time: i64,
    /// Its fields in the rule's vocabulary, by name.
    pub fields: Fields,
    /// The record as JSON text.
    pub raw: Arc<str>,
}

impl EventView {
    /// The values of a field.
    pub fn get(&self, name: &str) -> &[String] {
        lookup(&self.fields, name)
    }
}

/// The values of a field in a list sorted by name.
pub(crate) fn lookup<'a>(fields: &'a [(String, Vec<String>)], name: &str) -> &'a [String] {
    fields
        .binary_search_by(|(field, _)| field.as_str().cmp(name))
        .map_or(&[], |at| fields[at].1.as_slice())
}

/// Shows many records: a decoder costs more to make than a record to decode.
#[derive(Default)]
pub(crate) struct Viewer {
    /// By source type.
    decoders: HashMap<Arc<str>, RecordDecoder>,
    layouts: Vec<Layout>,
}

/// So many layouts are remembered.
const LAYOUTS: usize = 64;

/// The fields of records that have the same columns, and how each comes about.
struct Layout {
    source: Arc<str>,
    view: View,
    columns: Vec<Arc<str>>,
    by_path: hashbrown::HashMap<Arc<str>, usize, FixedState>,
    /// By name.
    fields: Vec<(String, Origin)>,
}

/// How a field comes about.
enum Origin {
    /// A column, and the one in which Sigma sees its blank values.
    Column(Option<usize>, Option<usize>),
    Derived(MapExpr),
}

impl Viewer {
    /// Decodes a record and shows its fields in a view: all that the mapping derives, and, where the
    /// source's own names are the view's, those of the record. Sorted by name, absent ones left out.
    pub(crate) fn view(
        &mut self,
        schema: &Schema,
        source: &Mapping,
        raw: &[u8],
        view: &View,
        assets: Option<&dyn Assets>,
    ) -> Vec<(String, Vec<String>)> {
        let decoder = match self.decoders.entry(Arc::clone(&source.id)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let known = schema.mapping(&source.id).map(|_| &*source.id);
                let Ok(decoder) = RecordDecoder::new(schema, known) else { return vec![] };
                entry.insert(decoder)
            }
        };
        let Ok(batch) = decoder.decode(raw) else { return vec![] };
        let layout = layout(&mut self.layouts, schema, source, &batch, view, assets.is_some());
        let mut raw = |path: &str, each: &mut dyn FnMut(&str)| {
            if let Some(column) = layout.by_path.get(path) {
                batch.columns[*column].1.values(0).for_each(each);
            }
        };
        let own = |column: &usize| batch.columns[*column].1.values(0).map(str::to_owned);
        let shown = layout.fields.iter().filter_map(|(name, origin)| {
            let values: Vec<String> = match origin {
                Origin::Column(column, blank) => {
                    let values: Vec<String> = column.iter().flat_map(own).collect();
                    if values.is_empty() { blank.iter().flat_map(own).collect() } else { values }
                }
                Origin::Derived(expr) => {
                    let values = mapping::eval(expr, source, &mut raw, assets);
                    values.into_iter().map(Into::into).collect()
                }
            };
            (!values.is_empty()).then(|| (name.clone(), values))
        });
        shown.collect()
    }
}

/// The layout of a record, which most records share with one that was shown before.
fn layout<'l>(
    layouts: &'l mut Vec<Layout>,
    schema: &Schema,
    source: &Mapping,
    batch: &EventBatch,
    view: &View,
    assets: bool,
) -> &'l Layout {
    let same = |layout: &Layout| {
        layout.source == source.id
            && layout.view == *view
            && layout.columns.iter().eq(batch.columns.iter().map(|(path, _)| path))
    };
    if let Some(at) = layouts.iter().position(same) {
        // What is asked for again is found soon.
        layouts.swap(0, at);
        return &layouts[0];
    }
    let mut names: Vec<String> = match view {
        View::Ecs => source.elastic.fields.keys().map(ToString::to_string).collect(),
        View::Sigma => source.sigma.fields.keys().map(ToString::to_string).collect(),
        _ => source.splunk.fields.keys().map(ToString::to_string).collect(),
    };
    for (path, _) in &batch.columns {
        match blanks_of(path) {
            None => names.extend(own_names(source, view, path)),
            Some(path) if *view == View::Sigma => names.extend(own_names(source, view, path)),
            Some(_) => {}
        }
    }
    if assets && *view == View::Ecs {
        names.extend(["source.category".to_owned(), "destination.category".to_owned()]);
    }
    // Old names of an alert's fields: for queries, no fields of their own.
    if *source.id == *ALERT_SOURCE {
        names.retain(|name| !name.starts_with("signal."));
    }
    names.sort_unstable();
    names.dedup();
    let columns: Vec<Arc<str>> = batch.columns.iter().map(|(path, _)| Arc::clone(path)).collect();
    let mut by_path = hashbrown::HashMap::with_hasher(FixedState::default());
    for (at, path) in columns.iter().enumerate() {
        by_path.entry(Arc::clone(path)).or_insert(at);
    }
    let resolved = |name: String| {
        let origin = match schema.resolve(source, view, &name)? {
            MapExpr::Raw(path) => {
                let blank = blank_column(&path).filter(|_| *view == View::Sigma);
                let column = |path: &str| by_path.get(path).copied();
                Origin::Column(column(&path), blank.and_then(|path| column(&path)))
            }
            expr => Origin::Derived(expr),
        };
        (!matches!(origin, Origin::Column(None, None))).then_some((name, origin))
    };
    let fields = names.into_iter().filter_map(resolved).collect();
    if layouts.len() == LAYOUTS {
        layouts.pop();
    }
    layouts.push(Layout {
        source: Arc::clone(&source.id),
        view: view.clone(),
        columns,
        by_path,
        fields,
    });
    let last = layouts.len() - 1;
    layouts.swap(0, last);
    &layouts[0]
}

/// The names under which a raw field itself is seen in a view.
fn own_names(source: &Mapping, view: &View, path: &str) -> Vec<String> {
    let bare = |prefixes: &[Arc<str>]| -> Vec<String> {
        if prefixes.is_empty() {
            return vec![path.to_owned()];
        }
        prefixes.iter().filter_map(|p| path.strip_prefix(&**p).map(str::to_owned)).collect()
    };
    match view {
        View::Ecs => {
            let mut names: Vec<String> = source
                .elastic
                .prefixes
                .iter()
                .filter_map(|(shown, raw)| Some(format!("{shown}{}", path.strip_prefix(&**raw)?)))
                .collect();
            if source.elastic.passthrough {
                names.push(path.to_owned());
            }
            names
        }
        View::Sigma => bare(&source.sigma.prefixes),
        _ => bare(&source.splunk.prefixes),
    }
}

/// A field as JSON of its type: numbers and booleans as such where they read so, several values
/// as an array.
pub(crate) fn to_json(field: &FieldRef, values: &[String]) -> serde_json::Value {
    let one = |text: &String| -> serde_json::Value {
        match field.ty {
            FieldType::Long => {
                text.parse::<i64>().map_or_else(|_| text.as_str().into(), Into::into)
            }
            FieldType::Double => {
                text.parse::<f64>().map_or_else(|_| text.as_str().into(), Into::into)
            }
            FieldType::Boolean => match text.as_str() {
                "true" => true.into(),
                "false" => false.into(),
                other => other.into(),
            },
            _ => text.as_str().into(),
        }
    };
    match values {
        [] => serde_json::Value::Null,
        [value] => one(value),
        several => several.iter().map(one).collect(),
    }
}
