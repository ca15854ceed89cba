//! `Extend`: computes columns.
//!
//! An expression is one function of the plan, however deep it is: between its calls values keep
//! their types, which cells (texts) would lose. An expression without fields is a constant.

use super::Run;
use crate::codes;
use crate::error::Error;
use crate::frame::Frame;
use crate::functions::row;
use datafusion::logical_expr::Expr as Planned;
use std::sync::Arc;
use tripline_ir::{Expr, Extend, FieldRef, Value, View};
use tripline_kernels::expr::{Compiled, typed};

pub(super) fn lower(
    mut frame: Frame,
    run: &mut Run<'_>,
    columns: &[Extend],
) -> Result<Frame, Error> {
    let mut batch: Vec<(Arc<str>, Planned)> = Vec::new();
    for column in columns {
        let compiled = compile(&column.expr)?;
        // One projection computes columns side by side, so one that is read starts a new one.
        let reads = |name: &Arc<str>| compiled.fields().iter().any(|f| *column_of(f) == **name);
        if batch.iter().any(|(name, _)| *name == column.name || reads(name)) {
            frame = frame.set(std::mem::take(&mut batch))?.shallow(run)?;
        }
        let value = plan(&frame, run, compiled, &column.name, |value| value);
        batch.push((column.name.clone(), value));
    }
    frame.set(batch)
}

/// The name of the column that a field means.
fn column_of(field: &FieldRef) -> Arc<str> {
    if field.view == View::Row { field.name.clone() } else { field.column().into() }
}

/// Looks an expression's functions up.
pub(super) fn compile(expr: &Expr) -> Result<Compiled, Error> {
    Compiled::new(expr)
        .map_err(|e| Error::query(&codes::CANNOT_EVALUATE, e.message).or_at(expr.span))
}

/// The expression over the frame's columns; `finish` is applied to its value.
pub(super) fn plan(
    frame: &Frame,
    run: &Run<'_>,
    compiled: Compiled,
    name: &str,
    finish: fn(Value) -> Value,
) -> Planned {
    let columns: Vec<Option<Planned>> =
        compiled.fields().iter().map(|f| frame.column(&column_of(f))).collect();
    // Fields that are not there are null: they are no arguments.
    let there: Vec<bool> = columns.iter().map(Option::is_some).collect();
    let args: Vec<Planned> = columns.into_iter().flatten().collect();
    let context = run.scalar.clone();
    row(name, args, move |cells| {
        let mut cells = cells.iter();
        let read = |(field, there): (&FieldRef, &bool)| {
            let cell = if *there { cells.next() } else { None };
            cell.map_or(Value::Null, |cell| {
                Value::list(cell.items().iter().map(|value| match value {
                    Value::Str(text) => typed(field.ty, text),
                    other => other.clone(),
                }))
            })
        };
        let fields: Vec<Value> = compiled.fields().iter().zip(&there).map(read).collect();
        finish(compiled.eval(&fields, &context))
    })
}
