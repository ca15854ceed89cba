//! Which source type a record is of, which stream it belongs to, and when it happened.

use super::builder::Builder;
use super::doc::Doc;
use super::index::IndexFields;
use super::lane::{Span, Values, What};
use super::layout::Layout;
use super::probe::{Interest, Probe, mark};
use super::shapes::ShapeId;
use crate::{Error, NO_TIME, Projector, Stream, parse_time};
use hashbrown::HashMap;
use simd_json::Node;
use smallvec::SmallVec;
use std::sync::Arc;
use tripline_schema::{Mapping, Schema, wildcard_match};

/// The source type of what nothing recognises.
const FALLBACK: &str = "json";
/// The source type of Windows events that no mapping recognises.
const WINDOWS_FALLBACK: &str = "windows.event";

/// More than this many kinds of records: the oldest answers are worked out again.
const MEMO_LIMIT: usize = 1 << 13;

/// An envelope may lie in another: a forwarder's around a product's.
const MAX_ENVELOPES: usize = 2;

/// What a record turned out to be.
pub(crate) enum Found {
    /// An event.
    Row(Row),
    /// A list of records: the position of its `[` in the text.
    List(usize),
}

/// A record's place among the streams.
pub(crate) struct Row {
    /// Its builder.
    pub builder: usize,
    /// Where its object is on the tape.
    pub root: usize,
    /// Nanoseconds, [`NO_TIME`] if it has none.
    pub time: i64,
    /// Whether a field for the time was there (and could not be read).
    pub time_field: bool,
}

struct Condition {
    mapping: usize,
    shape: Option<Shape>,
    has: Vec<Interest>,
    lacks: Vec<Interest>,
    equals: Vec<(Interest, Vec<String>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Json,
    Windows,
    Ecs,
    Zeek,
    Other,
}

struct Source {
    mapping: Arc<Mapping>,
    time: Vec<Interest>,
}

/// What the fast lane remembers of a shape.
#[derive(Debug, Default)]
struct Fast {
    /// The signature of its last record, and the builder that follows from it.
    last: Option<(u64, usize)>,
    /// The source of that builder, and the keys of its times.
    times: Option<(usize, Times)>,
}

#[derive(Debug, Default)]
struct Times {
    keys: SmallVec<[(Interest, u32); 3]>,
    stamp: Option<u32>,
}

/// A record on the fast lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FastRow {
    pub builder: usize,
    pub time: i64,
    /// The byte after it.
    pub end: usize,
    shape: ShapeId,
}

/// Source, layout, the index that the document names, and whether it was recognised.
type StreamKey = (usize, Layout, Option<Arc<str>>, bool);

/// Recognises records, and keeps the builder of each stream.
pub(crate) struct Recogniser {
    probe: Probe,
    sources: Vec<Source>,
    conditions: Vec<Condition>,
    forced: Option<usize>,
    /// The source of what nothing recognises.
    fallback: usize,
    memo: HashMap<u64, usize>,
    last: Option<(u64, usize)>,
    /// By the number of the shape, of one generation.
    fast: Vec<Fast>,
    generation: u32,
    streams: HashMap<StreamKey, usize>,
    /// The builders, in the order in which their streams appeared.
    pub builders: Vec<Builder>,
    /// Builders keep the values of the last record alone.
    values_only: bool,
    projector: Arc<dyn Projector>,
    index: IndexFields,
    created: Interest,
    timestamp: Interest,
    buffer: String,
}

