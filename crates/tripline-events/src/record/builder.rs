//! Rows of a stream become columns.

use super::blank::blank_column;
use super::columns::{Columns, RecordValues};
use super::doc::{Doc, elements, end_of_value};
use super::keys::{Keys, NO_ENTRY};
use super::lane::{Span, Values, What};
use super::layout::{Layout, is_empty_marker};
use super::scan::{ESCAPED, NESTED, UNICODE};
use super::shapes::ShapeId;
use crate::stix;
use crate::{EventBatch, Projection, RawRows, Stream};
use hashbrown::{HashMap, HashSet};
use memchr::memmem;
use simd_json::{Node, StaticNode};
use smallvec::SmallVec;
use std::sync::Arc;

/// With all fields wanted, more distinct paths than this have no column of their own; they are
/// still in the raw record.
const MAX_COLUMNS: usize = 20_000;

/// A stream of which nothing came for so long (in batches of others that were handed out early)
/// gives its memory back.
const IDLE: u32 = 3;

/// How the lines of a Sysmon event's message start that have what its record may lack.
const PROCESS_ID: &str = "ProcessId: ";
const EVENT_TYPE: &str = "EventType: ";

/// What is done with a value whose path leads here.
#[derive(Debug, Default)]
struct Target {
    path: String,
    columns: SmallVec<[u32; 2]>,
    /// Columns of its blank values.
    blanks: SmallVec<[u32; 1]>,
    /// Whether a column wants objects as their text.
    texts: bool,
    descend: bool,
    empties: bool,
    special: Special,
}

/// A flat layout's fields that need a second look.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Special {
    #[default]
    None,
    Message,
    ProcessId,
    EventType,
}

/// What is done with the values of a shape's keys: the number of the key, and its target. Keys that
/// nobody asks for are not in it.
type Plan = Vec<(u32, u32)>;

/// Builds the batches of a stream.
pub(crate) struct Builder {
    /// What the stream is.
    pub stream: Arc<Stream>,
    /// The number of its source type.
    pub source: usize,
    /// How many events it has had in this input.
    pub events: u64,
    /// Whether its records stand for themselves alone.
    pub plain: bool,
    layout: Layout,
    projection: Projection,
    dash_is_empty: bool,
    wanted: HashSet<Arc<str>>,
    prefixes: HashSet<String>,
    keys: Keys<Option<u32>>,
    targets: Vec<Target>,
    /// By the number of the shape, of one generation of shapes.
    plans: Vec<Option<Plan>>,
    generation: u32,
    columns: Columns,
    by_name: HashMap<Arc<str>, u32>,
    time: Vec<i64>,
    record: Vec<u64>,
    raw: RawRows,
    /// How many rows the last batch had: so many are expected.
    last_rows: usize,
    /// How often in a row no row waited when batches were asked for.
    idle: u32,
    previous: u32,
    buffer: String,
    message: Option<usize>,
    has_process: bool,
    has_event_type: bool,
    /// Whether the fields that a message may have instead of the record are wanted.
    wants_process: bool,
    wants_event_type: bool,
    utc_time: memmem::Finder<'static>,
    process_id: memmem::Finder<'static>,
    event_type: memmem::Finder<'static>,
}

impl Builder {
    pub fn new(
        stream: Arc<Stream>,
        layout: Layout,
        projection: Projection,
        source: usize,
        dash_is_empty: bool,
    ) -> Self {
        let wanted: HashSet<Arc<str>> = projection.columns.iter().cloned().collect();
        let mut prefixes = HashSet::new();
        for path in &wanted {
            for (at, _) in path.match_indices('.') {
                prefixes.insert(path[..at].to_owned());
            }
        }
        let mut builder = Self {
            plain: *stream.mapping.id != *stix::INDICATOR,
            stream,
            source,
            events: 0,
            layout,
            projection,
            dash_is_empty,
            wanted,
            prefixes,
            keys: Keys::default(),
            targets: vec![Target { descend: true, ..Target::default() }],
            plans: vec![],
            generation: 0,
            columns: Columns::default(),
            by_name: HashMap::new(),
            time: vec![],
            record: vec![],
            raw: RawRows::default(),
            last_rows: 0,
            idle: 0,
            previous: NO_ENTRY,
            buffer: String::new(),
            message: None,
            has_process: false,
            has_event_type: false,
            wants_process: false,
            wants_event_type: false,
            utc_time: memmem::Finder::new("UtcTime: "),
            process_id: memmem::Finder::new(PROCESS_ID),
            event_type: memmem::Finder::new(EVENT_TYPE),
        };
        builder.wants_process = builder.is_wanted("EventData.ProcessId");
        builder.wants_event_type = builder.is_wanted("EventData.EventType");
        builder
    }

