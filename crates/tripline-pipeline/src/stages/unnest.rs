//! `Unnest`: one row per value of a multivalue. A row with a null cell stays one row.

use crate::error::Error;
use crate::frame::Frame;
use crate::functions::row;
use datafusion::common::{Column, UnnestOptions};
use std::sync::Arc;
use tripline_ir::Value;

pub(super) fn lower(frame: Frame, column: &Arc<str>, limit: u64) -> Result<Frame, Error> {
    let Some(cell) = frame.column(column) else { return Ok(frame) };
    let limit = match usize::try_from(limit) {
        Ok(0) | Err(_) => usize::MAX,
        Ok(limit) => limit,
    };
    let first = row("first_values", vec![cell], move |cells| {
        Value::list(cells[0].items().iter().take(limit).cloned())
    });
    let one = crate::frame::hidden("#one");
    let whole = row("cell", vec![one], |cells| cells[0].clone());
    frame
        .project(vec![("#one", first)])?
        .node(|plan| {
            plan.unnest_column_with_options(Column::from_name("#one"), UnnestOptions::default())
        })?
        .set(vec![(column.clone(), whole)])
}
