//! An event as an alert shows it.

use super::fields::{Fields, Gathered, Names, Values};
use super::lineage::ALERT_SOURCE;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use tripline_events::{RecordView, ValueDecoder, blank_column, blanks_of};
use tripline_kernels::mapping::{self, Assets, RawFields};
use tripline_schema::{FieldRef, FieldType, MapExpr, Mapping, Schema, View};

/// An event behind an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// Identity: a hash of source type and record, or the document's own `_id`.
    pub id: Arc<str>,
    /// The index that it would be in.
    pub index: Arc<str>,
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
    pub fn get(&self, name: &str) -> Values<'_> {
        self.fields.get(name)
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
    sources: HashMap<Arc<str>, Shown>,
    row: Row,
    gathered: Gathered,
}

/// Keys of records may be data: with more columns than this, what is known is forgotten.
const COLUMNS: usize = 4096;

/// What shows the records of a source type.
struct Shown {
    decoder: ValueDecoder,
    layouts: Vec<Layout>,
}

/// The fields of the records of a stream, and how each comes about.
struct Layout {
    stream: usize,
    view: View,
    /// How many of the stream's columns it knows.
    columns: usize,
    by_path: hashbrown::HashMap<Arc<str>, usize, FixedState>,
    names: Arc<Names>,
    /// By name.
    origins: Vec<Origin>,
}

/// How a field comes about.
enum Origin {
    /// A column, and the one in which Sigma sees its blank values.
    Column(Source, Option<Source>),
    Derived(Derived),
}

/// A raw field, and its column, if records have had it.
struct Source {
    path: Arc<str>,
    column: Option<usize>,
}

impl Source {
    fn new(path: Arc<str>) -> Self {
        Self { path, column: None }
    }
}

struct Derived {
    expr: MapExpr,
    /// The raw fields that it reads.
    inputs: Vec<Arc<str>>,
    /// Its values where a record has none of them.
    without: Option<Vec<String>>,
    /// Of one that reads a single field, its values by that field's.
    known: hashbrown::HashMap<Box<str>, Box<[Box<str>]>, FixedState>,
    asked: usize,
    found: usize,
}

/// So many values of a field are remembered, if they are no longer than that and mostly come again.
const KNOWN: usize = 256;
const KNOWN_BYTES: usize = 256;

/// The values of a record by column.
#[derive(Default)]
struct Row {
    /// By column, the number of its first value plus one; 0 where it has none.
    first: Vec<u32>,
    last: Vec<u32>,
    /// By value: where it stands in the text, and the number of the column's next one plus one.
    values: Vec<(u32, u32, u32)>,
    /// The columns that have values.
    columns: Vec<u32>,
    text: String,
}

impl Row {
    fn read(&mut self, record: &RecordView<'_>) {
        for column in self.columns.drain(..) {
            self.first[column as usize] = 0;
        }
        self.values.clear();
        self.text.clear();
        if self.first.len() < record.columns.len() {
            self.first.resize(record.columns.len(), 0);
            self.last.resize(record.columns.len(), 0);
        }
        for (column, value) in record.values() {
            let start = self.text.len() as u32;
            self.text.push_str(value);
            self.values.push((start, self.text.len() as u32, 0));
            let number = self.values.len() as u32;
            if self.first[column] == 0 {
                self.first[column] = number;
                self.columns.push(column as u32);
            } else {
                self.values[self.last[column] as usize - 1].2 = number;
            }
            self.last[column] = number;
        }
    }

    fn has(&self, column: usize) -> bool {
        self.first[column] != 0
    }

    /// The values of a column.
    fn of(&self, column: usize) -> impl Iterator<Item = &str> {
        let mut next = self.first[column];
        std::iter::from_fn(move || {
            let (start, end, after) = *self.values.get((next as usize).checked_sub(1)?)?;
            next = after;
            Some(&self.text[start as usize..end as usize])
        })
    }
}

