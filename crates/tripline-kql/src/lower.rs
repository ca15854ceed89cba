//! Bound conditions to the plan's conditions. Total: whatever is bound has a meaning.

use crate::ast::RangeOp;
use crate::resolve::{Bound, Comparison};
use ipnet::IpNet;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;
use tripline_diag::Span;
use tripline_ir::{Bound as End, Case, FieldSet, Glob, Leaf, Order, Pred, Scalar, Test};

/// Writes a condition down.
pub(crate) fn lower(bound: Bound) -> Pred {
    match bound {
        Bound::All => Pred::Const(true),
        Bound::Never => Pred::Const(false),
        Bound::And(parts) => Pred::and(parts.into_iter().map(lower)),
        Bound::Not(inner) => lower(*inner).negate(),
        Bound::Nested { path, inner, span } => {
            Pred::Nested { path, pred: Box::new(lower(*inner)), span }
        }
        Bound::Compare { fields, with, span } => {
            Pred::Leaf(Leaf { field: fields, test: test(with), span })
        }
        Bound::Or(parts) => any(parts),
    }
}

fn test(comparison: Comparison) -> Test {
    match comparison {
        Comparison::Exists => Test::Exists,
        Comparison::Equals(text, case) => Test::Equals { values: vec![text.into()], case },
        Comparison::Glob(glob, case) => Test::Glob { patterns: vec![glob], case },
        Comparison::Number(number) => Test::Number(vec![number]),
        Comparison::Bool(value) => Test::Bool(value),
        Comparison::Net(net) => Test::Cidr(vec![net]),
        // A date without a time is the whole day: the bounds are rounded apart when they are read.
        Comparison::Date(date) => {
            let end = || End::Inclusive(Scalar::DateMath(date.as_str().into()));
            Test::Range { lower: end(), upper: end(), order: Order::Date }
        }
        Comparison::Range(op, scalar, order) => {
            let (lower, upper) = match op {
                RangeOp::Gt => (End::Exclusive(scalar), End::Open),
                RangeOp::Gte => (End::Inclusive(scalar), End::Open),
                RangeOp::Lt => (End::Open, End::Exclusive(scalar)),
                RangeOp::Lte => (End::Open, End::Inclusive(scalar)),
            };
            Test::Range { lower, upper, order }
        }
        Comparison::Words(tokens, mode) => {
            Test::Text { tokens: tokens.into_iter().map(Into::into).collect(), mode }
        }
        Comparison::Test(test) => test,
        Comparison::Any(all) => Test::Any(all.into_iter().map(test).collect()),
    }
}

/// A disjunction. Values of one field become one leaf: a rule with a list of 27 networks is one
/// test, not 27.
fn any(parts: Vec<Bound>) -> Pred {
    let mut lists: Vec<List> = Vec::new();
    let mut preds: Vec<Slot> = Vec::new();
    for part in parts {
        match part {
            Bound::Compare { fields, with, span } if is_listable(&with) => {
                let at = lists.iter().position(|list| list.fields == fields);
                let list = at.unwrap_or_else(|| {
                    lists.push(List::new(fields, span));
                    preds.push(Slot::List(lists.len() - 1));
                    lists.len() - 1
                });
                lists[list].span = lists[list].span.to(span);
                lists[list].add(with);
            }
            other => preds.push(Slot::Pred(lower(other))),
        }
    }
    let mut lists: Vec<Option<List>> = lists.into_iter().map(Some).collect();
    Pred::or(preds.into_iter().map(|slot| match slot {
        Slot::Pred(pred) => pred,
        Slot::List(at) => lists[at].take().expect("each list has one slot").leaf(),
    }))
}

enum Slot {
    Pred(Pred),
    /// Where the first value of a list stood.
    List(usize),
}

fn is_listable(comparison: &Comparison) -> bool {
    match comparison {
        Comparison::Equals(..)
        | Comparison::Glob(..)
        | Comparison::Number(_)
        | Comparison::Net(_) => true,
        Comparison::Any(all) => {
            all.iter().all(|c| matches!(c, Comparison::Bool(_)) || is_listable(c))
        }
        _ => false,
    }
}

/// The values of one field in a disjunction, by what they are.
struct List {
    fields: FieldSet,
    span: Span,
    equals: Vec<(Case, Distinct<Arc<str>>)>,
    globs: Vec<(Case, Distinct<Glob>)>,
    /// By their bits.
    numbers: Distinct<u64>,
    nets: Distinct<IpNet>,
    bools: Distinct<bool>,
}

impl List {
    fn new(fields: FieldSet, span: Span) -> Self {
        Self {
            fields,
            span,
            equals: vec![],
            globs: vec![],
            numbers: Distinct::default(),
            nets: Distinct::default(),
            bools: Distinct::default(),
        }
    }

    fn add(&mut self, comparison: Comparison) {
        match comparison {
            Comparison::Equals(text, case) => of_case(&mut self.equals, case).add(text.into()),
            Comparison::Glob(glob, case) => of_case(&mut self.globs, case).add(glob),
            Comparison::Number(number) => self.numbers.add(number.to_bits()),
            Comparison::Net(net) => self.nets.add(net),
            Comparison::Bool(value) => self.bools.add(value),
            Comparison::Any(all) => all.into_iter().for_each(|c| self.add(c)),
            // Guarded by `is_listable`.
            _ => {}
        }
    }

    fn leaf(self) -> Pred {
        let mut tests: Vec<Test> = Vec::new();
        for (case, values) in self.equals {
            tests.push(Test::Equals { values: values.items, case });
        }
        for (case, globs) in self.globs {
            tests.push(Test::Glob { patterns: globs.items, case });
        }
        if !self.nets.items.is_empty() {
            tests.push(Test::Cidr(self.nets.items));
        }
        if !self.numbers.items.is_empty() {
            let numbers = self.numbers.items.into_iter().map(f64::from_bits);
            tests.push(Test::Number(numbers.collect()));
        }
        tests.extend(self.bools.items.into_iter().map(Test::Bool));
        let test = if tests.len() == 1 { tests.remove(0) } else { Test::Any(tests) };
        Pred::Leaf(Leaf { field: self.fields, test, span: self.span })
    }
}

fn of_case<T: Default>(groups: &mut Vec<(Case, T)>, case: Case) -> &mut T {
    let at = groups.iter().position(|(c, _)| *c == case).unwrap_or_else(|| {
        groups.push((case, T::default()));
        groups.len() - 1
    });
    &mut groups[at].1
}

/// Items in the order in which they first came.
struct Distinct<T> {
    items: Vec<T>,
    seen: HashSet<T>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self { items: vec![], seen: HashSet::new() }
    }
}

impl<T: Clone + Eq + Hash> Distinct<T> {
    fn add(&mut self, item: T) {
        if self.seen.insert(item.clone()) {
            self.items.push(item);
        }
    }
}
