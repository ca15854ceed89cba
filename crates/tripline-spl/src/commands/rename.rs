//! `rename`.

use super::Command;
use crate::ast::CommandKind;
use crate::parser::Arguments;
use tripline_ir::StageKind;

pub(super) static RENAME: Command = Command {
    name: "rename",
    aliases: &[],
    syntax: "rename <field> as <field> {[,] <field> as <field>}",
    doc: "Renames columns. A `*` stands for the same text on both sides (`X.* as *`). A column that \
          already has the new name is overwritten; a column that is not there is not renamed.",
    parse,
    lower: |kind, work| {
        let CommandKind::Rename(pairs) = kind else { return };
        let pairs = pairs.iter().map(|(a, b)| (a.text.as_str().into(), b.text.as_str().into()));
        work.stage(StageKind::Rename(pairs.collect()));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let mut pairs = vec![];
    loop {
        while args.eat(",") {}
        if args.peek().is_none() && !pairs.is_empty() {
            break;
        }
        let Some(from) = args.name("a field") else { break };
        if !args.eat_word("as") {
            args.expected("`as`");
            break;
        }
        let Some(to) = args.name("a new name") else { break };
        pairs.push((from, to));
    }
    CommandKind::Rename(pairs)
}
