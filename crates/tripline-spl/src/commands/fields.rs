//! `fields`.

use super::Command;
use crate::ast::CommandKind;
use crate::parser::Arguments;
use tripline_ir::{Projection, StageKind};

pub(super) static FIELDS: Command = Command {
    name: "fields",
    aliases: &[],
    syntax: "fields [+|-] <field> {[,] <field>}",
    doc: "Keeps (`+`, or nothing) or removes (`-`) columns. `_time` and `_raw` stay unless they are \
          removed by name.",
    parse,
    lower: |kind, work| {
        let CommandKind::Fields(remove, names) = kind else { return };
        let columns = names.iter().map(|n| n.text.as_str().into()).collect();
        work.stage(StageKind::Project(if *remove {
            Projection::Drop(columns)
        } else {
            Projection::Keep { columns, create: false, keep_internal: true }
        }));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let remove = args.eat_word("-");
    if !remove {
        args.eat_word("+");
    }
    let mut names = args.names(&[]);
    let mut remove = remove;
    // The sign may stand without a blank: `-a`.
    if let Some(first) = names.first_mut()
        && !remove
    {
        if let Some(rest) = first.text.strip_prefix('-').filter(|r| !r.is_empty()) {
            first.text = rest.to_owned();
            remove = true;
        } else if let Some(rest) = first.text.strip_prefix('+').filter(|r| !r.is_empty()) {
            first.text = rest.to_owned();
        }
    }
    if names.is_empty() {
        args.expected("a field");
    }
    CommandKind::Fields(remove, names)
}
