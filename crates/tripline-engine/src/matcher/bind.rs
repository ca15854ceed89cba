//! Plans bound to a stream: fields resolved to columns, constants folded, tests shared.

use super::automaton::Automaton;
use super::blank;
use super::keywords::{self, Keyword, Keywords};
use super::order::{cost, dear, mark, necessary, weight};
use super::property::Property;
use super::same::{Kind, Part};
use super::split::Guard;
use super::told::Told;
use super::{Matcher, names};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use tripline_events::{Projection, Stream};
use tripline_ir::{FieldRef, FieldSet, Leaf, Multi, Pred, Tail, Test, View};
use tripline_kernels::{expr, mapping, pred, test};
use tripline_schema::{MapExpr, Mapping, wildcard_match};

/// Everything that is decided once per stream.
pub(super) struct Bound {
    pub(super) mapping: Arc<Mapping>,
    /// Filters that some event may pass, by plan and filter.
    pub(super) filters: Vec<BoundFilter>,
    /// Columns that something reads.
    pub(super) sources: Vec<Source>,
    /// Automata and the sources that they look at.
    pub(super) tested: Vec<Tested>,
    pub(super) leaves: Vec<BoundLeaf>,
    /// For each leaf the filters that need it.
    pub(super) needed_by: Vec<Vec<u32>>,
    /// Filters that need no leaf in particular.
    pub(super) unconditional: Vec<u32>,
    pub(super) scans: Vec<Scan>,
    pub(super) keywords: Keywords,
    pub(super) row_tests: Vec<RowTest>,
    pub(super) fields: HashMap<FieldRef, FieldSource, FixedState>,
    pub(super) projection: Projection,
}

pub(super) struct BoundFilter {
    pub(super) plan: u32,
    pub(super) filter: u32,
    pub(super) node: Node,
}

/// A condition over leaves.
#[derive(Debug)]
pub(super) enum Node {
    Const(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Leaf(u32),
    Scan(u32),
    Row(u32),
}

/// A column.
pub(super) struct Source {
    pub(super) origin: Origin,
    /// The raw fields that it reads, without repetition.
    pub(super) inputs: Vec<Arc<str>>,
}

/// Where a column comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// The record, as it stands there or derived.
    Expr(MapExpr),
    /// What every event has, whatever its record looks like.
    Event(Property),
}

pub(super) struct Tested {
    pub(super) source: u32,
    pub(super) automaton: Automaton,
    /// The leaf of each of the automaton's tests.
    pub(super) leaves: Vec<u32>,
    /// No filter waits for a leaf of this column: it is only looked at on rows that other columns
    /// have left.
    pub(super) deferred: bool,
}

/// A test of a column.
pub(super) struct BoundLeaf {
    /// The column's position in [`Bound::tested`]; none for an open leaf of a column that has no
    /// others.
    pub(super) tested: Option<u32>,
    pub(super) source: u32,
    pub(super) kind: LeafKind,
}

/// What the automaton of its column says of a leaf.
pub(super) enum LeafKind {
    /// The rows that pass.
    Exact,
    /// The rows that may pass; this decides.
    Guarded(Arc<Part>),
    /// Nothing; this decides.
    Open(Arc<Part>),
}

/// A test over fields whose names only the data tells.
pub(super) struct Scan {
    pub(super) test: test::Compiled,
    /// The names; none: every value and the raw text.
    pub(super) names: Option<(View, Arc<str>)>,
    /// [`Bound::keywords`] finds the records that may pass.
    pub(super) guarded: bool,
    /// What it looks for is everywhere: others first.
    pub(super) common: bool,
}

/// What is asked row by row.
pub(super) enum RowTest {
    Expr { expr: expr::Compiled, multi: Multi },
    Nested { path: FieldRef, raw: Arc<str>, pred: pred::Compiled },
}

/// Where the values of a field come from.
#[derive(Debug, Clone)]
pub(super) enum FieldSource {
    Absent,
    Const(Vec<Arc<str>>),
    Column(u32),
}

