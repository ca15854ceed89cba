//! The tree as text: as a tree for people, and as KQL again.

use crate::ast::{Literal, LiteralKind, Node, NodeKind, Piece, Query};
use crate::tokens::is_special;
use std::fmt::Write;

/// The tree, one node a line, children indented: what `tripline debug --stage ast` shows.
///
/// ```
/// let (query, _) = tripline_kql::parse("a: (b or \"c d\") and not e >= 5");
/// assert_eq!(
///     tripline_kql::print_ast(&query),
///     "and\n  or\n    is a b\n    is a \"c d\"\n  not\n    range e >= 5\n"
/// );
/// ```
pub fn print_ast(query: &Query) -> String {
    let mut out = String::new();
    tree(&mut out, &query.root, 0);
    out
}

fn tree(out: &mut String, node: &Node, depth: usize) {
    let _ = write!(out, "{}", "  ".repeat(depth));
    match &node.kind {
        NodeKind::Or(parts) | NodeKind::And(parts) => {
            let word = if matches!(node.kind, NodeKind::Or(_)) { "or" } else { "and" };
            let _ = writeln!(out, "{word}");
            for part in parts {
                tree(out, part, depth + 1);
            }
        }
        NodeKind::Not(inner) => {
            let _ = writeln!(out, "not");
            tree(out, inner, depth + 1);
        }
        NodeKind::Is { field: Some(field), value } => {
            let _ = writeln!(out, "is {} {}", shown(field), shown(value));
        }
        NodeKind::Is { field: None, value } => {
            let _ = writeln!(out, "is - {}", shown(value));
        }
        NodeKind::Range { field, op, value } => {
            let _ = writeln!(out, "range {} {} {}", shown(field), op.sign(), shown(value));
        }
        NodeKind::Nested { field, query } => {
            let _ = writeln!(out, "nested {}", shown(field));
            tree(out, query, depth + 1);
        }
        NodeKind::Error => {
            let _ = writeln!(out, "error");
        }
    }
}

/// The query as KQL that reads as the same tree (lists of values written out). An error node
/// prints as nothing, so a broken query stays broken.
///
/// ```
/// let (query, _) = tripline_kql::parse("a:(b OR c)  AND d:x\\:y");
/// assert_eq!(tripline_kql::print_kql(&query), "(a: b or a: c) and d: x\\:y");
/// ```
pub fn print_kql(query: &Query) -> String {
    let mut out = String::new();
    kql(&mut out, &query.root, Level::Or);
    out
}

/// How tightly the context of a node binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    Or,
    And,
    Not,
}

fn kql(out: &mut String, node: &Node, level: Level) {
    match &node.kind {
        NodeKind::Or(parts) => group(out, parts, " or ", Level::And, level > Level::Or),
        NodeKind::And(parts) => group(out, parts, " and ", Level::Not, level > Level::And),
        NodeKind::Not(inner) => {
            out.push_str("not ");
            if matches!(inner.kind, NodeKind::Not(_)) {
                out.push('(');
                kql(out, inner, Level::Or);
                out.push(')');
            } else {
                kql(out, inner, Level::Not);
            }
        }
        NodeKind::Is { field, value } => {
            if let Some(field) = field {
                let _ = write!(out, "{}: ", literal(field));
            }
            out.push_str(&literal(value));
        }
        NodeKind::Range { field, op, value } => {
            let _ = write!(out, "{} {} {}", literal(field), op.sign(), literal(value));
        }
        NodeKind::Nested { field, query } => {
            let _ = write!(out, "{}: {{ ", literal(field));
            kql(out, query, Level::Or);
            out.push_str(" }");
        }
        NodeKind::Error => {}
    }
}

/// Parts of the same kind keep their parentheses: `(a and b) and c` is not `a and b and c` in the
/// tree.
fn group(out: &mut String, parts: &[Node], separator: &str, inner: Level, brackets: bool) {
    if brackets {
        out.push('(');
    }
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        kql(out, part, inner);
    }
    if brackets {
        out.push(')');
    }
}

/// A literal of the tree: escaped so that it can be told from others, words as they are.
fn shown(literal: &Literal) -> String {
    written(literal, false)
}

/// A literal as KQL writes it.
fn literal(literal: &Literal) -> String {
    written(literal, true)
}

fn written(literal: &Literal, keywords: bool) -> String {
    match &literal.kind {
        LiteralKind::Quoted(text) => {
            let mut out = String::from("\"");
            for c in text.chars() {
                match c {
                    '\\' | '"' => out.extend(['\\', c]),
                    c => control(&mut out, c),
                }
            }
            out.push('"');
            out
        }
        LiteralKind::Text(text) => {
            let mut out = String::new();
            unquoted(&mut out, text, keywords);
            out
        }
        LiteralKind::Wildcard(pieces) => {
            let mut out = String::new();
            for piece in pieces {
                match piece {
                    Piece::Text(text) => unquoted(&mut out, text, keywords),
                    Piece::Many => out.push('*'),
                }
            }
            out
        }
        LiteralKind::Bool(_) | LiteralKind::Null => literal.text(),
    }
}

/// Text without quotes: special characters escaped, and words that would
/// read as operators if `keywords` says so.
fn unquoted(out: &mut String, text: &str, keywords: bool) {
    if text.is_empty() {
        // An escaped blank is trimmed, and so the only way to write it.
        out.push_str("\\t");
    }
    let mut rest = text;
    let mut start = true;
    while let Some(c) = rest.chars().next() {
        let tail = &rest[c.len_utf8()..];
        if is_special(c) {
            out.extend(['\\', c]);
        } else if keywords && start && is_operator(rest) {
            // A letter by its number is the only escape that works for all three words.
            let _ = write!(out, "\\u{:04x}", c as u32);
        } else {
            control(out, c);
        }
        start = c.is_whitespace() || c == '*';
        rest = tail;
    }
}

fn is_operator(text: &str) -> bool {
    ["and", "or", "not"].into_iter().any(|word| {
        text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word))
            && text[word.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric())
    })
}

fn control(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\n' => out.push_str("\\n"),
        c => out.push(c),
    }
}
