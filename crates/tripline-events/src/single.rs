//! One record by itself: to show an alert's evidence.

use crate::record::{Doc, Found, ParseFail, Parser, Recogniser, RecordValues};
use crate::{Error, EventBatch, Options, Place, Projection, Projector, Reason, Rejected, Stream};
use simd_json::{Node, StaticNode};
use std::collections::HashMap;
use std::sync::Arc;
use tripline_schema::{MapExpr, Schema};

/// Asks for every field, and for the texts of objects from which the mapping derives fields.
struct Everything;

impl Projector for Everything {
    fn projection(&self, stream: &Stream) -> Projection {
        let mapping = &stream.mapping;
        let mut columns = vec![];
        let views = mapping.elastic.fields.values().chain(mapping.splunk.fields.values());
        for expr in views.chain(mapping.sigma.fields.values()) {
            if matches!(expr, MapExpr::Call(..)) {
                expr.for_each_raw(&mut |path| columns.push(Arc::clone(path)));
            }
        }
        Projection { all: true, blanks: true, columns, ..Projection::default() }
    }
}

/// Decodes records one by one, with all their fields.
pub struct RecordDecoder {
    parser: Parser,
    recogniser: Recogniser,
}

impl RecordDecoder {
    /// A decoder. `source`: the id of the source type; None: it is recognised.
    ///
    /// # Errors
    /// The source type is unknown.
    pub fn new(schema: &Schema, source: Option<&str>) -> Result<Self, Error> {
        let recogniser = Recogniser::new(schema, Arc::new(Everything), source)?;
        Ok(Self { parser: Parser::new(Options::default().max_depth), recogniser })
    }

    /// The batch of one record, its input empty.
    ///
    /// # Errors
    /// It is no JSON object.
    pub fn decode(&mut self, json: &[u8]) -> Result<EventBatch, Rejected> {
        let Self { parser, recogniser } = self;
        let chunk = Arc::new(json.to_vec());
        let built = parser.with(json, |doc| {
            if !doc.is_object(0) {
                return None;
            }
            let Found::Row(row) = recogniser.find(doc, false) else { return None };
            recogniser.add(doc, &row, 0, &chunk, (0, json.len()));
            let builder = &mut recogniser.builders[row.builder];
            builder.events = 0;
            builder.take(&"".into())
        });
        match built {
            Ok(Some(batch)) => Ok(batch),
            Ok(None) => Err(rejected(json, None)),
            Err(fail) => Err(rejected(json, Some(fail))),
        }
    }
}

/// A record that is no JSON object, or fails to be JSON.
fn rejected(json: &[u8], fail: Option<ParseFail>) -> Rejected {
    let (reason, detail) = match fail {
        None => (Reason::NotAnObject, "a record must be a JSON object".to_owned()),
        Some(ParseFail::Encoding) => (Reason::Encoding, "not UTF-8".to_owned()),
        Some(ParseFail::TooDeep) => (Reason::TooDeep, "nested too deep".to_owned()),
        Some(ParseFail::Malformed(detail)) => (Reason::Malformed, detail),
    };
    Rejected {
        place: Place { input: "".into(), record: 0, line: None, offset: None },
        reason,
        detail,
        excerpt: String::from_utf8_lossy(&json[..json.len().min(200)]).into_owned(),
    }
}

/// Decodes records one by one to the values of all their fields: what [`RecordDecoder`] gives,
/// without columns, and so faster for many records of which each is looked at once.
pub struct ValueDecoder {
    parser: Parser,
    recogniser: Recogniser,
    /// Where rows would find their bytes.
    nothing: Arc<Vec<u8>>,
}

/// The values of a record.
#[derive(Debug, Clone, Copy)]
pub struct RecordView<'d> {
    /// Tells streams of one decoder apart; they are numbered from 0.
    pub stream: usize,
    /// The raw field paths that records of the stream have had so far: a path keeps its number.
    pub columns: &'d [Arc<str>],
    values: Option<&'d RecordValues>,
}

impl<'d> RecordView<'d> {
    /// The values, in the order of the record, each with the number of its column.
    pub fn values(&self) -> impl Iterator<Item = (usize, &'d str)> + use<'d> {
        self.values.into_iter().flat_map(RecordValues::iter)
    }
}

impl ValueDecoder {
    /// A decoder. `source`: the id of the source type; None: it is recognised.
    ///
    /// # Errors
    /// The source type is unknown.
    pub fn new(schema: &Schema, source: Option<&str>) -> Result<Self, Error> {
        let max_depth = Options::default().max_depth;
        let mut recogniser = Recogniser::new(schema, Arc::new(Everything), source)?;
        recogniser.keep_values();
        recogniser.set_max_depth(max_depth);
        Ok(Self { parser: Parser::new(max_depth), recogniser, nothing: Arc::default() })
    }

