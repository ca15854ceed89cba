//! What a TOML file is.

use crate::value::Table;

pub(super) enum TomlKind {
    /// An Elastic rule.
    Rule,
    /// Our catalogue of false positives.
    Statements,
    /// Our exceptions and filters.
    Exceptions,
    /// Anything else.
    Other,
}

pub(super) fn kind(table: &Table) -> TomlKind {
    if table.has("rule") {
        TomlKind::Rule
    } else if table.has("statement") {
        TomlKind::Statements
    } else if table.has("exception") || table.has("filter") {
        TomlKind::Exceptions
    } else {
        TomlKind::Other
    }
}
