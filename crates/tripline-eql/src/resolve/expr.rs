//! Expressions: fields, functions, types.

use super::tree::{Typed, TypedKind};
use super::types::Type;
use crate::ast::{CompareOp, Expr, ExprKind, MatchOp, Name};
use crate::codes;
use crate::functions::{self, ArgType, Function};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_schema::{Fields, View};

/// Knows the fields and collects diagnostics.
pub(super) struct Resolver<'a> {
    pub fields: &'a dyn Fields,
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

impl Resolver<'_> {
    /// Reports, once per code and place: the keys of a header are looked at for each step.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let same = |d: &Diagnostic| {
            d.span == diagnostic.span
                && d.code == diagnostic.code
                && d.message == diagnostic.message
        };
        if !self.diagnostics.iter().any(same) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Typed {
        let span = expr.span;
        let (kind, ty) = match &expr.kind {
            ExprKind::Null => (TypedKind::Null, Type::Any),
            ExprKind::Bad => (TypedKind::Bad, Type::Any),
            ExprKind::Bool(b) => (TypedKind::Bool(*b), Type::Bool),
            ExprKind::Int(i) => (TypedKind::Int(*i), Type::Number),
            ExprKind::Float(f) => (TypedKind::Float(*f), Type::Number),
            ExprKind::Str(text) => (TypedKind::Str(text.clone()), Type::Str),
            ExprKind::Field { name, optional } => return self.field(name, *optional, span),
            ExprKind::Call { name, insensitive, args } => {
                return self.call(name, *insensitive, args, span);
            }
            ExprKind::Not(inner) => {
                let inner = self.expr(inner);
                self.want_boolean(&inner);
                (TypedKind::Not(Box::new(inner)), Type::Bool)
            }
            ExprKind::And(parts) => (TypedKind::And(self.booleans(parts)), Type::Bool),
            ExprKind::Or(parts) => (TypedKind::Or(self.booleans(parts)), Type::Bool),
            ExprKind::Neg(inner) => match self.expr(inner) {
                Typed { kind: TypedKind::Int(i), .. } => (TypedKind::Int(-i), Type::Number),
                Typed { kind: TypedKind::Float(f), .. } => (TypedKind::Float(-f), Type::Number),
                inner => {
                    self.want(&inner, Type::Number, "`-`");
                    (TypedKind::Neg(Box::new(inner)), Type::Number)
                }
            },
            ExprKind::Compare { op, left, right } => {
                let (left, right) = (Box::new(self.expr(left)), Box::new(self.expr(right)));
                self.check_compare(*op, &left, &right, span);
                (TypedKind::Compare { op: *op, left, right }, Type::Bool)
            }
            ExprKind::Arithmetic { op, left, right } => {
                let (left, right) = (Box::new(self.expr(left)), Box::new(self.expr(right)));
                let what = format!("`{}`", op.symbol());
                self.want(&left, Type::Number, &what);
                self.want(&right, Type::Number, &what);
                (TypedKind::Arithmetic { op: *op, left, right }, Type::Number)
            }
            ExprKind::Match { op, negated, value, list } => {
                let value = Box::new(self.expr(value));
                let list: Vec<Typed> = list.iter().map(|item| self.expr(item)).collect();
                self.check_match(*op, &value, &list);
                (TypedKind::Match { op: *op, negated: *negated, value, list }, Type::Bool)
            }
        };
        Typed { kind, ty, span }
    }

    fn booleans(&mut self, parts: &[Expr]) -> Vec<Typed> {
        parts
            .iter()
            .map(|part| {
                let typed = self.expr(part);
                self.want_boolean(&typed);
                typed
            })
            .collect()
    }

    pub(super) fn field(&mut self, name: &Arc<str>, optional: bool, span: Span) -> Typed {
        let info = self.fields.field(&View::Ecs, name);
        if !info.known && self.fields.closed() {
            if optional {
                return Typed { kind: TypedKind::Null, ty: Type::Any, span };
            }
            let help = did_you_mean(name, self.fields.field_names(&View::Ecs));
            let or = format!("write `?{name}` if it may be missing");
            let help = help.map_or_else(|| or.clone(), |near| format!("{near} Or {or}"));
            let message = format!("unknown field `{name}`");
            self.report(Diagnostic::error(&codes::UNKNOWN_FIELD, message).at(span).help(help));
            return Typed { kind: TypedKind::Bad, ty: Type::Any, span };
        }
        let field = self.fields.field_ref(View::Ecs, name);
        let ty = Type::of_field(field.ty);
        Typed { kind: TypedKind::Field(field), ty, span }
    }

    fn call(&mut self, name: &Name, insensitive: bool, args: &[Expr], span: Span) -> Typed {
        let args: Vec<Typed> = args.iter().map(|a| self.expr(a)).collect();
        let Some(function) = self.function(name, insensitive) else {
            return Typed { kind: TypedKind::Bad, ty: Type::Any, span };
        };
        let (fewest, most) = function.arity();
        if args.len() < fewest || args.len() > most {
            let wanted = match (fewest, most) {
                (1, 1) => "1 argument".to_owned(),
                (a, b) if a == b => format!("{a} arguments"),
                (1, usize::MAX) => "at least 1 argument".to_owned(),
                (a, usize::MAX) => format!("at least {a} arguments"),
                (a, b) => format!("{a} to {b} arguments"),
            };
            let message = format!("`{}` takes {wanted}, not {}", function.name, args.len());
            let d = Diagnostic::error(&codes::ARGUMENTS, message).at(span);
            self.report(d.help(function.signature()));
        } else {
            for (at, arg) in args.iter().enumerate() {
                self.check_argument(function, at, arg);
            }
        }
        let ty = match function.returns {
            ArgType::Number => Type::Number,
            ArgType::Str => Type::Str,
            ArgType::Bool => Type::Bool,
            ArgType::Ip => Type::Ip,
            ArgType::Any => Type::Any,
        };
        Typed { kind: TypedKind::Call { function, insensitive, args }, ty, span }
    }

    fn function(&mut self, name: &Name, insensitive: bool) -> Option<&'static Function> {
        let Some(function) = functions::named(&name.text) else {
            let names = functions::functions().iter().map(|f| f.name);
            let help = match &*name.text.to_ascii_lowercase() {
                "wildcard" => Some("write `field : (\"a*\", \"b*\")`".to_owned()),
                "match" => Some("write `field regex (\"…\")`".to_owned()),
                _ => did_you_mean(&name.text, names),
            };
            let message = format!("unknown function `{}`", name.text);
            let d = Diagnostic::error(&codes::UNKNOWN_FUNCTION, message).at(name.span);
            self.report(d.maybe_help(help));
            return None;
        };
        if insensitive && function.kernel_insensitive.is_none() {
            let message = format!("`{}` has no form without regard to case", function.name);
            let d = Diagnostic::error(&codes::UNKNOWN_FUNCTION, message).at(name.span);
            self.report(d.help("leave the `~` out"));
        }
        Some(function)
    }

    fn check_argument(&mut self, function: &'static Function, at: usize, arg: &Typed) {
        let Some(param) = function.params.get(at).or(function.params.last()) else { return };
        let what = format!("argument {} of `{}`", at + 1, function.name);
        match param.ty {
            ArgType::Any => {
                if let Type::Opaque(is) = arg.ty {
                    let message = format!("{what} is {is}");
                    self.report(Diagnostic::error(&codes::TYPE, message).at(arg.span));
                }
            }
            ArgType::Number => self.want(arg, Type::Number, &what),
            ArgType::Str => self.want(arg, Type::Str, &what),
            ArgType::Bool => self.want(arg, Type::Bool, &what),
            // A text that holds an address does as well: `cidrMatch(concat(…), …)`.
            ArgType::Ip if arg.ty == Type::Str && arg.as_field().is_none() => {}
            ArgType::Ip => self.want(arg, Type::Ip, &what),
        }
        if param.constant && !arg.is_constant() {
            let message = format!("{what} must be constant");
            self.report(Diagnostic::error(&codes::CONSTANT, message).at(arg.span));
        }
    }

    /// What an operator or a parameter takes.
    fn want(&mut self, value: &Typed, wanted: Type, what: &str) {
        if value.ty == wanted || value.ty == Type::Any {
            return;
        }
        let convert = match wanted {
            Type::Str if !matches!(value.ty, Type::Opaque(_)) => Some("`string(…)` makes it one"),
            Type::Number if value.ty == Type::Str => Some("`number(…)` makes it one"),
            _ => None,
        };
        let d = Diagnostic::error(
            &codes::TYPE,
            format!("{what} takes {}, this is {}", wanted.describe(), value.ty.describe()),
        );
        self.report(d.at(value.span).maybe_help(convert.map(str::to_owned)));
    }

    pub(super) fn want_boolean(&mut self, value: &Typed) {
        if !matches!(value.ty, Type::Bool | Type::Any)
            || matches!(value.kind, TypedKind::Call { .. } if value.ty != Type::Bool)
        {
            let message = format!("a condition is true or false, this is {}", value.ty.describe());
            self.report(Diagnostic::error(&codes::TYPE, message).at(value.span));
        }
    }

    fn check_compare(&mut self, op: CompareOp, left: &Typed, right: &Typed, span: Span) {
        if !left.is_constant() && !right.is_constant() {
            let message = format!("`{}` cannot compare two fields", op.symbol());
            let d = Diagnostic::error(&codes::FIELD_COMPARISON, message).at(span);
            self.report(d.help("one side must be constant; a function such as `startsWith(a, b)` can compare fields"));
            return;
        }
        let (value, constant) = if right.is_constant() { (left, right) } else { (right, left) };
        self.check_types(op.symbol(), value, constant);
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        if !equality && (value.ty == Type::Bool || constant.ty == Type::Bool) {
            let message = format!("`{}` orders no booleans", op.symbol());
            self.report(Diagnostic::error(&codes::TYPE, message).at(span));
        }
        if equality {
            self.check_literal(op.symbol(), constant);
        }
    }

    /// A constant that the value's type does not take.
    fn check_types(&mut self, symbol: &str, value: &Typed, constant: &Typed) {
        if matches!(constant.kind, TypedKind::Null) {
            return;
        }
        if let Type::Opaque(what) = value.ty {
            let message = format!("`{symbol}` cannot test {what}");
            self.report(Diagnostic::error(&codes::TYPE, message).at(value.span));
        } else if !value.ty.takes(constant.ty) {
            let message = format!(
                "`{symbol}` compares {} with {}",
                value.ty.describe(),
                constant.ty.describe()
            );
            let help = match (value.ty, constant.ty) {
                (Type::Number, Type::Str) => Some("leave the quotes out"),
                (Type::Str, Type::Number) => Some("put it in quotes"),
                (Type::Bool, Type::Str) => Some("write `true` or `false` without quotes"),
                _ => None,
            };
            let d = Diagnostic::error(&codes::TYPE, message).at(constant.span);
            self.report(
                d.label(value.span, format!("this is {}", value.ty.describe()))
                    .maybe_help(help.map(str::to_owned)),
            );
        }
    }

    fn check_literal(&mut self, symbol: &str, constant: &Typed) {
        if constant.as_str().is_some_and(|text| text.contains('*')) {
            let message = format!("`*` is an ordinary character for `{symbol}`");
            let d = Diagnostic::warning(&codes::LITERAL_WILDCARD, message).at(constant.span);
            self.report(d.help("use `:` or `like` if a pattern is meant"));
        }
    }

    fn check_match(&mut self, op: MatchOp, value: &Typed, list: &[Typed]) {
        let literal = matches!(op, MatchOp::In | MatchOp::InInsensitive);
        let symbol = op.symbol();
        if op != MatchOp::In {
            self.want(value, Type::Str, &format!("`{symbol}`"));
        }
        for item in list {
            if !item.is_constant() {
                let message = format!("`{symbol}` takes constants");
                self.report(Diagnostic::error(&codes::CONSTANT, message).at(item.span));
            } else if op == MatchOp::In {
                self.check_types(symbol, value, item);
            } else if item.as_str().is_none() && !matches!(item.kind, TypedKind::Bad) {
                let message = format!("`{symbol}` takes texts, this is {}", item.ty.describe());
                self.report(Diagnostic::error(&codes::TYPE, message).at(item.span));
            }
            if literal {
                self.check_literal(symbol, item);
            }
        }
    }
}
