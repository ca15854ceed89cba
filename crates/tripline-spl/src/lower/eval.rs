//! `eval` expressions as kernels.

use crate::ast::{Eval, EvalKind};
use crate::codes;
use crate::functions;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::pcre::{self, Refusal};
use tripline_ir::{Expr, FieldRef, Value};

/// The expression over a row's columns.
pub(crate) fn eval(node: &Eval, diagnostics: &mut Vec<Diagnostic>) -> Expr {
    match &node.kind {
        EvalKind::Number(text) => {
            let value = match text.parse::<i64>() {
                Ok(whole) => Value::Int(whole),
                Err(_) => tripline_ir::parse_number(text).map_or(Value::Null, Value::Float),
            };
            Expr::literal(value, node.span)
        }
        EvalKind::Text(text) => Expr::literal(Value::from(&**text), node.span),
        EvalKind::Field(name) => Expr::field(FieldRef::row(&**name), node.span),
        EvalKind::Operator(op, parts) => {
            let args = parts.iter().map(|p| eval(p, diagnostics)).collect();
            Expr::call(operator(op), args, node.span)
        }
        EvalKind::Call(name, args) => call(name, args, node.span, diagnostics),
        EvalKind::Error => Expr::literal(Value::Null, node.span),
    }
}

/// The operators' kernels.
fn operator(op: &str) -> &'static str {
    match op {
        "and" => "mv.and",
        "or" => "mv.or",
        "xor" => "mv.xor",
        "not" => "mv.not",
        "eq" => "mv.eq",
        "ne" => "mv.ne",
        "lt" => "mv.lt",
        "le" => "mv.le",
        "gt" => "mv.gt",
        "ge" => "mv.ge",
        "like" => "mv.like",
        "in" => "mv.in",
        "add" => "mv.add",
        "sub" => "mv.sub",
        "mul" => "mv.mul",
        "div" => "mv.div",
        "mod" => "mv.mod",
        "neg" => "mv.neg",
        _ => "mv.concat",
    }
}

fn call(name: &str, args: &[Eval], span: Span, diagnostics: &mut Vec<Diagnostic>) -> Expr {
    let Some(function) = functions::named(name) else {
        let diagnostic = if functions::UNSUPPORTED.contains(&name) {
            let message = format!("function `{name}` is not supported yet");
            Diagnostic::error(&codes::UNSUPPORTED_FUNCTION, message)
        } else {
            let known = functions::FUNCTIONS.iter().map(|f| f.name);
            let help = did_you_mean(name, known.chain(functions::UNSUPPORTED.iter().copied()));
            Diagnostic::error(&codes::UNKNOWN_FUNCTION, format!("unknown function `{name}`"))
                .maybe_help(help)
        };
        diagnostics.push(diagnostic.at(span));
        return Expr::literal(Value::Null, span);
    };
    let (fewest, most) = function.arity;
    let pairs = matches!(name, "case" | "validate");
    if args.len() < fewest || args.len() > most || (pairs && args.len() % 2 == 1) {
        let wanted = match (fewest, most) {
            _ if pairs => "pairs of a condition and a value".to_owned(),
            (a, b) if a == b => format!("{a}"),
            (a, usize::MAX) => format!("at least {a}"),
            (a, b) => format!("{a} to {b}"),
        };
        let message = format!("`{name}` takes {wanted}, found {}", args.len());
        diagnostics.push(Diagnostic::error(&codes::FUNCTION_ARITY, message).at(span));
        return Expr::literal(Value::Null, span);
    }
    let lowered = args.iter().enumerate().map(|(at, arg)| match &arg.kind {
        EvalKind::Text(pattern) if function.regex == Some(at) => {
            let pattern = regex(pattern, arg.span, diagnostics);
            Expr::literal(Value::str(pattern), arg.span)
        }
        _ => eval(arg, diagnostics),
    });
    let lowered = lowered.collect();
    Expr::call(function.kernel, lowered, span)
}

/// A regular expression in the target's syntax; reports one that has none.
pub(crate) fn regex(pattern: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> String {
    match pcre::translate(pattern) {
        Ok(pattern) => pattern,
        Err(refusal) => {
            diagnostics.push(refused(&refusal, span));
            String::new()
        }
    }
}

/// What to say about an expression that cannot be used.
pub(crate) fn refused(refusal: &Refusal, span: Span) -> Diagnostic {
    match refusal {
        Refusal::Backtracking(what) => {
            let message = format!("the regular expression uses {what}");
            Diagnostic::error(&codes::REGEX_LOOKAROUND, message).at(span)
        }
        Refusal::Invalid(reason) => {
            let message = format!("the regular expression is not valid: {reason}");
            Diagnostic::error(&codes::REGEX, message).at(span)
        }
    }
}

/// Whether an expression gives a truth value: then `count(eval(...))` counts where it is true.
pub(crate) fn is_truth(node: &Eval) -> bool {
    match &node.kind {
        EvalKind::Operator(op, _) => {
            !matches!(*op, "add" | "sub" | "mul" | "div" | "mod" | "neg" | "concat")
        }
        EvalKind::Call(name, _) => functions::named(name).is_some_and(|f| f.truth),
        _ => false,
    }
}
