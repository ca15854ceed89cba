//! `Aggregate`: groups rows and gathers their cells.
//!
//! - A row with several values in a key counts once for each, with several such keys once for
//!   each combination. A null key drops the row unless the key has a fill value.
//! - An argument that is an expression and false is nothing, one that is true is 1: what is
//!   counted by a condition is how often it held.
//! - A result with the name of a key, or of an earlier result, replaces it.
//! - Rows come in the order of their keys (see the crate's documentation).

use super::{Run, bin, extend};
use crate::codes;
use crate::error::Error;
use crate::frame::{Frame, hidden, null_cell};
use crate::functions::{aggregate, expansion_fits, row, sort_key};
use crate::patterns;
use datafusion::common::{Column, NullHandling, UnnestOptions};

use datafusion::functions_aggregate::count::count;
use datafusion::logical_expr::{Expr, lit};
use std::sync::Arc;
use tripline_diag::{Span, did_you_mean};
use tripline_ir::{Aggregate, ExprKind, GroupKey, Value};
use tripline_kernels::aggregate as kernel;

pub(super) fn lower(
    frame: Frame,
    run: &mut Run<'_>,
    aggregates: &[Aggregate],
    by: &[GroupKey],
    row_on_empty: bool,
    span: Span,
) -> Result<Frame, Error> {
    let results = results(&frame, run, aggregates, by)?;
    let mut inputs: Vec<(String, Expr)> = Vec::new();
    for (at, key) in by.iter().enumerate() {
        if frame.column(&key.column).is_none() && key.fill.is_none() {
            let message = format!("no row has `{}`, so grouping by it gives nothing", key.column);
            run.warn(&codes::MISSING_KEY, span, message);
        }
        inputs.push((format!("#k{at}"), key_cell(&frame, key)?));
    }
    for (at, result) in results.iter().enumerate() {
        inputs.push((format!("#a{at}"), result.cell.clone()));
    }
    inputs.push(("#time".to_owned(), frame.column_or_null("_time")));
    let inputs = inputs.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let mut frame = frame.renamed(vec![]).project(inputs)?;
    if !by.is_empty() {
        let keys = (0..by.len()).map(|at| hidden(&format!("#k{at}"))).collect();
        let args = (0..results.len()).map(|at| hidden(&format!("#a{at}"))).collect();
        let fits = expansion_fits(keys, args, run.context.memory_limit);
        frame = frame.node(|plan| plan.filter(fits))?;
    }

    for at in 0..by.len() {
        let options =
            UnnestOptions { null_handling: NullHandling::Drop, ..UnnestOptions::default() };
        let column = Column::from_name(format!("#k{at}"));
        frame = frame.node(|plan| plan.unnest_column_with_options(column, options))?;
    }
    let keys: Vec<Expr> = (0..by.len()).map(|at| hidden(&format!("#k{at}"))).collect();
    let mut gathered: Vec<Expr> = Vec::new();
    for (at, result) in results.iter().enumerate() {
        let (cell, time) = (hidden(&format!("#a{at}")), hidden("#time"));
        let value = aggregate(result.function, result.parameter, cell, time);
        gathered.push(value.alias(format!("#r{at}")));
    }
    // Also keeps an aggregation without results valid.
    gathered.push(count(lit(1_i64)).alias("#rows"));
    frame = frame.node(|plan| plan.aggregate(keys, gathered))?;
    if by.is_empty() && !row_on_empty {
        frame = frame.node(|plan| plan.filter(hidden("#rows").gt(lit(0_i64))))?;
    }
    if !by.is_empty() {
        frame = ordered(frame, by.len(), results.len())?;
    }
    let columns = name_results(run, by, &results, span);
    frame.select(columns)
}

/// A result column.
struct Gathered {
    name: Arc<str>,
    function: &'static kernel::Aggregate,
    parameter: Option<f64>,
    cell: Expr,
}

