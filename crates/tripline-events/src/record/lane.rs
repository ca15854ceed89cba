//! The fast lane: records whose keys were seen before are read from their bytes, without a tape.
//!
//! Next to the trie of shapes, whose steps are keys on the tape, there is one whose steps are keys as
//! they stand in the text. Along it the next key is foretold and compared, its value passed over; what
//! comes out is the number of the shape and where the value of each key stands. Whatever is not as
//! foretold, or not certainly valid, goes the long way, and the lane learns from what comes out
//! there.

use super::scan::{self, UNICODE};
use crate::same::same;

/// No step, no shape.
const NONE: u32 = u32::MAX;

/// More steps: all is forgotten, and learned anew.
const MAX_STEPS: usize = 1 << 16;

/// More steps that may follow one step: its keys are data.
const MAX_BRANCHES: u32 = 96;

/// Chains of first keys.
const FIRST: usize = 256;

/// A record that the lane cannot take costs as much as so many that it takes save; beyond that
/// credit it rests.
const COST: i32 = 2;
const CREDIT: i32 = 512;

/// How many records go the long way while it rests.
const REST: u32 = 64;

/// What stands after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    /// A scalar or a list.
    Value,
    /// An object that has fields.
    Object,
    Empty,
}

#[derive(Debug)]
struct Step {
    /// The key as it stands in the text, `"key":`.
    start: u32,
    len: u16,
    /// How many objects end between the value before and this key.
    closes: u8,
    kind: Kind,
    child: u32,
    sibling: u32,
    /// The step that followed the last time.
    guess: u32,
    shape: u32,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Null,
    /// A string without its quotes.
    Text,
    /// A number or a boolean.
    Word,
    List,
    Object,
}

/// Where a value stands in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub start: u32,
    /// Not told for an object.
    pub end: u32,
    pub what: What,
    pub flags: u8,
}

/// The texts of the last record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Values<'a> {
    pub text: &'a str,
    pub spans: &'a [Span],
}

impl<'a> Values<'a> {
    /// The text of a value as it stands there.
    #[inline]
    pub fn raw(&self, span: Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// A scalar's text; empty for null, lists and objects.
    #[inline]
    pub fn scalar<'b>(&self, span: Span, buffer: &'b mut String) -> &'b str
    where
        'a: 'b,
    {
        match span.what {
            What::Null | What::List | What::Object => "",
            What::Text if span.flags != 0 => {
                buffer.clear();
                scan::unescape(self.raw(span), buffer);
                buffer
            }
            What::Text | What::Word => self.raw(span),
        }
    }

    /// The elements of a list of scalars.
    pub fn elements(&self, list: Span) -> impl Iterator<Item = Span> {
        let raw = self.text.as_bytes();
        let mut at = list.start as usize + 1;
        std::iter::from_fn(move || {
            while matches!(raw.get(at)?, b',' | b' ') {
                at += 1;
            }
            let start = at;
            let (what, flags, end) = match raw.get(at)? {
                b'"' => {
                    let (end, flags) = scan::string(raw, at + 1)?;
                    at = end + 1;
                    return Some(Span {
                        start: start as u32 + 1,
                        end: end as u32,
                        what: What::Text,
                        flags,
                    });
                }
                b'-' | b'0'..=b'9' => (What::Word, 0, scan::number(raw, at)?),
                b'n' => (What::Null, 0, scan::word(raw, at)?),
                b't' | b'f' => (What::Word, 0, scan::word(raw, at)?),
                _ => return None,
            };
            at = end;
            Some(Span { start: start as u32, end: end as u32, what, flags })
        })
    }
}

/// Why the lane cannot take a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Miss {
    /// A key that does not follow there.
    Key,
    /// What the parser should judge.
    Doubt,
}

/// The keys seen so far, as they stand in the text.
#[derive(Debug)]
pub(crate) struct Lane {
    /// The first keys, which may be many, by their first bytes: the first of each chain.
    first: [u32; FIRST],
    steps: Vec<Step>,
    keys: Vec<u8>,
    /// Of the shapes whose numbers it knows.
    pub generation: u32,
    spans: Vec<Span>,
    credit: i32,
    rest: u32,
    max_depth: usize,
}

/// What comes next in the text.
enum Next {
    Key { closes: u8 },
    End,
}

impl Lane {
    pub fn new() -> Self {
        Self {
            first: [NONE; FIRST],
            steps: vec![],
            keys: vec![],
            generation: 0,
            spans: vec![],
            credit: CREDIT,
            rest: 0,
            max_depth: 0,
        }
    }

    /// Lists may be nested so deep, together with the objects around them.
    pub fn set_max_depth(&mut self, max_depth: usize) {
        self.max_depth = max_depth.saturating_sub(2);
    }

