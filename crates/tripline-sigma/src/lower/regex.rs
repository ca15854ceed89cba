//! Regular expressions: PCRE to the linear syntax of the engine.

use super::Lowering;
use super::placeholders::Expander;
use crate::ast::Regex;
use crate::codes::{REGEX, REGEX_FEATURE};
use tripline_diag::{Diagnostic, Span};
use tripline_ir::pcre::{Refusal, translate};

/// The expressions that a value stands for; more than one only if it has placeholders.
pub(super) fn patterns(regex: &Regex, span: Span, lowering: &mut Lowering<'_>) -> Vec<String> {
    let sources = Expander::new(lowering, span).expressions(&regex.text);
    let mut patterns = Vec::with_capacity(sources.len());
    for source in sources {
        match translate(&source) {
            Ok(body) => patterns.push(decorate(&body, regex)),
            Err(Refusal::Backtracking(what)) => {
                let message = format!("the expression has {what}");
                let help = "an engine that runs in linear time has no such thing; say it with a \
                            second selection, for example one that the condition negates";
                lowering
                    .diagnostics
                    .push(Diagnostic::error(&REGEX_FEATURE, message).at(span).help(help));
            }
            Err(Refusal::Invalid(why)) => {
                let message = format!("the regular expression is not valid: {why}");
                lowering.diagnostics.push(Diagnostic::error(&REGEX, message).at(span));
            }
        }
    }
    patterns
}

fn decorate(body: &str, regex: &Regex) -> String {
    let flags = match (regex.multi_line, regex.dot_all) {
        (true, true) => "(?ms)",
        (true, false) => "(?m)",
        (false, true) => "(?s)",
        (false, false) => "",
    };
    match (regex.from_start, regex.to_end) {
        (false, false) => format!("{flags}{body}"),
        (start, end) => {
            let start = if start { r"\A" } else { "" };
            let end = if end { r"\z" } else { "" };
            format!("{flags}{start}(?:{body}){end}")
        }
    }
}