impl Bound {
    /// `admitted` says for each filter of each plan, one after the other, whether the stream is in
    /// its scope.
    pub(super) fn new(matcher: &Matcher, stream: &Stream, admitted: &[bool]) -> Self {
        let mapping = &stream.mapping;
        let mut binder = Binder {
            matcher,
            mapping,
            told: if stream.recognised { Told::new(mapping) } else { Told::default() },
            cases: HashMap::default(),
            sources: vec![],
            source_of: HashMap::default(),
            fields: HashMap::default(),
            plain: HashMap::default(),
            tests: vec![],
            leaves_of: HashMap::default(),
            scans: vec![],
            keywords: vec![],
            row_tests: vec![],
            all: false,
            under: BTreeSet::new(),
        };
        let mut filters = Vec::new();
        let mut all = false;
        let mut admitted = admitted.iter();
        for (plan_at, plan) in matcher.plans.iter().enumerate() {
            let mut any = false;
            for (at, filter) in plan.filters.iter().enumerate() {
                if admitted.next() != Some(&true) {
                    continue;
                }
                let node = binder.node(&filter.pred);
                if matches!(node, Node::Const(false)) {
                    continue;
                }
                any = true;
                filters.push(BoundFilter { plan: plan_at as u32, filter: at as u32, node });
            }
            if any {
                plan.for_each_field(&mut |field| {
                    binder.plain(field);
                });
                plan.tail.for_each_field(&mut |field| {
                    binder.field(field);
                });
                for field in &matcher.asked[plan_at] {
                    binder.field(field);
                }
                all |= matches!(&plan.tail, Tail::Pipeline(p) if p.all_columns);
            }
        }
        binder.finish(filters, all)
    }
}

struct Binder<'m> {
    matcher: &'m Matcher,
    mapping: &'m Arc<Mapping>,
    told: Told,
    /// By source, what its values may be, where that is known.
    cases: HashMap<u32, Rc<[Vec<Arc<str>>]>, FixedState>,
    sources: Vec<Source>,
    source_of: HashMap<Origin, u32, FixedState>,
    fields: HashMap<FieldRef, FieldSource, FixedState>,
    /// What tests of a field see; of some only the values that are not blank.
    plain: HashMap<FieldRef, Rc<Plain>, FixedState>,
    /// By leaf.
    tests: Vec<LeafTest<'m>>,
    /// The leaves of a test.
    leaves_of: HashMap<(u32, u32), Vec<u32>, FixedState>,
    scans: Vec<Scan>,
    /// For each scan the texts that guard it.
    keywords: Vec<Option<Vec<Keyword>>>,
    row_tests: Vec<RowTest>,
    /// Whether a test reads every field of the record.
    all: bool,
    /// Beginnings of raw fields that patterns over names read.
    under: BTreeSet<Arc<str>>,
}

struct LeafTest<'m> {
    source: u32,
    /// The test that it is a part of.
    whole: &'m Test,
    part: Arc<Part>,
}

impl LeafTest<'_> {
    fn test(&self) -> &Test {
        self.part.test.as_ref().unwrap_or(self.whole)
    }
}

/// How a field comes from a source's records, constants evaluated.
pub(super) fn resolve(matcher: &Matcher, mapping: &Mapping, field: &FieldRef) -> Option<MapExpr> {
    Some(settled(matcher, mapping, written(matcher, mapping, field)?))
}

/// The same as the mapping has it, with the clock of the run put in.
fn written(matcher: &Matcher, mapping: &Mapping, field: &FieldRef) -> Option<MapExpr> {
    let expr = matcher.schema.resolve(mapping, &field.view, &field.name)?;
    Some(if &*field.name == "@timestamp" { at(expr, matcher.context.now) } else { expr })
}

/// An expression that reads nothing is what it evaluates to.
fn settled(matcher: &Matcher, mapping: &Mapping, expr: MapExpr) -> MapExpr {
    let mut reads = false;
    expr.for_each_raw(&mut |_| reads = true);
    if reads || matches!(expr, MapExpr::Const(_)) {
        return expr;
    }
    let values = mapping::eval(&expr, mapping, &mut |_, _| {}, assets(matcher));
    MapExpr::Const(values.into_iter().map(|v| Arc::from(&*v)).collect())
}