    /// Makes it keep the values of the last record alone, and no batches.
    pub fn keep_values(&mut self) {
        self.columns.keep_values();
    }

    /// The values of the last record, where only those are kept.
    pub fn values(&self) -> (&[Arc<str>], Option<&RecordValues>) {
        (self.columns.names(), self.columns.values())
    }

    /// Rows that wait for their batch.
    pub fn rows(&self) -> usize {
        self.time.len()
    }

    /// Adds a record: the object at `root`, whose text is `start..end` of the chunk. `shape`: its
    /// shape, if it is a known one, and where the values of its keys are.
    #[expect(clippy::too_many_arguments, reason = "they are the parts of one record")]
    pub fn add(
        &mut self,
        doc: &Doc<'_>,
        root: usize,
        shape: Option<(ShapeId, &[u32])>,
        time: i64,
        record: u64,
        chunk: &Arc<Vec<u8>>,
        (start, end): (usize, usize),
    ) {
        if self.projection.skip {
            self.events += 1;
            return;
        }
        let row = self.start_row(time, record, chunk, (start, end));
        match shape {
            Some((shape, places)) => self.planned(doc, shape, places, row),
            None => self.object(doc, root, 0, row),
        }
        if self.layout == Layout::Flat {
            self.recover(doc, row);
        }
    }

    /// Adds a record of the fast lane. False, and nothing is done, if it is one for the long way.
    pub fn add_fast(
        &mut self,
        values: Values<'_>,
        shape: ShapeId,
        time: i64,
        record: u64,
        chunk: &Arc<Vec<u8>>,
        (start, end): (usize, usize),
    ) -> bool {
        if self.projection.skip {
            self.events += 1;
            return true;
        }
        let number = shape.number as usize;
        if self.generation != shape.generation {
            return false;
        }
        let Some(plan) = self.plans.get_mut(number).and_then(Option::take) else { return false };
        let nested = plan.iter().any(|(key, _)| values.spans[*key as usize].flags & NESTED != 0);
        if !nested {
            let row = self.start_row(time, record, chunk, (start, end));
            for (key, target) in &plan {
                self.fast_value(&values, values.spans[*key as usize], *key, *target, row);
            }
            if self.layout == Layout::Flat {
                let key = self.message.map(|key| values.spans[key]);
                self.recover_fast(&values, key, row);
            }
        }
        self.plans[number] = Some(plan);
        !nested
    }

    /// The same as [`Self::value`].
    #[inline]
    fn fast_value(&mut self, values: &Values<'_>, span: Span, key: u32, target: u32, row: usize) {
        match span.what {
            What::Null => {}
            What::Object => {
                let text = values.text.as_bytes();
                let end = end_of_value(text, span.start as usize);
                self.push(target, row, &values.text[span.start as usize..end]);
            }
            What::List => {
                for element in values.elements(span) {
                    // As in lists on the tape: numbers with a fraction are no process ids.
                    if element.what == What::Word && values.raw(element).contains('.') {
                        self.push(target, row, values.raw(element));
                    } else {
                        self.fast_value(values, element, key, target, row);
                    }
                }
            }
            What::Text if span.flags & (ESCAPED | UNICODE) == ESCAPED => {
                // What has a quote, a backslash or a control character in it is no marker for
                // nothing and no severity.
                let t = &self.targets[target as usize];
                match t.special {
                    Special::None => {}
                    Special::Message => self.message = Some(key as usize),
                    Special::ProcessId => self.has_process = true,
                    Special::EventType => self.has_event_type = true,
                }
                for column in &t.columns {
                    self.columns.push_escaped(*column, row, values.raw(span), &mut self.buffer);
                }
            }
            What::Text => {
                let mut buffer = std::mem::take(&mut self.buffer);
                let text = values.scalar(span, &mut buffer);
                if self.text(target, row, text) == Some(Special::Message) {
                    self.message = Some(key as usize);
                }
                self.buffer = buffer;
            }
            What::Word => {
                if self.targets[target as usize].special == Special::ProcessId {
                    self.has_process = true;
                }
                self.push(target, row, values.raw(span));
            }
        }
    }

