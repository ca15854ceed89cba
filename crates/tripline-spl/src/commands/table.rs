//! `table`.

use super::Command;
use crate::ast::CommandKind;
use tripline_ir::{Projection, StageKind};

pub(super) static TABLE: Command = Command {
    name: "table",
    aliases: &[],
    syntax: "table <field> {[,] <field>}",
    doc: "Keeps these columns in this order. A named column that is not there becomes an empty one.",
    parse: |args| {
        let names = args.names(&[]);
        if names.is_empty() {
            args.expected("a field");
        }
        CommandKind::Table(names)
    },
    lower: |kind, work| {
        let CommandKind::Table(names) = kind else { return };
        let columns = names.iter().map(|n| n.text.as_str().into()).collect();
        let keep = Projection::Keep { columns, create: true, keep_internal: false };
        work.stage(StageKind::Project(keep));
    },
};
