//! Finding, in one walk over a record, all that tells what it is: the marks of layouts, the
//! fields that mappings recognise their source by, index names, and candidates for its time.
//!
//! What the walk found is remembered by the record's shape, so that most records need no walk.

use super::doc::Doc;
use super::keys::{Keys, NO_ENTRY};
use super::lane::{Lane, Miss, Values, What};
use super::layout::{Layout, is_empty_marker};
use super::shapes::{ShapeId, Shapes};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use simd_json::Node;
use smallvec::SmallVec;
use std::collections::HashSet;
use std::hash::BuildHasher;

/// What a mark, an own path of the record, says.
pub(crate) mod mark {
    pub const EVENT: u32 = 1;
    pub const SYSTEM: u32 = 1 << 1;
    pub const WINLOG: u32 = 1 << 2;
    pub const OLD_DATA: u32 = 1 << 3;
    pub const OLD_ID: u32 = 1 << 4;
    pub const CHANNEL: u32 = 1 << 5;
    pub const EVENT_ID: u32 = 1 << 6;
    pub const TIMESTAMP: u32 = 1 << 7;
    pub const ECS: u32 = 1 << 8;
    pub const ZEEK_PATH: u32 = 1 << 9;
    pub const ZEEK_TS: u32 = 1 << 10;
    pub const ZEEK_ID: u32 = 1 << 11;
    /// `_source` of a search hit.
    pub const SOURCE: u32 = 1 << 12;
    /// A list that may be the records themselves.
    pub const LIST: u32 = 1 << 13;
    pub const ODATA: u32 = 1 << 14;
    /// What may be the record itself, inside an envelope.
    pub const ENVELOPE: u32 = 1 << 15;
    pub const KIND: u32 = 1 << 16;
}

const MARKS: &[(&str, u32)] = &[
    ("Event.System", mark::EVENT),
    ("System.EventID", mark::SYSTEM),
    ("System.Channel", mark::SYSTEM),
    ("System.Provider", mark::SYSTEM),
    ("winlog.channel", mark::WINLOG),
    ("winlog.event_id", mark::WINLOG),
    ("winlog.event_data", mark::WINLOG),
    ("winlog.provider_name", mark::WINLOG),
    ("event_data", mark::OLD_DATA),
    ("user_data", mark::OLD_DATA),
    ("log_name", mark::OLD_DATA | mark::CHANNEL),
    ("event_id", mark::OLD_ID),
    ("Channel", mark::CHANNEL),
    ("SourceName", mark::CHANNEL),
    ("source_name", mark::CHANNEL),
    ("EventID", mark::EVENT_ID),
    ("EventId", mark::EVENT_ID),
    ("@timestamp", mark::TIMESTAMP),
    ("ecs.version", mark::ECS),
    ("event.kind", mark::ECS),
    ("event.category", mark::ECS),
    ("event.type", mark::ECS),
    ("event.action", mark::ECS),
    ("event.dataset", mark::ECS),
    ("event.module", mark::ECS),
    ("event.code", mark::ECS),
    ("data_stream.dataset", mark::ECS),
    ("agent.type", mark::ECS),
    ("_path", mark::ZEEK_PATH),
    ("ts", mark::ZEEK_TS),
    ("uid", mark::ZEEK_ID),
    ("id.orig_h", mark::ZEEK_ID),
    ("id_orig_h", mark::ZEEK_ID),
    ("fuid", mark::ZEEK_ID),
    ("_source", mark::SOURCE),
    ("Records", mark::LIST),
    ("records", mark::LIST),
    ("value", mark::LIST),
    ("events", mark::LIST),
    ("Events", mark::LIST),
    ("logs", mark::LIST),
    ("items", mark::LIST),
    ("hits.hits", mark::LIST),
    ("@odata.context", mark::ODATA),
    ("kind", mark::KIND),
    ("log", mark::ENVELOPE),
    ("detail", mark::ENVELOPE),
    ("event", mark::ENVELOPE),
    ("record", mark::ENVELOPE),
    ("message", mark::ENVELOPE),
    ("payload", mark::ENVELOPE),
    ("jsonPayload", mark::ENVELOPE),
    ("result", mark::ENVELOPE),
];