/// The constant `'now'` of a time is the clock of the run: records that say no time were fetched by
/// it.
fn at(expr: MapExpr, now: i64) -> MapExpr {
    match expr {
        MapExpr::Const(values) if matches!(values.as_slice(), [only] if &**only == "now") => {
            MapExpr::Const(vec![now.div_euclid(1_000_000).to_string().into()])
        }
        MapExpr::Call(function, args) => {
            MapExpr::Call(function, args.into_iter().map(|arg| at(arg, now)).collect())
        }
        other => other,
    }
}

pub(super) fn assets(matcher: &Matcher) -> Option<&dyn mapping::Assets> {
    matcher.context.assets.as_deref().map(|a| a as &dyn mapping::Assets)
}

/// A field whose blank values are in a column of their own.
struct Plain {
    source: FieldSource,
    /// The column of blank values, or of all values where they cannot be told from the others.
    blank: Option<(MapExpr, BlankColumn)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BlankColumn {
    Blank,
    Whole,
}

impl<'m> Binder<'m> {
    /// How a field comes from the records of the stream.
    fn resolve(&self, field: &FieldRef) -> Option<MapExpr> {
        let expr = self.told.put(written(self.matcher, self.mapping, field)?);
        Some(settled(self.matcher, self.mapping, expr))
    }

    /// All values of a field.
    fn field(&mut self, field: &FieldRef) -> FieldSource {
        if let Some(known) = self.fields.get(field) {
            return known.clone();
        }
        let source = if let Some(property) = Property::of(self.mapping, field) {
            FieldSource::Column(self.source(Origin::Event(property)))
        } else {
            let plain = self.resolve(field);
            let whole = plain.as_ref().and_then(|plain| blank::with_blanks(&field.view, plain));
            self.expr(whole.map(|w| w.whole).or(plain))
        };
        self.fields.insert(field.clone(), source.clone());
        source
    }

    fn expr(&mut self, expr: Option<MapExpr>) -> FieldSource {
        match expr {
            None => FieldSource::Absent,
            Some(MapExpr::Const(values)) if values.is_empty() => FieldSource::Absent,
            Some(MapExpr::Const(values)) => FieldSource::Const(values),
            Some(expr) => FieldSource::Column(self.source(Origin::Expr(expr))),
        }
    }

    /// A field's values without the blank ones, and where those are.
    fn plain(&mut self, field: &FieldRef) -> Rc<Plain> {
        if let Some(known) = self.plain.get(field) {
            return Rc::clone(known);
        }
        // No other view knows blank values.
        let sigma = field.view == View::Sigma;
        let expr = if sigma { self.resolve(field) } else { None };
        let with = expr.as_ref().and_then(|expr| blank::with_blanks(&field.view, expr));
        let plain = match with {
            None => Plain { source: self.field(field), blank: None },
            Some(with) => Plain {
                source: self.expr(expr),
                blank: Some(match with.blank {
                    Some(blank) => (blank, BlankColumn::Blank),
                    None => (with.whole, BlankColumn::Whole),
                }),
            },
        };
        let plain = Rc::new(plain);
        self.plain.insert(field.clone(), Rc::clone(&plain));
        plain
    }

    fn source(&mut self, origin: Origin) -> u32 {
        if let Some(at) = self.source_of.get(&origin) {
            return *at;
        }
        let mut inputs: Vec<Arc<str>> = Vec::new();
        if let Origin::Expr(expr) = &origin {
            expr.for_each_raw(&mut |path| {
                if !inputs.contains(path) {
                    inputs.push(path.clone());
                }
            });
        }
        let at = self.sources.len() as u32;
        if let Origin::Expr(expr) = &origin
            && let Some(cases) = self.told.cases(expr, self.mapping, assets(self.matcher))
        {
            self.cases.insert(at, cases.into());
        }
        self.source_of.insert(origin.clone(), at);
        self.sources.push(Source { origin, inputs });
        at
    }

