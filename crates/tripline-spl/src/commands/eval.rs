//! `eval`.

use super::Command;
use crate::ast::{CommandKind, Eval, Name};
use crate::lower::eval;
use crate::parser::Arguments;
use crate::tokens::TokenKind;
use tripline_ir::{Extend, StageKind};

pub(super) static EVAL: Command = Command {
    name: "eval",
    aliases: &[],
    syntax: "eval <field>=<expression> {, <field>=<expression>}",
    doc: "Computes columns one after the other; later ones see earlier ones. A result of null takes \
          the column's value away. The expressions are those of `where`.",
    parse,
    lower: |kind, work| {
        let CommandKind::Eval(columns) = kind else { return };
        let columns = columns.iter().map(|(name, node)| Extend {
            name: name.text.as_str().into(),
            expr: eval(node, &mut work.diagnostics),
        });
        let columns = columns.collect();
        work.stage(StageKind::Extend(columns));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    args.expressions();
    let mut columns: Vec<(Name, Eval)> = vec![];
    while let Some(name) = target(args) {
        if !args.eat("=") {
            args.expected("`=`");
            break;
        }
        columns.push((name, args.eval()));
        if !args.eat(",") {
            break;
        }
    }
    CommandKind::Eval(columns)
}

/// The name before the equal sign: quoted, or everything up to it (`a-b.c{}`).
fn target(args: &mut Arguments<'_>) -> Option<Name> {
    let first = args.peek()?.clone();
    if let TokenKind::Quoted(text) | TokenKind::Single(text) = first.kind {
        args.next();
        return Some(Name { text, span: first.span });
    }
    if args.is_punct("{") {
        args.unsupported(first.span, "a column named by a value is not supported yet");
        while args.next().is_some() {}
        return None;
    }
    let (mut start, mut end, mut span) = (first.start, first.start, first.span);
    while let Some(token) = args.peek().cloned() {
        if matches!(token.kind, TokenKind::Punct("=" | "==" | ",")) {
            break;
        }
        if end == start {
            start = token.start;
        } else if token.start != end {
            break;
        }
        end = token.end;
        span = span.to(token.span);
        args.next();
    }
    if start == end {
        args.expected("a field name");
        return None;
    }
    Some(Name { text: args.slice(start, end).to_owned(), span })
}
