//! `bin`, `bucket`.

use super::Command;
use crate::ast::CommandKind;
use crate::parser::{Arguments, span_seconds};
use tripline_ir::{Bin, StageKind};

pub(super) static BIN: Command = Command {
    name: "bin",
    aliases: &["bucket", "discretize"],
    syntax: "bin span=<time or number> <field> [as <field>]",
    doc: "Rounds a column down to a multiple. For `_time` the span is a time (`5m`, `1h`, `1d`), counted \
          from the epoch. The forms without a span, and spans of months, are not supported yet.",
    parse,
    lower: |kind, work| {
        let CommandKind::Bin { field, span, name } = kind else { return };
        work.stage(StageKind::Bin(Bin {
            column: field.text.as_str().into(),
            span: *span,
            name: name.as_ref().map(|n| n.text.as_str().into()),
        }));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    const OPTIONS: &[&str] = &["span", "bins", "minspan", "start", "end", "aligntime"];
    let (mut span, mut field, mut name) = (None, None, None);
    while args.peek().is_some() {
        match args.option(|key| OPTIONS.contains(&key)) {
            Some((key, value)) if key == "span" => {
                span = span_seconds(&value.text);
                if span.is_none() {
                    let message = format!("a span of `{}` is not supported yet", value.text);
                    args.unsupported(value.span, message);
                    return CommandKind::Refused;
                }
            }
            Some((key, value)) => {
                args.unsupported(value.span, format!("`{key}=` of `bin` is not supported yet"));
            }
            None if field.is_none() => match args.name("a field") {
                Some(named) => field = Some(named),
                None => return CommandKind::Refused,
            },
            None if name.is_none() && args.eat_word("as") => name = args.name("a new name"),
            None => break,
        }
    }
    let Some(field) = field else {
        args.expected("a field");
        return CommandKind::Refused;
    };
    let Some(span) = span else {
        args.unsupported(field.span, "`bin` without `span=` is not supported yet");
        return CommandKind::Refused;
    };
    CommandKind::Bin { field, span, name }
}
