//! All tests of one column at once.
//!
//! Asked about a value, an [`Automaton`] finds every test that the value passes without trying
//! them one by one: equality by hash, what it begins and ends with by a walk inwards, what it
//! contains by one pass over its grams, networks by one hash lookup a prefix length, numbers by
//! value, one-sided ranges by sorted bounds. A value is folded once.
//!
//! Of a *guarded* test it only says that the value may pass, because a text that the test needs is
//! there: who needs to know asks `tripline_kernels::test::Compiled`, and mostly nobody does.

use super::edges::Edges;
use super::grams::Literals;
use super::split::{Guard, Place, one_sided, simple};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use tripline_ir::{Case, Glob, Order, Test, parse_number};
use tripline_kernels::test::{Compiled, IpKey, TestError, network_key, parse_ip};

type Map<K> = HashMap<K, Vec<u32>, FixedState>;

/// The tests of a column. A test is known by its position in the list that [`Automaton::new`]
/// got; intermediate results (the inside of a negation) have numbers after those.
pub(super) struct Automaton {
    tests: usize,
    targets: usize,
    /// What every value passes.
    always: Vec<u32>,
    /// What every value that is not ASCII may pass.
    foreign: Vec<u32>,
    sensitive: Map<Box<str>>,
    ascii: Map<Box<str>>,
    unicode: Map<Box<str>>,
    starts: Edges,
    ends: Edges,
    literals: Literals,
    /// By literal: where its targets begin in `marks`; one more for the end.
    marks_from: Vec<u32>,
    marks: Vec<u32>,
    /// Ranges of numbers that are bounded on both sides.
    ranges: Vec<(u32, Compiled)>,
    numbers: Map<u64>,
    /// Lower and upper bounds, sorted.
    above: Vec<Threshold>,
    below: Vec<Threshold>,
    truths: [Vec<u32>; 2],
    networks: Vec<(u8, Map<IpKey>)>,
    /// `(inside, target)`: the target is hit where the inside is not. In order of evaluation.
    negations: Vec<(u32, u32)>,
    folds: bool,
}

/// A target whose test folds case as Unicode does: it is also looked for in a value's Unicode fold.
const UNICODE: u32 = 1 << 31;

struct Threshold {
    bound: f64,
    inclusive: bool,
    target: u32,
}

/// What is kept between values.
#[derive(Default)]
pub(super) struct Scratch {
    stamp: u32,
    /// Targets below this are tests.
    tests: u32,
    hit: Vec<u32>,
    /// The tests that the value passed, in ascending order.
    pub(super) passed: Vec<u32>,
    fold: String,
}

impl Scratch {
    fn start(&mut self, tests: usize, targets: usize) {
        self.tests = tests as u32;
        if self.hit.len() < targets {
            self.hit.resize(targets, 0);
        }
        self.passed.clear();
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.hit.fill(0);
            self.stamp = 1;
        }
    }

    fn is_hit(&self, target: u32) -> bool {
        self.hit[target as usize] == self.stamp
    }

    fn hit(&mut self, target: u32) {
        let stamp = &mut self.hit[target as usize];
        if *stamp != self.stamp {
            *stamp = self.stamp;
            if target < self.tests {
                self.passed.push(target);
            }
        }
    }

    fn hit_all(&mut self, targets: &[u32]) {
        for target in targets {
            self.hit(*target);
        }
    }
}

/// Collects tests before the literals are frozen.
struct Builder {
    out: Automaton,
    starts: Vec<(Vec<u8>, u32)>,
    ends: Vec<(Vec<u8>, u32)>,
    texts: Vec<String>,
    /// The targets of each text.
    marks: Vec<Vec<u32>>,
    known: HashMap<String, usize, FixedState>,
    now: i64,
}