    fn node(&mut self, pred: &'m Pred) -> Node {
        match pred {
            Pred::Const(b) => Node::Const(*b),
            Pred::And(parts) => {
                let mut kept = Vec::new();
                for part in parts {
                    match self.node(part) {
                        Node::Const(true) => {}
                        Node::Const(false) => return Node::Const(false),
                        Node::And(inner) => kept.extend(inner),
                        other => kept.push(other),
                    }
                }
                // Cheap conditions first: rows that fail them never see the dear ones.
                kept.sort_by_key(|node| cost(node, &self.scans));
                match kept.len() {
                    0 => Node::Const(true),
                    1 => kept.remove(0),
                    _ => Node::And(kept),
                }
            }
            Pred::Or(parts) => {
                let mut kept = Vec::new();
                for part in parts {
                    match self.node(part) {
                        Node::Const(false) => {}
                        Node::Const(true) => return Node::Const(true),
                        Node::Or(inner) => kept.extend(inner),
                        other => kept.push(other),
                    }
                }
                kept.sort_by_key(|node| cost(node, &self.scans));
                match kept.len() {
                    0 => Node::Const(false),
                    1 => kept.remove(0),
                    _ => Node::Or(kept),
                }
            }
            Pred::Not(inner) => match self.node(inner) {
                Node::Const(b) => Node::Const(!b),
                Node::Not(inner) => *inner,
                other => Node::Not(Box::new(other)),
            },
            Pred::Leaf(leaf) => self.leaf(leaf),
            Pred::Expr { expr, multi } => {
                let compiled = expr::Compiled::new(expr).expect("the matcher checked it");
                let sources: Vec<FieldSource> =
                    compiled.fields().iter().map(|f| self.field(f)).collect();
                if sources.iter().all(|s| !matches!(s, FieldSource::Column(_))) {
                    let row = ConstantRow { fields: &self.fields };
                    let context = &self.matcher.scalars;
                    return Node::Const(pred::expression(&compiled, *multi, &row, context));
                }
                self.row_test(RowTest::Expr { expr: compiled, multi: *multi })
            }
            Pred::Nested { path, pred, .. } => {
                let expr = resolve(self.matcher, self.mapping, path);
                let Some(MapExpr::Raw(raw)) = expr else { return Node::Const(false) };
                let pred = pred::Compiled::new(pred, self.matcher.context.now)
                    .expect("the matcher checked it");
                self.row_test(RowTest::Nested { path: path.clone(), raw, pred })
            }
        }
    }

    fn row_test(&mut self, test: RowTest) -> Node {
        self.row_tests.push(test);
        Node::Row(self.row_tests.len() as u32 - 1)
    }

    fn leaf(&mut self, leaf: &'m Leaf) -> Node {
        match &leaf.field {
            FieldSet::One(field) => self.one(field, &leaf.test),
            FieldSet::Matching { view, pattern } => {
                let mut nodes = Vec::new();
                for name in names::defined(&self.matcher.schema, self.mapping, view) {
                    if wildcard_match(pattern, &name) {
                        let field = self.matcher.schema.field_ref(view.clone(), &name);
                        nodes.push(self.one(&field, &leaf.test));
                    }
                }
                let below = names::below(self.mapping, view, pattern);
                if !below.is_empty() {
                    self.under.extend(below);
                    nodes.push(self.scan(&leaf.test, Some((view.clone(), pattern.clone()))));
                }
                nodes.retain(|n| !matches!(n, Node::Const(false)));
                if nodes.iter().any(|n| matches!(n, Node::Const(true))) {
                    return Node::Const(true);
                }
                match nodes.len() {
                    0 => Node::Const(false),
                    1 => nodes.remove(0),
                    _ => Node::Or(nodes),
                }
            }
            FieldSet::Anything => self.scan(&leaf.test, None),
        }
    }

