//! From expanded text to [`crate::ast`]. Parsing never fails: what is not understood is reported
//! and left out.

mod aggregates;
mod arguments;
mod eval;
mod pipeline;
mod search;

pub(crate) use aggregates::{aggregates, by_fields};
pub(crate) use arguments::{Arguments, span_seconds};
pub(crate) use pipeline::pipeline;

/// Deepest nesting of parentheses and `NOT`, and longest chain of arithmetic.
pub(crate) const MOST_NESTED: usize = 100;
