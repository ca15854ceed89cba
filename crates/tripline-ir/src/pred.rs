//! Two-valued conditions on an event.

use crate::{Expr, FieldRef, Test, View};
use std::sync::Arc;
use tripline_diag::Span;

/// A condition: true or false for every event, never unknown.
#[derive(Debug, Clone, PartialEq)]
pub enum Pred {
    /// Always so.
    Const(bool),
    /// All of them; true when empty.
    And(Vec<Pred>),
    /// One of them; false when empty.
    Or(Vec<Pred>),
    /// Not so: true where the inner one is false, absent fields included.
    Not(Box<Pred>),
    /// One test on one field.
    Leaf(Leaf),
    /// An expression that is exactly [`crate::Value::Bool`]`(true)`.
    Expr {
        /// The expression.
        expr: Expr,
        /// What fields with several values do.
        multi: Multi,
    },
    /// The same element of an array of objects satisfies all of the inner condition; its fields
    /// are named from the root (`path.field`).
    Nested {
        /// The array's name.
        path: FieldRef,
        /// The condition on one element.
        pred: Box<Pred>,
        /// Where it stands.
        span: Span,
    },
}

/// What an expression does with fields that hold several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multi {
    /// True when one combination of single values makes it true; an absent field contributes null.
    AnyCombination,
    /// The expression sees the whole list.
    Whole,
}

/// One test on one field (or on each of several: true if one of them passes).
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The field, or a pattern over field names.
    pub field: FieldSet,
    /// What a value must pass. The leaf is true if any value of the field does.
    pub test: Test,
    /// Where it stands.
    pub span: Span,
}

/// Which fields a leaf looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldSet {
    /// One.
    One(FieldRef),
    /// All fields of the event whose name matches (`*` only). When none does, the leaf is false.
    Matching {
        /// The vocabulary.
        view: View,
        /// `file.hash.*`; `*` for all.
        pattern: Arc<str>,
    },
    /// Any value of the event, and the raw text's words: a bare search term.
    Anything,
}

impl Pred {
    /// Conjunction that folds constants and flattens.
    pub fn and(parts: impl IntoIterator<Item = Pred>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Self::Const(true) => {}
                Self::Const(false) => return Self::Const(false),
                Self::And(inner) => all.extend(inner),
                other => all.push(other),
            }
        }
        match all.len() {
            0 => Self::Const(true),
            1 => all.remove(0),
            _ => Self::And(all),
        }
    }

    /// Disjunction that folds constants and flattens.
    pub fn or(parts: impl IntoIterator<Item = Pred>) -> Self {
        let mut any = Vec::new();
        for part in parts {
            match part {
                Self::Const(false) => {}
                Self::Const(true) => return Self::Const(true),
                Self::Or(inner) => any.extend(inner),
                other => any.push(other),
            }
        }
        match any.len() {
            0 => Self::Const(false),
            1 => any.remove(0),
            _ => Self::Or(any),
        }
    }

    /// Negation that folds constants and double negation.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Const(b) => Self::Const(!b),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// A leaf on one field.
    pub fn leaf(field: FieldRef, test: Test, span: Span) -> Self {
        Self::Leaf(Leaf { field: FieldSet::One(field), test, span })
    }

    /// Whether the field has a value.
    pub fn exists(field: FieldRef, span: Span) -> Self {
        Self::leaf(field, Test::Exists, span)
    }
}