/// A name that mappings ask for, by number.
pub(crate) type Interest = u16;

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// The record in which it was set.
    record: u64,
    /// Its value on the tape; the key is before it.
    at: u32,
}

#[derive(Debug)]
struct Hit {
    layout: Layout,
    interest: Interest,
    /// How it changes the record's signature; 0 for what does not tell sources apart.
    weight: u64,
    /// Whether its value does, too.
    valued: bool,
    empties: bool,
}

#[derive(Debug)]
struct Target {
    hits: SmallVec<[Hit; 1]>,
    marks: u32,
    child: Option<u32>,
}

/// What a hit did in a walk.
#[derive(Debug)]
struct Trace {
    layout: Layout,
    at: u32,
    slot: u32,
    weight: u64,
    valued: bool,
    empties: bool,
    /// Whether it set its slot.
    took: bool,
}

/// What a walk finds in records of a shape, in the layout that they have. Keys are numbered as the
/// shape has them.
#[derive(Debug, Default)]
struct Known {
    marks: u32,
    /// Keys whose value may be a marker for nothing, which a walk treats as none.
    empties: Vec<u32>,
    slots: Vec<(u32, u32)>,
    /// The part of the signature that no value changes, and the keys whose values do.
    signature: u64,
    valued: Vec<(u32, u64)>,
    doubled: bool,
    envelope: Option<u32>,
}

/// Walks records and remembers, for the last one, where what was.
#[derive(Debug)]
pub(crate) struct Probe {
    names: HashMap<String, (Interest, bool, bool)>,
    prefixes: HashSet<String>,
    keys: Keys<Target>,
    nodes: Vec<String>,
    slots: Vec<Slot>,
    width: usize,
    record: u64,
    /// Marks of the last record.
    pub marks: u32,
    /// Where the value of the mark `SOURCE` or `LIST` is on the tape.
    pub inner: Option<usize>,
    /// Where the object of the mark `ENVELOPE` is on the tape: the first of them.
    pub envelope: Option<usize>,
    signature: [u64; 5],
    /// Whether a name whose value tells sources apart has several.
    doubled: [bool; 5],
    previous: u32,
    hasher: FixedState,
    buffer: String,
    shapes: Shapes,
    shape: Option<ShapeId>,
    /// By the number of the shape.
    known: Vec<Known>,
    lane: Lane,
    /// Whether the lane should learn the record that it could not take.
    unknown: bool,
    trace: Vec<Trace>,
    /// The walk passed over a value that stands for none, so that it does not tell what it would
    /// find in other records of the shape.
    untold: bool,
}

impl Probe {
    pub fn new() -> Self {
        let mut probe = Self {
            names: HashMap::new(),
            prefixes: HashSet::new(),
            keys: Keys::default(),
            nodes: vec![String::new()],
            slots: vec![],
            width: 0,
            record: 0,
            marks: 0,
            inner: None,
            envelope: None,
            signature: [0; 5],
            doubled: [false; 5],
            previous: NO_ENTRY,
            hasher: FixedState::default(),
            buffer: String::new(),
            shapes: Shapes::default(),
            shape: None,
            known: vec![],
            lane: Lane::new(),
            unknown: false,
            trace: vec![],
            untold: false,
        };
        for (path, _) in MARKS {
            probe.prefixes_of(path);
        }
        probe
    }

    /// Asks for a name. `tells`: whether its presence tells sources apart; `valued`: its value too.
    /// All names are asked for before the first record.
    pub fn interest(&mut self, name: &str, tells: bool, valued: bool) -> Interest {
        self.prefixes_of(name);
        let next = self.names.len() as Interest;
        let entry = self.names.entry(name.to_owned()).or_insert((next, false, false));
        entry.1 |= tells;
        entry.2 |= valued;
        let id = entry.0;
        self.width = self.names.len();
        id
    }

    fn prefixes_of(&mut self, path: &str) {
        for (at, _) in path.match_indices('.') {
            self.prefixes.insert(path[..at].to_owned());
        }
    }

