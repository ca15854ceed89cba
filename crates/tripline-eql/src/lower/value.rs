//! Expressions: null lives on in them.

use super::Lowering;
use crate::ast::{ArithmeticOp, CompareOp, MatchOp};
use crate::resolve::{Type, Typed, TypedKind};
use tripline_diag::Span;
use tripline_ir::regexp::Regexp;
use tripline_ir::{Case, Expr, FieldType, Value};

impl Lowering<'_> {
    pub(super) fn value(&mut self, node: &Typed) -> Expr {
        let span = node.span;
        match &node.kind {
            TypedKind::Null | TypedKind::Bad => Expr::literal(Value::Null, span),
            TypedKind::Bool(b) => Expr::literal(Value::Bool(*b), span),
            TypedKind::Int(i) => Expr::literal(Value::Int(*i), span),
            TypedKind::Float(f) => Expr::literal(Value::Float(*f), span),
            TypedKind::Str(text) => Expr::literal(Value::Str(text.clone()), span),
            TypedKind::Field(field) => {
                let expr = Expr::field(field.clone(), span);
                // Values are text; the field's type says what they mean.
                match field.ty {
                    FieldType::Long => Expr::call("doc.long", vec![expr], span),
                    FieldType::Double => Expr::call("doc.double", vec![expr], span),
                    FieldType::Boolean => Expr::call("doc.bool", vec![expr], span),
                    _ => expr,
                }
            }
            TypedKind::Call { function, insensitive, args } => {
                let kernel = match function.kernel_insensitive {
                    Some(kernel) if *insensitive => kernel,
                    _ => function.kernel,
                };
                Expr::call(kernel, self.values(args), span)
            }
            TypedKind::Not(inner) => Expr::call("doc.not", vec![self.value(inner)], span),
            TypedKind::And(parts) => Expr::call("doc.and", self.values(parts), span),
            TypedKind::Or(parts) => Expr::call("doc.or", self.values(parts), span),
            TypedKind::Neg(inner) => Expr::call("doc.neg", vec![self.value(inner)], span),
            TypedKind::Arithmetic { op, left, right } => {
                let kernel = match op {
                    ArithmeticOp::Add => "doc.add",
                    ArithmeticOp::Sub => "doc.sub",
                    ArithmeticOp::Mul => "doc.mul",
                    ArithmeticOp::Div => "doc.div",
                    ArithmeticOp::Mod => "doc.mod",
                };
                Expr::call(kernel, vec![self.value(left), self.value(right)], span)
            }
            TypedKind::Compare { op, left, right } => self.compare_value(*op, left, right, span),
            TypedKind::Match { op, negated, value, list } => {
                let matched = self.match_value(*op, value, list, span);
                if *negated { Expr::call("doc.not", vec![matched], span) } else { matched }
            }
        }
    }

    fn values(&mut self, nodes: &[Typed]) -> Vec<Expr> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    pub(super) fn compare_value(
        &mut self,
        op: CompareOp,
        left: &Typed,
        right: &Typed,
        span: Span,
    ) -> Expr {
        // A test for null is never null itself.
        let tested = match (&left.kind, &right.kind) {
            (TypedKind::Null, _) => Some(right),
            (_, TypedKind::Null) => Some(left),
            _ => None,
        };
        if let Some(tested) = tested {
            let kernel = match op {
                CompareOp::Eq => Some("doc.is_null"),
                CompareOp::Ne => Some("doc.is_not_null"),
                _ => None,
            };
            if let Some(kernel) = kernel {
                return Expr::call(kernel, vec![self.value(tested)], span);
            }
        }
        let types = [left.ty, right.ty];
        let (mut left, mut right) = (self.value(left), self.value(right));
        if types.contains(&Type::Date) {
            left = Expr::call("doc.date", vec![left], span);
            right = Expr::call("doc.date", vec![right], span);
        }
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        if types.contains(&Type::Ip) && equality {
            let swapped = types[1] == Type::Ip;
            let args = if swapped { vec![right, left] } else { vec![left, right] };
            let inside = Expr::call("doc.cidr_match", args, span);
            return match op {
                CompareOp::Ne => Expr::call("doc.not", vec![inside], span),
                _ => inside,
            };
        }
        // Texts of a version or an address have an order of their own, and a version can be written
        // in several ways.
        let order = if types.contains(&Type::Version) {
            Some("doc.version_order")
        } else {
            types.contains(&Type::Ip).then_some("doc.ip_order")
        };
        if let Some(order) = order {
            left = Expr::call(order, vec![left, right], span);
            right = Expr::literal(Value::Int(0), span);
        }
        let kernel = match op {
            CompareOp::Eq => "doc.eq",
            CompareOp::Ne => "doc.ne",
            CompareOp::Lt => "doc.lt",
            CompareOp::Le => "doc.le",
            CompareOp::Gt => "doc.gt",
            CompareOp::Ge => "doc.ge",
        };
        Expr::call(kernel, vec![left, right], span)
    }

    pub(super) fn match_value(
        &mut self,
        op: MatchOp,
        value: &Typed,
        list: &[Typed],
        span: Span,
    ) -> Expr {
        if matches!(op, MatchOp::Regex | MatchOp::RegexInsensitive) {
            return self.regex_value(op, value, list, span);
        }
        let kernel = match op {
            MatchOp::In => "doc.in",
            MatchOp::InInsensitive => "doc.in_ci",
            MatchOp::Colon | MatchOp::LikeInsensitive => "doc.like_ci",
            // Expressions are above.
            MatchOp::Like | MatchOp::Regex | MatchOp::RegexInsensitive => "doc.like",
        };
        let mut args = vec![self.value(value)];
        args.extend(self.values(list));
        Expr::call(kernel, args, span)
    }

    fn regex_value(&mut self, op: MatchOp, value: &Typed, list: &[Typed], span: Span) -> Expr {
        let (kernel, case) = if op.sensitive() {
            ("doc.regex", Case::Sensitive)
        } else {
            ("doc.regex_ci", Case::Ascii)
        };
        let value = self.value(value);
        let mut patterns = vec![value.clone()];
        let mut parts = Vec::new();
        for item in list {
            match item.as_str().and_then(|text| self.regexp(text, case, item)) {
                Some(Regexp::Pattern(text)) => {
                    patterns.push(Expr::literal(Value::str(text), item.span));
                }
                Some(other) => parts.push(regex_call(kernel, &value, &other, item.span)),
                None => {}
            }
        }
        if patterns.len() > 1 || parts.is_empty() {
            parts.insert(0, Expr::call(kernel, patterns, span));
        }
        if parts.len() == 1 { parts.remove(0) } else { Expr::call("doc.or", parts, span) }
    }
}

/// A combination of expressions over one value.
fn regex_call(kernel: &'static str, value: &Expr, regexp: &Regexp, span: Span) -> Expr {
    let each = |parts: &[Regexp]| -> Vec<Expr> {
        parts.iter().map(|part| regex_call(kernel, value, part, span)).collect()
    };
    match regexp {
        Regexp::Pattern(text) => Expr::call(
            kernel,
            vec![value.clone(), Expr::literal(Value::str(text.as_str()), span)],
            span,
        ),
        Regexp::Any(parts) => Expr::call("doc.or", each(parts), span),
        Regexp::All(parts) => Expr::call("doc.and", each(parts), span),
        Regexp::Not(inner) => {
            Expr::call("doc.not", vec![regex_call(kernel, value, inner, span)], span)
        }
    }
}
