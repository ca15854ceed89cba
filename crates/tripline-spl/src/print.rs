//! The parsed search as text, with all parentheses.

use crate::ast::{
    Aggregate, AggregateArg, CommandKind, Eval, EvalKind, Name, Query, Search, SearchKind, TermForm,
};
use std::fmt::Write;

/// A search expression with all parentheses: reading it again gives the same expression.
pub(crate) fn search(node: &Search) -> String {
    match &node.kind {
        SearchKind::And(parts) if parts.is_empty() => "()".to_owned(),
        SearchKind::And(parts) => joined(parts, " AND "),
        SearchKind::Or(parts) => joined(parts, " OR "),
        SearchKind::Not(inner) => format!("NOT {}", part(inner)),
        SearchKind::Compare { field, op, value } => {
            format!("{}{}{}", key(field), op.symbol(), quoted(&value.text))
        }
        SearchKind::In { field, values } => {
            let shown: Vec<String> = values.iter().map(|v| quoted(&v.text)).collect();
            format!("{} IN ({})", key(field), shown.join(", "))
        }
        SearchKind::Term { text, form } => match form {
            TermForm::Word if plain(text) => text.clone(),
            TermForm::Word | TermForm::Phrase => quoted(text),
            TermForm::Term => format!("TERM({text})"),
            TermForm::Case => format!("CASE({text})"),
        },
        SearchKind::Error => "<error>".to_owned(),
    }
}

fn joined(parts: &[Search], with: &str) -> String {
    parts.iter().map(part).collect::<Vec<_>>().join(with)
}

/// In parentheses if it has parts.
fn part(node: &Search) -> String {
    match &node.kind {
        SearchKind::And(parts) if parts.is_empty() => "()".to_owned(),
        SearchKind::And(_) | SearchKind::Or(_) => format!("({})", search(node)),
        _ => search(node),
    }
}

fn key(name: &Name) -> String {
    if plain(&name.text) { name.text.clone() } else { quoted(&name.text) }
}

fn plain(text: &str) -> bool {
    let letters =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '*' | '/' | '{' | '}');
    !text.is_empty()
        && text.chars().all(letters)
        && !matches!(text, "AND" | "OR" | "NOT" | "IN" | "TERM" | "CASE")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// An `eval` expression with all parentheses.
