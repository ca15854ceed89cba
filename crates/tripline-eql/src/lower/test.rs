//! Tests of a field against constants. None: a constant is computed, so it takes an expression.

use super::{Lowering, network};
use crate::ast::CompareOp;
use crate::codes;
use crate::resolve::{Typed, TypedKind};
use std::sync::Arc;
use tripline_diag::Diagnostic;
use tripline_ir::regexp::{self, Regexp};
use tripline_ir::{Bound, Case, FieldType, Glob, Order, Scalar, Test};

impl Lowering<'_> {
    /// `==` and `in`: one test for each kind of constant.
    pub(super) fn equals(&mut self, ty: FieldType, list: &[Typed]) -> Option<Vec<Test>> {
        let (mut texts, mut numbers, mut networks, mut rest) = (vec![], vec![], vec![], vec![]);
        for item in list {
            match (&item.kind, ty) {
                // A network in `==` is what the product's index makes of it, too.
                (TypedKind::Str(text), FieldType::Ip) => {
                    networks.extend(network(text, item.span, self.diagnostics));
                }
                (TypedKind::Str(text), FieldType::Date) => {
                    let at = Bound::Inclusive(Scalar::DateMath(text.clone()));
                    rest.push(Test::Range { lower: at.clone(), upper: at, order: Order::Date });
                }
                (TypedKind::Int(_) | TypedKind::Float(_), FieldType::Date) => {
                    let at = Bound::Inclusive(Scalar::DateMath(number_text(item)));
                    rest.push(Test::Range { lower: at.clone(), upper: at, order: Order::Date });
                }
                (TypedKind::Str(text), _) => texts.push(text.clone()),
                (TypedKind::Int(i), _) => numbers.push(*i as f64),
                (TypedKind::Float(f), _) => numbers.push(*f),
                (TypedKind::Bool(b), _) => rest.push(Test::Bool(*b)),
                // A member of a list that is null equals nothing.
                (TypedKind::Null, _) => {}
                _ => return None,
            }
        }
        let mut tests = Vec::new();
        if !texts.is_empty() {
            tests.push(Test::Equals { values: texts, case: Case::Sensitive });
        }
        if !numbers.is_empty() {
            tests.push(Test::Number(numbers));
        }
        if !networks.is_empty() {
            tests.push(Test::Cidr(networks));
        }
        tests.extend(rest);
        Some(tests)
    }

    /// `<`, `<=`, `>`, `>=`.
    pub(super) fn range(&mut self, ty: FieldType, op: CompareOp, right: &Typed) -> Option<Test> {
        let (scalar, order) = match (&right.kind, ty) {
            (TypedKind::Str(text), FieldType::Date) => {
                (Scalar::DateMath(text.clone()), Order::Date)
            }
            (TypedKind::Int(_) | TypedKind::Float(_), FieldType::Date) => {
                (Scalar::DateMath(number_text(right)), Order::Date)
            }
            (TypedKind::Str(text), FieldType::Ip) => {
                if text.parse::<std::net::IpAddr>().is_err() {
                    let message = format!("`{text}` is no address");
                    let d = Diagnostic::error(&codes::NETWORK, message).at(right.span);
                    self.diagnostics.push(d);
                }
                (Scalar::Text(text.clone()), Order::Ip)
            }
            (TypedKind::Str(text), FieldType::Version) => {
                (Scalar::Text(text.clone()), Order::Version)
            }
            (TypedKind::Str(text), _) => (Scalar::Text(text.clone()), Order::Text),
            (TypedKind::Int(i), _) => (Scalar::Number(*i as f64), Order::Number),
            (TypedKind::Float(f), _) => (Scalar::Number(*f), Order::Number),
            _ => return None,
        };
        let (lower, upper) = match op {
            CompareOp::Lt => (Bound::Open, Bound::Exclusive(scalar)),
            CompareOp::Le => (Bound::Open, Bound::Inclusive(scalar)),
            CompareOp::Gt => (Bound::Exclusive(scalar), Bound::Open),
            CompareOp::Ge => (Bound::Inclusive(scalar), Bound::Open),
            CompareOp::Eq | CompareOp::Ne => return None,
        };
        Some(Test::Range { lower, upper, order })
    }

    /// `regex`, `regex~`.
    pub(super) fn regex(&mut self, list: &[Typed], sensitive: bool) -> Option<Vec<Test>> {
        let case = if sensitive { Case::Sensitive } else { Case::Ascii };
        let (mut values, mut patterns) = (Vec::<Arc<str>>::new(), Vec::<Arc<str>>::new());
        let mut combined = Vec::new();
        for item in list {
            let text = item.as_str()?;
            if regexp::is_literal(text) {
                values.push(case.fold(text).into());
                continue;
            }
            match self.regexp(text, case, item) {
                Some(Regexp::Pattern(pattern)) => patterns.push(pattern.into()),
                Some(other) => combined.push(other.test(case)),
                None => {}
            }
        }
        let mut tests = Vec::new();
        if !values.is_empty() {
            tests.push(Test::Equals { values, case });
        }
        if !patterns.is_empty() {
            tests.push(Test::Regex { patterns, case, anchored: true });
        }
        tests.extend(combined);
        Some(tests)
    }

    /// A Lucene expression, or a diagnostic.
    pub(super) fn regexp(&mut self, text: &str, case: Case, at: &Typed) -> Option<Regexp> {
        match regexp::parse(text, case) {
            Ok(read) => Some(read),
            Err(message) => {
                self.diagnostics.push(Diagnostic::error(&codes::REGEX, message).at(at.span));
                None
            }
        }
    }
}

/// `in~`: wildcards are letters here.
pub(super) fn equals_insensitive(list: &[Typed]) -> Option<Vec<Test>> {
    let values: Option<Vec<Arc<str>>> =
        list.iter().map(|item| Some(Case::Ascii.fold(item.as_str()?).into())).collect();
    Some(vec![Test::Equals { values: values?, case: Case::Ascii }])
}

/// `:`, `like`, `like~`: texts without a wildcard go into one hash set.
pub(super) fn like(list: &[Typed], sensitive: bool) -> Option<Vec<Test>> {
    let case = if sensitive { Case::Sensitive } else { Case::Ascii };
    let (mut values, mut patterns) = (Vec::<Arc<str>>::new(), vec![]);
    for item in list {
        let glob = Glob::parse(item.as_str()?, true, case);
        if glob.parts == [tripline_ir::GlobPart::Many] {
            return Some(vec![Test::Exists]);
        }
        match glob.as_literal() {
            Some(text) => values.push(text.into()),
            None => patterns.push(glob),
        }
    }
    let mut tests = Vec::new();
    if !values.is_empty() {
        tests.push(Test::Equals { values, case });
    }
    if !patterns.is_empty() {
        tests.push(Test::Glob { patterns, case });
    }
    Some(tests)
}

fn number_text(item: &Typed) -> Arc<str> {
    match &item.kind {
        TypedKind::Int(i) => i.to_string().into(),
        TypedKind::Float(f) => f.to_string().into(),
        _ => "".into(),
    }
}
