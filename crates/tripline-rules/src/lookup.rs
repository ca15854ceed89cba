//! Lookup tables: definitions, and the CSV files behind them.

use crate::codes::BAD_LOOKUP;
use crate::load::read_text;
use crate::report::FileReport;
use crate::{Problem, RuleSet};
use serde_norway::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_diag::{Diagnostic, did_you_mean};

/// What a lookup is, before its table is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// The file of the definition.
    pub path: PathBuf,
    /// Where its rows are.
    pub store: LookupStore,
    /// Columns that are matched otherwise than as a whole text.
    pub match_types: Vec<(Arc<str>, MatchType)>,
    /// Whether case counts.
    pub case_sensitive: bool,
    /// What a row gets that matches nothing, if `min_matches` asks for something.
    pub default_match: Option<Arc<str>>,
    /// At least so many matches, filled up with `default_match`.
    pub min_matches: u64,
    /// At most so many matches per row.
    pub max_matches: u64,
}

/// Where a lookup's rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupStore {
    /// A CSV file beside the definition.
    Csv(PathBuf),
    /// A key-value collection of the product; no rows here, only columns.
    Collection(Arc<str>),
    /// Another lookup by name.
    Alias(Arc<str>),
}

/// How a column of a lookup is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchType {
    /// The table's value is a pattern with `*`.
    Wildcard,
    /// The table's value is a network.
    Cidr,
}

/// A lookup's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupTable {
    /// How it is matched.
    pub definition: LookupDefinition,
    /// Names of columns.
    pub header: Vec<Arc<str>>,
    /// Rows, each as long as the header.
    pub rows: Vec<Vec<Arc<str>>>,
}

pub(crate) fn define(
    lookups: &mut BTreeMap<Arc<str>, LookupDefinition>,
    report: &mut FileReport,
    value: &Value,
) {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::trim);
    let Some(name) = text("name") else { return };
    let number = |key: &str| match value.get(key) {
        Some(Value::Number(n)) => n.as_u64(),
        Some(Value::String(s)) => s.trim().parse().ok(),
        _ => None,
    };
    let store = match (text("filename"), text("collection")) {
        (Some(file), _) if is_definition(file) => {
            let stem = Path::new(file).file_stem().and_then(|s| s.to_str()).unwrap_or(file);
            LookupStore::Alias(stem.into())
        }
        (Some(file), _) => {
            LookupStore::Csv(report.path.parent().unwrap_or(Path::new("")).join(file))
        }
        (None, Some(collection)) => LookupStore::Collection(collection.into()),
        (None, None) => return,
    };
    let case = match value.get("case_sensitive_match") {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(word)) => word.eq_ignore_ascii_case("true"),
        _ => true,
    };
    let definition = LookupDefinition {
        name: name.into(),
        path: report.path.clone(),
        store,
        match_types: text("match_type").map(|t| match_types(report, t)).unwrap_or_default(),
        case_sensitive: case,
        default_match: text("default_match").map(Into::into),
        min_matches: number("min_matches").unwrap_or(0),
        max_matches: number("max_matches").unwrap_or(1_000),
    };
    // Searches name a lookup by its name or by its file.
    if let LookupStore::Csv(path) = &definition.store
        && let Some(file) = path.file_name().and_then(|f| f.to_str())
    {
        lookups.entry(file.into()).or_insert_with(|| definition.clone());
    }
    lookups.entry(name.into()).or_insert(definition);
}

fn is_definition(file: &str) -> bool {
    let extension = Path::new(file).extension().and_then(|e| e.to_str()).unwrap_or("");
    extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml")
}

fn match_types(report: &mut FileReport, text: &str) -> Vec<(Arc<str>, MatchType)> {
    let mut types = vec![];
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let parsed = part.split_once('(').and_then(|(word, rest)| {
            let column = rest.strip_suffix(')')?.trim();
            match word.trim().to_ascii_uppercase().as_str() {
                "WILDCARD" => Some((column.into(), Some(MatchType::Wildcard))),
                "CIDR" => Some((column.into(), Some(MatchType::Cidr))),
                "EXACT" => Some((column.into(), None)),
                _ => None,
            }
        });
        match parsed {
            Some((column, Some(kind))) => types.push((column, kind)),
            Some((_, None)) => {}
            None => report.add(Diagnostic::warning(
                &BAD_LOOKUP,
                format!("`{part}` is no match type; expected WILDCARD(column), CIDR(column)"),
            )),
        }
    }
    types
}

impl RuleSet {
    /// The table of a lookup, by its name or its file's name, read when asked for.
    pub fn lookup_table(&self, name: &str) -> Result<LookupTable, Box<Problem>> {
        let (definition, path) = self.resolve_lookup(name)?;
        read_csv(definition, path)
    }

    /// The columns of a lookup, without reading its rows.
    pub fn lookup_columns(&self, name: &str) -> Result<Vec<Arc<str>>, Box<Problem>> {
        let (_, path) = self.resolve_lookup(name)?;
        let text = read_text(path)?;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| not_csv(path, &error))?;
        Ok(header.iter().map(|h| h.trim().into()).collect())
    }

    fn resolve_lookup(&self, name: &str) -> Result<(&LookupDefinition, &Path), Box<Problem>> {
        let mut seen = BTreeSet::new();
        let mut at = name.to_owned();
        loop {
            let Some(definition) = self.lookups.get(at.as_str()) else {
                let help = did_you_mean(&at, self.lookups.keys().map(|k| &**k));
                let diagnostic = Diagnostic::error(&BAD_LOOKUP, format!("no lookup `{at}`"));
                let path = self.lookups.get(name).map_or_else(PathBuf::new, |d| d.path.clone());
                return Err(Box::new(Problem::of_path(&path, diagnostic.maybe_help(help))));
            };
            let fail = |text: String| {
                let diagnostic = Diagnostic::error(&BAD_LOOKUP, text);
                Err(Box::new(Problem::of_path(&definition.path, diagnostic)))
            };
            if !seen.insert(at.clone()) {
                return fail(format!("lookup `{name}` leads back to itself"));
            }
            match &definition.store {
                LookupStore::Alias(next) => at = next.to_string(),
                LookupStore::Collection(collection) => {
                    return fail(format!(
                        "lookup `{at}` is in the key-value store `{collection}`, which only the \
                         product has"
                    ));
                }
                LookupStore::Csv(path) => return Ok((definition, path)),
            }
        }
    }
}

fn not_csv(path: &Path, error: &csv::Error) -> Box<Problem> {
    let diagnostic = Diagnostic::error(&BAD_LOOKUP, format!("not a CSV file: {error}"));
    Box::new(Problem::of_path(path, diagnostic))
}

fn read_csv(definition: &LookupDefinition, path: &Path) -> Result<LookupTable, Box<Problem>> {
    let text = read_text(path)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let fail = |error: csv::Error| not_csv(path, &error);
    let header: Vec<Arc<str>> =
        reader.headers().map_err(fail)?.iter().map(|h| h.trim().into()).collect();
    let mut rows = vec![];
    for record in reader.records() {
        let record = record.map_err(fail)?;
        let mut row: Vec<Arc<str>> = record.iter().take(header.len()).map(Into::into).collect();
        row.resize(header.len(), "".into());
        rows.push(row);
    }
    Ok(LookupTable { definition: definition.clone(), header, rows })
}
