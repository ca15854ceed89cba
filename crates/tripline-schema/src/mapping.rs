//! Mapping files: what a source is, and how each view's fields come from its records.
//!
//! A file holds one or more `[[source]]` tables. `extends` names a source whose tables this one
//! starts from; its own entries win. `[[collected]]` repeats sources for documents that a
//! collector made of their events. See `docs/reference/mappings.md` for the format.

use crate::lowered::{Lowered, in_lower_case};
use crate::{MapExpr, MapFunction, View, template};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A source type: `zeek.conn`, `windows.sysmon.3`.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Its stable name.
    pub id: Arc<str>,
    /// What people call it.
    pub title: Arc<str>,
    /// The source that it starts from. A source is tried before the one that it extends.
    pub extends: Option<Arc<str>>,
    /// Whether it is tried before all sources that are not, whatever they extend: its records
    /// carry the marks of others.
    pub first: bool,
    /// How a record is recognised: one of these.
    pub recognise: Vec<Recognise>,
    /// Raw fields that may hold the event's time, the first that is there counts.
    pub time: Vec<Arc<str>>,
    /// Whether a record may be without a time: it is no event (an indicator).
    pub timeless: bool,
    /// What it is for Elastic.
    pub elastic: Elastic,
    /// What it is for Splunk.
    pub splunk: Splunk,
    /// What it is for Sigma.
    pub sigma: SigmaSource,
    /// Tables for the `table` function.
    pub tables: BTreeMap<Arc<str>, Arc<LookupTable>>,
}

/// A table of a mapping file: values by key.
pub type LookupTable = BTreeMap<Arc<str>, Vec<Arc<str>>>;

/// One way to recognise a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognise {
    /// The record's shape as the decoder names it: `json`, `windows`, `ecs`, `zeek`. None: any.
    pub shape: Option<Arc<str>>,
    /// Raw fields that must be there.
    #[serde(default)]
    pub has: Vec<Arc<str>>,
    /// Raw fields that must not be there.
    #[serde(default)]
    pub lacks: Vec<Arc<str>>,
    /// Raw fields that must hold one of these values (without case; `*` is any text). A field that
    /// is absent fails.
    #[serde(default, rename = "where")]
    pub equals: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// What a source is for Elastic.
#[derive(Debug, Clone, Default)]
pub struct Elastic {
    /// Names of indices in which its events would be found. Empty: none; with `from_document`
    /// the document names its own (`_index`, `data_stream.*`, `agent.type`).
    pub indices: Vec<Arc<str>>,
    /// Whether each document says to which index it belongs.
    pub from_document: bool,
    /// Whether a field that is not listed is the raw field of the same name.
    pub passthrough: bool,
    /// Name prefixes that stand for raw prefixes: `winlog.event_data.` for `EventData.`.
    pub prefixes: Vec<(Arc<str>, Arc<str>)>,
    /// Name prefixes with the expression of each field below them, longest first. What stands
    /// below takes the place of `<name>`, `<camel>`, `<parent>` and `<last>`.
    pub templates: Vec<(Arc<str>, Arc<str>)>,
    /// Whether the templates' raw fields start in lower case (`[[lowered]]`).
    pub lowered: bool,
    /// The fields.
    pub fields: BTreeMap<Arc<str>, MapExpr>,
    /// Fields that the vendor's own pipeline does not set, with the reason, for reports.
    pub absent: BTreeMap<Arc<str>, Arc<str>>,
}

/// What a source is for Splunk.
#[derive(Debug, Clone, Default)]
pub struct Splunk {
    /// Its sourcetype.
    pub sourcetype: Arc<str>,
    /// Its source, if it has a fixed one.
    pub source: Arc<str>,
    /// The datasets that it belongs to, by full name.
    pub datasets: Vec<Arc<str>>,
    /// Raw prefixes that a search leaves out: with `EventData.`, `Image` is `EventData.Image`.
    pub prefixes: Vec<Arc<str>>,
    /// Search-time fields and CIM aliases.
    pub fields: BTreeMap<Arc<str>, MapExpr>,
    /// Fields that the vendor's add-on does not set, with the reason, for reports.
    pub absent: BTreeMap<Arc<str>, Arc<str>>,
}

