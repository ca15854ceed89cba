//! Lookup tables: rows of a CSV file, found by the values of an event.
//!
//! The caller reads the file and says how its columns match ([`Definition`]); [`LookupTable`] is
//! that with checks, [`Matcher`] an index over it for one set of key columns. Indexes make the cost
//! of a probe nearly independent of the number of rows: exact keys are hashed, wildcards are
//! hashed by their literal head or tail, networks by their prefix.
//!
//! # Which rows match
//! - All keys of a row must match (and), each by its column's [`MatchType`]. An empty cell of a
//!   key column matches only an empty value.
//! - Of several matches the first `max_matches` count, in file order (Splunk's rule for lookups
//!   that are not bound to time), or with [`Definition::longest_prefix`] by prefix length.
//! - A multivalue finds what any of its values finds; a row is found once.
//! - A null key finds nothing.
//! - If fewer than `min_matches` rows are found, `default_match` stands in for each that is
//!   missing, in every output column; see [`Matcher::outputs`].

mod index;
mod pattern;

use index::Index;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tripline_ir::Value;

/// How a key column of a table is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchType {
    /// Equal.
    #[default]
    Exact,
    /// The cell is a pattern in which `*` stands for any text. Nothing escapes it.
    Wildcard,
    /// The cell is a network or an address; it matches values that are addresses inside. A cell
    /// that is neither matches nothing (see [`LookupTable::unreadable_networks`]).
    Cidr,
}

/// A table and its rules, as a caller has read them.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Column names.
    pub columns: Vec<Arc<str>>,
    /// Cells, one per column; a shorter row lacks its last cells, a longer one is cut.
    pub rows: Vec<Vec<Arc<str>>>,
    /// Whether case counts in exact and wildcard keys. Splunk's default is yes.
    pub case_sensitive: bool,
    /// Columns that do not match exactly.
    pub match_types: Vec<(Arc<str>, MatchType)>,
    /// What stands in for missing matches; none is an empty text, as in Splunk.
    pub default_match: Option<Arc<str>>,
    /// So many matches every value gets, if need be filled up with `default_match`.
    pub min_matches: usize,
    /// At most so many rows count.
    pub max_matches: usize,
    /// Rows with longer prefixes in their CIDR keys count first, instead of file order. Splunk has
    /// no such thing; asset lists want it.
    pub longest_prefix: bool,
}

impl Default for Definition {
    /// No rows; matching as Splunk's defaults: exact, case counts, up to 100 matches, none needed.
    fn default() -> Self {
        Self {
            columns: vec![],
            rows: vec![],
            case_sensitive: true,
            match_types: vec![],
            default_match: None,
            min_matches: 0,
            max_matches: 100,
            longest_prefix: false,
        }
    }
}

/// A column that a table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// The name.
    pub column: Arc<str>,
}

impl fmt::Display for UnknownColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the lookup has no column `{}`", self.column)
    }
}

impl std::error::Error for UnknownColumn {}

/// A lookup table. Indexes are built when first asked for and kept.
#[derive(Debug)]
pub struct LookupTable {
    definition: Definition,
    matchers: Mutex<HashMap<Vec<usize>, Arc<Matcher>>>,
}

impl LookupTable {
    /// A table. Errors: a match type names a column that is not there.
    pub fn new(definition: Definition) -> Result<Self, UnknownColumn> {
        for (column, _) in &definition.match_types {
            if !definition.columns.contains(column) {
                return Err(UnknownColumn { column: column.clone() });
            }
        }
        Ok(Self { definition, matchers: Mutex::default() })
    }

    /// Column names in file order.
    pub fn columns(&self) -> &[Arc<str>] {
        &self.definition.columns
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.definition.rows.len()
    }

    /// A cell. Null if it is empty or not there.
    pub fn cell(&self, row: usize, column: usize) -> Option<&Arc<str>> {
        self.definition.rows.get(row)?.get(column).filter(|text| !text.is_empty())
    }

