//! Stages of a pipeline: relational operations on rows of multivalues.
//!
//! A cell is a multivalue of text: nothing (null), one value, or several. Columns are named; a
//! pattern (`*` wildcards) is resolved against the columns that are there when the stage runs.

use crate::{Expr, Pred};
use std::sync::Arc;
use tripline_diag::Span;

/// A stage with the place that it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// What it does.
    pub kind: StageKind,
    /// Where the command stands.
    pub span: Span,
}

/// What a stage does to the rows.
#[derive(Debug, Clone, PartialEq)]
pub enum StageKind {
    /// Keeps rows; fields of the condition have the view [`crate::View::Row`].
    Filter(Pred),
    /// Computes columns one after the other; later ones see earlier ones.
    Extend(Vec<Extend>),
    /// Groups and aggregates.
    Aggregate {
        /// The result columns after the keys.
        aggregates: Vec<Aggregate>,
        /// The keys. A row with a null key is dropped unless the key has a fill value; a row with
        /// several values in a key counts once for each combination.
        by: Vec<GroupKey>,
        /// With no keys: whether an empty input gives one row (counts 0, else null).
        row_on_empty: bool,
    },
    /// Keeps, drops or orders columns.
    Project(Projection),
    /// Renames columns; a pattern's `*` parts are carried into the target's. Overwrites.
    Rename(Vec<(Arc<str>, Arc<str>)>),
    /// Orders rows, keeping at most `limit`.
    Sort(RowSort),
    /// Keeps the first or last `n` rows.
    Limit {
        /// How many.
        count: u64,
        /// From which end.
        end: End,
    },
    /// Keeps the first rows of each combination of values.
    Dedup(Dedup),
    /// Regular expression groups become columns.
    Extract(Extract),
    /// Rounds a column down to a multiple.
    Bin(Bin),
    /// Writes a value into null cells. No columns named: into all.
    Fill {
        /// The columns; empty means every column.
        columns: Vec<Arc<str>>,
        /// What to write.
        value: Arc<str>,
    },
    /// Epoch seconds become local time as text.
    FormatTime {
        /// Columns (patterns) and, where given, new names.
        columns: Vec<(Arc<str>, Option<Arc<str>>)>,
        /// A strftime format.
        format: Arc<str>,
    },
    /// Adds `City`, `Country`, `Region`, `lat`, `lon` of an address.
    GeoIp {
        /// The column with the address.
        column: Arc<str>,
        /// Put before the new columns' names.
        prefix: Arc<str>,
        /// Also `Continent`, `MetroCode`, `Timezone`.
        all_fields: bool,
    },
    /// Adds columns from a lookup table.
    Lookup(Lookup),
    /// One row per value of a multivalue.
    Unnest {
        /// The column.
        column: Arc<str>,
        /// At most this many per row; 0 means all.
        limit: u64,
    },
}

/// A computed column.
#[derive(Debug, Clone, PartialEq)]
pub struct Extend {
    /// Its name.
    pub name: Arc<str>,
    /// Its value; fields have the view [`crate::View::Row`].
    pub expr: Expr,
}

/// An aggregate column.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// One of `tripline_kernels::aggregate`'s registry, for example `count` or `values`.
    pub function: &'static str,
    /// What is aggregated; none for a plain row count.
    pub arg: Option<Expr>,
    /// A number that the function takes, such as the percentile.
    pub parameter: Option<f64>,
    /// A pattern instead of an argument: one result column for each column that matches; its `*`
    /// parts are carried into the name's.
    pub pattern: Option<Arc<str>>,
    /// The result's name.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A grouping key.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupKey {
    /// The column.
    pub column: Arc<str>,
    /// What a null is replaced by; none means that the row is dropped.
    pub fill: Option<Arc<str>>,
    /// Rounds the key down to a multiple of so many seconds (time buckets) first.
    pub span_seconds: Option<f64>,
}

/// Which columns stay.
#[derive(Debug, Clone, PartialEq)]
pub enum Projection {
    /// These patterns, in this order; columns that are named but not there become null columns
    /// when `create` is set.
    Keep {
        /// Patterns.
        columns: Vec<Arc<str>>,
        /// `table` shows named columns even if nothing has them.
        create: bool,
        /// `fields` keeps columns that start with an underscore.
        keep_internal: bool,
    },
    /// All but these patterns.
    Drop(Vec<Arc<str>>),
}

/// An order of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct RowSort {
    /// From the most to the least significant.
    pub keys: Vec<SortKey>,
    /// At most so many rows; 0 means all.
    pub limit: u64,
}

/// A key of an order: numbers before text, numbers by value, text by code point; nulls last.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// The column.
    pub column: Arc<str>,
    /// Largest first.
    pub descending: bool,
}

/// Which end of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The first.
    Head,
    /// The last (in reverse order, as SPL's `tail` gives them).
    Tail,
}

/// Keeps the first rows of each combination.
#[derive(Debug, Clone, PartialEq)]
pub struct Dedup {
    /// The columns; rows in which one is null are dropped unless `keep_empty`.
    pub columns: Vec<Arc<str>>,
    /// How many of each combination.
    pub keep: u64,
    /// Rows with a null column stay.
    pub keep_empty: bool,
    /// Only consecutive duplicates count.
    pub consecutive: bool,
}

/// Regular expression extraction.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// The column that is searched.
    pub column: Arc<str>,
    /// The expression, in `regex` syntax; its named groups are the new columns, which are
    /// overwritten where it matches and left alone where it does not.
    pub pattern: Arc<str>,
    /// At most so many matches; more than one makes multivalues; 0 means all.
    pub max_match: u64,
}

/// Rounding down.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// The column.
    pub column: Arc<str>,
    /// The multiple, in the column's unit (seconds for `_time`).
    pub span: f64,
    /// The result's name, the column itself if none.
    pub name: Option<Arc<str>>,
}

/// A lookup in a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// The lookup's name, resolved by the caller's lookup store when the plan is built.
    pub table: Arc<str>,
    /// Which columns must match.
    pub keys: Vec<LookupKey>,
    /// Which columns come back; empty: all that are not keys.
    pub outputs: Vec<LookupOutput>,
    /// Only null cells are written (`OUTPUTNEW`).
    pub only_missing: bool,
}

/// A pair of columns that must match.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupKey {
    /// In the table.
    pub table_column: Arc<str>,
    /// In the rows.
    pub row_column: Arc<str>,
}

/// A column that comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupOutput {
    /// In the table.
    pub table_column: Arc<str>,
    /// In the rows.
    pub row_column: Arc<str>,
}
