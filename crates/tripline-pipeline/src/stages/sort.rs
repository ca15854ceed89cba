//! `Sort`: orders rows. Stable; nulls come last in both directions.

use crate::error::Error;
use crate::frame::{Frame, hidden};
use crate::functions::sort_key;
use datafusion::functions_window::row_number::row_number;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::SortExpr;
use tripline_ir::RowSort;

pub(super) fn lower(frame: Frame, sort: &RowSort) -> Result<Frame, Error> {
    let keys: Vec<_> =
        sort.keys.iter().filter_map(|key| Some((frame.column(&key.column)?, key))).collect();
    let fetch = (sort.limit > 0).then(|| usize::try_from(sort.limit).unwrap_or(usize::MAX));
    if keys.is_empty() {
        // Nothing to order by: all rows are equal.
        return match fetch {
            Some(fetch) => frame.node(|plan| plan.limit(0, Some(fetch))),
            None => Ok(frame),
        };
    }
    let names: Vec<String> = (0..keys.len()).map(|at| format!("#s{at}")).collect();
    let mut order: Vec<SortExpr> = Vec::new();
    let mut columns: Vec<(&str, Expr)> = Vec::new();
    for ((column, key), name) in keys.into_iter().zip(&names) {
        columns.push((name, sort_key(column)));
        order.push(hidden(name).sort(!key.descending, false));
    }
    columns.push(("#row", hidden("#row")));
    order.push(hidden("#row").sort(true, false));
    numbered(frame)?
        .project(columns)?
        .node(|plan| plan.sort_with_limit(order, fetch))?
        .project(vec![])
}

/// With the hidden column `#row`: the row's number.
pub(super) fn numbered(frame: Frame) -> Result<Frame, Error> {
    frame.node(|plan| plan.window([row_number().alias("#row")]))
}
