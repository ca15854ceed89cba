//! Cutting a search into commands.

use super::Arguments;
use crate::ast::{Command, CommandKind, Query};
use crate::codes;
use crate::commands;
use crate::spans::SpanMap;
use tripline_diag::{Diagnostic, did_you_mean};

/// Parses a whole search.
pub(crate) fn pipeline(text: &str, map: &SpanMap, diagnostics: &mut Vec<Diagnostic>) -> Query {
    let mut query = Query::default();
    let parts = split(text);
    let many = parts.len() > 1;
    for (at, (from, to)) in parts.into_iter().enumerate() {
        let body = &text[from..to];
        let start = from + (body.len() - body.trim_start().len());
        let to = start + text[start.min(to)..to].trim_end().len();
        if start >= to {
            if at == 0 && many {
                // A leading pipe: the first command makes rows itself.
                continue;
            }
            let span = map.map(from.saturating_sub(1), from);
            diagnostics.push(Diagnostic::error(&codes::SYNTAX, "a command is missing").at(span));
            continue;
        }
        query.commands.push(command(text, start, to, at == 0, map, diagnostics));
    }
    query
}

fn command(
    text: &str,
    start: usize,
    to: usize,
    first: bool,
    map: &SpanMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Command {
    let body = &text[start..to];
    let word: usize = body
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .map(char::len_utf8)
        .sum();
    let name = body[..word].to_ascii_lowercase();
    let span = map.map(start, to);
    // Without a leading pipe the first command is `search`, with or without its name.
    if first && name != "search" {
        let mut arguments = Arguments::new(text, start, to, map, diagnostics);
        if matches!(name.as_str(), "tstats" | "mstats" | "inputlookup" | "makeresults") {
            let message = format!("`{name}` is read as a word to search for");
            let diagnostic = Diagnostic::warning(&codes::LEADING_PIPE, message);
            let help = format!("if the command is meant, write `| {name}`");
            arguments.report(diagnostic.at(map.map(start, start + word)).help(help));
        }
        arguments.check_quotes();
        let kind = CommandKind::Search(arguments.search_expression());
        return Command { name: "search".to_owned(), span, kind };
    }
    let first_char = body.chars().next().map_or(0, char::len_utf8);
    let name_span = map.map(start, start + word.max(first_char));
    let mut arguments = Arguments::new(text, start + word, to, map, diagnostics);
    let kind = match commands::named(&name) {
        Some(command) => {
            let before = arguments.errors();
            // Expressions have quotes of their own and check them when they are read.
            if !matches!(name.as_str(), "eval" | "where") {
                arguments.check_quotes();
            }
            let kind = (command.parse)(&mut arguments);
            if arguments.errors() == before {
                arguments.expect_end();
            }
            kind
        }
        None if commands::UNSUPPORTED.contains(&&*name) => {
            let message = format!("command `{name}` is not supported yet");
            arguments.report(Diagnostic::error(&codes::UNSUPPORTED_COMMAND, message).at(name_span));
            CommandKind::Refused
        }
        None => {
            let shown = if word == 0 { body.chars().take(1).collect() } else { name.clone() };
            let known = commands::names().chain(commands::UNSUPPORTED.iter().copied());
            let help = did_you_mean(&shown, known);
            let message = format!("unknown command `{shown}`");
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_COMMAND, message).at(name_span);
            arguments.report(diagnostic.maybe_help(help));
            CommandKind::Refused
        }
    };
    Command { name, span, kind }
}

/// Cuts at pipes outside quotes and square brackets.
fn split(text: &str) -> Vec<(usize, usize)> {
    let mut parts = vec![];
    let (mut start, mut depth, mut quoted, mut skip) = (0, 0_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if skip => skip = false,
            '\\' => skip = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '|' if !quoted && depth == 0 => {
                parts.push((start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push((start, text.len()));
    parts
}
