//! `mvexpand`.

use super::Command;
use crate::ast::CommandKind;
use tripline_ir::StageKind;

pub(super) static MVEXPAND: Command = Command {
    name: "mvexpand",
    aliases: &[],
    syntax: "mvexpand <field> [limit=<n>]",
    doc: "One row per value of a column, at most so many per row (0: all). A row without a value stays.",
    parse: |args| {
        let Some(name) = args.name("a field") else { return CommandKind::Refused };
        let limit = args.option(|key| key == "limit").map_or(0, |(_, value)| args.count(&value));
        CommandKind::MvExpand(name, limit)
    },
    lower: |kind, work| {
        let CommandKind::MvExpand(name, limit) = kind else { return };
        work.stage(StageKind::Unnest { column: name.text.as_str().into(), limit: *limit });
    },
};
