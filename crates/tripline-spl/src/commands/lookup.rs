//! `lookup`.

use super::Command;
use crate::ast::{CommandKind, Name};
use crate::codes;
use crate::lower::Lowering;
use crate::parser::Arguments;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_ir::{Lookup, LookupKey, LookupOutput, StageKind};

pub(super) static LOOKUP: Command = Command {
    name: "lookup",
    aliases: &[],
    syntax: "lookup <table> <column> [as <field>] {...} [OUTPUT|OUTPUTNEW <column> [as <field>] {...}]",
    doc: "Adds columns of a table's row that matches. How the columns match (exactly, by network, by \
          wildcard) is the table's business. `OUTPUT` overwrites, `OUTPUTNEW` fills only what is \
          missing; without either all columns that are no keys come back.",
    parse,
    lower: |kind, work| {
        let CommandKind::Lookup { table, keys, outputs, only_missing } = kind else { return };
        check(table, keys, outputs, work);
        let keys = keys.iter().map(|(a, b)| LookupKey {
            table_column: a.text.as_str().into(),
            row_column: b.text.as_str().into(),
        });
        let outputs = outputs.iter().map(|(a, b)| LookupOutput {
            table_column: a.text.as_str().into(),
            row_column: b.text.as_str().into(),
        });
        let lookup = Lookup {
            table: table.text.as_str().into(),
            keys: keys.collect(),
            outputs: outputs.collect(),
            only_missing: *only_missing,
        };
        work.stage(StageKind::Lookup(lookup));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    const IGNORED: &[&str] = &["update", "local", "event_time_field"];
    while args.option(|key| IGNORED.contains(&key)).is_some() {}
    let Some(table) = args.name("a lookup table") else { return CommandKind::Refused };
    const OUTPUT: &[&str] = &["output", "outputnew"];
    let keys = pairs(args, OUTPUT);
    if keys.is_empty() {
        args.expected("a column to look up");
    }
    let only_missing = args.is_word(0, "outputnew");
    let outputs = if args.eat_word("output") || args.eat_word("outputnew") {
        pairs(args, &[])
    } else {
        vec![]
    };
    CommandKind::Lookup { table, keys, outputs, only_missing }
}

/// `column [as field]`, with or without commas.
fn pairs(args: &mut Arguments<'_>, stop: &[&str]) -> Vec<(Name, Name)> {
    let mut all = vec![];
    loop {
        while args.eat(",") {}
        if args.peek().is_none() || stop.iter().any(|word| args.is_word(0, word)) {
            return all;
        }
        let Some((column, field)) = args.name_as("a column") else { return all };
        let field = field.unwrap_or_else(|| column.clone());
        all.push((column, field));
    }
}

fn check(table: &Name, keys: &[(Name, Name)], outputs: &[(Name, Name)], work: &mut Lowering<'_>) {
    let Some(info) = work.env.lookup(&table.text) else {
        let names = work.env.lookup_names();
        let help = did_you_mean(&table.text, names.iter().map(String::as_str));
        let message = format!("unknown lookup `{}`", table.text);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_LOOKUP, message).at(table.span);
        work.report(diagnostic.maybe_help(help));
        return;
    };
    if info.columns.is_empty() {
        return;
    }
    for (column, _) in keys.iter().chain(outputs) {
        if !info.columns.contains(&column.text) {
            let help = did_you_mean(&column.text, info.columns.iter().map(String::as_str));
            let message = format!("lookup `{}` has no column `{}`", table.text, column.text);
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_LOOKUP_COLUMN, message);
            work.report(diagnostic.at(column.span).maybe_help(help));
        }
    }
}
