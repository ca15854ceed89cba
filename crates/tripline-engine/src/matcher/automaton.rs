//! All tests of one column at once.
//!
//! Asked about a value, an [`Automaton`] finds every test that the value passes without trying
//! them one by one: equality by hash, literals of patterns by one Aho-Corasick pass, networks by
//! one hash lookup a prefix length, numbers by value, one-sided ranges by sorted bounds. What a
//! literal only makes possible is verified by [`tripline_kernels::test::Compiled`]; patterns
//! without a usable literal are asked individually (never as a `RegexSet`, which measured a
//! hundred times slower than its members).

use super::literal;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use tripline_ir::{Bound, Case, Glob, GlobPart, Order, Scalar, Test, TextMode, parse_number};
use tripline_kernels::test::{Compiled, IpKey, TestError, network_key, parse_ip};

type Map<K> = HashMap<K, Vec<u32>, FixedState>;

/// The tests of a column. A test is known by its position in the list that [`Automaton::new`]
/// got; intermediate results (the inside of a negation) have numbers after those.
pub(super) struct Automaton {
    tests: usize,
    targets: usize,
    /// What every value passes.
    always: Vec<u32>,
    sensitive: Map<Box<str>>,
    ascii: Map<Box<str>>,
    unicode: Map<Box<str>>,
    literals: Option<AhoCorasick>,
    triggers: Vec<Vec<Trigger>>,
    /// Tests that must be asked, and what they decide.
    checks: Vec<(u32, Compiled)>,
    /// Those of them that no literal guards.
    unguarded: Vec<u32>,
    /// Those whose literal is only good for ASCII values.
    ascii_only: Vec<u32>,
    numbers: Map<u64>,
    /// Lower and upper bounds, sorted.
    above: Vec<Threshold>,
    below: Vec<Threshold>,
    truths: [Vec<u32>; 2],
    networks: Vec<(u8, Map<IpKey>)>,
    /// `(inside, target)`: the target is hit where the inside is not. In order of evaluation.
    negations: Vec<(u32, u32)>,
}

/// What the occurrence of a literal means.
enum Trigger {
    /// The target is hit if the literal lies there.
    Hit { target: u32, place: Place, unicode: bool },
    /// This check may succeed.
    Check(u32),
}

#[derive(Clone, Copy)]
enum Place {
    Start,
    End,
    Anywhere,
}

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
    checked: Vec<u32>,
    /// The tests that the value passed, in ascending order.
    pub(super) passed: Vec<u32>,
    fold: String,
}

impl Scratch {
    fn start(&mut self, tests: usize, targets: usize, checks: usize) {
        self.tests = tests as u32;
        if self.hit.len() < targets {
            self.hit.resize(targets, 0);
        }
        if self.checked.len() < checks {
            self.checked.resize(checks, 0);
        }
        self.passed.clear();
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.hit.fill(0);
            self.checked.fill(0);
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
    texts: Vec<String>,
    known: HashMap<String, usize, FixedState>,
    now: i64,
}

impl Automaton {
    /// An automaton of these tests.
    pub(super) fn new(tests: &[&Test], now: i64) -> Result<Self, TestError> {
        let out = Self {
            tests: tests.len(),
            targets: tests.len(),
            always: vec![],
            sensitive: Map::default(),
            ascii: Map::default(),
            unicode: Map::default(),
            literals: None,
            triggers: vec![],
            checks: vec![],
            unguarded: vec![],
            ascii_only: vec![],
            numbers: Map::default(),
            above: vec![],
            below: vec![],
            truths: [vec![], vec![]],
            networks: vec![],
            negations: vec![],
        };
        let mut builder = Builder { out, texts: vec![], known: HashMap::default(), now };
        for (at, test) in tests.iter().enumerate() {
            builder.add(test, at as u32)?;
        }
        builder.finish()
    }