impl Viewer {
    /// Decodes a record and shows its fields in a view: all that the mapping derives, and, where the
    /// source's own names are the view's, those of the record. Absent ones are left out.
    pub(crate) fn view(
        &mut self,
        schema: &Schema,
        source: &Mapping,
        raw: &str,
        view: &View,
        assets: Option<&dyn Assets>,
    ) -> Fields {
        let Self { sources, row, gathered } = self;
        let Shown { decoder, layouts } = match sources.entry(Arc::clone(&source.id)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let known = schema.mapping(&source.id).map(|_| &*source.id);
                let Ok(decoder) = ValueDecoder::new(schema, known) else {
                    return Fields::default();
                };
                entry.insert(Shown { decoder, layouts: vec![] })
            }
        };
        let Ok(record) = decoder.decode(raw) else { return Fields::default() };
        row.read(&record);
        let layout = layout(layouts, schema, source, &record, view, assets.is_some());
        let Layout { by_path, origins, .. } = layout;
        for (name, origin) in origins.iter_mut().enumerate() {
            match origin {
                Origin::Column(own, blank) => {
                    for of in std::iter::once(&*own).chain(&*blank) {
                        if let Some(column) = of.column
                            && !gathered.has_value()
                        {
                            row.of(column).for_each(|value| gathered.value(value));
                        }
                    }
                }
                Origin::Derived(derived) => {
                    derived.values(source, by_path, row, assets, &mut |v| gathered.value(v));
                }
            }
            gathered.end(name);
        }
        let fields = gathered.finish(&layout.names);
        if layout.columns > COLUMNS {
            sources.remove(&source.id);
        }
        fields
    }
}

impl Derived {
    fn new(expr: MapExpr) -> Self {
        let mut inputs: Vec<Arc<str>> = vec![];
        expr.for_each_raw(&mut |path| {
            if !inputs.contains(path) {
                inputs.push(Arc::clone(path));
            }
        });
        let known = hashbrown::HashMap::with_hasher(FixedState::default());
        Self { expr, inputs, without: None, known, asked: 0, found: 0 }
    }

    fn values(
        &mut self,
        source: &Mapping,
        by_path: &hashbrown::HashMap<Arc<str>, usize, FixedState>,
        row: &Row,
        assets: Option<&dyn Assets>,
        each: &mut dyn FnMut(&str),
    ) {
        let there = |path: &Arc<str>| by_path.get(path).is_some_and(|column| row.has(*column));
        let raw: &mut RawFields<'_, '_> = &mut |path, each| {
            if let Some(column) = by_path.get(path) {
                row.of(*column).for_each(each);
            }
        };
        if let [input] = self.inputs.as_slice()
            && let Some(column) = by_path.get(input)
            && let (Some(value), 1) = (row.of(*column).next(), row.of(*column).take(2).count())
            && value.len() <= KNOWN_BYTES
            && (self.asked < KNOWN || self.found > self.asked / 2)
        {
            self.asked += 1;
            if let Some(values) = self.known.get(value) {
                self.found += 1;
                for value in values {
                    each(value);
                }
                return;
            }
            let values = mapping::eval(&self.expr, source, raw, assets);
            if self.known.len() == KNOWN {
                self.known.clear();
            }
            let values: Box<[Box<str>]> = values.into_iter().map(Into::into).collect();
            for value in &values {
                each(value);
            }
            self.known.insert(value.into(), values);
            return;
        }
        if self.inputs.iter().any(there) {
            let values = mapping::eval(&self.expr, source, raw, assets);
            for value in &values {
                each(value);
            }
            return;
        }
        let without = self.without.get_or_insert_with(|| {
            let values = mapping::eval(&self.expr, source, raw, assets);
            values.into_iter().map(Into::into).collect()
        });
        for value in without {
            each(value);
        }
    }
}

