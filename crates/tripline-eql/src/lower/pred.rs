//! Conditions: two-valued.

use super::Lowering;
use crate::ast::{CompareOp, MatchOp};
use crate::functions::Call;
use crate::resolve::{Type, Typed, TypedKind};
use tripline_diag::Span;
use tripline_ir::{Multi, Pred, Test};

impl Lowering<'_> {
    pub(super) fn pred(&mut self, node: &Typed) -> Pred {
        match &node.kind {
            TypedKind::Bool(b) => Pred::Const(*b),
            TypedKind::Field(field) => Pred::leaf(field.clone(), Test::Bool(true), node.span),
            TypedKind::Not(inner) => self.pred(inner).negate(),
            TypedKind::And(parts) => Pred::and(self.preds(parts)),
            TypedKind::Or(parts) => Pred::or(self.preds(parts)),
            TypedKind::Compare { op, left, right } => self.compare(*op, left, right, node),
            TypedKind::Match { op, negated, value, list } => {
                let pred = self.matching(*op, value, list, node);
                if *negated { pred.negate() } else { pred }
            }
            TypedKind::Call { function, insensitive, args } => {
                if let Some((first, rest)) = args.split_first()
                    && let Some(field) = first.as_field()
                    && let Some(leaf) = function.leaf
                    && rest.iter().all(Typed::is_constant)
                {
                    let call = Call { field, rest, insensitive: *insensitive, span: node.span };
                    if let Some(pred) = leaf(&call, self.diagnostics) {
                        return pred;
                    }
                }
                self.expression(node)
            }
            // Null is not true, and so is no other value that is not a boolean.
            _ => Pred::Const(false),
        }
    }

    fn preds(&mut self, parts: &[Typed]) -> Vec<Pred> {
        parts.iter().map(|part| self.pred(part)).collect()
    }

    fn expression(&mut self, node: &Typed) -> Pred {
        Pred::Expr { expr: self.value(node), multi: Multi::AnyCombination }
    }

    fn compare(&mut self, op: CompareOp, left: &Typed, right: &Typed, node: &Typed) -> Pred {
        if left.is_constant() && !right.is_constant() {
            return self.compare(op.flipped(), right, left, node);
        }
        // `x != 1` is `not x == 1`: true for an absent field, and only if no value of an array is 1.
        if op == CompareOp::Ne {
            return self.compare(CompareOp::Eq, left, right, node).negate();
        }
        match (&left.kind, &right.kind) {
            (TypedKind::Null, TypedKind::Null) => Pred::Const(op == CompareOp::Eq),
            (_, TypedKind::Null) | (TypedKind::Null, _) if op != CompareOp::Eq => {
                Pred::Const(false)
            }
            (TypedKind::Field(field), TypedKind::Null) => {
                Pred::exists(field.clone(), node.span).negate()
            }
            // A constant against an unknown optional field.
            (TypedKind::Null, _) => Pred::Const(false),
            (_, TypedKind::Bool(true)) if left.ty == Type::Bool && op == CompareOp::Eq => {
                self.pred(left)
            }
            (TypedKind::Field(field), _) => {
                let test = if op == CompareOp::Eq {
                    self.equals(field.ty, std::slice::from_ref(right))
                } else {
                    self.range(field.ty, op, right).map(|test| vec![test])
                };
                match test {
                    Some(tests) => any_leaf(field, tests, node.span),
                    None => self.expression(node),
                }
            }
            _ => self.expression(node),
        }
    }

    fn matching(&mut self, op: MatchOp, value: &Typed, list: &[Typed], node: &Typed) -> Pred {
        if matches!(value.kind, TypedKind::Null) {
            return Pred::Const(false);
        }
        let Some(field) = value.as_field() else { return self.expression(node) };
        let tests = match op {
            MatchOp::In => self.equals(field.ty, list),
            MatchOp::InInsensitive => self.equals_insensitive(list),
            MatchOp::Colon | MatchOp::LikeInsensitive => self.like(list, false),
            MatchOp::Like => self.like(list, true),
            MatchOp::Regex | MatchOp::RegexInsensitive => self.regex(list, op.sensitive()),
        };
        match tests {
            Some(tests) => any_leaf(field, tests, node.span),
            None => self.expression(node),
        }
    }
}

fn any_leaf(field: &tripline_ir::FieldRef, tests: Vec<Test>, span: Span) -> Pred {
    Pred::or(tests.into_iter().map(|test| Pred::leaf(field.clone(), test, span)))
}
