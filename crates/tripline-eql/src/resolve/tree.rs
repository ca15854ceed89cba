//! The typed tree: what `resolve` makes and `lower` reads.

use super::Type;
use crate::ast::{ArithmeticOp, CompareOp, MatchOp};
use crate::functions::Function;
use std::sync::Arc;
use tripline_diag::Span;
use tripline_ir::{EventPipe, FieldRef, JoinKey};

/// A query with names bound.
#[derive(Debug)]
pub(crate) struct Query {
    pub tail: Tail,
    pub pipes: Vec<EventPipe>,
}

#[derive(Debug)]
pub(crate) enum Tail {
    Event(Event),
    Sequence(Sequence),
    Sample(Sample),
}

/// An event with its category.
#[derive(Debug)]
pub(crate) struct Event {
    pub category: Option<(Arc<str>, Span)>,
    pub condition: Typed,
    pub span: Span,
}

#[derive(Debug)]
pub(crate) struct Sequence {
    pub terms: Vec<Term>,
    pub until: Option<Term>,
    /// Nanoseconds.
    pub maxspan: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct Sample {
    pub terms: Vec<Term>,
}

#[derive(Debug)]
pub(crate) struct Term {
    pub event: Event,
    /// The sequence's keys first.
    pub keys: Vec<JoinKey>,
    pub missing: bool,
    pub runs: u64,
}

/// An expression with its type.
#[derive(Debug)]
pub(crate) struct Typed {
    pub kind: TypedKind,
    pub ty: Type,
    pub span: Span,
}

#[derive(Debug)]
pub(crate) enum TypedKind {
    /// Also a field that is optional and that the data does not have.
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Field(FieldRef),
    Call {
        function: &'static Function,
        insensitive: bool,
        args: Vec<Typed>,
    },
    Not(Box<Typed>),
    And(Vec<Typed>),
    Or(Vec<Typed>),
    Neg(Box<Typed>),
    Compare {
        op: CompareOp,
        left: Box<Typed>,
        right: Box<Typed>,
    },
    Arithmetic {
        op: ArithmeticOp,
        left: Box<Typed>,
        right: Box<Typed>,
    },
    Match {
        op: MatchOp,
        negated: bool,
        value: Box<Typed>,
        list: Vec<Typed>,
    },
    /// There is a diagnostic; the plan is never used.
    Bad,
}

impl Typed {
    /// Whether it reads no field.
    pub(crate) fn is_constant(&self) -> bool {
        match &self.kind {
            TypedKind::Field(_) => false,
            TypedKind::Call { args, .. } => args.iter().all(Self::is_constant),
            TypedKind::And(parts) | TypedKind::Or(parts) => parts.iter().all(Self::is_constant),
            TypedKind::Not(inner) | TypedKind::Neg(inner) => inner.is_constant(),
            TypedKind::Compare { left, right, .. } | TypedKind::Arithmetic { left, right, .. } => {
                left.is_constant() && right.is_constant()
            }
            TypedKind::Match { value, .. } => value.is_constant(),
            _ => true,
        }
    }

    /// The text that it is, if it is one.
    pub(crate) fn as_str(&self) -> Option<&Arc<str>> {
        match &self.kind {
            TypedKind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The field that it is, if it is one.
    pub(crate) fn as_field(&self) -> Option<&FieldRef> {
        match &self.kind {
            TypedKind::Field(field) => Some(field),
            _ => None,
        }
    }
}