    /// Finds the tests that a value passes; they are in `scratch.passed` then.
    pub(super) fn run(&self, value: &str, scratch: &mut Scratch) {
        scratch.start(self.tests, self.targets, self.checks.len());
        scratch.hit_all(&self.always);
        self.equalities(value, scratch);
        if let Some(literals) = &self.literals {
            self.scan(literals, value, value, false, scratch);
            if !value.is_ascii() {
                let fold = Case::Unicode.fold(value);
                self.scan(literals, &fold, value, true, scratch);
                for check in &self.ascii_only {
                    self.check(*check, value, scratch);
                }
            }
        }
        for check in &self.unguarded {
            self.check(*check, value, scratch);
        }
        self.readings(value, scratch);
        for (inside, target) in &self.negations {
            if !scratch.is_hit(*inside) {
                scratch.hit(*target);
            }
        }
        scratch.passed.sort_unstable();
    }

    fn equalities(&self, value: &str, scratch: &mut Scratch) {
        if let Some(targets) = self.sensitive.get(value) {
            scratch.hit_all(targets);
        }
        if !self.ascii.is_empty() || (!self.unicode.is_empty() && value.is_ascii()) {
            let mut fold = std::mem::take(&mut scratch.fold);
            fold.clear();
            fold.push_str(value);
            fold.make_ascii_lowercase();
            if let Some(targets) = self.ascii.get(fold.as_str()) {
                scratch.hit_all(targets);
            }
            if value.is_ascii()
                && let Some(targets) = self.unicode.get(fold.as_str())
            {
                scratch.hit_all(targets);
            }
            scratch.fold = fold;
        }
        if !self.unicode.is_empty()
            && !value.is_ascii()
            && let Some(targets) = self.unicode.get(Case::Unicode.fold(value).as_str())
        {
            scratch.hit_all(targets);
        }
    }

    /// `text` is the value, or its Unicode fold, which finds the literals of tests that fold so.
    fn scan(
        &self,
        literals: &AhoCorasick,
        text: &str,
        value: &str,
        folded: bool,
        scratch: &mut Scratch,
    ) {
        for found in literals.find_overlapping_iter(text) {
            for trigger in &self.triggers[found.pattern().as_usize()] {
                match trigger {
                    Trigger::Hit { target, place, unicode } => {
                        let there = match place {
                            Place::Start => found.start() == 0,
                            Place::End => found.end() == text.len(),
                            Place::Anywhere => true,
                        };
                        if there && (*unicode || !folded) {
                            scratch.hit(*target);
                        }
                    }
                    Trigger::Check(check) => self.check(*check, value, scratch),
                }
            }
        }
    }

    fn check(&self, check: u32, value: &str, scratch: &mut Scratch) {
        let (target, test) = &self.checks[check as usize];
        let checked = &mut scratch.checked[check as usize];
        if *checked == scratch.stamp || scratch.hit[*target as usize] == scratch.stamp {
            return;
        }
        *checked = scratch.stamp;
        if test.matches(value) {
            scratch.hit(*target);
        }
    }