    /// Cells of CIDR columns that are neither a network nor an address: row and text. They match
    /// nothing, so a caller should say that they are there.
    pub fn unreadable_networks(&self) -> Vec<(usize, Arc<str>)> {
        let mut found = Vec::new();
        for (at, name) in self.definition.columns.iter().enumerate() {
            if self.match_type(name) == MatchType::Cidr {
                let cells = (0..self.rows()).filter_map(|row| Some((row, self.cell(row, at)?)));
                let bad = cells.filter(|(_, text)| index::network(text).is_none());
                found.extend(bad.map(|(row, text)| (row, text.clone())));
            }
        }
        found
    }

    /// An index for probes by these columns. Errors: the table has not got one of them.
    pub fn matcher(self: &Arc<Self>, keys: &[&str]) -> Result<Arc<Matcher>, UnknownColumn> {
        let columns: Vec<usize> =
            keys.iter().map(|key| self.column(key)).collect::<Result<_, _>>()?;
        let mut matchers = self.matchers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matcher) = matchers.get(&columns) {
            return Ok(matcher.clone());
        }
        let types = columns.iter().map(|&c| self.match_type(&self.definition.columns[c]));
        let index = Index::new(&self.definition, &columns, &types.collect::<Vec<_>>());
        // The index knows rows by number only, so the table does not hold itself.
        let matcher = Arc::new(Matcher { index, definition: self.rules() });
        matchers.insert(columns, matcher.clone());
        Ok(matcher)
    }

    /// The position of a column.
    pub fn column(&self, name: &str) -> Result<usize, UnknownColumn> {
        let at = self.definition.columns.iter().position(|c| **c == *name);
        at.ok_or_else(|| UnknownColumn { column: name.into() })
    }

    fn match_type(&self, column: &str) -> MatchType {
        let given = self.definition.match_types.iter().find(|(name, _)| **name == *column);
        given.map_or(MatchType::Exact, |(_, kind)| *kind)
    }

    fn rules(&self) -> Rules {
        Rules {
            default_match: self.definition.default_match.clone().unwrap_or_else(|| "".into()),
            min_matches: self.definition.min_matches,
            max_matches: self.definition.max_matches,
        }
    }
}

#[derive(Debug)]
struct Rules {
    default_match: Arc<str>,
    min_matches: usize,
    max_matches: usize,
}

/// Finds rows of one table by values for one set of key columns.
#[derive(Debug)]
pub struct Matcher {
    index: Index,
    definition: Rules,
}

impl Matcher {
    /// The rows that match, at most `max_matches`, in the table's order. One cell per key column;
    /// several values in a cell find what any of them finds.
    pub fn find(&self, keys: &[Value]) -> Vec<usize> {
        let mut rows = self.index.find(keys);
        rows.truncate(self.definition.max_matches);
        rows
    }

    /// What columns of `table` (by position) come back for these keys: one cell per column, or
    /// none at all if nothing is found and nothing stands in. Empty cells are left out, so a
    /// column whose cells are all empty is null.
    pub fn outputs(
        &self,
        table: &LookupTable,
        keys: &[Value],
        columns: &[usize],
    ) -> Option<Vec<Value>> {
        let rows = self.find(keys);
        // An event that lacks a key is not looked up at all, so that no default stands in either.
        let absent = keys.iter().any(Value::is_null);
        let missing =
            if absent { 0 } else { self.definition.min_matches.saturating_sub(rows.len()) };
        if rows.is_empty() && missing == 0 {
            return None;
        }
        let default = Value::Str(self.definition.default_match.clone());
        let cell = |&column: &usize| {
            let found = rows.iter().filter_map(|&row| table.cell(row, column));
            let found = found.cloned().map(Value::Str);
            Value::list(found.chain(std::iter::repeat_n(default.clone(), missing)))
        };
        Some(columns.iter().map(cell).collect())
    }
}

#[cfg(test)]
mod tests;
