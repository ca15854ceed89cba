//! Kernels: the semantics of functions, tests and aggregates, each in one place.
//!
//! - [`scalar`]: functions of expressions, by name. The families differ in how they treat absent
//!   and multiple values, not in who wrote them: `doc.*` propagate null and take single values,
//!   `mv.*` see whole multivalues of text.
//! - [`aggregate`]: aggregate functions over multivalue cells.
//! - [`mapping`]: how a field of a view comes from the raw fields of a record.
//! - [`test`], [`expr`], [`pred`]: what one value must pass, what an expression computes, whether a
//!   condition holds for one row.
//! - [`lookup`]: tables of a file, found by the values of an event.
//! - [`table`]: rows of multivalue cells as Arrow arrays.
//!
//! No DataFusion here: the matcher evaluates these directly, the pipeline wraps them.

pub mod aggregate;
pub mod expr;
pub mod lookup;
pub mod mapping;
pub mod pred;
pub mod reltime;
pub mod scalar;
pub mod strftime;
pub mod table;
pub mod test;