    /// Where the values of the last record are, by the numbers of their keys.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether it does not look at the next record, because most are not for it.
    pub fn rests(&mut self) -> bool {
        if self.rest == 0 {
            return false;
        }
        self.rest -= 1;
        true
    }

    /// The last record was, or was not, read here.
    pub fn took(&mut self, took: bool) {
        if took {
            self.credit = (self.credit + 1).min(CREDIT);
            return;
        }
        self.credit -= COST;
        if self.credit < 0 {
            self.credit = CREDIT / 2;
            self.rest = REST;
        }
    }

    /// The shape of the record that starts there, and the byte after it.
    pub fn find(&mut self, raw: &[u8], start: usize) -> Result<(u32, usize), Miss> {
        self.spans.clear();
        if raw.get(start) != Some(&b'{') {
            return Err(Miss::Doubt);
        }
        let mut at = start + 1;
        let mut depth = 1;
        let mut closes = 0;
        // The step before; the first has none.
        let mut before = NONE;
        loop {
            let step = self.follow(before, closes, raw, at)?;
            let Step { len, kind, shape, .. } = self.steps[step as usize];
            at += usize::from(len);
            at = self.value(raw, at, kind, depth).ok_or(Miss::Doubt)?;
            before = step;
            if kind == Kind::Object {
                depth += 1;
                closes = 0;
                continue;
            }
            match next(raw, &mut at, &mut depth).ok_or(Miss::Doubt)? {
                Next::Key { closes: c } => closes = c,
                Next::End if shape == NONE => return Err(Miss::Key),
                Next::End => return Ok((shape, at)),
            }
        }
    }

    /// The step of the key that stands there.
    #[inline]
    fn follow(&mut self, before: u32, closes: u8, raw: &[u8], at: usize) -> Result<u32, Miss> {
        let (guess, first) = match self.steps.get(before as usize) {
            Some(step) => (step.guess, step.child),
            None => (NONE, self.first[chain(raw, at)]),
        };
        if let Some(step) = self.steps.get(guess as usize)
            && self.fits(step, closes, raw, at)
        {
            return Ok(guess);
        }
        let mut next = first;
        while let Some(step) = self.steps.get(next as usize) {
            if next != guess && self.fits(step, closes, raw, at) {
                if let Some(before) = self.steps.get_mut(before as usize) {
                    before.guess = next;
                }
                return Ok(next);
            }
            next = step.sibling;
        }
        Err(Miss::Key)
    }

    #[inline]
    fn fits(&self, step: &Step, closes: u8, raw: &[u8], at: usize) -> bool {
        let (start, len) = (step.start as usize, usize::from(step.len));
        step.closes == closes
            && raw.len() > at + len + 1
            && same(&raw[at..at + len], &self.keys[start..start + len])
            && step.kind == kind(raw, at + len)
    }

    /// Notes the value that stands there and passes over it; over the brace only of an object.
    #[inline]
    fn value(&mut self, raw: &[u8], at: usize, kind: Kind, depth: usize) -> Option<usize> {
        let at = at + usize::from(raw.get(at)? == &b' ');
        let (what, start, end, flags, after) = match kind {
            Kind::Object => (What::Object, at, at, 0, at + 1),
            Kind::Empty => (What::Object, at, at + 2, 0, at + 2),
            Kind::Null => (What::Null, at, at, 0, scan::word(raw, at)?),
            Kind::Value => match raw.get(at)? {
                b'"' => {
                    let (end, flags) = scan::string(raw, at + 1)?;
                    (What::Text, at + 1, end, flags, end + 1)
                }
                b'[' => {
                    let room = self.max_depth.saturating_sub(depth);
                    let (end, flags) = scan::list(raw, at, room)?;
                    (What::List, at, end, flags, end)
                }
                b't' | b'f' => {
                    let end = scan::word(raw, at)?;
                    (What::Word, at, end, 0, end)
                }
                _ => {
                    let end = scan::number(raw, at)?;
                    (What::Word, at, end, 0, end)
                }
            },
        };
        self.spans.push(Span { start: start as u32, end: end as u32, what, flags });
        Some(after)
    }

