//! `Lookup`: adds columns from a lookup table.
//!
//! On a match the columns are overwritten, also by an empty cell; without one they are left alone.
//! With `only_missing` only null cells are written. What matches is the table's business
//! ([`tripline_kernels::lookup`]).

use super::Run;
use crate::codes;
use crate::error::Error;
use crate::frame::{Frame, hidden};
use crate::functions::row_many;
use std::sync::Arc;
use tripline_diag::did_you_mean;
use tripline_ir::{Lookup, LookupOutput, Value};
use tripline_kernels::lookup::{Definition, LookupTable};

pub(super) fn lower(frame: Frame, run: &Run<'_>, lookup: &Lookup) -> Result<Frame, Error> {
    let table = match run.context.lookups.table(&lookup.table) {
        Some(table) => table,
        None if run.explaining => supposed(lookup),
        None => {
            let message = format!("there is no lookup `{}`", lookup.table);
            return Err(Error::query(&codes::UNKNOWN_LOOKUP, message));
        }
    };
    let keys: Vec<&str> = lookup.keys.iter().map(|key| &*key.table_column).collect();
    for key in &keys {
        position(&table, lookup, key)?;
    }
    let matcher = table.matcher(&keys).map_err(|e| Error::internal(e.to_string()))?;
    let outputs = outputs(&table, lookup);
    if outputs.is_empty() {
        return Ok(frame);
    }
    let columns: Vec<usize> = outputs
        .iter()
        .map(|output| position(&table, lookup, &output.table_column))
        .collect::<Result<_, _>>()?;
    let mut args: Vec<_> =
        lookup.keys.iter().map(|key| frame.column_or_null(&key.row_column)).collect();
    args.extend(outputs.iter().map(|output| frame.column_or_null(&output.row_column)));
    let (key_count, only_missing) = (keys.len(), lookup.only_missing);
    let (all, take) = row_many("lookup", args, outputs.len(), move |cells| {
        let (keys, old) = cells.split_at(key_count);
        let Some(found) = matcher.outputs(&table, keys, &columns) else { return old.to_vec() };
        let pairs = found.into_iter().zip(old);
        let choose = |(new, old): (Value, &Value)| {
            if only_missing && !old.is_null() { old.clone() } else { new }
        };
        pairs.map(choose).collect()
    });
    let set = outputs
        .iter()
        .enumerate()
        .map(|(at, output)| (output.row_column.clone(), take(hidden("#all"), at)))
        .collect();
    frame.project(vec![("#all", all)])?.set(set)
}

/// The columns that come back.
fn outputs(table: &LookupTable, lookup: &Lookup) -> Vec<LookupOutput> {
    if !lookup.outputs.is_empty() {
        return lookup.outputs.clone();
    }
    let is_key = |column: &Arc<str>| lookup.keys.iter().any(|key| key.table_column == *column);
    let columns = table.columns().iter().filter(|column| !is_key(column));
    columns
        .map(|column| LookupOutput { table_column: column.clone(), row_column: column.clone() })
        .collect()
}

fn position(table: &LookupTable, lookup: &Lookup, column: &str) -> Result<usize, Error> {
    table.column(column).map_err(|_| {
        let message = format!("the lookup `{}` has no column `{column}`", lookup.table);
        let help = did_you_mean(column, table.columns().iter().map(|name| &**name));
        Error::query(&codes::UNKNOWN_LOOKUP_COLUMN, message).help(help)
    })
}

/// An empty table with the columns that the stage names.
fn supposed(lookup: &Lookup) -> Arc<LookupTable> {
    let keys = lookup.keys.iter().map(|key| key.table_column.clone());
    let outputs = lookup.outputs.iter().map(|output| output.table_column.clone());
    let definition = Definition { columns: keys.chain(outputs).collect(), ..Definition::default() };
    Arc::new(LookupTable::new(definition).expect("no match types that could name other columns"))
}