impl Recogniser {
    pub fn new(
        schema: &Schema,
        projector: Arc<dyn Projector>,
        forced: Option<&str>,
    ) -> Result<Self, Error> {
        let mut probe = Probe::new();
        let mut sources: Vec<Source> = vec![];
        let mut conditions = vec![];
        for (at, mapping) in schema.mappings().iter().enumerate() {
            let time = mapping.time.iter().map(|p| probe.interest(p, false, false)).collect();
            sources.push(Source { mapping: Arc::clone(mapping), time });
            for r in &mapping.recognise {
                let mut ids = |paths: &[Arc<str>]| -> Vec<Interest> {
                    paths.iter().map(|p| probe.interest(p, true, false)).collect()
                };
                let (has, lacks) = (ids(&r.has), ids(&r.lacks));
                let equals = r.equals.iter().map(|(path, values)| {
                    let values = values.iter().map(|v| v.to_lowercase()).collect();
                    (probe.interest(path, true, true), values)
                });
                let equals = equals.collect();
                let shape = r.shape.as_deref().map(|s| match s {
                    "json" => Shape::Json,
                    "windows" => Shape::Windows,
                    "ecs" => Shape::Ecs,
                    "zeek" => Shape::Zeek,
                    _ => Shape::Other,
                });
                conditions.push(Condition { mapping: at, shape, has, lacks, equals });
            }
        }
        if !sources.iter().any(|s| *s.mapping.id == *FALLBACK) {
            sources.push(bare(&mut probe));
        }
        let fallback = sources
            .iter()
            .position(|s| *s.mapping.id == *FALLBACK)
            .expect("it was added where the mappings lack it");
        let forced = match forced {
            None => None,
            Some(id) => Some(
                sources
                    .iter()
                    .position(|s| *s.mapping.id == *id)
                    .ok_or_else(|| unknown_source(schema, id))?,
            ),
        };
        let index = IndexFields::new(&mut probe);
        let created = probe.interest("System.TimeCreated", false, false);
        let timestamp = probe.interest("@timestamp", false, false);
        Ok(Self {
            probe,
            sources,
            conditions,
            forced,
            fallback,
            memo: HashMap::new(),
            last: None,
            fast: vec![],
            generation: 0,
            streams: HashMap::new(),
            builders: vec![],
            values_only: false,
            projector,
            index,
            created,
            timestamp,
            buffer: String::new(),
        })
    }

    /// What the record is. `lists`: whether it may be a wrapper around a list of records.
    pub fn find(&mut self, doc: &Doc<'_>, lists: bool) -> Found {
        let mut root = 0;
        self.probe.run(doc, root);
        let mut outer = None;
        if self.probe.marks & mark::SOURCE != 0
            && let Some(inner) = self.probe.inner.filter(|at| doc.is_object(*at))
        {
            outer = self.probe.at(Layout::Plain, self.index.index);
            root = inner;
            self.probe.run(doc, root);
        }
        let layout = self.probe.layout();
        let shape = self.shape(layout);
        if lists
            && self.probe.marks & mark::LIST != 0
            && layout == Layout::Plain
            && shape == Shape::Json
            && let Some(at) = self.list(doc)
        {
            return Found::List(at);
        }
        let row = self.row(doc, root, layout, shape, outer);
        match self.enveloped(doc, &row) {
            Some(inner) => Found::Row(inner),
            None => Found::Row(row),
        }
    }

    /// Makes builders keep the values of the last record alone, and no batches.
    pub fn keep_values(&mut self) {
        self.values_only = true;
    }

    /// How deep records may be nested.
    pub fn set_max_depth(&mut self, max_depth: usize) {
        self.probe.set_max_depth(max_depth);
    }

    /// What the record is that starts there, if it is one for the fast lane: one with a time, of a
    /// shape and a stream that were seen before.
    pub fn find_fast(&mut self, text: &str, start: usize) -> Option<FastRow> {
        let (shape, end) = self.probe.fast(text, start)?;
        let found = self.row_fast(text, shape, end);
        if found.is_none() {
            self.probe.took(false);
        }
        found
    }

    fn row_fast(&mut self, text: &str, shape: ShapeId, end: usize) -> Option<FastRow> {
        if self.generation != shape.generation {
            self.generation = shape.generation;
            self.fast.clear();
        }
        let number = shape.number as usize;
        if self.fast.len() <= number {
            self.fast.resize_with(number + 1, Fast::default);
        }
        let layout = self.probe.layout();
        let signature = self.signature(layout, self.shape(layout));
        let builder = match self.fast[number].last {
            Some((last, builder)) if last == signature => builder,
            _ => {
                let builder = *self.memo.get(&signature)?;
                self.fast[number].last = Some((signature, builder));
                builder
            }
        };
        let source = self.builders[builder].source;
        if self.probe.envelope.is_some() && (self.forced.is_some() || source == self.fallback)
            || !self.builders[builder].plain
        {
            return None;
        }
        if self.fast[number].times.as_ref().is_none_or(|(of, _)| *of != source) {
            let times = self.times(shape, layout, source);
            self.fast[number].times = Some((source, times));
        }
        let values = self.probe.values(text);
        let (_, times) = self.fast[number].times.as_ref()?;
        let time = read_time(times, &values, layout, self.created, &mut self.buffer)?;
        Some(FastRow { builder, time, end, shape })
    }