pub(crate) fn eval(node: &Eval) -> String {
    let list = |parts: &[Eval]| parts.iter().map(eval).collect::<Vec<_>>().join(", ");
    match &node.kind {
        EvalKind::Number(text) => text.clone(),
        EvalKind::Text(text) => quoted(text),
        EvalKind::Field(name) => {
            format!("'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
        }
        EvalKind::Call(name, args) => format!("{name}({})", list(args)),
        EvalKind::Operator("not", parts) => format!("NOT ({})", list(parts)),
        EvalKind::Operator("neg", parts) => format!("-({})", list(parts)),
        EvalKind::Operator("in", parts) => {
            format!("{} IN ({})", parts.first().map(eval).unwrap_or_default(), list(&parts[1..]))
        }
        EvalKind::Operator(op, parts) => {
            let symbol = match *op {
                "and" => "AND",
                "or" => "OR",
                "xor" => "XOR",
                "eq" => "=",
                "ne" => "!=",
                "lt" => "<",
                "le" => "<=",
                "gt" => ">",
                "ge" => ">=",
                "like" => "LIKE",
                "add" => "+",
                "sub" => "-",
                "mul" => "*",
                "div" => "/",
                "mod" => "%",
                _ => ".",
            };
            let shown: Vec<String> = parts.iter().map(eval).collect();
            format!("({})", shown.join(&format!(" {symbol} ")))
        }
        EvalKind::Error => "<error>".to_owned(),
    }
}

/// A whole search, one command a line.
pub(crate) fn query(query: &Query) -> String {
    let mut out = String::new();
    for command in &query.commands {
        let _ = writeln!(out, "| {}{}", command.name, body(&command.kind));
    }
    out
}

fn body(kind: &CommandKind) -> String {
    match kind {
        CommandKind::Search(node) => format!(" {}", search(node)),
        CommandKind::Where(node) => format!(" {}", eval(node)),
        CommandKind::Eval(columns) => {
            let shown: Vec<String> =
                columns.iter().map(|(n, e)| format!("{}={}", quoted(&n.text), eval(e))).collect();
            format!(" {}", shown.join(", "))
        }
        CommandKind::Stats(stats) => {
            format!("{}{}", aggregates(&stats.aggregates), by(&stats.by))
        }
        CommandKind::Tstats(tstats) => {
            let mut out = String::new();
            if let Some(fill) = &tstats.fill {
                let _ = write!(out, " fillnull_value={}", quoted(fill));
            }
            out.push_str(&aggregates(&tstats.aggregates));
            if let Some(model) = &tstats.datamodel {
                let _ = write!(out, " from datamodel={}", model.text);
            }
            if let Some(condition) = &tstats.condition {
                let _ = write!(out, " where {}", search(condition));
            }
            out.push_str(&by(&tstats.by));
            if let Some(span) = tstats.span {
                let _ = write!(out, " span={span}s");
            }
            out
        }
        CommandKind::Refused => " <not understood>".to_owned(),
        other => format!(" {}", names_only(other)),
    }
}

/// The argument structure of a simple command.
fn names_only(kind: &CommandKind) -> String {
    let list = |names: &[Name]| names.iter().map(|n| quoted(&n.text)).collect::<Vec<_>>().join(" ");
    match kind {
        CommandKind::Rename(pairs) => pairs
            .iter()
            .map(|(a, b)| format!("{} as {}", quoted(&a.text), quoted(&b.text)))
            .collect::<Vec<_>>()
            .join(", "),
        CommandKind::Fields(true, names) => format!("- {}", list(names)),
        CommandKind::Fields(false, names) | CommandKind::Table(names) => list(names),
        CommandKind::Convert { format, conversions } => {
            let shown: Vec<String> = conversions
                .iter()
                .map(|(f, n, alias)| {
                    let alias = alias.as_ref().map(|a| format!(" as {}", quoted(&a.text)));
                    format!("{}({}){}", f.text, n.text, alias.unwrap_or_default())
                })
                .collect();
            let format = format.as_ref().map(|f| format!("timeformat={} ", quoted(f)));
            format!("{}{}", format.unwrap_or_default(), shown.join(" "))
        }
        CommandKind::IpLocation { field, prefix, all_fields } => {
            format!("prefix={} allfields={all_fields} {}", quoted(prefix), quoted(&field.text))
        }
        CommandKind::Lookup { table, keys, outputs, only_missing } => {
            let pairs = |all: &[(Name, Name)]| {
                let shown = all.iter().map(|(a, b)| format!("{} as {}", a.text, b.text));
                shown.collect::<Vec<_>>().join(", ")
            };
            let word = if *only_missing { "OUTPUTNEW" } else { "OUTPUT" };
            format!("{} {} {word} {}", table.text, pairs(keys), pairs(outputs))
        }
        CommandKind::Sort(limit, keys) => {
            let shown: Vec<String> = keys
                .iter()
                .map(|(down, n)| format!("{}{}", if *down { "-" } else { "+" }, quoted(&n.text)))
                .collect();
            format!("{limit} {}", shown.join(", "))
        }
        CommandKind::Head(n) | CommandKind::Tail(n) => n.to_string(),
        CommandKind::Dedup { fields, keep, keep_empty, consecutive } => {
            format!("{keep} {} keepempty={keep_empty} consecutive={consecutive}", list(fields))
        }
        CommandKind::Rex { field, pattern, max_match } => {
            format!("field={} max_match={max_match} {}", quoted(&field.text), quoted(pattern))
        }
        CommandKind::Regex { field, pattern, negated } => {
            format!("{}{}{}", field.text, if *negated { "!=" } else { "=" }, quoted(pattern))
        }
        CommandKind::Bin { field, span, name } => {
            let alias = name.as_ref().map(|n| format!(" as {}", quoted(&n.text)));
            format!("span={span} {}{}", quoted(&field.text), alias.unwrap_or_default())
        }
        CommandKind::FillNull(value, names) => format!("value={} {}", quoted(value), list(names)),
        CommandKind::MvExpand(name, limit) => format!("{} limit={limit}", quoted(&name.text)),
        _ => String::new(),
    }
}

fn aggregates(all: &[Aggregate]) -> String {
    let mut out = String::new();
    for aggregate in all {
        let arg = match &aggregate.arg {
            AggregateArg::Rows => String::new(),
            AggregateArg::Field(name) => format!("({})", name.text),
            AggregateArg::Eval(node) => format!("(eval({}))", eval(node)),
        };
        let percentile = aggregate.parameter.map(|p| p.to_string()).unwrap_or_default();
        let function = if percentile.is_empty() { aggregate.function } else { "perc" };
        let _ = write!(out, " {function}{percentile}{arg} as {}", quoted(&aggregate.name));
    }
    out
}

fn by(names: &[Name]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = names.iter().map(|n| quoted(&n.text)).collect();
    format!(" by {}", shown.join(" "))
}