    /// Learns the keys of a record of that shape, which has `keys` of them and did not fit.
    pub fn learn(&mut self, raw: &[u8], start: usize, shape: u32, generation: u32, keys: usize) {
        if self.generation != generation || self.steps.len() + keys >= MAX_STEPS {
            self.generation = generation;
            self.first = [NONE; FIRST];
            self.steps.clear();
            self.keys.clear();
        }
        if self.path(raw, start).is_none() || self.spans.len() != keys {
            return;
        }
        let mut before = NONE;
        let spans = std::mem::take(&mut self.spans);
        let mut closes = 0;
        let mut at = start + 1;
        let mut depth = 1;
        for _ in &spans {
            let Some(key) = key(raw, at) else { break };
            let kind = kind(raw, at + key.len());
            let Some(step) = self.grow(before, closes, key, kind, chain(raw, at)) else { break };
            before = step;
            let after = self.value(raw, at + key.len(), kind, depth);
            let Some(after) = after else { break };
            at = after;
            if kind == Kind::Object {
                depth += 1;
                closes = 0;
                continue;
            }
            match next(raw, &mut at, &mut depth) {
                Some(Next::Key { closes: c }) => closes = c,
                Some(Next::End) => {
                    self.steps[before as usize].shape = shape;
                    break;
                }
                None => break,
            }
        }
    }

    /// Passes over a record whose keys are not known; None if it cannot be learned.
    fn path(&mut self, raw: &[u8], start: usize) -> Option<()> {
        self.spans.clear();
        let mut at = start + 1;
        let mut depth = 1;
        loop {
            let key = key(raw, at)?;
            // What a bundle is depends on a value.
            if key == b"\"objects\":" {
                return None;
            }
            let kind = kind(raw, at + key.len());
            at = self.value(raw, at + key.len(), kind, depth)?;
            if kind == Kind::Object {
                depth += 1;
                continue;
            }
            if let Next::End = next(raw, &mut at, &mut depth)? {
                return Some(());
            }
        }
    }

    fn grow(
        &mut self,
        before: u32,
        closes: u8,
        key: &[u8],
        kind: Kind,
        chain: usize,
    ) -> Option<u32> {
        let first = match self.steps.get(before as usize) {
            Some(step) => step.child,
            None => self.first[chain],
        };
        let (mut last, mut branches) = (first, 1);
        while let Some(step) = self.steps.get(last as usize) {
            let start = step.start as usize;
            if step.closes == closes
                && step.kind == kind
                && self.keys[start..start + usize::from(step.len)] == *key
            {
                return Some(last);
            }
            branches += 1;
            if branches > MAX_BRANCHES {
                return None;
            }
            if step.sibling == NONE {
                break;
            }
            last = step.sibling;
        }
        let new = self.steps.len() as u32;
        if let Some(last) = self.steps.get_mut(last as usize) {
            last.sibling = new;
        } else if let Some(before) = self.steps.get_mut(before as usize) {
            before.child = new;
        } else {
            self.first[chain] = new;
        }
        let start = self.keys.len() as u32;
        self.keys.extend_from_slice(key);
        self.steps.push(Step {
            start,
            len: u16::try_from(key.len()).ok()?,
            closes,
            kind,
            child: NONE,
            sibling: NONE,
            guess: NONE,
            shape: NONE,
        });
        Some(new)
    }
}

/// The chain of a first key, by its first bytes.
fn chain(raw: &[u8], at: usize) -> usize {
    let bytes = raw.get(at + 1..at + 4).unwrap_or_default();
    bytes.iter().fold(0, |all, b| all * 31 + usize::from(*b)) % FIRST
}

/// The key that stands there, with its quotes and the colon, if it is a plain one.
fn key(raw: &[u8], at: usize) -> Option<&[u8]> {
    if raw.get(at) != Some(&b'"') {
        return None;
    }
    let (end, flags) = scan::string(raw, at + 1)?;
    (flags & (scan::ESCAPED | UNICODE) == 0
        && raw.get(end + 1) == Some(&b':')
        && end - at < usize::from(u16::MAX) - 2)
        .then(|| &raw[at..end + 2])
}

/// What the value after a colon is, going by its first byte.
#[inline]
fn kind(raw: &[u8], at: usize) -> Kind {
    let at = at + usize::from(raw.get(at) == Some(&b' '));
    match raw.get(at) {
        Some(b'n') => Kind::Null,
        Some(b'{') if raw.get(at + 1) == Some(&b'}') => Kind::Empty,
        Some(b'{') => Kind::Object,
        _ => Kind::Value,
    }
}

/// From the end of a value to the next key or the end of the record.
#[inline]
fn next(raw: &[u8], at: &mut usize, depth: &mut usize) -> Option<Next> {
    let mut closes = 0u8;
    loop {
        match raw.get(*at)? {
            b',' => {
                *at += 1 + usize::from(raw.get(*at + 1)? == &b' ');
                return Some(Next::Key { closes });
            }
            b'}' => {
                *at += 1;
                *depth -= 1;
                closes = closes.checked_add(1)?;
                if *depth == 0 {
                    return Some(Next::End);
                }
            }
            _ => return None,
        }
    }
}
