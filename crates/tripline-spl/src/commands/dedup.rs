//! `dedup`.

use super::Command;
use crate::ast::CommandKind;
use crate::parser::Arguments;
use tripline_ir::{Dedup, StageKind};

pub(super) static DEDUP: Command = Command {
    name: "dedup",
    aliases: &[],
    syntax: "dedup [<n>] <field> {[,] <field>} [keepempty=<bool>] [consecutive=<bool>]",
    doc: "Keeps the first rows of each combination of values, one unless a number is given. Rows that \
          lack one of the fields are dropped unless `keepempty` is set. In a raw search the first \
          row is the newest.",
    parse,
    lower: |kind, work| {
        let CommandKind::Dedup { fields, keep, keep_empty, consecutive } = kind else { return };
        work.stage(StageKind::Dedup(Dedup {
            columns: fields.iter().map(|f| f.text.as_str().into()).collect(),
            keep: *keep,
            keep_empty: *keep_empty,
            consecutive: *consecutive,
        }));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let (mut fields, mut keep) = (vec![], 1);
    let (mut keep_empty, mut consecutive) = (false, false);
    loop {
        while args.eat(",") {}
        if let Some((key, value)) =
            args.option(|k| matches!(k, "keepempty" | "consecutive" | "keepevents"))
        {
            let truth = args.truth(&value);
            match &*key {
                "keepempty" => keep_empty = truth,
                "consecutive" => consecutive = truth,
                _ if truth => args.unsupported(value.span, "`keepevents` is not supported yet"),
                _ => {}
            }
            continue;
        }
        if args.is_word(0, "sortby") {
            let span = args.here();
            args.unsupported(span, "`sortby` of `dedup` is not supported yet");
            while args.next().is_some() {}
            break;
        }
        let Some(name) = args.maybe_name() else { break };
        match name.text.parse() {
            Ok(count) if fields.is_empty() => keep = count,
            _ => fields.push(name),
        }
    }
    if fields.is_empty() {
        args.expected("a field");
    }
    CommandKind::Dedup { fields, keep, keep_empty, consecutive }
}
