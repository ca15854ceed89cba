//! `Rename`: gives columns other names.
//!
//! Pairs are applied one after the other. A column that has the target's name is replaced; if the
//! source is not there, the target becomes null (Splunk's documented data loss: renaming a field
//! that does not exist to one that does empties the latter). Where two columns get the same name
//! by one pattern, the later in column order is kept.

use crate::error::Error;
use crate::frame::{Frame, null_cell};
use crate::patterns;
use datafusion::logical_expr::Expr;
use std::sync::Arc;

pub(super) fn lower(frame: Frame, pairs: &[(Arc<str>, Arc<str>)]) -> Result<Frame, Error> {
    let mut columns: Vec<(Arc<str>, Expr)> =
        frame.columns.iter().map(|name| (name.clone(), frame.column_or_null(name))).collect();
    for (from, to) in pairs {
        let sources: Vec<(Arc<str>, Arc<str>)> = columns
            .iter()
            .filter_map(|(name, _)| {
                let captured = patterns::captures(from, name)?;
                Some((name.clone(), patterns::fill(to, &captured).into()))
            })
            .collect();
        if sources.is_empty()
            && !patterns::is_pattern(from)
            && let Some(target) = columns.iter_mut().find(|(name, _)| name == to)
        {
            target.1 = null_cell();
        }
        for (source, target) in sources {
            if source == target {
                continue;
            }
            columns.retain(|(name, _)| *name != target);
            if let Some(column) = columns.iter_mut().find(|(name, _)| *name == source) {
                column.0 = target;
            }
        }
    }
    frame.select(columns)
}
