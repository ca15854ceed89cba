//! `fillnull`.

use super::Command;
use crate::ast::CommandKind;
use tripline_ir::StageKind;

pub(super) static FILLNULL: Command = Command {
    name: "fillnull",
    aliases: &[],
    syntax: "fillnull [value=<text>] [<field> {[,] <field>}]",
    doc: "Writes a value (0 unless given) where there is none: into the named columns, which are made if \
          they are not there, or into every column that is there.",
    parse: |args| {
        let value = args.option(|key| key == "value").map_or("0".to_owned(), |(_, v)| v.text);
        let names = args.names(&[]);
        CommandKind::FillNull(value, names)
    },
    lower: |kind, work| {
        let CommandKind::FillNull(value, names) = kind else { return };
        let columns = names.iter().map(|n| n.text.as_str().into()).collect();
        work.stage(StageKind::Fill { columns, value: value.as_str().into() });
    },
};
