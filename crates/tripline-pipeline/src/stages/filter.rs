//! `Filter`: keeps the rows for which a condition holds.

use super::Run;
use crate::codes;
use crate::error::Error;
use crate::frame::Frame;
use crate::functions::condition;
use std::sync::Arc;
use tripline_ir::{FieldSet, Pred, View};
use tripline_kernels::pred::Compiled;

pub(super) fn lower(frame: Frame, run: &Run<'_>, pred: &Pred) -> Result<Frame, Error> {
    // First, because it refuses what is nested too deep to be walked.
    let compiled = Compiled::new(pred, run.context.now)
        .map_err(|e| Error::query(&codes::CANNOT_EVALUATE, e.message))?;
    let mut every = false;
    let mut names: Vec<Arc<str>> = Vec::new();
    pred.for_each_leaf(&mut |leaf| every |= !matches!(leaf.field, FieldSet::One(_)));
    pred.for_each_field(&mut |field| {
        let name = if field.view == View::Row { field.name.clone() } else { field.column().into() };
        if !names.contains(&name) {
            names.push(name);
        }
    });
    let columns = if every { frame.columns.clone() } else { names };
    // A column that is not there is absent, which is what the condition then sees.
    let columns = columns.into_iter().filter_map(|name| {
        let column = frame.column(&name)?;
        Some((name, column))
    });
    let condition = condition(compiled, columns.collect(), run.scalar.clone());
    frame.node(|plan| plan.filter(condition))
}
