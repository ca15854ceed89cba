//! `Dedup`: keeps the first rows of each combination of values.
//!
//! A multivalue is compared as a whole. With `keep_empty`, rows with a null column are kept
//! without being counted; they do not end a run of consecutive duplicates.

use crate::error::Error;
use crate::frame::{Frame, hidden};
use crate::functions::occurrence;
use datafusion::logical_expr::lit;
use tripline_ir::Dedup;

pub(super) fn lower(frame: Frame, dedup: &Dedup) -> Result<Frame, Error> {
    if dedup.columns.is_empty() {
        return Ok(frame);
    }
    let keys = dedup.columns.iter().map(|name| frame.column_or_null(name)).collect();
    let count = occurrence(keys, dedup.keep_empty, dedup.consecutive).alias("#count");
    // Rows to be dropped have the largest count there is.
    let keep = lit(dedup.keep.min(u64::MAX - 1));
    frame
        .node(|plan| plan.window([count]))?
        .node(|plan| plan.filter(hidden("#count").lt_eq(keep)))?
        .project(vec![])
}
