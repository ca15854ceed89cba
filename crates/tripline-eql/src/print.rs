//! A query as canonical text: one step a line, parentheses wherever the tree has a level. Parsing
//! it gives the same tree.

use crate::ast::{Body, EventFilter, Expr, ExprKind, Name, Query, Sequence, Spanned, Term};
use crate::parser::is_plain_name;
use std::fmt::Write;

/// The query as canonical text.
pub fn print_ast(query: &Query) -> String {
    let mut out = String::new();
    match &query.body {
        Body::Event(filter) => {
            event(&mut out, filter);
            out.push('\n');
        }
        Body::Sequence(sequence) => print_sequence(&mut out, sequence),
        Body::Sample(sample) => {
            out.push_str("sample");
            keys(&mut out, &sample.keys);
            out.push('\n');
            sample.terms.iter().for_each(|t| term(&mut out, t));
        }
    }
    for pipe in &query.pipes {
        let args: Vec<String> = pipe.args.iter().map(expr_text).collect();
        let _ = writeln!(out, "| {} {}", pipe.name.text, args.join(", "));
    }
    out
}

fn print_sequence(out: &mut String, sequence: &Sequence) {
    out.push_str("sequence");
    keys(out, &sequence.keys);
    if let Some(Spanned { value, .. }) = &sequence.maxspan {
        let _ = write!(out, " with maxspan={}{}", value.count, value.unit.name());
    }
    out.push('\n');
    sequence.terms.iter().for_each(|t| term(out, t));
    if let Some(until) = &sequence.until {
        out.push_str("until\n");
        term(out, until);
    }
}

fn keys(out: &mut String, keys: &[Expr]) {
    let shown: Vec<String> = keys.iter().map(expr_text).collect();
    if !shown.is_empty() {
        let _ = write!(out, " by {}", shown.join(", "));
    }
}

fn term(out: &mut String, term: &Term) {
    out.push_str(if term.missing { "  ![" } else { "  [" });
    event(out, &term.filter);
    out.push(']');
    keys(out, &term.keys);
    if let Some(runs) = &term.runs {
        let _ = write!(out, " with runs={}", runs.value);
    }
    out.push('\n');
}

fn event(out: &mut String, filter: &EventFilter) {
    match &filter.category {
        None => out.push_str("any"),
        Some(Name { text, .. }) if is_plain_name(text) => out.push_str(text),
        Some(Name { text, .. }) => string(out, text),
    }
    out.push_str(" where ");
    expr(out, &filter.condition, false);
}

fn expr_text(node: &Expr) -> String {
    let mut out = String::new();
    expr(&mut out, node, false);
    out
}

/// Writes an expression; `nested` puts what has operators in parentheses.
fn expr(out: &mut String, node: &Expr, nested: bool) {
    let simple = matches!(
        node.kind,
        ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Field { .. }
            | ExprKind::Call { .. }
            | ExprKind::Bad
    );
    let parentheses = nested && !simple;
    if parentheses {
        out.push('(');
    }
    bare(out, node);
    if parentheses {
        out.push(')');
    }
}

fn bare(out: &mut String, node: &Expr) {
    match &node.kind {
        ExprKind::Null => out.push_str("null"),
        ExprKind::Bad => out.push_str("null /* unreadable */"),
        ExprKind::Bool(b) => {
            let _ = write!(out, "{b}");
        }
        ExprKind::Int(i) => {
            let _ = write!(out, "{i}");
        }
        ExprKind::Float(f) => {
            let _ = write!(out, "{f:?}");
        }
        ExprKind::Str(text) => string(out, text),
        ExprKind::Field { name, optional } => {
            if *optional {
                out.push('?');
            }
            if name.split('.').all(is_plain_name) {
                out.push_str(name);
            } else {
                let _ = write!(out, "`{}`", name.replace('`', "``"));
            }
        }
        ExprKind::Call { name, insensitive, args } => {
            let _ = write!(out, "{}{}", name.text, if *insensitive { "~" } else { "" });
            list(out, args);
        }
        ExprKind::Not(inner) => {
            out.push_str("not ");
            expr(out, inner, true);
        }
        ExprKind::Neg(inner) => {
            out.push('-');
            expr(out, inner, true);
        }
        ExprKind::And(parts) | ExprKind::Or(parts) => {
            let word = if matches!(node.kind, ExprKind::And(_)) { " and " } else { " or " };
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push_str(word);
                }
                expr(out, part, true);
            }
        }
        ExprKind::Compare { op, left, right } => binary(out, left, op.symbol(), right),
        ExprKind::Arithmetic { op, left, right } => binary(out, left, op.symbol(), right),
        ExprKind::Match { op, negated, value, list: items } => {
            expr(out, value, true);
            let _ = write!(out, " {}{} ", if *negated { "not " } else { "" }, op.symbol());
            list(out, items);
        }
    }
}

fn binary(out: &mut String, left: &Expr, symbol: &str, right: &Expr) {
    expr(out, left, true);
    let _ = write!(out, " {symbol} ");
    expr(out, right, true);
}

fn list(out: &mut String, items: &[Expr]) {
    out.push('(');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        expr(out, item, false);
    }
    out.push(')');
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:04x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