    /// Looks at the object at `root`.
    pub fn run(&mut self, doc: &Doc<'_>, root: usize) {
        if self.slots.is_empty() {
            self.slots = vec![Slot::default(); self.width * Layout::ALL.len()];
        }
        self.record += 1;
        self.inner = None;
        self.envelope = None;
        self.shape = None;
        let mut new = false;
        if root == 0 {
            match self.shapes.find(doc.nodes) {
                Some(shape) if self.recall(doc, shape) => {
                    self.shape = Some(shape);
                    return;
                }
                Some(_) => {}
                None => new = true,
            }
        }
        self.marks = 0;
        self.signature = [0; 5];
        self.doubled = [false; 5];
        self.previous = NO_ENTRY;
        self.trace.clear();
        self.untold = false;
        self.object(doc, root, 0);
        // A wrapper's shape says nothing about what it wraps.
        if new && !self.untold && self.marks & (mark::SOURCE | mark::LIST) == 0 {
            self.learn(doc);
        }
    }

    /// The layout that the marks tell.
    pub fn layout(&self) -> Layout {
        let has = |mask: u32| self.marks & mask != 0;
        if has(mark::EVENT | mark::SYSTEM) {
            Layout::Event
        } else if has(mark::WINLOG) {
            Layout::Winlogbeat
        } else if has(mark::OLD_DATA) && has(mark::OLD_ID) {
            Layout::OldWinlogbeat
        } else if has(mark::CHANNEL) && has(mark::EVENT_ID) {
            Layout::Flat
        } else {
            Layout::Plain
        }
    }

    /// The shape of the last record, if it is a known one, and where on the tape the value of each
    /// of its keys is.
    pub fn shape(&self) -> Option<(ShapeId, &[u32])> {
        Some((self.shape?, self.shapes.places()))
    }

    /// Looks at the record that starts there in the text, if it is one for the fast lane: the number
    /// of its shape, and the byte after it. Marks, signature and shape are then as after a walk.
    pub fn fast(&mut self, text: &str, start: usize) -> Option<(ShapeId, usize)> {
        if self.lane.rests() {
            return None;
        }
        let generation = self.shapes.generation();
        let found = if self.lane.generation == generation {
            self.lane.find(text.as_bytes(), start)
        } else {
            Err(Miss::Key)
        };
        match found {
            Ok((number, end)) => {
                let shape = ShapeId { generation, number };
                let known = self.recall_fast(text, shape);
                if !known {
                    self.lane.took(false);
                }
                known.then_some((shape, end))
            }
            Err(miss) => {
                self.unknown = miss == Miss::Key;
                self.lane.took(false);
                None
            }
        }
    }

    /// The values of the record that is on the fast lane.
    pub fn values<'a>(&'a self, text: &'a str) -> Values<'a> {
        Values { text, spans: self.lane.spans() }
    }

    /// It was, or was not, read from there.
    pub fn took(&mut self, took: bool) {
        self.lane.took(took);
        if took {
            self.shapes.earn();
        }
    }

    /// The last record, which was walked and is an event, starts there: the lane may learn it.
    pub fn learn_fast(&mut self, raw: &[u8], start: usize) {
        if std::mem::take(&mut self.unknown)
            && let Some(shape) = self.shape
        {
            let keys = self.shapes.places().len();
            self.lane.learn(raw, start, shape.number, shape.generation, keys);
        }
    }

    /// No list is nested deeper on the fast lane.
    pub fn set_max_depth(&mut self, max_depth: usize) {
        self.lane.set_max_depth(max_depth);
    }