    fn start_row(
        &mut self,
        time: i64,
        record: u64,
        chunk: &Arc<Vec<u8>>,
        (start, end): (usize, usize),
    ) -> usize {
        self.events += 1;
        self.previous = NO_ENTRY;
        self.message = None;
        self.has_process = false;
        self.has_event_type = false;
        if let Some(values) = self.columns.values_mut() {
            values.clear();
            return 0;
        }
        let row = self.time.len();
        self.columns.start_row(chunk);
        if row == 0 {
            self.columns.start_batch();
            self.time.reserve(self.last_rows);
            self.record.reserve(self.last_rows);
            self.raw = self.projection.glance.clone().map(RawRows::glancing).unwrap_or_default();
            self.raw.reserve(self.last_rows);
        }
        self.time.push(time);
        self.record.push(record);
        self.raw.push(chunk, start, end);
        row
    }

    /// The batch of the rows so far; None if there are none.
    pub fn take(&mut self, input: &Arc<str>) -> Option<EventBatch> {
        let rows = self.time.len();
        if rows == 0 {
            self.idle += 1;
            if self.idle == IDLE {
                self.columns.rest();
            }
            return None;
        }
        self.idle = 0;
        self.last_rows = rows;
        let raw = Arc::new(std::mem::take(&mut self.raw));
        Some(EventBatch {
            stream: Arc::clone(&self.stream),
            input: Arc::clone(input),
            time: std::mem::take(&mut self.time),
            record: std::mem::take(&mut self.record),
            columns: self.columns.finish(rows, &raw),
            raw,
        })
    }

    /// Adds the values of a record of a shape.
    fn planned(&mut self, doc: &Doc<'_>, shape: ShapeId, places: &[u32], row: usize) {
        if self.generation != shape.generation {
            self.generation = shape.generation;
            self.plans.clear();
        }
        let number = shape.number as usize;
        if self.plans.len() <= number {
            self.plans.resize_with(number + 1, || None);
        }
        let plan = match self.plans[number].take() {
            Some(plan) => plan,
            None => self.plan(doc),
        };
        for (key, target) in &plan {
            let at = places[*key as usize] as usize;
            let Node::String(key) = doc.nodes[at - 1] else { continue };
            match doc.nodes[at] {
                // Its fields are in the plan.
                Node::Object { .. } => self.push(*target, row, doc.text_at(doc.value_of_key(key))),
                _ => self.value(doc, at, *target, Some(key), row),
            }
        }
        self.plans[number] = Some(plan);
    }

    /// Works out the plan of a record's shape.
    fn plan(&mut self, doc: &Doc<'_>) -> Plan {
        let mut plan = vec![];
        self.plan_object(doc, 0, Some(0), &mut 0, &mut plan);
        plan
    }

    fn plan_object(
        &mut self,
        doc: &Doc<'_>,
        at: usize,
        target: Option<u32>,
        number: &mut u32,
        plan: &mut Plan,
    ) {
        let Node::Object { len, .. } = doc.nodes[at] else { return };
        let mut at = at + 1;
        for _ in 0..len {
            let Node::String(key) = doc.nodes[at] else { return };
            at += 1;
            let target = target.and_then(|target| self.find(target, key));
            let key = *number;
            *number += 1;
            match (doc.nodes[at], target) {
                (Node::Object { .. }, Some(target)) => {
                    let t = &self.targets[target as usize];
                    let inner = t.descend.then_some(target);
                    if t.texts {
                        plan.push((key, target));
                    }
                    self.plan_object(doc, at, inner, number, plan);
                }
                (Node::Object { .. }, None) => self.plan_object(doc, at, None, number, plan),
                (Node::Static(StaticNode::Null), _) | (_, None) => {}
                (_, Some(target)) => plan.push((key, target)),
            }
            at += doc.span(at);
        }
    }

    fn object(&mut self, doc: &Doc<'_>, at: usize, target: u32, row: usize) {
        let Node::Object { len, .. } = doc.nodes[at] else { return };
        let mut at = at + 1;
        for _ in 0..len {
            let Node::String(key) = doc.nodes[at] else { return };
            at += 1;
            if let Some(target) = self.find(target, key) {
                self.value(doc, at, target, Some(key), row);
            }
            at += doc.span(at);
        }
    }