/// The layout of a record's stream, which knows all of the record's columns.
fn layout<'l>(
    layouts: &'l mut Vec<Layout>,
    schema: &Schema,
    source: &Mapping,
    record: &RecordView<'_>,
    view: &View,
    assets: bool,
) -> &'l mut Layout {
    let same = |layout: &Layout| layout.stream == record.stream && layout.view == *view;
    let at = layouts.iter().position(same).unwrap_or_else(|| {
        layouts.push(Layout {
            stream: record.stream,
            view: view.clone(),
            columns: 0,
            by_path: hashbrown::HashMap::with_hasher(FixedState::default()),
            names: Arc::default(),
            origins: vec![],
        });
        layouts.len() - 1
    });
    // What is asked for again is found soon.
    layouts.swap(0, at);
    let layout = &mut layouts[0];
    if layout.columns < record.columns.len() || layout.names.list.is_empty() {
        layout.learn(schema, source, record.columns, assets);
    }
    layout
}

impl Layout {
    /// Adds the fields that further columns bring.
    fn learn(&mut self, schema: &Schema, source: &Mapping, columns: &[Arc<str>], assets: bool) {
        let view = self.view.clone();
        let mut names: Vec<String> = vec![];
        if self.columns == 0 {
            names = match view {
                View::Ecs => source.elastic.fields.keys().map(ToString::to_string).collect(),
                View::Sigma => source.sigma.fields.keys().map(ToString::to_string).collect(),
                _ => source.splunk.fields.keys().map(ToString::to_string).collect(),
            };
            if assets && view == View::Ecs {
                names.extend(["source.category".to_owned(), "destination.category".to_owned()]);
            }
        }
        for (at, path) in columns.iter().enumerate().skip(self.columns) {
            self.by_path.entry(Arc::clone(path)).or_insert(at);
            match blanks_of(path) {
                None => names.extend(own_names(source, &view, path)),
                Some(path) if view == View::Sigma => names.extend(own_names(source, &view, path)),
                Some(_) => {}
            }
        }
        self.columns = columns.len();
        // Old names of an alert's fields: for queries, no fields of their own.
        if *source.id == *ALERT_SOURCE {
            names.retain(|name| !name.starts_with("signal."));
        }
        names.sort_unstable();
        names.dedup();
        names.retain(|name| self.names.list.binary_search_by(|have| (**have).cmp(name)).is_err());
        let further = names.into_iter().filter_map(|name| {
            let origin = match schema.resolve(source, &view, &name)? {
                MapExpr::Raw(path) => {
                    let blank = blank_column(&path).filter(|_| view == View::Sigma);
                    Origin::Column(Source::new(path), blank.map(|path| Source::new(path.into())))
                }
                expr => Origin::Derived(Derived::new(expr)),
            };
            Some((Arc::<str>::from(name), origin))
        });
        let known = self.names.list.iter().cloned().zip(std::mem::take(&mut self.origins));
        let mut all: Vec<(Arc<str>, Origin)> = known.chain(further).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, origin) in &mut all {
            if let Origin::Column(column, blank) = origin {
                for of in std::iter::once(column).chain(blank) {
                    of.column = of.column.or_else(|| self.by_path.get(&of.path).copied());
                }
            }
        }
        let (list, origins) = all.into_iter().unzip();
        self.names = Arc::new(Names::indexed(list));
        self.origins = origins;
    }
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
pub(crate) fn to_json(field: &FieldRef, values: Values<'_>) -> serde_json::Value {
    let one = |text: &str| -> serde_json::Value {
        match field.ty {
            FieldType::Long => text.parse::<i64>().map_or_else(|_| text.into(), Into::into),
            FieldType::Double => text.parse::<f64>().map_or_else(|_| text.into(), Into::into),
            FieldType::Boolean => match text {
                "true" => true.into(),
                "false" => false.into(),
                other => other.into(),
            },
            _ => text.into(),
        }
    };
    match (values.first(), values.one()) {
        (None, _) => serde_json::Value::Null,
        (_, Some(value)) => one(value),
        _ => values.iter().map(one).collect(),
    }
}