    /// Adds the record that was just found on the fast lane, if its values are what its shape says
    /// they mostly are.
    pub fn add_fast(
        &mut self,
        row: FastRow,
        record: u64,
        chunk: &Arc<Vec<u8>>,
        text: &str,
        start: usize,
    ) -> bool {
        let values = self.probe.values(text);
        let span = (start, row.end);
        let added =
            self.builders[row.builder].add_fast(values, row.shape, row.time, record, chunk, span);
        self.probe.took(added);
        added
    }

    /// The record that was added last starts there: the fast lane may learn its keys.
    pub fn learn_fast(&mut self, raw: &[u8], start: usize) {
        self.probe.learn_fast(raw, start);
    }

    fn times(&self, shape: ShapeId, layout: Layout, source: usize) -> Times {
        let fallback: &[Interest] =
            if layout.is_windows() { &[self.created, self.timestamp] } else { &[] };
        let interests = self.sources[source].time.iter().chain(fallback);
        Times {
            keys: interests
                .filter_map(|i| Some((*i, self.probe.key_of(shape, layout, *i)?)))
                .collect(),
            stamp: self.probe.key_of(shape, layout, self.timestamp),
        }
    }

    fn signature(&self, layout: Layout, shape: Shape) -> u64 {
        let signature = self.probe.signature(layout)
            ^ ((layout as u64) << 3 | shape as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        if self.is_ecs() { signature ^ 0x5555 } else { signature }
    }

    /// The row of the object that the probe has just walked.
    fn row(
        &mut self,
        doc: &Doc<'_>,
        root: usize,
        layout: Layout,
        shape: Shape,
        outer: Option<usize>,
    ) -> Row {
        let mut signature = self.signature(layout, shape);
        if let Some(at) = outer {
            let text = doc.scalar(at, None, &mut self.buffer);
            signature = text.bytes().fold(signature, |s, b| s.rotate_left(5) ^ u64::from(b));
        }
        let builder = match self.last {
            Some((last, builder)) if last == signature => builder,
            _ => {
                let builder = if let Some(builder) = self.memo.get(&signature) {
                    *builder
                } else {
                    let builder = self.stream(doc, layout, shape, outer);
                    if self.memo.len() >= MEMO_LIMIT {
                        self.memo.clear();
                    }
                    self.memo.insert(signature, builder);
                    builder
                };
                self.last = Some((signature, builder));
                builder
            }
        };
        let (time, time_field) = self.time(doc, layout, self.builders[builder].source);
        Row { builder, root, time, time_field }
    }

    /// What lies in the envelope that nothing recognised, or in an envelope in it, if there is a
    /// reason to open it: a source recognises it, or only it has a time. Else the probe is as it was.
    fn enveloped(&mut self, doc: &Doc<'_>, outer: &Row) -> Option<Row> {
        let mut envelope = Some(self.probe.envelope?);
        if outer.root != 0 || self.known(doc, outer) {
            return None;
        }
        let mut timed: Option<Row> = None;
        for _ in 0..MAX_ENVELOPES {
            let Some(root) = envelope else { break };
            self.probe.run(doc, root);
            let layout = self.probe.layout();
            let shape = self.shape(layout);
            let inner = self.row(doc, root, layout, shape, None);
            if self.known(doc, &inner) {
                return Some(inner);
            }
            if outer.time == NO_TIME && inner.time != NO_TIME && timed.is_none() {
                timed = Some(inner);
            }
            envelope = self.probe.envelope;
        }
        self.probe.run(doc, timed.as_ref().map_or(0, |row| row.root));
        timed
    }

    /// Adds a record that was just found to its builder. Its text is `span` of the chunk.
    pub fn add(
        &mut self,
        doc: &Doc<'_>,
        row: &Row,
        record: u64,
        chunk: &Arc<Vec<u8>>,
        span: (usize, usize),
    ) {
        let shape = self.probe.shape();
        self.builders[row.builder].add(doc, row.root, shape, row.time, record, chunk, span);
    }

    /// Whether a record is of that source type.
    pub fn is(&self, row: &Row, source: &str) -> bool {
        *self.builders[row.builder].stream.mapping.id == *source
    }

    /// Whether a record of its source type may be without a time.
    pub fn is_timeless(&self, row: &Row) -> bool {
        self.builders[row.builder].stream.mapping.timeless
    }

    fn is_ecs(&self) -> bool {
        let marks = self.probe.marks;
        marks & mark::TIMESTAMP != 0 && marks & mark::ECS != 0
    }

    fn shape(&self, layout: Layout) -> Shape {
        let marks = self.probe.marks;
        if layout.is_windows() {
            Shape::Windows
        } else if self.is_ecs() {
            Shape::Ecs
        } else if marks & mark::ZEEK_TS != 0 && marks & (mark::ZEEK_PATH | mark::ZEEK_ID) != 0 {
            Shape::Zeek
        } else {
            Shape::Json
        }
    }

    /// `{"Records": [{…}, …]}` and the like, where the object has little else.
    fn list(&self, doc: &Doc<'_>) -> Option<usize> {
        let at = self.probe.inner?;
        let Node::Array { len, .. } = doc.nodes[at] else { return None };
        let Node::Object { len: fields, .. } = doc.nodes[0] else { return None };
        let Node::String(key) = doc.nodes[at - 1] else { return None };
        let records = match len {
            0 => fields == 1,
            _ => doc.is_object(at + 1),
        };
        // Lists of Kubernetes and Google's APIs say what they are a list of.
        let alone = fields <= 2
            || matches!(key, "Records" | "hits")
            || self.probe.marks & mark::ODATA != 0
            || key == "items" && self.probe.marks & mark::KIND != 0;
        (records && alone).then(|| doc.value_of_key(key))
    }

    fn stream(
        &mut self,
        doc: &Doc<'_>,
        layout: Layout,
        shape: Shape,
        outer: Option<usize>,
    ) -> usize {
        let (source, recognised) = self.source(doc, layout, shape);
        let mapping = Arc::clone(&self.sources[source].mapping);
        let index = if mapping.elastic.from_document {
            self.index.name(&self.probe, doc, layout, outer).map(Arc::<str>::from)
        } else {
            None
        };
        let key = (source, layout, index, recognised);
        if let Some(builder) = self.streams.get(&key) {
            return *builder;
        }
        let (_, _, index, _) = &key;
        let mut name = mapping.id.to_string();
        if layout.is_windows() {
            name.push('@');
            name.push_str(layout.word());
        }
        if let Some(index) = index {
            name.push(' ');
            name.push_str(index);
        }
        if !recognised {
            name.push('?');
        }
        let indices = match index {
            Some(index) => vec![Arc::clone(index)],
            None => mapping.elastic.indices.clone(),
        };
        let stream = Arc::new(Stream { key: name.into(), mapping, indices, recognised });
        let projection = self.projector.projection(&stream);
        let dash = shape == Shape::Zeek;
        let mut builder = Builder::new(stream, layout, projection, source, dash);
        if self.values_only {
            builder.keep_values();
        }
        self.builders.push(builder);
        let builder = self.builders.len() - 1;
        self.streams.insert(key, builder);
        builder
    }

    /// The source, and whether the record has, in each field by which it was recognised, one value
    /// and no other.
    fn source(&self, doc: &Doc<'_>, layout: Layout, shape: Shape) -> (usize, bool) {
        if let Some(forced) = self.forced {
            return (forced, false);
        }
        if let Some(c) = self.conditions.iter().find(|c| self.holds(c, doc, layout, shape)) {
            let is_list = |at: usize| matches!(doc.nodes[at], Node::Array { .. });
            let mut values = c.equals.iter().filter_map(|(i, _)| self.probe.at(layout, *i));
            return (c.mapping, !self.probe.is_doubled(layout) && !values.any(is_list));
        }
        let named = |id: &str| self.sources.iter().position(|s| *s.mapping.id == *id);
        let windows = layout.is_windows().then(|| named(WINDOWS_FALLBACK)).flatten();
        (windows.unwrap_or(self.fallback), false)
    }

    /// Whether the object that the probe has just walked is recognised in that way.
    fn holds(&self, c: &Condition, doc: &Doc<'_>, layout: Layout, shape: Shape) -> bool {
        let mut buffer = String::new();
        let shape_fits = match c.shape {
            None => true,
            Some(Shape::Ecs) => self.is_ecs(),
            Some(wanted) => wanted == shape,
        };
        shape_fits
            && c.has.iter().all(|i| self.probe.at(layout, *i).is_some())
            && !c.lacks.iter().any(|i| self.probe.at(layout, *i).is_some())
            && c.equals.iter().all(|(i, values)| {
                let Some(at) = self.probe.at(layout, *i) else { return false };
                let text = text_of(doc, at, &mut buffer).to_lowercase();
                values.iter().any(|v| wildcard_match(v, &text))
            })
    }

    /// Whether the object that the probe has just walked is told by a source: by the one that all
    /// records are said to be of, or by any.
    fn known(&self, doc: &Doc<'_>, row: &Row) -> bool {
        let Some(forced) = self.forced else {
            return self.builders[row.builder].source != self.fallback;
        };
        let layout = self.probe.layout();
        let shape = self.shape(layout);
        let mut ways = self.conditions.iter().filter(|c| c.mapping == forced);
        ways.any(|c| self.holds(c, doc, layout, shape))
    }

    fn time(&mut self, doc: &Doc<'_>, layout: Layout, source: usize) -> (i64, bool) {
        let mut there = false;
        let fallback: &[Interest] =
            if layout.is_windows() { &[self.created, self.timestamp] } else { &[] };
        for interest in self.sources[source].time.iter().chain(fallback) {
            let Some(at) = self.probe.at(layout, *interest) else { continue };
            let text = text_of(doc, at, &mut self.buffer);
            there = true;
            // NXLog's EventTime and its like have no zone and are the host's local time; the time
            // that the shipper stamped is off by seconds, that one by hours.
            if layout == Layout::Flat
                && *interest == self.created
                && text.len() < 24
                && !text.ends_with('Z')
                && let Some(at) = self.probe.at(layout, self.timestamp)
                && let Node::String(stamp) = doc.nodes[at]
                && let Some(time) = parse_time(stamp)
            {
                return (time, true);
            }
            if let Some(time) = parse_time(text) {
                return (time, true);
            }
        }
        (NO_TIME, there)
    }
}

/// The same as [`Recogniser::time`]; None without one.
fn read_time(
    times: &Times,
    values: &Values<'_>,
    layout: Layout,
    created: Interest,
    buffer: &mut String,
) -> Option<i64> {
    for (interest, key) in &times.keys {
        let text = first_text(values, values.spans[*key as usize], buffer);
        if layout == Layout::Flat
            && *interest == created
            && text.len() < 24
            && !text.ends_with('Z')
            && let Some(stamp) = times.stamp
            && let stamp = values.spans[stamp as usize]
            && stamp.what == What::Text
            && let Some(time) = parse_time(values.scalar(stamp, &mut String::new()))
        {
            return Some(time);
        }
        if let Some(time) = parse_time(text) {
            return Some(time);
        }
    }
    None
}

/// A scalar's text; the first of a list.
fn first_text<'b>(values: &Values<'b>, span: Span, buffer: &'b mut String) -> &'b str {
    match span.what {
        What::List => match values.elements(span).next() {
            Some(first) => values.scalar(first, buffer),
            None => "",
        },
        _ => values.scalar(span, buffer),
    }
}

/// A scalar's text; the first of an array.
pub(super) fn text_of<'b>(doc: &Doc<'b>, at: usize, buffer: &'b mut String) -> &'b str {
    match doc.nodes[at] {
        Node::Array { len, .. } if len > 0 => doc.scalar(at + 1, None, buffer),
        _ => {
            let key = match doc.nodes[at - 1] {
                Node::String(key) => Some(key),
                _ => None,
            };
            doc.scalar(at, key, buffer)
        }
    }
}

/// A mapping that says nothing: what is left when a schema has no `json`.
fn bare(probe: &mut Probe) -> Source {
    const TEXT: &str = r#"[[source]]
id = "json"
title = "JSON"
time = ["@timestamp", "timestamp", "ts", "time", "_time", "eventTime", "EventTime", "TimeGenerated"]
"#;
    let schema = Schema::load(&[("json.toml", TEXT)]).expect("the text is checked by a test");
    let mapping = Arc::clone(&schema.mappings()[0]);
    let time = mapping.time.iter().map(|p| probe.interest(p, false, false)).collect();
    Source { mapping, time }
}

fn unknown_source(schema: &Schema, id: &str) -> Error {
    let nearest = schema
        .mappings()
        .iter()
        .map(|m| (strsim::damerau_levenshtein(&m.id, id), &m.id))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= 2 + name.len() / 3);
    Error::usage(match nearest {
        Some((_, name)) => format!("there is no source type `{id}`; did you mean `{name}`?"),
        None => format!("there is no source type `{id}`"),
    })
}
