//! `sort`.

use super::Command;
use crate::ast::{CommandKind, Name};
use crate::parser::Arguments;
use tripline_ir::{RowSort, SortKey, StageKind};

/// How many rows stay unless a number is given.
const LIMIT: u64 = 10_000;

pub(super) static SORT: Command = Command {
    name: "sort",
    aliases: &[],
    syntax: "sort [<limit>] [+|-]<field> {[,] [+|-]<field>} [desc]",
    doc: "Orders rows: numbers by value before text by code point, nulls last. Keeps 10,000 rows unless \
          another limit is given; 0 keeps all. A sign without a field after it holds for all that \
          follow.",
    parse,
    lower: |kind, work| {
        let CommandKind::Sort(limit, keys) = kind else { return };
        let keys = keys.iter().map(|(descending, name)| SortKey {
            column: name.text.as_str().into(),
            descending: *descending,
        });
        work.stage(StageKind::Sort(RowSort { keys: keys.collect(), limit: *limit }));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let mut limit = LIMIT;
    if let Some((_, value)) = args.option(|key| key == "limit") {
        limit = args.count(&value);
    }
    let mut keys: Vec<(bool, Name)> = vec![];
    let mut sign = false;
    let mut first = true;
    loop {
        while args.eat(",") {}
        let Some(mut name) = args.maybe_name() else { break };
        if std::mem::take(&mut first)
            && let Ok(count) = name.text.parse()
        {
            limit = count;
            continue;
        }
        if name.text == "-" || name.text == "+" {
            sign = name.text == "-";
            continue;
        }
        let last = args.peek().is_none();
        if last && !keys.is_empty() && matches!(&*name.text, "d" | "desc") {
            for key in &mut keys {
                key.0 = !key.0;
            }
            break;
        }
        let mut descending = sign;
        if let Some(rest) = name.text.strip_prefix('-') {
            (descending, name.text) = (true, rest.to_owned());
        } else if let Some(rest) = name.text.strip_prefix('+') {
            (descending, name.text) = (false, rest.to_owned());
        }
        if args.eat("(") {
            let function = name.text.clone();
            let Some(inner) = args.name("a field") else { break };
            if !args.eat(")") {
                args.expected("`)`");
            }
            if matches!(&*function, "str" | "ip") {
                let message = format!("`{function}()` in `sort` is not supported yet");
                args.unsupported(name.span, message);
            }
            name = inner;
        }
        keys.push((descending, name));
    }
    if keys.is_empty() {
        args.expected("a field");
    }
    CommandKind::Sort(limit, keys)
}