fn results(
    frame: &Frame,
    run: &Run<'_>,
    aggregates: &[Aggregate],
    by: &[GroupKey],
) -> Result<Vec<Gathered>, Error> {
    let mut results = Vec::new();
    for aggregate in aggregates {
        let function = kernel::named(aggregate.function).ok_or_else(|| {
            let message = format!("unknown aggregate function `{}`", aggregate.function);
            let names = kernel::all().map(|f| f.name);
            let help = did_you_mean(aggregate.function, names);
            Error::query(&codes::UNKNOWN_AGGREGATE, message).help(help).or_at(aggregate.span)
        })?;
        let mut add = |name: Arc<str>, cell: Expr| {
            results.push(Gathered { name, function, parameter: aggregate.parameter, cell });
        };
        if let Some(pattern) = &aggregate.pattern {
            for column in &frame.columns {
                let is_key = by.iter().any(|key| key.column == *column);
                if let Some(captured) = patterns::captures(pattern, column).filter(|_| !is_key) {
                    let name = patterns::fill(&aggregate.name, &captured).into();
                    add(name, frame.column_or_null(column));
                }
            }
            continue;
        }
        let cell = match &aggregate.arg {
            None => row("row", vec![], |_| Value::Int(1)),
            Some(arg) => {
                let compiled = extend::compile(arg)?;
                match &arg.kind {
                    ExprKind::Field(_) => extend::plan(frame, run, compiled, "field", |v| v),
                    _ => extend::plan(frame, run, compiled, "argument", |value| match value {
                        Value::Bool(false) => Value::Null,
                        Value::Bool(true) => Value::Int(1),
                        other => other,
                    }),
                }
            }
        };
        add(aggregate.name.clone(), cell);
    }
    Ok(results)
}

/// The values of a key, with nulls filled and values rounded.
fn key_cell(frame: &Frame, key: &GroupKey) -> Result<Expr, Error> {
    let span = key.span_seconds.map(bin::Span::new).transpose()?;
    let Some(cell) = frame.column(&key.column) else {
        return Ok(match key.fill.clone() {
            None => null_cell(),
            Some(fill) => row("fill", vec![], move |_| Value::Str(fill.clone())),
        });
    };
    let fill = key.fill.clone();
    Ok(row("key", vec![cell], move |cells| {
        let rounded = span.as_ref().map(|span| span.cell(&cells[0]));
        match (rounded.as_ref().unwrap_or(&cells[0]), &fill) {
            (Value::Null, Some(fill)) => Value::Str(fill.clone()),
            (value, _) => value.clone(),
        }
    }))
}

/// Orders groups by their keys: by value, then by spelling, so that equal numbers have an order.
fn ordered(frame: Frame, keys: usize, results: usize) -> Result<Frame, Error> {
    let key = |at: usize| format!("#k{at}");
    let kept: Vec<String> =
        (0..keys).map(key).chain((0..results).map(|at| format!("#r{at}"))).collect();
    let by: Vec<String> = (0..keys).map(|at| format!("#s{at}")).collect();
    let mut columns: Vec<(&str, Expr)> = kept.iter().map(|name| (&**name, hidden(name))).collect();
    for (at, name) in by.iter().enumerate() {
        columns.push((name, sort_key(hidden(&key(at)))));
    }
    let frame = frame.project(columns)?;
    let order = by.iter().cloned().chain((0..keys).map(key));
    let order: Vec<_> = order.map(|name| hidden(&name).sort(true, false)).collect();
    frame.node(|plan| plan.sort(order))
}

fn name_results(
    run: &mut Run<'_>,
    by: &[GroupKey],
    results: &[Gathered],
    span: Span,
) -> Vec<(Arc<str>, Expr)> {
    let mut columns: Vec<(Arc<str>, Expr)> = Vec::new();
    for (at, key) in by.iter().enumerate() {
        // A key that is named twice adds nothing.
        if columns.iter().all(|(name, _)| *name != key.column) {
            let cell = row("cell", vec![hidden(&format!("#k{at}"))], |cells| cells[0].clone());
            columns.push((key.column.clone(), cell));
        }
    }
    for (at, result) in results.iter().enumerate() {
        let value = hidden(&format!("#r{at}"));
        match columns.iter_mut().find(|(name, _)| *name == result.name) {
            Some(column) => {
                column.1 = value;
                let message =
                    format!("two results are called `{}`; the later is kept", result.name);
                run.warn(&codes::DUPLICATE_COLUMN, span, message);
            }
            None => columns.push((result.name.clone(), value)),
        }
    }
    columns
}