/// What a source is for Sigma.
#[derive(Debug, Clone, Default)]
pub struct SigmaSource {
    /// Log sources that it answers to: product, category, service.
    pub logsources: Vec<BTreeMap<Arc<str>, Arc<str>>>,
    /// Raw prefixes that the taxonomy leaves out.
    pub prefixes: Vec<Arc<str>>,
    /// The fields that are not simply raw ones.
    pub fields: BTreeMap<Arc<str>, MapExpr>,
}

impl SigmaSource {
    /// Whether one of its log sources has all of the attributes that are given.
    pub fn answers(
        &self,
        product: Option<&str>,
        category: Option<&str>,
        service: Option<&str>,
    ) -> bool {
        let wanted = [("product", product), ("category", category), ("service", service)];
        self.logsources.iter().any(|has| {
            wanted.iter().all(|(key, value)| {
                value.is_none_or(|value| has.get(*key).is_some_and(|has| **has == *value))
            })
        })
    }
}

/// What is wrong with a mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingError {
    /// The file.
    pub file: String,
    /// Where in it: a source and a field, or empty.
    pub place: String,
    /// What.
    pub message: String,
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for MappingError {}

impl Mapping {
    /// By raw field, what it holds in every record that is recognised as one of this source (without
    /// case; `*` is any text): one of these. Fields of which recognition says nothing are not there.
    pub fn told(&self) -> BTreeMap<&Arc<str>, Vec<&Arc<str>>> {
        let mut ways = self.recognise.iter();
        let mut told: BTreeMap<&Arc<str>, Vec<&Arc<str>>> = match ways.next() {
            None => BTreeMap::new(),
            Some(way) => {
                way.equals.iter().map(|(path, all)| (path, all.iter().collect())).collect()
            }
        };
        for way in ways {
            told.retain(|path, values| match way.equals.get(*path) {
                None => false,
                Some(more) => {
                    values.extend(more);
                    true
                }
            });
        }
        for values in told.values_mut() {
            values.sort_unstable();
            values.dedup();
        }
        told
    }

    /// How a field of the Elastic, Splunk or Sigma view comes from the record. None: the source
    /// never has it. A data model's fields are resolved by [`crate::Schema::resolve`], which adds
    /// the model's defaults.
    pub fn resolve(&self, view: &View, name: &str) -> Option<MapExpr> {
        match view {
            View::Ecs => {
                if let Some(expr) = self.elastic.fields.get(name) {
                    return Some(expr.clone());
                }
                if let Some(address) = asset_of(name) {
                    let address = self.resolve(view, address)?;
                    return Some(MapExpr::Call(crate::MapFunction::AssetCategory, vec![address]));
                }
                for (prefix, template) in &self.elastic.templates {
                    if let Some(rest) = name.strip_prefix(&**prefix) {
                        let expr = template::expand(template, rest)?;
                        let lowered = self.elastic.lowered;
                        return Some(if lowered { in_lower_case(&expr) } else { expr });
                    }
                }
                for (prefix, raw) in &self.elastic.prefixes {
                    if let Some(rest) = name.strip_prefix(&**prefix) {
                        return Some(MapExpr::Raw(format!("{raw}{rest}").into()));
                    }
                }
                self.elastic.passthrough.then(|| MapExpr::Raw(name.into()))
            }
            View::Cim(_) | View::Splunk => {
                if let Some(expr) = self.splunk.fields.get(name) {
                    return Some(expr.clone());
                }
                match (name, view) {
                    ("sourcetype", _) => constant(&self.splunk.sourcetype),
                    ("source", _) => constant(&self.splunk.source),
                    ("index", _) => constant("main"),
                    (_, View::Splunk) => Some(bare(name, &self.splunk.prefixes)),
                    _ => None,
                }
            }
            View::Sigma => Some(
                self.sigma
                    .fields
                    .get(name)
                    .cloned()
                    .unwrap_or_else(|| bare(name, &self.sigma.prefixes)),
            ),
            View::Row => None,
        }
    }
}

