//! `head`.

use super::Command;
use crate::ast::CommandKind;
use crate::parser::Arguments;
use tripline_ir::{End, StageKind};

pub(super) static HEAD: Command = Command {
    name: "head",
    aliases: &[],
    syntax: "head [<n> | limit=<n>]",
    doc: "Keeps the first rows, 10 unless a number is given. The form with a condition is not supported \
          yet.",
    parse: |args| CommandKind::Head(count(args)),
    lower: |kind, work| {
        let CommandKind::Head(count) = *kind else { return };
        work.stage(StageKind::Limit { count, end: End::Head });
    },
};

/// The number of rows of `head` and `tail`.
pub(super) fn count(args: &mut Arguments<'_>) -> u64 {
    if let Some((_, value)) = args.option(|key| key == "limit") {
        return args.count(&value);
    }
    if args.is_punct("(") {
        let span = args.here();
        args.unsupported(span, "`head` with a condition is not supported yet");
        while args.next().is_some() {}
        return 0;
    }
    match args.maybe_name() {
        Some(value) => args.count(&value),
        None => 10,
    }
}
