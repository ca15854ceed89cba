//! Conditions: two-valued.

use super::Lowering;
use super::test::{equals_insensitive, like};
use crate::ast::{CompareOp, MatchOp};
use crate::functions::Call;
use crate::resolve::{Type, Typed, TypedKind};
use tripline_diag::Span;
use tripline_ir::{Expr, Multi, Pred, Test};

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
                self.any(|lowering| lowering.value(node))
            }
            // Null is not true, and so is no other value that is not a boolean.
            _ => Pred::Const(false),
        }
    }

    fn preds(&mut self, parts: &[Typed]) -> Vec<Pred> {
        parts.iter().map(|part| self.pred(part)).collect()
    }

    fn compare(&mut self, op: CompareOp, left: &Typed, right: &Typed, node: &Typed) -> Pred {
        if left.is_constant() && !right.is_constant() {
            return self.compare(op.flipped(), right, left, node);
        }
        // `x != 1` is `not x == 1`: true for an absent field, and only if no value of an array is 1.
        if op == CompareOp::Ne {
            // "Some value is not null" is not "not some value is null".
            let null = matches!(right.kind, TypedKind::Null);
            if null && left.as_field().is_none() && !left.is_constant() {
                return self.comparison(op, left, right, node.span);
            }
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
                    None => self.comparison(op, left, right, node.span),
                }
            }
            _ => self.comparison(op, left, right, node.span),
        }
    }

    fn matching(&mut self, op: MatchOp, value: &Typed, list: &[Typed], node: &Typed) -> Pred {
        if matches!(value.kind, TypedKind::Null) {
            return Pred::Const(false);
        }
        let Some(field) = value.as_field() else {
            return self.any(|lowering| lowering.match_value(op, value, list, node.span));
        };
        let tests = match op {
            MatchOp::In => self.equals(field.ty, list),
            MatchOp::InInsensitive => equals_insensitive(list),
            MatchOp::Colon | MatchOp::LikeInsensitive => like(list, false),
            MatchOp::Like => like(list, true),
            MatchOp::Regex | MatchOp::RegexInsensitive => self.regex(list, op.sensitive()),
        };
        match tests {
            Some(tests) => any_leaf(field, tests, node.span),
            None => self.any(|lowering| lowering.match_value(op, value, list, node.span)),
        }
    }

    /// A comparison as an expression, with this operator (not that of the query's node, whose
    /// negation may have been taken out).
    fn comparison(&mut self, op: CompareOp, left: &Typed, right: &Typed, span: Span) -> Pred {
        self.any(|lowering| lowering.compare_value(op, left, right, span))
    }

    fn any(&mut self, value: impl FnOnce(&mut Self) -> Expr) -> Pred {
        Pred::Expr { expr: value(self), multi: Multi::AnyCombination }
    }
}

fn any_leaf(field: &tripline_ir::FieldRef, tests: Vec<Test>, span: Span) -> Pred {
    Pred::or(tests.into_iter().map(|test| Pred::leaf(field.clone(), test, span)))
}