    /// The same as [`Self::recall`].
    fn recall_fast(&mut self, text: &str, shape: ShapeId) -> bool {
        let Some(known) = self.known.get(shape.number as usize) else { return false };
        let values = Values { text, spans: self.lane.spans() };
        for key in &known.empties {
            let span = values.spans[*key as usize];
            if span.what == What::Text && is_empty_marker(values.scalar(span, &mut self.buffer)) {
                return false;
            }
        }
        let mut signature = known.signature;
        for (key, weight) in &known.valued {
            let span = values.spans[*key as usize];
            let text = match span.what {
                What::List => values.raw(span),
                _ => values.scalar(span, &mut self.buffer),
            };
            let weight = weight.wrapping_mul(self.hasher.hash_one(text) | 1);
            signature = signature.wrapping_add(weight);
        }
        self.marks = known.marks;
        self.envelope = known.envelope.map(|_| 0);
        self.shape = Some(shape);
        let doubled = known.doubled;
        let layout = self.layout() as usize;
        (self.signature[layout], self.doubled[layout]) = (signature, doubled);
        true
    }

    /// The key of that name in records of a shape.
    pub fn key_of(&self, shape: ShapeId, layout: Layout, interest: Interest) -> Option<u32> {
        let slot = (layout as usize * self.width + usize::from(interest)) as u32;
        let known = self.known.get(shape.number as usize)?;
        known.slots.iter().find(|(s, _)| *s == slot).map(|(_, key)| *key)
    }

    /// What a walk would find, from what it found in a record of that shape. False: it must be
    /// walked.
    fn recall(&mut self, doc: &Doc<'_>, shape: ShapeId) -> bool {
        let Some(known) = self.known.get(shape.number as usize) else { return false };
        let places = self.shapes.places();
        let place = |key: u32| places[key as usize] as usize;
        for key in &known.empties {
            if let Node::String(text) = doc.nodes[place(*key)]
                && is_empty_marker(text)
            {
                return false;
            }
        }
        for (slot, key) in &known.slots {
            self.slots[*slot as usize] = Slot { record: self.record, at: places[*key as usize] };
        }
        let mut signature = known.signature;
        for (key, weight) in &known.valued {
            let at = place(*key);
            let Node::String(name) = doc.nodes[at - 1] else { return false };
            let text = told(doc, at, name, &mut self.buffer);
            let weight = weight.wrapping_mul(self.hasher.hash_one(text) | 1);
            signature = signature.wrapping_add(weight);
        }
        self.marks = known.marks;
        self.envelope = known.envelope.map(place);
        let doubled = known.doubled;
        let layout = self.layout() as usize;
        (self.signature[layout], self.doubled[layout]) = (signature, doubled);
        true
    }

    /// Remembers what the walk found, for the records of the same shape.
    fn learn(&mut self, doc: &Doc<'_>) {
        let Some(shape) = self.shapes.learn(doc.nodes) else { return };
        // Numbers count up from 0 in each generation.
        self.known.truncate(shape.number as usize);
        let layout = self.layout();
        let doubled = self.doubled[layout as usize];
        let mut known = Known { marks: self.marks, doubled, ..Known::default() };
        known.envelope = self
            .envelope
            .and_then(|at| self.shapes.places().binary_search(&(at as u32)).ok())
            .map(|key| key as u32);
        for trace in self.trace.iter().filter(|t| t.layout == layout) {
            let Ok(key) = self.shapes.places().binary_search(&trace.at) else { continue };
            let key = key as u32;
            if trace.empties {
                known.empties.push(key);
            }
            if !trace.took {
                continue;
            }
            known.slots.push((trace.slot, key));
            if trace.valued {
                known.valued.push((key, trace.weight));
            } else {
                known.signature = known.signature.wrapping_add(trace.weight);
            }
        }
        self.known.push(known);
        self.shape = Some(shape);
    }

    /// A number that is the same for records that cannot be told apart.
    pub fn signature(&self, layout: Layout) -> u64 {
        self.signature[layout as usize] ^ u64::from(self.doubled[layout as usize])
    }

    /// Whether a name whose value tells sources apart stands there several times.
    pub fn is_doubled(&self, layout: Layout) -> bool {
        self.doubled[layout as usize]
    }

    /// Where the value of that name is on the tape.
    pub fn at(&self, layout: Layout, interest: Interest) -> Option<usize> {
        let slot = self.slots[layout as usize * self.width + usize::from(interest)];
        (slot.record == self.record).then_some(slot.at as usize)
    }

