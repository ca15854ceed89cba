//! For machines.

use crate::{Diagnostic, SourceText};
use serde_json::{Value, json};

/// The diagnostic as one JSON object: `code`, `severity`, `message`, `file`, `line`, `column`,
/// `end_line`, `end_column`, `help`. Lines and columns count from 1.
pub fn to_json(diagnostic: &Diagnostic, source: &SourceText) -> Value {
    let mut value = json!({
        "code": diagnostic.code.id,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "file": &*source.name,
    });
    if let Some(span) = diagnostic.span {
        let (line, column) = source.line_column(span.start);
        let (end_line, end_column) = source.line_column(span.end);
        value["line"] = line.into();
        value["column"] = column.into();
        value["end_line"] = end_line.into();
        value["end_column"] = end_column.into();
    }
    if let Some(help) = &diagnostic.help {
        value["help"] = help.as_str().into();
    }
    value
}