    /// The values of a record.
    ///
    /// # Errors
    /// It is no JSON object.
    pub fn decode(&mut self, json: &str) -> Result<RecordView<'_>, Rejected> {
        let stream = match self.fast(json) {
            Some(stream) => stream,
            None => self.slow(json.as_bytes())?,
        };
        let (columns, values) = self.recogniser.builders[stream].values();
        Ok(RecordView { stream, columns, values })
    }

    fn fast(&mut self, json: &str) -> Option<usize> {
        let row = self.recogniser.find_fast(json, 0)?;
        let added =
            row.end == json.len() && self.recogniser.add_fast(row, 0, &self.nothing, json, 0);
        added.then_some(row.builder)
    }

    fn slow(&mut self, json: &[u8]) -> Result<usize, Rejected> {
        let Self { parser, recogniser, nothing } = self;
        let found = parser.with(json, |doc| {
            if !doc.is_object(0) {
                return None;
            }
            let Found::Row(row) = recogniser.find(doc, false) else { return None };
            recogniser.add(doc, &row, 0, nothing, (0, json.len()));
            recogniser.learn_fast(json, 0);
            Some(row.builder)
        });
        match found {
            Ok(Some(stream)) => Ok(stream),
            Ok(None) => Err(rejected(json, None)),
            Err(fail) => Err(rejected(json, Some(fail))),
        }
    }
}

/// The batch of one record with all its fields. For many records, keep a [`RecordDecoder`].
///
/// # Errors
/// It is no JSON object. An unknown `source` is treated as none.
pub fn decode_record(
    schema: &Schema,
    source: Option<&str>,
    json: &[u8],
) -> Result<EventBatch, Rejected> {
    let source = source.filter(|id| schema.mapping(id).is_some());
    RecordDecoder::new(schema, source).expect("an unknown source was left out").decode(json)
}

/// The fields of a JSON record under their own names, in the order of the record, with their
/// values. Nested objects become dotted names, nulls and empty lists are left out. What is no
/// object has none.
///
/// ```
/// let fields = tripline_events::flatten(br#"{"a":{"b":1.50,"c":[true,"x"]},"d":null}"#);
/// assert_eq!(fields[0], ("a.b".to_owned(), vec!["1.50".to_owned()]));
/// assert_eq!(fields[1].1, ["true", "x"]);
/// assert_eq!(fields.len(), 2);
/// ```
pub fn flatten(json: &[u8]) -> Vec<(String, Vec<String>)> {
    let mut parser = Parser::new(Options::default().max_depth);
    let mut flat = Flat::default();
    // A record that does not parse has no fields; its text is still there to be shown.
    let _ = parser.with(json, |doc| flat.object(doc, 0, ""));
    flat.fields
}

#[derive(Default)]
struct Flat {
    fields: Vec<(String, Vec<String>)>,
    by_name: HashMap<String, usize>,
    buffer: String,
}

impl Flat {
    fn object(&mut self, doc: &Doc<'_>, at: usize, path: &str) {
        let Node::Object { len, .. } = doc.nodes[at] else { return };
        let mut at = at + 1;
        for _ in 0..len {
            let Node::String(key) = doc.nodes[at] else { return };
            at += 1;
            let name = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            self.value(doc, at, Some(key), &name);
            at += doc.span(at);
        }
    }

    fn value(&mut self, doc: &Doc<'_>, at: usize, key: Option<&str>, name: &str) {
        match doc.nodes[at] {
            Node::Static(StaticNode::Null) => {}
            Node::Object { .. } => self.object(doc, at, name),
            Node::Array { len, .. } => {
                let mut at = at + 1;
                for _ in 0..len {
                    self.value(doc, at, None, name);
                    at += doc.span(at);
                }
            }
            _ => {
                let text = doc.scalar(at, key, &mut self.buffer).to_owned();
                if let Some(field) = self.by_name.get(name) {
                    self.fields[*field].1.push(text);
                } else {
                    self.by_name.insert(name.to_owned(), self.fields.len());
                    self.fields.push((name.to_owned(), vec![text]));
                }
            }
        }
    }
}
