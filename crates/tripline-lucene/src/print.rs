//! The tree as text: what `tripline debug --stage ast` shows.

use crate::ast::{Edge, Node, NodeKind, Occur, Piece, Query, Value};
use std::fmt::Write;

/// The tree, one node a line, children indented, `+` before what must and `-` before what must not
/// hold.
///
/// ```
/// let (query, _) = tripline_lucene::parse("a:b AND NOT c:[1 TO *}");
/// assert_eq!(tripline_lucene::print_ast(&query), "group\n  +is a b\n  -range c [1 TO *}\n");
/// ```
pub fn print_ast(query: &Query) -> String {
    let mut out = String::new();
    match &query.root {
        Some(root) => node(&mut out, root, "", 0),
        None => out.push_str("blank\n"),
    }
    out
}

fn node(out: &mut String, shown: &Node, mark: &str, depth: usize) {
    let _ = write!(out, "{}{mark}", "  ".repeat(depth));
    match &shown.kind {
        NodeKind::Error => out.push_str("error\n"),
        NodeKind::Group(clauses) => {
            out.push_str("group\n");
            for clause in clauses {
                let mark = match clause.occur {
                    Occur::Must => "+",
                    Occur::Should => "",
                    Occur::MustNot => "-",
                };
                node(out, &clause.node, mark, depth + 1);
            }
        }
        NodeKind::Value { field, value } => {
            let name = field.as_ref().map_or("(any)", |name| name.text.as_str());
            let _ = match value {
                Value::Text(text) => writeln!(out, "is {name} {text}"),
                Value::Phrase { text, slop: None } => writeln!(out, "phrase {name} {text:?}"),
                Value::Phrase { text, .. } => writeln!(out, "near {name} {text:?}"),
                Value::Pattern(pieces) => writeln!(out, "pattern {name} {}", pattern(pieces)),
                Value::Regex(text) => writeln!(out, "regex {name} /{text}/"),
                Value::Fuzzy(text) => writeln!(out, "fuzzy {name} {text}"),
                Value::Range { lower, upper } => {
                    let signs = (
                        if lower.inclusive { '[' } else { '{' },
                        if upper.inclusive { ']' } else { '}' },
                    );
                    let (low, high) = (edge(lower), edge(upper));
                    writeln!(out, "range {name} {}{low} TO {high}{}", signs.0, signs.1)
                }
            };
        }
    }
}

fn edge(edge: &Edge) -> &str {
    edge.value.as_deref().unwrap_or("*")
}

fn pattern(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Many => "*",
            Piece::One => "?",
        })
        .collect()
}
