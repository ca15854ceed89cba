//! The resolved plan: what a rule means, in no particular language.
//!
//! ```text
//! KQL, Lucene ┐
//! EQL         ├─ lower ──▶ Plan { filters: [Filter], tail: Tail } ──▶ engine (filters, tails)
//! SPL         ┘                                                   └─▶ pipeline (stages)
//! ```
//!
//! A [`Plan`] has one [`Filter`] per step (one for most rules, several for a sequence) and a
//! [`Tail`] that says what becomes of the hits. Nothing here names a language: where two languages
//! differ (case, wildcards, absent fields, arrays, types, text analysis), the node says which it
//! is. Every node that came from text keeps its span.
//!
//! # Truth
//! A [`Pred`] is two-valued. A [`Leaf`] is true when *any* value of its field passes the test, so
//! it is false for an absent field, and [`Pred::Not`] is plain negation: `not x == "a"` in EQL and
//! KQL is `Not(Leaf)`, true when `x` is absent; `x != "a"` in SPL is a `Leaf` with
//! [`Test::Not`], false when `x` is absent. Whatever null logic a language has is resolved when
//! it is lowered.

mod analyze;
mod expr;
pub mod literal;
pub mod pcre;
mod plan;
mod pred;
mod print;
pub mod regexp;
pub mod script;
mod stage;
mod test;
mod value;
mod walk;

pub use analyze::{analyze, for_each_token};
pub use expr::{Expr, ExprKind};
pub use plan::{
    Compiled, Correlation, CorrelationCondition, CorrelationInput, CorrelationKind,
    CorrelationSource, CorrelationTest, EventPipe, Filter, IndicatorEntry, IndicatorMatch,
    InputCondition, JoinKey, LogSource, NewTerms, Pipeline, Plan, Sample, Scope, Sequence, Step,
    Tail, Threshold,
};
pub use pred::{FieldSet, Leaf, Multi, Pred};
pub use print::print;
pub use stage::{
    Aggregate, Bin, Dedup, End, Extend, Extract, GroupKey, Lookup, LookupKey, LookupOutput,
    Projection, RowSort, SortKey, Stage, StageKind,
};
pub use test::{Bound, Case, Glob, GlobBuilder, GlobPart, Order, Scalar, Test, TextMode};
pub use tripline_schema::{FieldRef, FieldType, View};
pub use value::{Value, parse_number};