impl Automaton {
    /// An automaton of these tests; of those that are guarded it finds the values that may pass.
    pub(super) fn new(tests: &[(&Test, Option<&[Guard]>)], now: i64) -> Result<Self, TestError> {
        let out = Self {
            tests: tests.len(),
            targets: tests.len(),
            always: vec![],
            foreign: vec![],
            sensitive: Map::default(),
            ascii: Map::default(),
            unicode: Map::default(),
            starts: Edges::default(),
            ends: Edges::default(),
            literals: Literals::default(),
            marks_from: vec![],
            marks: vec![],
            ranges: vec![],
            numbers: Map::default(),
            above: vec![],
            below: vec![],
            truths: [vec![], vec![]],
            networks: vec![],
            negations: vec![],
            folds: false,
        };
        let mut builder = Builder {
            out,
            starts: vec![],
            ends: vec![],
            texts: vec![],
            marks: vec![],
            known: HashMap::default(),
            now,
        };
        for (at, (test, guards)) in tests.iter().enumerate() {
            match guards {
                Some(guards) => builder.guard(guards, at as u32),
                None => builder.add(test, at as u32)?,
            }
        }
        Ok(builder.finish())
    }

    /// Finds the tests that a value passes or may pass; they are in `scratch.passed` then.
    pub(super) fn run(&self, value: &str, scratch: &mut Scratch) {
        scratch.start(self.tests, self.targets);
        scratch.hit_all(&self.always);
        if let Some(targets) = self.sensitive.get(value) {
            scratch.hit_all(targets);
        }
        if self.folds {
            let mut fold = std::mem::take(&mut scratch.fold);
            fold.clear();
            fold.push_str(value);
            fold.make_ascii_lowercase();
            if let Some(targets) = self.ascii.get(fold.as_str()) {
                scratch.hit_all(targets);
            }
            self.literals(&fold, scratch, |_| true);
            if value.is_ascii() {
                if let Some(targets) = self.unicode.get(fold.as_str()) {
                    scratch.hit_all(targets);
                }
            } else {
                scratch.hit_all(&self.foreign);
                fold = Case::Unicode.fold(value);
                if let Some(targets) = self.unicode.get(fold.as_str()) {
                    scratch.hit_all(targets);
                }
                self.literals(&fold, scratch, |target| target & UNICODE != 0);
            }
            scratch.fold = fold;
        }
        self.readings(value, scratch);
        for (inside, target) in &self.negations {
            if !scratch.is_hit(*inside) {
                scratch.hit(*target);
            }
        }
        scratch.passed.sort_unstable();
    }

    /// What stands in a folded value, of the targets that are wanted.
    fn literals(&self, text: &str, scratch: &mut Scratch, wanted: impl Fn(u32) -> bool) {
        let mut hit = |target: u32| {
            if wanted(target) {
                scratch.hit(target & !UNICODE);
            }
        };
        let text = text.as_bytes();
        self.starts.find(text.iter(), &mut hit);
        self.ends.find(text.iter().rev(), &mut hit);
        self.literals.find(text, |literal| {
            let literal = literal as usize;
            let marks = self.marks_from[literal] as usize..self.marks_from[literal + 1] as usize;
            self.marks[marks].iter().for_each(|target| hit(*target));
            true
        });
    }

    fn readings(&self, value: &str, scratch: &mut Scratch) {
        for (target, range) in &self.ranges {
            if range.matches(value) {
                scratch.hit(*target);
            }
        }
        let numeric = !(self.numbers.is_empty() && self.above.is_empty() && self.below.is_empty());
        if numeric && let Some(number) = parse_number(value) {
            if let Some(targets) = self.numbers.get(&number_key(number)) {
                scratch.hit_all(targets);
            }
            // Bounds below the number come first; those equal to it are decided one by one.
            for t in self.above.iter().take_while(|t| t.bound <= number) {
                if t.inclusive || t.bound < number {
                    scratch.hit(t.target);
                }
            }
            for t in self.below.iter().rev().take_while(|t| t.bound >= number) {
                if t.inclusive || t.bound > number {
                    scratch.hit(t.target);
                }
            }
        }
        for (wanted, text) in [(1, "true"), (0, "false")] {
            if !self.truths[wanted].is_empty() && value.eq_ignore_ascii_case(text) {
                scratch.hit_all(&self.truths[wanted]);
            }
        }
        if !self.networks.is_empty()
            && let Some(ip) = parse_ip(value)
        {
            for (bits, networks) in &self.networks {
                if let Some(targets) = networks.get(&ip.masked(*bits)) {
                    scratch.hit_all(targets);
                }
            }
        }
    }
}