    fn readings(&self, value: &str, scratch: &mut Scratch) {
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
                    self.glob(pattern, *case, target)?;
                }
            }
            Test::Regex { patterns, case, anchored } => {
                for pattern in patterns {
                    let one = Test::Regex {
                        patterns: vec![pattern.clone()],
                        case: *case,
                        anchored: *anchored,
                    };
                    let check = self.check(&one, target)?;
                    self.guard(check, literal::of_regex(pattern, *case), true);
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
                self.range(test, lower, upper, *order, target)?;
            }
            Test::Text { tokens, mode } => {
                let check = self.check(test, target)?;
                let plain = |t: &str| !t.contains(['*', '?']) && t.is_ascii() && t.len() >= 2;
                let guards: Option<Vec<String>> = match mode {
                    TextMode::Any => tokens
                        .iter()
                        .all(|t| plain(t))
                        .then(|| tokens.iter().map(|t| (**t).to_owned()).collect()),
                    TextMode::All | TextMode::Phrase => tokens
                        .iter()
                        .filter(|t| plain(t))
                        .max_by_key(|t| t.len())
                        .map(|t| vec![(**t).to_owned()]),
                };
                self.guard(check, guards, true);
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

    fn glob(&mut self, glob: &Glob, case: Case, target: u32) -> Result<(), TestError> {
        use GlobPart::{Literal, Many};
        if let Some(text) = glob.as_literal() {
            self.equal(text, case, target);
            return Ok(());
        }
        let simple = match glob.parts.as_slice() {
            [Many] => {
                self.out.always.push(target);
                return Ok(());
            }
            [Literal(text), Many] => Some((text, Place::Start)),
            [Many, Literal(text)] => Some((text, Place::End)),
            [Many, Literal(text), Many] => Some((text, Place::Anywhere)),
            _ => None,
        };
        // The automaton folds ASCII case, so a sensitive pattern must be looked at again.
        if let Some((text, place)) = simple
            && case != Case::Sensitive
            && text.len() >= 2
        {
            let trigger = Trigger::Hit { target, place, unicode: case == Case::Unicode };
            self.trigger(&case.fold(text), trigger);
            return Ok(());
        }
        let one = Test::Glob { patterns: vec![glob.clone()], case };
        let check = self.check(&one, target)?;
        self.guard(check, literal::of_glob(glob).map(|text| vec![case.fold(text)]), false);
        Ok(())
    }

    fn range(
        &mut self,
        test: &Test,
        lower: &Bound,
        upper: &Bound,
        order: Order,
        target: u32,
    ) -> Result<(), TestError> {
        let number = |bound: &Bound| match bound {
            Bound::Inclusive(Scalar::Number(n)) if !n.is_nan() => Some((*n, true)),
            Bound::Exclusive(Scalar::Number(n)) if !n.is_nan() => Some((*n, false)),
            _ => None,
        };
        match (order, number(lower), number(upper)) {
            (Order::Number, Some((bound, inclusive)), None) if *upper == Bound::Open => {
                self.out.above.push(Threshold { bound, inclusive, target });
            }
            (Order::Number, None, Some((bound, inclusive))) if *lower == Bound::Open => {
                self.out.below.push(Threshold { bound, inclusive, target });
            }
            _ => {
                let check = self.check(test, target)?;
                self.out.unguarded.push(check);
            }
        }
        Ok(())
    }

    fn check(&mut self, test: &Test, target: u32) -> Result<u32, TestError> {
        self.out.checks.push((target, Compiled::new(test, self.now)?));
        Ok(self.out.checks.len() as u32 - 1)
    }

    /// The check is made when one of the texts occurs.
    fn guard(&mut self, check: u32, texts: Option<Vec<String>>, ascii_only: bool) {
        let Some(texts) = texts.filter(|t| !t.is_empty()) else {
            self.out.unguarded.push(check);
            return;
        };
        for text in texts {
            self.trigger(&text, Trigger::Check(check));
        }
        if ascii_only {
            self.out.ascii_only.push(check);
        }
    }

    fn trigger(&mut self, text: &str, trigger: Trigger) {
        let text = text.to_ascii_lowercase();
        let at = *self.known.entry(text).or_insert_with_key(|text| {
            self.texts.push(text.clone());
            self.out.triggers.push(vec![]);
            self.texts.len() - 1
        });
        self.out.triggers[at].push(trigger);
    }

    fn finish(mut self) -> Result<Automaton, TestError> {
        if !self.texts.is_empty() {
            let built = AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .match_kind(MatchKind::Standard)
                .ascii_case_insensitive(true)
                .build(&self.texts)
                .map_err(|e| TestError::new(format!("too many patterns: {e}")))?;
            self.out.literals = Some(built);
        }
        self.out.above.sort_by(|a, b| a.bound.total_cmp(&b.bound));
        self.out.below.sort_by(|a, b| a.bound.total_cmp(&b.bound));
        Ok(self.out)
    }
}
