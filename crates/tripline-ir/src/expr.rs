//! Expressions: what does not fit a leaf.

use crate::{FieldRef, Value};
use tripline_diag::Span;

/// An expression with the place that it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Where it stands in the query.
    pub span: Span,
}

/// What an expression computes.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A field of the event, or (view [`crate::View::Row`]) a column of a pipeline's row.
    Field(FieldRef),
    /// A literal.
    Literal(Value),
    /// A kernel applied to arguments. The name is one of `tripline_kernels::scalar`'s registry;
    /// it fixes the semantics (null propagation, case, typing), not the language that wrote it.
    Call {
        /// The kernel, for example `length` or `mv.if`.
        function: &'static str,
        /// Its arguments, all evaluated.
        args: Vec<Expr>,
    },
}

impl Expr {
    /// A literal.
    pub fn literal(value: Value, span: Span) -> Self {
        Self { kind: ExprKind::Literal(value), span }
    }

    /// A field.
    pub fn field(field: FieldRef, span: Span) -> Self {
        Self { kind: ExprKind::Field(field), span }
    }

    /// A call.
    pub fn call(function: &'static str, args: Vec<Expr>, span: Span) -> Self {
        Self { kind: ExprKind::Call { function, args }, span }
    }
}
