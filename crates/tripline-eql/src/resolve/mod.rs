//! Binds names and types. Every unknown name, wrong arity and type mismatch is reported here, so
//! that `lower` only has to translate.

mod expr;
mod query;
mod tree;
mod types;

pub(crate) use query::resolve;
pub(crate) use tree::{Event, Query, Sample, Sequence, Tail, Term, Typed, TypedKind};
pub(crate) use types::Type;
