//! Aggregates and `by` lists, shared by `stats` and `tstats`.

use super::Arguments;
use crate::ast::{Aggregate, AggregateArg, Name};
use crate::codes;
use crate::functions;
use crate::tokens::TokenKind;
use tripline_diag::{Diagnostic, did_you_mean};

/// Aggregates, at least one, up to one of these words or the end.
pub(crate) fn aggregates(args: &mut Arguments<'_>, stop: &[&str]) -> Vec<Aggregate> {
    let mut all = vec![];
    loop {
        while args.eat(",") {}
        if args.peek().is_none() || stop.iter().any(|word| args.is_word(0, word)) {
            if all.is_empty() {
                args.expected("an aggregate function");
            }
            return all;
        }
        let Some(aggregate) = aggregate(args) else {
            // Reported; what follows would only repeat it.
            while args.next().is_some() {}
            return all;
        };
        all.push(aggregate);
    }
}

fn aggregate(args: &mut Arguments<'_>) -> Option<Aggregate> {
    let function = args.name("an aggregate function")?;
    let mut span = function.span;
    let Some((kernel, parameter)) = functions::aggregate(&function.text) else {
        let lower = function.text.to_ascii_lowercase();
        let diagnostic = if functions::UNSUPPORTED_AGGREGATES.contains(&&*lower) {
            let message = format!("aggregate function `{lower}` is not supported yet");
            Diagnostic::error(&codes::UNSUPPORTED_FUNCTION, message)
        } else {
            let message = format!("unknown aggregate function `{}`", function.text);
            Diagnostic::error(&codes::UNKNOWN_FUNCTION, message)
                .maybe_help(did_you_mean(&lower, functions::aggregate_names()))
        };
        args.report(diagnostic.at(function.span));
        return None;
    };
    let mut name = function.text.clone();
    let mut arg = AggregateArg::Rows;
    if args.is_punct("(") {
        let open = args.next().map_or(0, |t| t.end);
        let eval = args.is_word(0, "eval");
        let first = args.here();
        let (close, end) = closing(args)?;
        span = span.to(end);
        let inner = args.text[open..close].trim();
        name = format!("{name}({inner})");
        if eval && inner.ends_with(')') {
            let from = open + args.text[open..close].find('(').map_or(0, |n| n + 1);
            let to = open + args.text[open..close].rfind(')').unwrap_or(close - open);
            arg = AggregateArg::Eval(args.inside(from, to.max(from), Arguments::eval));
        } else if !inner.is_empty() {
            let text = inner.trim_matches(['"', '\'']).to_owned();
            name = format!("{}({text})", function.text);
            arg = AggregateArg::Field(Name { text, span: first });
        }
    }
    if arg == AggregateArg::Rows && kernel != "count" {
        let message = format!("`{}` needs a field", function.text);
        args.report(Diagnostic::error(&codes::SYNTAX, message).at(span));
    }
    if args.eat_word("as") {
        name = alias(args)?;
    }
    Some(Aggregate { function: kernel, parameter, arg, name, span })
}

/// Reads up to the matching parenthesis: where it starts, and its place.
fn closing(args: &mut Arguments<'_>) -> Option<(usize, tripline_diag::Span)> {
    let mut depth = 1_usize;
    while let Some(token) = args.next() {
        match token.kind {
            TokenKind::Punct("(") => depth += 1,
            TokenKind::Punct(")") => {
                depth -= 1;
                if depth == 0 {
                    return Some((token.start, token.span));
                }
            }
            _ => {}
        }
    }
    args.expected("`)`");
    None
}

/// A new name; a bare one may have a part in parentheses: `as aceFlags(inheritance)`.
fn alias(args: &mut Arguments<'_>) -> Option<String> {
    let name = args.name("a new name")?;
    if !args.is_punct("(") {
        return Some(name.text);
    }
    let open = args.next().map_or(0, |t| t.start);
    let (close, _) = closing(args)?;
    Some(format!("{}{}", name.text, &args.text[open..=close]))
}

/// Fields after `by`.
pub(crate) fn by_fields(args: &mut Arguments<'_>) -> Vec<Name> {
    let fields = args.names(&[]);
    if fields.is_empty() {
        args.expected("a field");
    }
    fields
}