/// What every event of the source has; nothing where the mapping does not say.
fn constant(value: &str) -> Option<MapExpr> {
    (!value.is_empty()).then(|| MapExpr::Const(vec![value.into()]))
}

/// The address whose asset categories an ECS field holds. ECS has no field for them; these names
/// are ours, after the data models' `src_category` and `dest_category`.
fn asset_of(name: &str) -> Option<&'static str> {
    match name {
        "source.category" => Some("source.ip"),
        "destination.category" => Some("destination.ip"),
        _ => None,
    }
}

/// A bare name is the raw field of that name, or the first of its prefixed forms that is there.
fn bare(name: &str, prefixes: &[Arc<str>]) -> MapExpr {
    if prefixes.is_empty() {
        return MapExpr::Raw(name.into());
    }
    let mut forms: Vec<MapExpr> =
        prefixes.iter().map(|p| MapExpr::Raw(format!("{p}{name}").into())).collect();
    if forms.len() == 1 {
        return forms.remove(0);
    }
    MapExpr::Call(MapFunction::Coalesce, forms)
}

/// The text of a mapping file, before expressions are read and `extends` is followed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    source: Vec<RawSource>,
    #[serde(default)]
    collected: Vec<Collected>,
    #[serde(default)]
    lowered: Vec<Lowered>,
}