    fn one(&mut self, field: &FieldRef, test: &'m Test) -> Node {
        let plain = self.plain(field);
        let Plain { source, blank } = &*plain;
        match source {
            FieldSource::Absent => Node::Const(false),
            FieldSource::Const(values) => {
                Node::Const(self.matcher.same.passes(test, self.matcher.context.now, values))
            }
            FieldSource::Column(source)
                if let Some(passes) = self.decided(*source, blank.is_some(), test) =>
            {
                Node::Const(passes)
            }
            FieldSource::Column(source) => match blank {
                Some((expr, kind))
                    if self.matcher.same.may_be_blank(test, self.matcher.context.now) =>
                {
                    let other = self.source(Origin::Expr(expr.clone()));
                    let other = self.tested(other, test);
                    match kind {
                        BlankColumn::Whole => other,
                        BlankColumn::Blank => Node::Or(vec![self.tested(*source, test), other]),
                    }
                }
                _ => self.tested(*source, test),
            },
        }
    }

    /// Whether a column passes a test, where what recognised the records decides it.
    fn decided(&self, source: u32, has_blank: bool, test: &Test) -> Option<bool> {
        let cases = self.cases.get(&source).filter(|_| !has_blank)?;
        let (same, now) = (&self.matcher.same, self.matcher.context.now);
        let mut verdicts = cases.iter().map(|values| same.passes(test, now, values));
        let first = verdicts.next()?;
        verdicts.all(|verdict| verdict == first).then_some(first)
    }

    /// The leaves of a test of a column.
    fn tested(&mut self, source: u32, test: &'m Test) -> Node {
        let key = self.matcher.same.number(test).map(|number| (source, number));
        let known = key.and_then(|key| self.leaves_of.get(&key)).cloned();
        let leaves = known.unwrap_or_else(|| {
            let leaves = self.split(source, test);
            if let Some(key) = key {
                self.leaves_of.insert(key, leaves.clone());
            }
            leaves
        });
        match leaves.as_slice() {
            [leaf] => Node::Leaf(*leaf),
            _ => Node::Or(leaves.into_iter().map(Node::Leaf).collect()),
        }
    }

    fn split(&mut self, source: u32, test: &'m Test) -> Vec<u32> {
        let first = self.tests.len() as u32;
        let parts = self.matcher.same.parts(test, self.matcher.context.now);
        let tests = parts.iter().map(|part| LeafTest { source, whole: test, part: part.clone() });
        self.tests.extend(tests);
        (first..self.tests.len() as u32).collect()
    }

    fn compiled(&self, test: &Test) -> test::Compiled {
        test::Compiled::new(test, self.matcher.context.now).expect("the matcher checked it")
    }

    fn scan(&mut self, test: &Test, names: Option<(View, Arc<str>)>) -> Node {
        let texts = if names.is_none() { keywords::of_test(test) } else { None };
        self.all |= names.is_none() && texts.is_none();
        let common = texts.as_ref().is_none_or(|texts| keywords::is_common(texts));
        let guarded = texts.is_some();
        self.scans.push(Scan { test: self.compiled(test), names, guarded, common });
        self.keywords.push(texts);
        Node::Scan(self.scans.len() as u32 - 1)
    }

