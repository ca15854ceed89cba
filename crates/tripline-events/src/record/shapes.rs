//! Shapes: which keys a record has, in which order.
//!
//! A log has few shapes. Whatever follows from a record's keys alone (its layout, where its fields
//! are on the tape, which column takes which value) is worked out once per shape; of a further
//! record of the shape only the keys are compared, in one pass along the tape.
//!
//! The shapes are a trie whose steps are the keys in the order of the tape, each with the kind of
//! its value. The kind of an object has its length, so a path through the trie fixes the structure,
//! and the pass needs no stack. What is inside lists does not belong to the shape.

use simd_json::{Node, StaticNode};

/// No step, no shape.
const NONE: u32 = u32::MAX;

/// A record with more keys has no shape.
const MAX_KEYS: usize = 256;

/// More steps: all is forgotten, and learned anew.
const MAX_STEPS: usize = 1 << 16;

/// More steps that may follow one step: its keys or lengths are data.
const MAX_BRANCHES: u32 = 96;

/// What learning a shape costs. A log of ever new shapes must not pay for learning them all.
const COST: u32 = 128;

/// What a record earns that is recognised by its shape, and one whose shape there is no credit to
/// learn: after ever new shapes may come others that are worth it.
const EARNED: u32 = 8;
const PITIED: u32 = 1;

/// A learner's credit at the start, and at most.
const CREDIT: u32 = 256 * COST;

/// What a value is, as far as a shape is concerned: 0 null, 1 a scalar or a list, 2 + n an object
/// of n fields.
type Kind = u32;

#[derive(Debug)]
struct Step {
    key: Box<str>,
    ends: Ends,
    kind: Kind,
    /// The first of the steps that may follow, and the next of those that may stand here.
    child: u32,
    sibling: u32,
    /// The shape that ends here.
    shape: u32,
}

/// The length of a key with its first and last bytes: up to 16 bytes, all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ends {
    len: u32,
    first: u64,
    last: u64,
}

impl Ends {
    #[inline]
    fn of(key: &[u8]) -> Self {
        let len = key.len() as u32;
        if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            return Self {
                len,
                first: u64::from_ne_bytes(*first),
                last: u64::from_ne_bytes(*last),
            };
        }
        if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            let (first, last) = (u32::from_ne_bytes(*first), u32::from_ne_bytes(*last));
            return Self { len, first: u64::from(first), last: u64::from(last) };
        }
        let first = key.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
        Self { len, first, last: 0 }
    }
}

/// The shapes seen so far.
#[derive(Debug)]
pub(crate) struct Shapes {
    steps: Vec<Step>,
    /// How many shapes there are.
    count: u32,
    credit: u32,
    /// How often all was forgotten.
    generation: u32,
    /// Where on the tape the values of the last record are, by the number of their keys.
    places: Vec<u32>,
}

/// A shape of the current generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShapeId {
    pub generation: u32,
    pub number: u32,
}

impl Default for Shapes {
    fn default() -> Self {
        Self { steps: vec![], count: 0, credit: CREDIT, generation: 0, places: vec![] }
    }
}

