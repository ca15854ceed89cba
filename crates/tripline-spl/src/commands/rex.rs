//! `rex`.

use super::Command;
use crate::ast::{CommandKind, Name};
use crate::lower::refused;
use crate::parser::Arguments;
use tripline_diag::Span;
use tripline_ir::pcre;
use tripline_ir::{Extract, StageKind};

pub(super) static REX: Command = Command {
    name: "rex",
    aliases: &[],
    syntax: "rex [field=<field>] [max_match=<n>] \"<regular expression>\"",
    doc: "Named groups become columns: overwritten where the expression matches, left alone where it \
          does not. `_raw` is searched unless a field is named; with `max_match` above 1 (0: all) the \
          matches become several values. `mode=sed` is not supported yet, nor is lookaround.",
    parse,
    lower: |kind, work| {
        let CommandKind::Rex { field, pattern, max_match } = kind else { return };
        work.stage(StageKind::Extract(Extract {
            column: field.text.as_str().into(),
            pattern: pattern.as_str().into(),
            max_match: *max_match,
        }));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let mut field = Name { text: "_raw".to_owned(), span: Span::default() };
    let (mut pattern, mut max_match) = (None, 1);
    while args.peek().is_some() {
        match args.option(|k| matches!(k, "field" | "max_match" | "mode" | "offset_field")) {
            Some((key, value)) if key == "field" => field = value,
            Some((key, value)) if key == "max_match" => max_match = args.count(&value),
            Some((key, value)) => {
                args.unsupported(value.span, format!("`{key}=` of `rex` is not supported yet"));
                while args.next().is_some() {}
                return CommandKind::Refused;
            }
            None if pattern.is_none() => {
                pattern = args.name("a regular expression");
                if pattern.is_none() {
                    return CommandKind::Refused;
                }
            }
            None => break,
        }
    }
    let Some(pattern) = pattern else {
        args.expected("a regular expression");
        return CommandKind::Refused;
    };
    match pcre::translate(&pattern.text) {
        Ok(pattern) => CommandKind::Rex { field, pattern, max_match },
        Err(refusal) => {
            args.report(refused(&refusal, pattern.span));
            CommandKind::Refused
        }
    }
}
