//! `tail`.

use super::Command;
use super::head::count;
use crate::ast::CommandKind;
use tripline_ir::{End, StageKind};

pub(super) static TAIL: Command = Command {
    name: "tail",
    aliases: &[],
    syntax: "tail [<n>]",
    doc: "Keeps the last rows, 10 unless a number is given, the last one first.",
    parse: |args| CommandKind::Tail(count(args)),
    lower: |kind, work| {
        let CommandKind::Tail(count) = *kind else { return };
        work.stage(StageKind::Limit { count, end: End::Tail });
    },
};
