//! The condition of a filter as a tree over units: what a person reads as one test.
//!
//! A list with patterns and plain values is several leaves of the plan and one piece of text, and
//! `x != "a"` is a negated leaf; people want one mark at one place. What a unit means is still
//! decided by the kernels.

use tripline_diag::Span;
use tripline_ir::{FieldRef, FieldSet, Leaf, Pred, Test};
use tripline_kernels::pred::{Compiled, Row};
use tripline_kernels::scalar::Context;
use tripline_kernels::test::TestError;
use tripline_rules::SigmaTest;

/// What a unit is for one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct State {
    /// Whether the unit's condition holds.
    pub(super) holds: bool,
    /// Whether none of its fields has a value.
    pub(super) absent: bool,
}

/// A condition over units.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: Node,
    pub(super) units: Vec<Unit>,
}

#[derive(Debug)]
pub(super) enum Node {
    Const(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Unit(usize),
}

/// One test as a person reads it.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) pred: Pred,
    compiled: Compiled,
    /// The fields that it reads, in the order of their mention.
    pub(super) fields: Vec<FieldRef>,
    /// Whether it looks at fields that only the data can name.
    pub(super) open: bool,
    /// Whether the language has lists whose span is that of the values alone (KQL and Lucene).
    pub(super) lists: bool,
    /// Where it stands in the query; none: it comes from elsewhere in the rule's file.
    pub(super) span: Option<Span>,
    /// Whether the text says the opposite of the condition: `x == null` is "not exists".
    pub(super) flipped: bool,
    /// What its author calls it: selection and key of a Sigma rule.
    pub(super) name: Option<SigmaTest>,
}

impl Tree {
    /// The units of a condition. `negations`: whether the language has `!=` and `not in`, which
    /// are negated leaves with the span of the whole comparison. `named`: the tests of a Sigma rule.
    pub(super) fn new(
        pred: &Pred,
        text: &str,
        negations: bool,
        named: &[SigmaTest],
        now: i64,
    ) -> Result<Self, TestError> {
        let mut builder = Builder { text, negations, named, now, units: vec![] };
        let root = builder.node(pred)?;
        Ok(Self { root, units: builder.units })
    }

    /// What each unit is for an event.
    pub(super) fn states(&self, row: &dyn Row, context: &Context) -> Vec<State> {
        self.units.iter().map(|unit| unit.state(row, context)).collect()
    }

    /// Whether the condition holds.
    pub(super) fn holds(&self, states: &[State]) -> bool {
        self.root.holds(states)
    }

    /// The conjuncts in the order of the query.
    pub(super) fn conjuncts(&self) -> &[Node] {
        match &self.root {
            Node::And(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The least set of units whose change makes the condition hold, by their weights.
    pub(super) fn repair(&self, states: &[State], weights: &[u32]) -> (u32, Vec<usize>) {
        let (cost, mut units) = self.root.repair(true, states, weights);
        units.sort_unstable();
        (cost, units)
    }
}

/// More than any real repair costs: a constant that stands in the way.
pub(super) const NEVER: u32 = 1 << 24;

impl Node {
    pub(super) fn holds(&self, states: &[State]) -> bool {
        match self {
            Self::Const(b) => *b,
            Self::And(parts) => parts.iter().all(|p| p.holds(states)),
            Self::Or(parts) => parts.iter().any(|p| p.holds(states)),
            Self::Not(inner) => !inner.holds(states),
            Self::Unit(at) => states[*at].holds,
        }
    }

    fn repair(&self, want: bool, states: &[State], weights: &[u32]) -> (u32, Vec<usize>) {
        if self.holds(states) == want {
            return (0, vec![]);
        }
        match self {
            Self::Const(_) => (NEVER, vec![]),
            Self::Unit(at) => (weights[*at], vec![*at]),
            Self::Not(inner) => inner.repair(!want, states, weights),
            Self::And(parts) if want => all(parts, want, states, weights),
            Self::Or(parts) if !want => all(parts, want, states, weights),
            Self::And(parts) | Self::Or(parts) => parts
                .iter()
                .map(|p| p.repair(want, states, weights))
                .min_by_key(|(cost, _)| *cost)
                .unwrap_or((NEVER, vec![])),
        }
    }

    /// The units below, in the order of the query.
    pub(super) fn units(&self, found: &mut Vec<usize>) {
        match self {
            Self::Const(_) => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|p| p.units(found)),
            Self::Not(inner) => inner.units(found),
            Self::Unit(at) => found.push(*at),
        }
    }
}

fn all(parts: &[Node], want: bool, states: &[State], weights: &[u32]) -> (u32, Vec<usize>) {
    let mut sum = (0u32, Vec::new());
    for part in parts {
        let (cost, units) = part.repair(want, states, weights);
        sum.0 = sum.0.saturating_add(cost);
        sum.1.extend(units);
    }
    sum
}

impl Unit {
    fn state(&self, row: &dyn Row, context: &Context) -> State {
        let mut absent = !self.fields.is_empty() && !self.open;
        for field in &self.fields {
            row.values(field, &mut |_| absent = false);
        }
        State { holds: self.compiled.eval(row, context), absent }
    }

    /// Whether the text is true of an event.
    pub(super) fn written(&self, state: State) -> bool {
        state.holds != self.flipped
    }

    /// The tests on values, and whether they are negated.
    pub(super) fn tests(&self) -> (Vec<&Test>, bool) {
        let (inner, negated) = match &self.pred {
            Pred::Not(inner) => (&**inner, true),
            other => (other, false),
        };
        let mut tests = Vec::new();
        if !matches!(inner, Pred::Nested { .. }) {
            inner.for_each_leaf(&mut |leaf| tests.push(&leaf.test));
        }
        (tests, negated)
    }
}

struct Builder<'a> {
    text: &'a str,
    negations: bool,
    named: &'a [SigmaTest],
    now: i64,
    units: Vec<Unit>,
}

impl Builder<'_> {
    fn node(&mut self, pred: &Pred) -> Result<Node, TestError> {
        match pred {
            Pred::Const(b) => Ok(Node::Const(*b)),
            Pred::Leaf(_) | Pred::Expr { .. } | Pred::Nested { .. } => self.unit(pred),
            Pred::Not(inner) => match one_span(inner) {
                Some(span) if self.says_not(span) => self.unit(pred),
                _ => Ok(Node::Not(Box::new(self.node(inner)?))),
            },
            Pred::And(parts) => self.parts(parts, true),
            Pred::Or(parts) => self.parts(parts, false),
        }
    }