    fn object(&mut self, doc: &Doc<'_>, at: usize, node: u32) {
        let Node::Object { len, .. } = doc.nodes[at] else { return };
        let mut at = at + 1;
        for _ in 0..len {
            let Node::String(key) = doc.nodes[at] else { return };
            at += 1;
            let span = doc.span(at);
            if let Some(entry) = self.entry(node, key) {
                self.previous = entry;
                self.visit(doc, at, key, entry);
            }
            at += span;
        }
    }

    fn visit(&mut self, doc: &Doc<'_>, at: usize, key: &str, entry: u32) {
        let target = self.keys.get(entry);
        let child = target.child;
        if target.marks == 0 && target.hits.is_empty() && child.is_none() || doc.is_null(at) {
            return;
        }
        self.marks |= target.marks;
        if target.marks & (mark::SOURCE | mark::LIST) != 0 && self.inner.is_none() {
            self.inner = Some(at);
        }
        if target.marks & mark::ENVELOPE != 0 && self.envelope.is_none() && doc.is_object(at) {
            self.envelope = Some(at);
        }
        for hit in &target.hits {
            if hit.empties
                && let Node::String(text) = doc.nodes[at]
                && is_empty_marker(text)
            {
                self.untold = true;
                continue;
            }
            let number = hit.layout as usize * self.width + usize::from(hit.interest);
            let slot = &mut self.slots[number];
            // The parts of a record that stand in for a value (`{"#text": 1}`) come after it.
            let took =
                slot.record != self.record && !(doc.is_object(at) && hit.layout == Layout::Event);
            self.trace.push(Trace {
                layout: hit.layout,
                at: at as u32,
                slot: number as u32,
                weight: hit.weight,
                valued: hit.valued,
                empties: hit.empties,
                took,
            });
            if !took {
                self.doubled[hit.layout as usize] |= hit.valued && !doc.is_object(at);
                continue;
            }
            *slot = Slot { record: self.record, at: at as u32 };
            let mut weight = hit.weight;
            if hit.valued {
                let text = told(doc, at, key, &mut self.buffer);
                weight = weight.wrapping_mul(self.hasher.hash_one(text) | 1);
            }
            let signature = &mut self.signature[hit.layout as usize];
            *signature = signature.wrapping_add(weight);
        }
        if let Some(child) = child {
            self.object(doc, at, child);
        }
    }

    fn entry(&mut self, node: u32, key: &str) -> Option<u32> {
        if let Some(found) = self.keys.find(self.previous, node, key) {
            return Some(found);
        }
        let target = self.target(node, key);
        self.keys.insert(node, key, target).ok()
    }

    fn target(&mut self, node: u32, key: &str) -> Target {
        let parent = &self.nodes[node as usize];
        let path = if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") };
        let marks = MARKS.iter().filter(|(p, _)| *p == path).fold(0, |all, (_, m)| all | m);
        let mut hits = SmallVec::new();
        for layout in Layout::ALL {
            layout.names(&path, &mut |name| {
                if let Some((interest, tells, valued)) = self.names.get(name) {
                    let weight = self.hasher.hash_one((u32::from(*interest), 7u8)) | 1;
                    hits.push(Hit {
                        layout,
                        interest: *interest,
                        weight: if *tells || *valued { weight } else { 0 },
                        valued: *valued,
                        empties: layout.has_empty_markers(name),
                    });
                }
            });
        }
        let descend =
            self.prefixes.contains(&path) || Layout::ALL.iter().any(|l| l.is_container(&path));
        let child = (descend && self.nodes.len() < 1 << 16).then(|| {
            self.nodes.push(path);
            self.nodes.len() as u32 - 1
        });
        Target { hits, marks, child }
    }
}

/// The text by which a value tells sources apart: a list's is all of it.
fn told<'b>(doc: &Doc<'b>, at: usize, key: &str, buffer: &'b mut String) -> &'b str {
    match doc.nodes[at] {
        Node::Array { .. } => doc.text_at(doc.value_of_key(key)),
        _ => doc.scalar(at, Some(key), buffer),
    }
}