impl Shapes {
    /// The shape of the object at the start of the tape, if it is known.
    pub fn find(&mut self, nodes: &[Node<'_>]) -> Option<ShapeId> {
        let root = kind(nodes.first()?);
        let mut step = self.branch(0, "", root)?;
        let mut at = 1;
        self.places.clear();
        loop {
            let Step { child, shape, .. } = self.steps[step as usize];
            if shape != NONE {
                self.earn();
                return Some(self.id(shape));
            }
            let [Node::String(key), value, ..] = nodes.get(at..)? else { return None };
            step = self.branch(child, key, kind(value))?;
            self.places.push(at as u32 + 1);
            at += after(value);
        }
    }

    /// Learns the shape of the object at the start of the tape. None if it gets none; the places
    /// are then without meaning.
    pub fn learn(&mut self, nodes: &[Node<'_>]) -> Option<ShapeId> {
        if self.credit < COST {
            self.credit += PITIED;
            return None;
        }
        if self.count_keys(nodes)? > MAX_KEYS {
            return None;
        }
        self.credit -= COST;
        if self.steps.len() + MAX_KEYS >= MAX_STEPS {
            self.steps.clear();
            self.count = 0;
            self.generation = self.generation.wrapping_add(1);
        }
        let mut step = self.grow(NONE, "", kind(&nodes[0]))?;
        let mut at = 1;
        for _ in 0..self.places.len() {
            let [Node::String(key), value, ..] = nodes.get(at..)? else { return None };
            step = self.grow(step, key, kind(value))?;
            at += after(value);
        }
        // The record has a shape that was not found for what its values are.
        if self.steps[step as usize].shape == NONE {
            self.steps[step as usize].shape = self.count;
            self.count += 1;
        }
        Some(self.id(self.steps[step as usize].shape))
    }

    /// A record was recognised by its shape, without being looked for here.
    pub fn earn(&mut self) {
        self.credit = (self.credit + EARNED).min(CREDIT);
    }

    /// How often all was forgotten: numbers of shapes are of one generation.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Where on the tape the value of each key of the last record is.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    fn id(&self, number: u32) -> ShapeId {
        ShapeId { generation: self.generation, number }
    }

    /// Notes where the values are, until there are too many of them.
    fn count_keys(&mut self, nodes: &[Node<'_>]) -> Option<usize> {
        self.places.clear();
        let mut at = 1;
        while at < nodes.len() && self.places.len() <= MAX_KEYS {
            let [Node::String(_), value, ..] = &nodes[at..] else { return None };
            self.places.push(at as u32 + 1);
            at += after(value);
        }
        Some(self.places.len())
    }

    /// The step of that key and kind among `first` and its siblings.
    #[inline]
    fn branch(&self, first: u32, key: &str, kind: Kind) -> Option<u32> {
        let ends = Ends::of(key.as_bytes());
        let mut at = first;
        loop {
            let step = self.steps.get(at as usize)?;
            if step.kind == kind && step.ends == ends && (ends.len <= 16 || *step.key == *key) {
                return Some(at);
            }
            at = step.sibling;
        }
    }

    /// The step of that key and kind after `parent`, made if there is none.
    fn grow(&mut self, parent: u32, key: &str, kind: Kind) -> Option<u32> {
        // Without a parent it is the first step, or a sibling of it.
        let first = match self.steps.get(parent as usize) {
            Some(parent) => parent.child,
            None if self.steps.is_empty() => NONE,
            None => 0,
        };
        if let Some(found) = self.branch(first, key, kind) {
            return Some(found);
        }
        let new = self.steps.len() as u32;
        let mut last = first;
        let mut branches = 1;
        while let Some(step) = self.steps.get(last as usize) {
            branches += 1;
            if branches > MAX_BRANCHES {
                return None;
            }
            if step.sibling == NONE {
                break;
            }
            last = step.sibling;
        }
        if let Some(last) = self.steps.get_mut(last as usize) {
            last.sibling = new;
        } else if let Some(parent) = self.steps.get_mut(parent as usize) {
            parent.child = new;
        }
        self.steps.push(Step {
            key: key.into(),
            ends: Ends::of(key.as_bytes()),
            kind,
            child: NONE,
            sibling: NONE,
            shape: NONE,
        });
        Some(new)
    }
}

#[inline]
fn kind(node: &Node<'_>) -> Kind {
    match node {
        Node::Static(StaticNode::Null) => 0,
        Node::Object { len, .. } => (*len as u32).saturating_add(2),
        _ => 1,
    }
}

/// From a key to the next one on the tape: the first inside an object, or the one after the value.
#[inline]
fn after(value: &Node<'_>) -> usize {
    match value {
        Node::Array { count, .. } => count + 2,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<R>(text: &str, f: impl FnOnce(&[Node<'_>]) -> R) -> R {
        let mut bytes = text.as_bytes().to_vec();
        f(&simd_json::to_tape(&mut bytes).unwrap().0)
    }

    #[test]
    fn keys_that_differ_in_one_byte() {
        let long = "abcdefghijklmnopqrstuvwxyz";
        for n in 1..long.len() {
            let mut shapes = Shapes::default();
            let key = &long[..n];
            with(&format!(r#"{{"{key}":1}}"#), |nodes| shapes.learn(nodes)).unwrap();
            let mut find =
                |key: &str| with(&format!(r#"{{"{key}":1}}"#), |nodes| shapes.find(nodes));
            assert!(find(key).is_some(), "{n}");
            assert_eq!(find(&long[..=n]), None, "{n}");
            assert_eq!(find(&long[..n - 1]), None, "{n}");
            for at in 0..n {
                let other = format!("{}_{}", &key[..at], &key[at + 1..]);
                assert_eq!(find(&other), None, "{n} {at}");
            }
        }
    }

    #[test]
    fn same_keys_and_kinds_are_the_same_shape() {
        let mut shapes = Shapes::default();
        let mut learn = |text: &str| with(text, |nodes| shapes.learn(nodes)).unwrap();
        let flat = learn(r#"{"a":1,"b":"x","c":[1,{"z":2}]}"#);
        let deep = learn(r#"{"a":1,"b":{"x":1,"y":{}},"c":2}"#);
        assert_ne!(flat, deep);
        let mut find = |text: &str| with(text, |nodes| shapes.find(nodes));
        assert_eq!(find(r#"{"a":"?","b":true,"c":[[],[{}],3]}"#), Some(flat));
        assert_eq!(find(r#"{"a":1,"b":{"x":[1,2],"y":{}},"c":2}"#), Some(deep));
        for other in [
            r#"{"a":1,"b":"x"}"#,
            r#"{"a":1,"b":"x","d":1}"#,
            r#"{"b":1,"a":"x","c":1}"#,
            r#"{"a":1,"b":null,"c":1}"#,
            r#"{"a":1,"b":{"x":1,"y":{}},"c":{}}"#,
            r#"{"a":1,"b":{"x":1,"y":{"c":2}},"c":2}"#,
            r#"{"a":1,"b":{"x":1},"y":{}}"#,
            "{}",
        ] {
            assert_eq!(find(other), None, "{other}");
        }
        find(r#"{"a":1,"b":{"x":[1,2],"y":{}},"c":2}"#);
        assert_eq!(shapes.places(), [2, 4, 6, 10, 12]);
    }

    #[test]
    fn keys_that_are_data_are_not_learned_for_ever() {
        let mut shapes = Shapes::default();
        let learned = (0..100_000)
            .filter(|n| with(&format!(r#"{{"k{n}":1}}"#), |nodes| shapes.learn(nodes)).is_some())
            .count();
        assert!(learned <= MAX_BRANCHES as usize);
        assert!(shapes.credit <= COST);
        // What is there still works.
        assert!(with(r#"{"k0":7}"#, |nodes| shapes.find(nodes)).is_some());
        // And others that come then are not lost for good.
        let mut learn = |_: &u32| with(r#"{"x":1,"y":2}"#, |nodes| shapes.learn(nodes)).is_none();
        assert!((0..1000).take_while(&mut learn).count() <= 128);
    }
}
