//! `convert`.

use super::Command;
use crate::ast::{CommandKind, Name};
use crate::codes;
use crate::lower::Lowering;
use crate::parser::Arguments;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_ir::{Expr, Extend, FieldRef, StageKind, Value};

/// How `ctime` prints unless `timeformat` says otherwise.
const FORMAT: &str = "%m/%d/%Y %H:%M:%S";

pub(super) static CONVERT: Command = Command {
    name: "convert",
    aliases: &[],
    syntax: "convert [timeformat=<format>] <function>(<field>) [as <field>] {...}",
    doc: "`ctime` prints epoch seconds in the run's time zone, `mktime` reads such text back, `num` \
          keeps numbers and clears other values, `none` changes nothing. The other conversions are \
          not supported yet. `ctime` takes wildcards.",
    parse,
    lower: |kind, work| {
        let CommandKind::Convert { format, conversions } = kind else { return };
        let format = format.as_deref().unwrap_or(FORMAT);
        for (function, field, name) in conversions {
            lower(format, function, field, name.as_ref(), work);
        }
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let mut format = None;
    let mut conversions = vec![];
    loop {
        while args.eat(",") {}
        if let Some((_, value)) = args.option(|key| key == "timeformat") {
            format = Some(value.text);
            continue;
        }
        if args.peek().is_none() && !conversions.is_empty() {
            break;
        }
        let Some(function) = args.name("a conversion") else { break };
        if !args.eat("(") {
            args.expected("`(`");
            break;
        }
        let Some(field) = args.name("a field") else { break };
        if !args.eat(")") {
            args.expected("`)`");
            break;
        }
        let name = if args.eat_word("as") { args.name("a new name") } else { None };
        conversions.push((function, field, name));
    }
    CommandKind::Convert { format, conversions }
}

fn lower(
    format: &str,
    function: &Name,
    field: &Name,
    name: Option<&Name>,
    work: &mut Lowering<'_>,
) {
    let lower_name = function.text.to_ascii_lowercase();
    let target = name.unwrap_or(field);
    let column = || Expr::field(FieldRef::row(&*field.text), field.span);
    let expr = match lower_name.as_str() {
        "ctime" => {
            let name = name.map(|n| n.text.as_str().into());
            let columns = vec![(field.text.as_str().into(), name)];
            work.stage(StageKind::FormatTime { columns, format: format.into() });
            return;
        }
        "none" => return,
        "mktime" => {
            let format = Expr::literal(Value::from(format), function.span);
            Expr::call("mv.strptime", vec![column(), format], function.span)
        }
        "num" => Expr::call("mv.tonumber", vec![column()], function.span),
        "auto" | "dur2sec" | "memk" | "mstime" | "rmcomma" | "rmunit" => {
            let message = format!("the conversion `{lower_name}` is not supported yet");
            let diagnostic = Diagnostic::error(&codes::UNSUPPORTED_OPTION, message);
            work.report(diagnostic.at(function.span));
            return;
        }
        _ => {
            let message = format!("unknown conversion `{}`", function.text);
            let help = did_you_mean(&lower_name, ["ctime", "mktime", "num", "none"]);
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_FUNCTION, message);
            work.report(diagnostic.at(function.span).maybe_help(help));
            return;
        }
    };
    if field.text.contains('*') {
        let message = format!("`{lower_name}` with a wildcard is not supported yet");
        work.report(Diagnostic::error(&codes::UNSUPPORTED_OPTION, message).at(field.span));
        return;
    }
    work.stage(StageKind::Extend(vec![Extend { name: target.text.as_str().into(), expr }]));
}