/// Sources once more, for documents that a collector made of their events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Collected {
    /// The sources whose id starts with this.
    from: String,
    /// What stands in place of it.
    to: String,
    /// What is added to the title, in parentheses.
    title: String,
    /// Raw fields that such a document has besides.
    has: Vec<Arc<str>>,
    /// Raw fields that may hold its time.
    time: Vec<Arc<str>>,
    /// Where the collector's pipeline moves a raw field: raw field, new name.
    moved: BTreeMap<Arc<str>, Arc<str>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawSource {
    id: String,
    title: Option<String>,
    extends: Option<String>,
    first: bool,
    recognise: Vec<Recognise>,
    refine: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    time: Option<Vec<Arc<str>>>,
    timeless: Option<bool>,
    elastic: RawElastic,
    splunk: RawSplunk,
    sigma: RawSigma,
    tables: BTreeMap<Arc<str>, BTreeMap<Arc<str>, OneOrMany>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawElastic {
    indices: Option<Vec<Arc<str>>>,
    from_document: Option<bool>,
    passthrough: Option<bool>,
    prefixes: Option<BTreeMap<Arc<str>, Arc<str>>>,
    templates: BTreeMap<Arc<str>, Arc<str>>,
    fields: BTreeMap<Arc<str>, String>,
    absent: BTreeMap<Arc<str>, Arc<str>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawSplunk {
    sourcetype: Option<Arc<str>>,
    source: Option<Arc<str>>,
    datasets: Option<Vec<Arc<str>>>,
    prefixes: Option<Vec<Arc<str>>>,
    fields: BTreeMap<Arc<str>, String>,
    absent: BTreeMap<Arc<str>, Arc<str>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawSigma {
    logsources: Option<Vec<BTreeMap<Arc<str>, Arc<str>>>>,
    prefixes: Option<Vec<Arc<str>>>,
    fields: BTreeMap<Arc<str>, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Arc<str>),
    Many(Vec<Arc<str>>),
}

/// Reads a mapping file on top of the sources that are already there (`known`), so that a file
/// can extend them.
pub(crate) fn parse_file(
    file: &str,
    text: &str,
    known: &[Arc<Mapping>],
) -> Result<Vec<Arc<Mapping>>, MappingError> {
    let parsed: File = toml::from_str(text).map_err(|e| MappingError {
        file: file.to_owned(),
        place: String::new(),
        message: e.to_string().trim_end().to_owned(),
    })?;
    let mut sources: Vec<Arc<Mapping>> = Vec::new();
    for raw in parsed.source {
        let fail = |message: String| MappingError {
            file: file.to_owned(),
            place: raw.id.clone(),
            message,
        };
        let base = match &raw.extends {
            None => None,
            Some(parent) => Some(
                sources
                    .iter()
                    .chain(known)
                    .find(|m| *m.id == **parent)
                    .ok_or_else(|| fail(format!("extends `{parent}`, which is not there")))?,
            ),
        };
        let mapping = build(&raw, base.map(|b| &**b)).map_err(fail)?;
        sources.push(Arc::new(mapping));
    }
    for collected in &parsed.collected {
        let originals = known.iter().chain(&sources);
        let copies: Vec<_> = originals.filter_map(|m| collected.copy(m)).map(Arc::new).collect();
        sources.extend(copies);
    }
    for lowered in &parsed.lowered {
        let originals = known.iter().chain(&sources);
        let copies: Vec<_> = originals.filter_map(|m| lowered.copy(m)).map(Arc::new).collect();
        sources.extend(copies);
    }
    Ok(sources)
}

impl Mapping {
    /// A copy under another id: `to` in place of `from` at its beginning and at that of what it
    /// extends, and `title` after its own in parentheses. None: its id does not begin so.
    pub(crate) fn derived(&self, from: &str, to: &str, title: &str) -> Option<Self> {
        let renamed = |id: &str| Some(format!("{to}{}", id.strip_prefix(from)?).into());
        let mut m = self.clone();
        m.id = renamed(&self.id)?;
        m.title = format!("{} ({title})", self.title).into();
        m.extends = m.extends.map(|parent| renamed(&parent).unwrap_or(parent));
        Some(m)
    }
}

impl Collected {
    /// The source as the collector's documents have it, if it is one of ours.
    ///
    /// Elastic fields are the document's own where it has them: the collector has seen more (the
    /// rendered message, the host) than we can derive. For the other views the raw field is where
    /// it was, or where the collector's pipeline moved it.
    fn copy(&self, original: &Mapping) -> Option<Mapping> {
        let mut m = original.derived(&self.from, &self.to, &self.title)?;
        for way in &mut m.recognise {
            way.lacks.retain(|field| !self.has.contains(field));
            way.has.extend(self.has.iter().cloned());
        }
        m.time.splice(0..0, self.time.iter().cloned());
        m.elastic.passthrough = true;
        m.elastic.from_document = true;
        for (name, expr) in &mut m.elastic.fields {
            *expr = either(MapExpr::Raw(name.clone()), expr.clone());
        }
        for expr in m.splunk.fields.values_mut().chain(m.sigma.fields.values_mut()) {
            *expr = self.moved_back(expr);
        }
        for raw in self.moved.keys() {
            for (prefixes, fields) in [
                (&m.splunk.prefixes, &mut m.splunk.fields),
                (&m.sigma.prefixes, &mut m.sigma.fields),
            ] {
                let Some(name) = prefixes.iter().find_map(|p| raw.strip_prefix(&**p)) else {
                    continue;
                };
                fields
                    .entry(name.into())
                    .or_insert_with(|| self.moved_back(&MapExpr::Raw(raw.clone())));
            }
        }
        Some(m)
    }

    /// The expression with each raw field that the pipeline moves read from either place.
    fn moved_back(&self, expr: &MapExpr) -> MapExpr {
        match expr {
            MapExpr::Raw(path) => match self.moved.get(path) {
                Some(to) => either(expr.clone(), MapExpr::Raw(to.clone())),
                None => expr.clone(),
            },
            MapExpr::Const(_) => expr.clone(),
            MapExpr::Call(f, args) => {
                MapExpr::Call(*f, args.iter().map(|a| self.moved_back(a)).collect())
            }
        }
    }
}

/// `coalesce(first, second)`.
fn either(first: MapExpr, second: MapExpr) -> MapExpr {
    if first == second {
        return first;
    }
    MapExpr::Call(MapFunction::Coalesce, vec![first, second])
}

fn build(raw: &RawSource, base: Option<&Mapping>) -> Result<Mapping, String> {
    let mut m = base.cloned().unwrap_or_else(|| Mapping {
        id: "".into(),
        title: "".into(),
        extends: None,
        first: false,
        recognise: vec![],
        time: vec![],
        timeless: false,
        elastic: Elastic::default(),
        splunk: Splunk::default(),
        sigma: SigmaSource::default(),
        tables: BTreeMap::new(),
    });
    m.id = raw.id.as_str().into();
    m.title = raw.title.as_deref().map_or_else(|| m.title.clone(), Into::into);
    m.extends = raw.extends.as_deref().map(Into::into);
    m.first = raw.first;
    refine(&mut m.recognise, raw)?;
    set(&mut m.time, raw.time.as_ref());
    set(&mut m.timeless, raw.timeless.as_ref());

    set(&mut m.elastic.indices, raw.elastic.indices.as_ref());
    set(&mut m.elastic.from_document, raw.elastic.from_document.as_ref());
    set(&mut m.elastic.passthrough, raw.elastic.passthrough.as_ref());
    if let Some(prefixes) = &raw.elastic.prefixes {
        m.elastic.prefixes = prefixes.iter().map(|(a, b)| (a.clone(), b.clone())).collect();
    }
    template::add(&mut m.elastic.templates, &raw.elastic.templates)?;
    fields(&mut m.elastic.fields, &raw.elastic.fields)?;
    absent(&mut m.elastic.absent, &raw.elastic.absent);

    set(&mut m.splunk.sourcetype, raw.splunk.sourcetype.as_ref());
    set(&mut m.splunk.source, raw.splunk.source.as_ref());
    set(&mut m.splunk.datasets, raw.splunk.datasets.as_ref());
    set(&mut m.splunk.prefixes, raw.splunk.prefixes.as_ref());
    fields(&mut m.splunk.fields, &raw.splunk.fields)?;
    absent(&mut m.splunk.absent, &raw.splunk.absent);

    set(&mut m.sigma.logsources, raw.sigma.logsources.as_ref());
    set(&mut m.sigma.prefixes, raw.sigma.prefixes.as_ref());
    fields(&mut m.sigma.fields, &raw.sigma.fields)?;

    for (name, table) in &raw.tables {
        let rows = table.iter().map(|(key, values)| {
            let values = match values {
                OneOrMany::One(value) => vec![value.clone()],
                OneOrMany::Many(values) => values.clone(),
            };
            (key.clone(), values)
        });
        m.tables.insert(name.clone(), Arc::new(rows.collect()));
    }
    Ok(m)
}

/// A source's own ways, or those of its parent, each narrowed by `refine`.
fn refine(ways: &mut Vec<Recognise>, raw: &RawSource) -> Result<(), String> {
    if raw.refine.is_empty() || !raw.recognise.is_empty() {
        ways.clone_from(&raw.recognise);
    }
    if !raw.refine.is_empty() && ways.is_empty() {
        return Err("`refine` narrows nothing: neither it nor its parent is recognised".to_owned());
    }
    for way in ways {
        way.equals.extend(raw.refine.clone());
    }
    Ok(())
}

fn set<T: Clone>(target: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        *target = value.clone();
    }
}

/// An empty reason takes an inherited one away.
fn absent(target: &mut BTreeMap<Arc<str>, Arc<str>>, raw: &BTreeMap<Arc<str>, Arc<str>>) {
    target.extend(raw.clone());
    target.retain(|_, reason| !reason.is_empty());
}

/// An empty expression takes an inherited field away.
fn fields(
    target: &mut BTreeMap<Arc<str>, MapExpr>,
    raw: &BTreeMap<Arc<str>, String>,
) -> Result<(), String> {
    for (name, text) in raw {
        if text.is_empty() {
            target.remove(name);
            continue;
        }
        let expr = MapExpr::parse(text).map_err(|e| format!("{name}: {e}"))?;
        target.insert(name.clone(), expr);
    }
    Ok(())
}