/// Equal numbers have the same key, both zeros included.
fn number_key(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

impl Builder {
    /// A value that passes `test` hits `target`.
    fn add(&mut self, test: &Test, target: u32) -> Result<(), TestError> {
        match test {
            Test::Exists => self.out.always.push(target),
            Test::Equals { values, case } => {
                for value in values {
                    self.equal(value, *case, target);
                }
            }
            Test::Glob { patterns, case } => {
                for pattern in patterns {
                    self.glob(pattern, *case, target);
                }
            }
            Test::Number(values) => {
                for value in values {
                    self.out.numbers.entry(number_key(*value)).or_default().push(target);
                }
            }
            Test::Bool(value) => self.out.truths[usize::from(*value)].push(target),
            Test::Cidr(nets) => {
                for net in nets {
                    let (bits, first) = network_key(net);
                    let at = self.out.networks.iter().position(|(b, _)| *b == bits);
                    let at = at.unwrap_or_else(|| {
                        self.out.networks.push((bits, Map::default()));
                        self.out.networks.len() - 1
                    });
                    self.out.networks[at].1.entry(first).or_default().push(target);
                }
            }
            Test::Range { lower, upper, order } => {
                match one_sided(lower, upper).filter(|_| *order == Order::Number) {
                    Some((Some((bound, inclusive)), _)) => {
                        self.out.above.push(Threshold { bound, inclusive, target });
                    }
                    Some((None, Some((bound, inclusive)))) => {
                        self.out.below.push(Threshold { bound, inclusive, target });
                    }
                    _ => self.out.ranges.push((target, Compiled::new(test, self.now)?)),
                }
            }
            Test::Any(tests) => {
                for test in tests {
                    self.add(test, target)?;
                }
            }
            Test::Not(inner) => {
                let inside = self.out.targets as u32;
                self.out.targets += 1;
                self.add(inner, inside)?;
                self.out.negations.push((inside, target));
            }
            Test::Regex { .. } | Test::Text { .. } => unreachable!("never exact"),
        }
        Ok(())
    }

    fn equal(&mut self, value: &str, case: Case, target: u32) {
        let map = match case {
            Case::Sensitive => &mut self.out.sensitive,
            Case::Ascii => &mut self.out.ascii,
            Case::Unicode => &mut self.out.unicode,
        };
        map.entry(case.fold(value).into()).or_default().push(target);
    }

    fn glob(&mut self, glob: &Glob, case: Case, target: u32) {
        let (text, place) = simple(glob, case).expect("an exact pattern is simple");
        let text = if place == Place::Whole { text.into() } else { case.fold(text) };
        let mark = if case == Case::Unicode { target | UNICODE } else { target };
        match place {
            Place::Whole => self.equal(&text, case, target),
            Place::Anywhere if text.is_empty() => self.out.always.push(target),
            Place::Start => self.starts.push((text.into_bytes(), mark)),
            Place::End => self.ends.push((text.bytes().rev().collect(), mark)),
            Place::Anywhere => self.mark(&text, mark),
        }
    }

    /// A value that has one of the texts that a test needs hits `target`.
    fn guard(&mut self, guards: &[Guard], target: u32) {
        for guard in guards {
            self.mark(&guard.text, target | UNICODE);
        }
        if guards.iter().any(|guard| guard.ascii) {
            self.out.foreign.push(target);
        }
    }

    /// The text is folded.
    fn mark(&mut self, text: &str, target: u32) {
        let at = *self.known.entry_ref(text).or_insert_with(|| {
            self.texts.push(text.to_owned());
            self.marks.push(vec![]);
            self.texts.len() - 1
        });
        self.marks[at].push(target);
    }

    fn finish(mut self) -> Automaton {
        let mut out = self.out;
        out.folds = !(out.ascii.is_empty()
            && out.unicode.is_empty()
            && self.starts.is_empty()
            && self.ends.is_empty()
            && self.texts.is_empty());
        out.starts = Edges::new(self.starts);
        out.ends = Edges::new(self.ends);
        out.literals = Literals::new(&self.texts);
        out.marks_from.push(0);
        for marks in &mut self.marks {
            marks.sort_unstable();
            marks.dedup();
            out.marks.append(marks);
            out.marks_from.push(out.marks.len() as u32);
        }
        out.above.sort_by(|a, b| a.bound.total_cmp(&b.bound));
        out.below.sort_by(|a, b| a.bound.total_cmp(&b.bound));
        out
    }
}