    fn finish(mut self, filters: Vec<BoundFilter>, all_columns: bool) -> Bound {
        for (field, plain) in self.plain {
            self.fields.entry(field).or_insert_with(|| plain.source.clone());
        }
        let dear: Vec<u32> = self.sources.iter().map(|s| dear(&s.origin)).collect();
        let weights: Vec<Option<u32>> = self
            .tests
            .iter()
            .map(|t| {
                let weight = || weight(t.test()).saturating_mul(dear[t.source as usize]);
                (t.part.kind != Kind::Open).then(weight)
            })
            .collect();
        let mut needed_by = vec![Vec::new(); self.tests.len()];
        let mut unconditional = Vec::new();
        for (at, filter) in filters.iter().enumerate() {
            match necessary(&filter.node, &weights) {
                Some((_, leaves)) => {
                    for leaf in leaves {
                        needed_by[leaf as usize].push(at as u32);
                    }
                }
                None => unconditional.push(at as u32),
            }
        }
        // Filters that fold to false on this stream leave sources and tests behind; only those
        // that a filter still reads cost anything.
        let mut used = vec![false; self.tests.len()];
        for filter in &filters {
            mark(&filter.node, &mut used);
        }
        let mut leaves: Vec<BoundLeaf> = self
            .tests
            .iter()
            .zip(&used)
            .map(|(t, used)| BoundLeaf {
                tested: None,
                source: t.source,
                kind: match t.part.kind {
                    Kind::Guarded if *used => LeafKind::Guarded(t.part.clone()),
                    Kind::Open if *used => LeafKind::Open(t.part.clone()),
                    _ => LeafKind::Exact,
                },
            })
            .collect();
        let mut groups: Vec<Vec<u32>> = vec![Vec::new(); self.sources.len()];
        for (leaf, test) in self.tests.iter().enumerate() {
            if used[leaf] && test.part.kind != Kind::Open {
                groups[test.source as usize].push(leaf as u32);
            }
        }
        let mut tested = Vec::new();
        for (source, of_source) in groups.into_iter().enumerate() {
            if of_source.is_empty() {
                continue;
            }
            let tests: Vec<(&Test, Option<&[Guard]>)> = of_source
                .iter()
                .map(|leaf| &self.tests[*leaf as usize])
                .map(|t| (t.test(), (t.part.kind == Kind::Guarded).then(|| t.part.guards())))
                .collect();
            for leaf in &of_source {
                leaves[*leaf as usize].tested = Some(tested.len() as u32);
            }
            tested.push(Tested {
                source: source as u32,
                automaton: Automaton::new(&tests, self.matcher.context.now)
                    .expect("the matcher checked the tests"),
                deferred: of_source.iter().all(|leaf| needed_by[*leaf as usize].is_empty()),
                leaves: of_source,
            });
        }
        let mut keywords = Keywords::new(&self.keywords, &self.matcher.quicks);
        if unconditional.iter().any(|at| scans_first(&filters[*at as usize].node, &keywords)) {
            keywords.ask_at_once();
        }
        let columns: BTreeSet<Arc<str>> =
            self.sources.iter().flat_map(|s| s.inputs.iter().cloned()).collect();
        let at_once = tested.iter().filter(|t| !t.deferred).map(|t| t.source);
        let at_once: BTreeSet<&Arc<str>> =
            at_once.flat_map(|source| &self.sources[source as usize].inputs).collect();
        let projection = if filters.is_empty() {
            Projection { skip: true, ..Projection::default() }
        } else {
            Projection {
                late: columns.iter().filter(|c| !at_once.contains(c)).cloned().collect(),
                columns: columns.into_iter().collect(),
                under: self.under.into_iter().collect(),
                all: all_columns || self.all,
                glance: keywords.glance.clone(),
                ..Projection::default()
            }
        };
        Bound {
            mapping: Arc::clone(self.mapping),
            filters,
            sources: self.sources,
            tested,
            leaves,
            needed_by,
            unconditional,
            scans: self.scans,
            keywords,
            row_tests: self.row_tests,
            fields: self.fields,
            projection,
        }
    }
}

/// Whether a condition has all rows searched for keywords of the first tier.
fn scans_first(node: &Node, keywords: &Keywords) -> bool {
    match node {
        Node::Scan(scan) => keywords.is_first(*scan),
        Node::And(parts) | Node::Or(parts) => parts.iter().any(|p| scans_first(p, keywords)),
        Node::Not(inner) => scans_first(inner, keywords),
        _ => false,
    }
}

/// The constants of a stream as a row.
struct ConstantRow<'a> {
    fields: &'a HashMap<FieldRef, FieldSource, FixedState>,
}

impl pred::Row for ConstantRow<'_> {
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str)) {
        if let Some(FieldSource::Const(values)) = self.fields.get(field) {
            for value in values {
                f(value);
            }
        }
    }

    fn each_field(&self, _: &View, _: &mut dyn FnMut(&str, &str)) {}
}