    fn value(&mut self, doc: &Doc<'_>, at: usize, target: u32, key: Option<&str>, row: usize) {
        let t = &self.targets[target as usize];
        match doc.nodes[at] {
            Node::Object { .. } => {
                let (texts, descend) = (t.texts, t.descend);
                if texts && let Some(key) = key {
                    let text = doc.text_at(doc.value_of_key(key));
                    self.push(target, row, text);
                }
                if descend {
                    self.object(doc, at, target, row);
                }
            }
            Node::Array { .. } => self.array(doc, at, target, key, row),
            Node::Static(StaticNode::Null) => {}
            Node::String(text) => {
                if self.text(target, row, text) == Some(Special::Message) {
                    self.message = Some(at);
                }
            }
            Node::Static(_) => {
                if t.special == Special::ProcessId {
                    self.has_process = true;
                }
                let mut buffer = std::mem::take(&mut self.buffer);
                let text = doc.scalar(at, key, &mut buffer);
                self.push(target, row, text);
                self.buffer = buffer;
            }
        }
    }

    fn array(&mut self, doc: &Doc<'_>, at: usize, target: u32, key: Option<&str>, row: usize) {
        let Node::Array { len, .. } = doc.nodes[at] else { return };
        let t = &self.targets[target as usize];
        let (texts, descend) = (t.texts, t.descend);
        // Where the elements are in the text, for what the tape does not keep.
        let mut spans: Option<Vec<(usize, usize)>> = None;
        let mut span_of = |n: usize| -> Option<&str> {
            let key = key?;
            let spans = spans.get_or_insert_with(|| elements(doc.raw, doc.value_of_key(key)));
            let (start, end) = *spans.get(n)?;
            std::str::from_utf8(&doc.raw[start..end]).ok()
        };
        let mut i = at + 1;
        for n in 0..len {
            match doc.nodes[i] {
                Node::Object { .. } => {
                    if texts && let Some(text) = span_of(n) {
                        self.push(target, row, text);
                    }
                    if descend {
                        self.object(doc, i, target, row);
                    }
                }
                Node::Static(StaticNode::F64(_)) => match span_of(n) {
                    Some(text) => self.push(target, row, text),
                    None => self.value(doc, i, target, None, row),
                },
                _ => self.value(doc, i, target, None, row),
            }
            i += doc.span(i);
        }
    }

    fn push(&mut self, target: u32, row: usize, text: &str) {
        for column in &self.targets[target as usize].columns {
            self.columns.push(*column, row, text);
        }
    }

    /// Adds a text. What is special about its field, if it is a value.
    fn text(&mut self, target: u32, row: usize, text: &str) -> Option<Special> {
        let t = &self.targets[target as usize];
        if t.empties && is_empty_marker(text) {
            for column in &t.blanks {
                self.columns.push(*column, row, text);
            }
            return None;
        }
        if self.dash_is_empty && text == "-" {
            return None;
        }
        let special = t.special;
        match special {
            Special::None | Special::Message => {}
            Special::ProcessId => self.has_process = true,
            Special::EventType => {
                self.has_event_type = !is_severity(text);
                // NXLog puts its own severity where Sysmon's field was.
                if !self.has_event_type {
                    return Some(special);
                }
            }
        }
        self.push(target, row, text);
        Some(special)
    }

    /// NXLog loses the fields of Sysmon whose names its own header has; the rendered message
    /// still has them.
    fn recover(&mut self, doc: &Doc<'_>, row: usize) {
        if self.may_recover()
            && let Some(Node::String(message)) = self.message.map(|at| doc.nodes[at])
        {
            self.recover_from(message, row);
        }
    }

    fn recover_fast(&mut self, values: &Values<'_>, message: Option<Span>, row: usize) {
        let Some(span) = message.filter(|_| self.may_recover()) else { return };
        let raw = values.raw(span).as_bytes();
        // Without escapes by code point, what is searched for stands there as it is.
        let is_there = self.wants_process
            && !self.has_process
            && self.process_id.find(raw).is_some()
            || self.wants_event_type && !self.has_event_type && self.event_type.find(raw).is_some();
        if span.flags & UNICODE != 0 || is_there && self.utc_time.find(raw).is_some() {
            let mut buffer = String::new();
            self.recover_from(values.scalar(span, &mut buffer), row);
        }
    }

