//! `Unnest`: one row per value of a multivalue. A row with a null cell stays one row.

use super::Run;
use crate::error::Error;
use crate::frame::Frame;
use crate::functions::{expansion_fits, row};
use datafusion::common::{Column, UnnestOptions};
use std::sync::Arc;
use tripline_ir::Value;

pub(super) fn lower(
    frame: Frame,
    run: &Run<'_>,
    column: &Arc<str>,
    limit: u64,
) -> Result<Frame, Error> {
    let Some(cell) = frame.column(column) else { return Ok(frame) };
    let limit = match usize::try_from(limit) {
        Ok(0) | Err(_) => usize::MAX,
        Ok(limit) => limit,
    };
    let first = row("first_values", vec![cell], move |cells| {
        Value::list(cells[0].items().iter().take(limit).cloned())
    });
    let one = crate::frame::hidden("#one");
    let others = frame.columns.iter().filter(|name| *name != column);
    let others = others.map(|name| frame.column_or_null(name)).collect();
    let fits = expansion_fits(vec![one.clone()], others, run.context.memory_limit);
    let whole = row("cell", vec![one], |cells| cells[0].clone());
    frame
        .project(vec![("#one", first)])?
        .node(|plan| plan.filter(fits))?
        .node(|plan| {
            plan.unnest_column_with_options(Column::from_name("#one"), UnnestOptions::default())
        })?
        .set(vec![(column.clone(), whole)])
}
