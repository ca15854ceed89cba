//! One field with its values.
//!
//! Values of a list that are compared in the same way become one leaf, so that the same list in
//! another rule is the same leaf.

use super::Lowering;
use super::placeholders::Expander;
use super::regex;
use crate::ast::{Compare, Field, Item, Part, Relation, Text, TimePart, ValueKind};
use std::sync::Arc;
use tripline_diag::Span;
use tripline_ir::{
    Bound, Case, Expr, FieldRef, FieldSet, FieldType, Glob, Leaf, Multi, Order, Pred, Scalar, Test,
    Value, View,
};

/// Whole numbers up to here are told apart by a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A field of an event.
pub(super) fn field(name: &str) -> FieldRef {
    FieldRef::new(View::Sigma, name, FieldType::Unknown)
}

pub(super) fn pred(item: &Item, lowering: &mut Lowering<'_>) -> Pred {
    let target = match &item.field {
        Some(field) => Target::Field(field),
        None => Target::Anything,
    };
    let pred = if item.all {
        let each = item.values.iter().map(|value| {
            let mut group = Group::new(target);
            group.add(&value.kind, value.span, lowering);
            group.finish()
        });
        Pred::and(each.collect::<Vec<_>>())
    } else {
        let mut group = Group::new(target);
        for value in &item.values {
            group.add(&value.kind, value.span, lowering);
        }
        group.finish()
    };
    if item.negated { pred.negate() } else { pred }
}

#[derive(Clone, Copy)]
enum Target<'a> {
    Field(&'a Field),
    Anything,
}

/// Values of which one must match, sorted by how they are compared.
struct Group<'a> {
    target: Target<'a>,
    equal: [Values<Arc<str>>; 2],
    glob: [Values<Glob>; 2],
    regex: [Values<Arc<str>>; 2],
    number: Values<f64>,
    cidr: Values<ipnet::IpNet>,
    others: Vec<Pred>,
}

/// Values that are compared in the same way, with where they stand.
struct Values<T> {
    values: Vec<T>,
    span: Option<Span>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { values: Vec::new(), span: None }
    }
}

impl<T: PartialEq> Values<T> {
    fn push(&mut self, value: T, span: Span) {
        // Lists of hundreds come from placeholders; what stands there twice does no harm.
        if self.values.len() > 64 || !self.values.contains(&value) {
            self.values.push(value);
        }
        self.span = Some(self.span.map_or(span, |known| known.to(span)));
    }
}

/// The place of a case in the arrays of a group.
const CASES: [Case; 2] = [Case::Unicode, Case::Sensitive];

impl<'a> Group<'a> {
    fn new(target: Target<'a>) -> Self {
        Self {
            target,
            equal: Default::default(),
            glob: Default::default(),
            regex: Default::default(),
            number: Values::default(),
            cidr: Values::default(),
            others: Vec::new(),
        }
    }

    fn add(&mut self, kind: &ValueKind, span: Span, lowering: &mut Lowering<'_>) {
        match kind {
            ValueKind::AnyOf(kinds) => {
                for kind in kinds {
                    self.add(kind, span, lowering);
                }
            }
            ValueKind::Text { text, cased } => {
                for text in Expander::new(lowering, span).texts(text) {
                    self.text(&text, *cased, span);
                }
            }
            ValueKind::Number { text, value } => {
                if value.abs() <= EXACT {
                    self.number.push(*value, span);
                }
                // `0x17`, and what a double cannot tell apart.
                if value.abs() > EXACT || tripline_ir::parse_number(text).is_none() {
                    self.equal[0].push(Case::Unicode.fold(text).into(), span);
                }
            }
            ValueKind::Bool(value) => self.test(Test::Bool(*value), span),
            ValueKind::Null => {
                let exists = self.leaf(Test::Exists, span);
                self.others.push(exists.negate());
            }
            ValueKind::Exists(wanted) => {
                let exists = self.leaf(Test::Exists, span);
                self.others.push(if *wanted { exists } else { exists.negate() });
            }
            ValueKind::Regex(regex) => {
                for pattern in regex::patterns(regex, span, lowering) {
                    let case = usize::from(!regex.ignore_case);
                    self.regex[case].push(pattern.into(), span);
                }
            }
            ValueKind::Cidr(net) => self.cidr.push(*net, span),
            ValueKind::Compare { op, value } => self.test(range(*op, *value), span),
            ValueKind::FieldRef { name, how, cased } => {
                if let Target::Field(left) = self.target {
                    self.others.push(field_ref(left, name, *how, *cased, span));
                }
            }
            ValueKind::Time { part, op, value } => {
                if let Target::Field(left) = self.target {
                    self.others.push(time(left, *part, *op, *value, span));
                }
            }
        }
    }

