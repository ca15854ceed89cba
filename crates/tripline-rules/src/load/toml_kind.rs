//! What a TOML file is.

use toml::de::DeTable;

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

pub(super) fn kind(table: &DeTable<'_>) -> TomlKind {
    if table.contains_key("rule") {
        TomlKind::Rule
    } else if table.contains_key("statement") {
        TomlKind::Statements
    } else if table.contains_key("exception") || table.contains_key("filter") {
        TomlKind::Exceptions
    } else {
        TomlKind::Other
    }
}
