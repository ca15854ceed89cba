//! `Extract`: the named groups of a regular expression become columns.
//!
//! The values of a multivalue are searched one after the other. Groups that take no part in any
//! match leave their column alone, as a row without a match leaves all of them.

use crate::codes;
use crate::error::Error;
use crate::frame::{Frame, hidden};
use crate::functions::row_many;
use regex::Regex;
use std::sync::Arc;
use tripline_ir::{Extract, Value};

pub(super) fn lower(frame: Frame, extract: &Extract) -> Result<Frame, Error> {
    let fail = |message: String| Error::query(&codes::BAD_PATTERN, message);
    let regex = Regex::new(&extract.pattern).map_err(|e| fail(e.to_string()))?;
    let groups: Vec<(usize, Arc<str>)> = regex
        .capture_names()
        .enumerate()
        .filter_map(|(at, name)| Some((at, name?.into())))
        .collect();
    if groups.is_empty() {
        return Err(fail("the expression has no named group, so it extracts nothing".to_owned()));
    }
    let Some(source) = frame.column(&extract.column) else {
        // Nothing to search: the columns are there, as they would be on other rows.
        let columns = groups.into_iter().map(|(_, name)| {
            let value = frame.column_or_null(&name);
            (name, value)
        });
        let columns = columns.collect();
        return frame.set(columns);
    };
    let mut args = vec![source];
    args.extend(groups.iter().map(|(_, name)| frame.column_or_null(name)));
    let numbers: Vec<usize> = groups.iter().map(|(at, _)| *at).collect();
    let most = match usize::try_from(extract.max_match) {
        Ok(0) | Err(_) => usize::MAX,
        Ok(most) => most,
    };
    let (all, take) =
        row_many("extract", args, groups.len(), move |cells| search(&regex, &numbers, most, cells));
    let columns = groups
        .into_iter()
        .enumerate()
        .map(|(at, (_, name))| (name, take(hidden("#all"), at)))
        .collect();
    frame.project(vec![("#all", all)])?.set(columns)
}

/// The source's cell, then those of the columns as they are.
fn search(regex: &Regex, groups: &[usize], most: usize, cells: &[Value]) -> Vec<Value> {
    let mut found: Vec<Vec<Value>> = vec![vec![]; groups.len()];
    let mut left = most;
    for value in cells[0].items() {
        let Value::Str(text) = value else { continue };
        for captures in regex.captures_iter(text).take(left) {
            left -= 1;
            for (values, group) in found.iter_mut().zip(groups) {
                values.extend(captures.get(*group).map(|m| Value::from(m.as_str())));
            }
        }
    }
    found
        .into_iter()
        .zip(&cells[1..])
        .map(|(values, old)| if values.is_empty() { old.clone() } else { Value::list(values) })
        .collect()
}