    fn text(&mut self, text: &Text, cased: bool, span: Span) {
        let at = usize::from(cased);
        let mut text = text.clone();
        if matches!(self.target, Target::Anything) {
            // A keyword stands anywhere in the event.
            let mut anywhere = Text { parts: vec![Part::Many] };
            anywhere.append(&text);
            anywhere.push(Part::Many);
            text = anywhere;
        }
        if let Some(literal) = text.as_literal() {
            self.equal[at].push(CASES[at].fold(literal).into(), span);
        } else if text.parts == [Part::Many] {
            self.test(Test::Exists, span);
        } else {
            self.glob[at].push(text.glob(CASES[at]), span);
        }
    }

    fn test(&mut self, test: Test, span: Span) {
        let leaf = self.leaf(test, span);
        self.others.push(leaf);
    }

    fn leaf(&self, test: Test, span: Span) -> Pred {
        let field = match self.target {
            Target::Field(name) => FieldSet::One(field(&name.name)),
            Target::Anything => FieldSet::Anything,
        };
        Pred::Leaf(Leaf { field, test, span })
    }

    fn finish(mut self) -> Pred {
        let mut preds = Vec::new();
        for (at, case) in CASES.into_iter().enumerate() {
            let equal = std::mem::take(&mut self.equal[at]);
            if let Some(span) = equal.span {
                preds.push(self.leaf(Test::Equals { values: equal.values, case }, span));
            }
            let glob = std::mem::take(&mut self.glob[at]);
            if let Some(span) = glob.span {
                preds.push(self.leaf(Test::Glob { patterns: glob.values, case }, span));
            }
            let regex = std::mem::take(&mut self.regex[at]);
            if let Some(span) = regex.span {
                let test = Test::Regex { patterns: regex.values, case, anchored: false };
                preds.push(self.leaf(test, span));
            }
        }
        let number = std::mem::take(&mut self.number);
        if let Some(span) = number.span {
            preds.push(self.leaf(Test::Number(number.values), span));
        }
        let cidr = std::mem::take(&mut self.cidr);
        if let Some(span) = cidr.span {
            preds.push(self.leaf(Test::Cidr(cidr.values), span));
        }
        preds.append(&mut self.others);
        Pred::or(preds)
    }
}

fn range(op: Compare, value: f64) -> Test {
    let bound = Scalar::Number(value);
    let (lower, upper) = match op {
        Compare::Eq => return Test::Number(vec![value]),
        Compare::Lt => (Bound::Open, Bound::Exclusive(bound)),
        Compare::Lte => (Bound::Open, Bound::Inclusive(bound)),
        Compare::Gt => (Bound::Exclusive(bound), Bound::Open),
        Compare::Gte => (Bound::Inclusive(bound), Bound::Open),
    };
    Test::Range { lower, upper, order: Order::Number }
}

fn field_ref(left: &Field, name: &str, how: Relation, cased: bool, span: Span) -> Pred {
    let function = match (how, cased) {
        (Relation::Equal, true) => "doc.in",
        (Relation::Equal, false) => "doc.in_ci",
        (Relation::StartsWith, true) => "doc.starts_with",
        (Relation::StartsWith, false) => "doc.starts_with_ci",
        (Relation::EndsWith, true) => "doc.ends_with",
        (Relation::EndsWith, false) => "doc.ends_with_ci",
        (Relation::Contains, true) => "doc.string_contains",
        (Relation::Contains, false) => "doc.string_contains_ci",
    };
    let args = vec![Expr::field(field(&left.name), left.span), Expr::field(field(name), span)];
    Pred::Expr {
        expr: Expr::call(function, args, left.span.to(span)),
        multi: Multi::AnyCombination,
    }
}

fn time(left: &Field, part: TimePart, op: Compare, value: f64, span: Span) -> Pred {
    let part = match part {
        TimePart::Minute => "minute",
        TimePart::Hour => "hour",
        TimePart::Day => "day",
        TimePart::Week => "week",
        TimePart::Month => "month",
        TimePart::Year => "year",
    };
    let function = match op {
        Compare::Eq => "doc.eq",
        Compare::Lt => "doc.lt",
        Compare::Lte => "doc.le",
        Compare::Gt => "doc.gt",
        Compare::Gte => "doc.ge",
    };
    let number = if value.fract() == 0.0 { Value::Int(value as i64) } else { Value::Float(value) };
    let whole = left.span.to(span);
    let args =
        vec![Expr::field(field(&left.name), left.span), Expr::literal(Value::from(part), span)];
    let taken = Expr::call("doc.date_part", args, whole);
    let expr = Expr::call(function, vec![taken, Expr::literal(number, span)], whole);
    Pred::Expr { expr, multi: Multi::AnyCombination }
}