    /// Parts of one piece of text are one unit.
    fn parts(&mut self, parts: &[Pred], and: bool) -> Result<Node, TestError> {
        let mut nodes = Vec::new();
        let mut at = 0;
        while at < parts.len() {
            let span = one_span(&parts[at]).filter(|span| span.start < span.end);
            let same = parts[at + 1..]
                .iter()
                .take_while(|p| span.is_some() && one_span(p) == span)
                .count();
            if same == 0 {
                nodes.push(self.node(&parts[at])?);
            } else {
                let group = parts[at..=at + same].to_vec();
                nodes.push(self.unit(&if and { Pred::And(group) } else { Pred::Or(group) })?);
            }
            at += same + 1;
        }
        if nodes.len() == 1 {
            return Ok(nodes.remove(0));
        }
        Ok(if and { Node::And(nodes) } else { Node::Or(nodes) })
    }

    fn unit(&mut self, pred: &Pred) -> Result<Node, TestError> {
        let span = one_span(pred).filter(|span| span.start < span.end);
        let negated = matches!(pred, Pred::Not(_));
        let says_not = span.is_some_and(|span| self.says_not(span));
        let null = span.is_some_and(|span| self.negations && compares_null(span.of(self.text)));
        let exists = matches!(pred, Pred::Leaf(Leaf { test: Test::Exists, .. }));
        // `x != null` is "exists", `x == null` is its negation; any other `!=` is a negated leaf.
        let flipped = if exists && null { !says_not } else { says_not && !negated };
        let mut fields = Vec::new();
        pred.for_each_field(&mut |field| {
            if !fields.contains(field) {
                fields.push(field.clone());
            }
        });
        let mut open = false;
        pred.for_each_leaf(&mut |leaf| open |= !matches!(leaf.field, FieldSet::One(_)));
        let compiled = Compiled::new(pred, self.now)?;
        let name = span.and_then(|span| self.name(span)).cloned();
        let lists = !self.negations && self.named.is_empty();
        let pred = pred.clone();
        self.units.push(Unit { pred, compiled, fields, open, lists, span, flipped, name });
        Ok(Node::Unit(self.units.len() - 1))
    }

    fn says_not(&self, span: Span) -> bool {
        match self.name(span) {
            Some(test) => test.has("neq") != says_absent(test, span.of(self.text)),
            None => self.negations && says_not(span.of(self.text)),
        }
    }

    /// The test of a Sigma rule whose values stand there.
    fn name(&self, span: Span) -> Option<&SigmaTest> {
        self.named
            .iter()
            .find(|test| test.values.start <= span.start && span.end <= test.values.end)
    }
}

/// The span that all of a condition has in common.
fn one_span(pred: &Pred) -> Option<Span> {
    match pred {
        Pred::Const(_) => None,
        Pred::Leaf(leaf) => Some(leaf.span),
        Pred::Expr { expr, .. } => Some(expr.span),
        Pred::Nested { span, .. } => Some(*span),
        Pred::Not(inner) => one_span(inner),
        Pred::And(parts) | Pred::Or(parts) => {
            let mut spans = parts.iter().map(one_span);
            let first = spans.next()??;
            spans.all(|span| span == Some(first)).then_some(first)
        }
    }
}

/// Whether a value of a Sigma rule asks for a field that is not there.
fn says_absent(test: &SigmaTest, value: &str) -> bool {
    if test.has("exists") {
        return value.eq_ignore_ascii_case("false");
    }
    matches!(value.trim(), "null" | "Null" | "NULL" | "~" | "")
}

/// Whether a comparison is written as a negation: `!=`, `not in`, `not like`.
fn says_not(text: &str) -> bool {
    let bare = unquoted(text);
    bare.contains("!=")
        || bare.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == "not")
}

fn compares_null(text: &str) -> bool {
    let bare = unquoted(text);
    (bare.contains("==") || bare.contains("!=")) && bare.contains("null")
}

/// The text without what stands in quotes.
fn unquoted(text: &str) -> String {
    let mut bare = String::new();
    let mut quote = None;
    let mut escaped = false;
    for c in text.chars() {
        match quote {
            Some(q) => {
                if escaped {
                    escaped = false;
                } else if c == '\\' {
                    escaped = true;
                } else if c == q {
                    quote = None;
                }
            }
            None if c == '"' || c == '`' => quote = Some(c),
            None => bare.push(c),
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negations_in_the_text_of_a_comparison() {
        for (text, expected) in [
            ("a != \"x\"", true),
            ("a not in (\"x\")", true),
            ("a == \"not != \\\" not\"", false),
            ("notes == 1", false),
            ("not_a : \"x\"", false),
        ] {
            assert_eq!(says_not(text), expected, "{text}");
        }
        assert!(compares_null("a == null") && !compares_null("a == \"null\""));
    }
}