    /// Whether there is something that is wanted and not there.
    fn may_recover(&self) -> bool {
        self.wants_process && !self.has_process || self.wants_event_type && !self.has_event_type
    }

    fn recover_from(&mut self, message: &str, row: usize) {
        if self.utc_time.find(message.as_bytes()).is_none() {
            return;
        }
        for (there, path, label) in [
            (self.has_process, "EventData.ProcessId", PROCESS_ID),
            (self.has_event_type, "EventData.EventType", EVENT_TYPE),
        ] {
            if !there
                && self.is_wanted(path)
                && let Some(value) = labelled(message, label)
                && let Some(column) = self.column(path)
            {
                self.columns.push(column, row, value);
            }
        }
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.projection.all
            || self.wanted.contains(name)
            || self.projection.under.iter().any(|start| name.starts_with(&**start))
    }

    /// Whether a wanted field may be below a path.
    fn leads_on(&self, path: &str) -> bool {
        let below = |start: &str| {
            path.starts_with(start)
                || start.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
        };
        self.projection.all
            || self.prefixes.contains(path)
            || self.layout.is_container(path)
            || self.projection.under.iter().any(|start| below(start))
    }

    fn column(&mut self, name: &str) -> Option<u32> {
        if let Some(column) = self.by_name.get(name) {
            return Some(*column);
        }
        if self.columns.names().len() >= MAX_COLUMNS {
            return None;
        }
        let name: Arc<str> = match self.wanted.get(name) {
            Some(name) => Arc::clone(name),
            None => name.into(),
        };
        let late = self.projection.late.contains(&name);
        let column = self.columns.add(Arc::clone(&name), late);
        self.by_name.insert(name, column);
        Some(column)
    }

    fn find(&mut self, target: u32, key: &str) -> Option<u32> {
        if let Some(found) = self.keys.find(self.previous, target, key) {
            self.previous = found;
            return *self.keys.get(found);
        }
        let child = self.target(target, key);
        if let Ok(entry) = self.keys.insert(target, key, child) {
            self.previous = entry;
        }
        child
    }

    /// Works out what a new key is for.
    fn target(&mut self, parent: u32, key: &str) -> Option<u32> {
        let parent = &self.targets[parent as usize].path;
        let path = if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") };
        let mut names: SmallVec<[String; 2]> = SmallVec::new();
        self.layout.names(&path, &mut |name| {
            if self.is_wanted(name) && !names.iter().any(|n| n == name) {
                names.push(name.to_owned());
            }
        });
        let mut target = Target {
            descend: self.leads_on(&path),
            texts: self.layout != Layout::Event
                && names.iter().any(|n| self.wanted.contains(n.as_str())),
            empties: names.iter().any(|n| self.layout.has_empty_markers(n)),
            special: match (self.layout, path.as_str()) {
                (Layout::Flat, "Message" | "message") => Special::Message,
                (Layout::Flat, "ProcessId") => Special::ProcessId,
                (Layout::Flat, "EventType") => Special::EventType,
                _ => Special::None,
            },
            ..Target::default()
        };
        if names.is_empty() && !target.descend && target.special == Special::None
            || self.targets.len() >= 4 * MAX_COLUMNS
        {
            return None;
        }
        for name in &names {
            target.columns.extend(self.column(name));
            if let Some(blank) = blank_column(name)
                && (self.projection.blanks || self.wanted.contains(blank.as_str()))
            {
                target.blanks.extend(self.column(&blank));
            }
        }
        target.path = path;
        self.targets.push(target);
        Some(self.targets.len() as u32 - 1)
    }
}

/// The value after `label` at the start of a line.
fn labelled<'a>(message: &'a str, label: &str) -> Option<&'a str> {
    message
        .lines()
        .find_map(|line| line.strip_prefix(label))
        .map(str::trim)
        .filter(|value| !is_empty_marker(value))
}

fn is_severity(text: &str) -> bool {
    matches!(
        text,
        "INFO"
            | "WARNING"
            | "ERROR"
            | "CRITICAL"
            | "DEBUG"
            | "VERBOSE"
            | "AUDIT_SUCCESS"
            | "AUDIT_FAILURE"
    )
}
