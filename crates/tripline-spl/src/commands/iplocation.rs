//! `iplocation`.

use super::Command;
use crate::ast::{CommandKind, Name};
use crate::parser::Arguments;
use tripline_diag::Span;
use tripline_ir::StageKind;

pub(super) static IPLOCATION: Command = Command {
    name: "iplocation",
    aliases: &[],
    syntax: "iplocation [prefix=<text>] [allfields=<bool>] <field>",
    doc: "Adds `City`, `Country`, `Region`, `lat` and `lon` of an address from the GeoIP database; with \
          `allfields` also `Continent`, `MetroCode` and `Timezone`. Private and unknown addresses \
          add nothing.",
    parse,
    lower: |kind, work| {
        let CommandKind::IpLocation { field, prefix, all_fields } = kind else { return };
        let (column, prefix) = (field.text.as_str().into(), prefix.as_str().into());
        work.stage(StageKind::GeoIp { column, prefix, all_fields: *all_fields });
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let (mut field, mut prefix, mut all_fields) = (None, String::new(), false);
    while args.peek().is_some() {
        match args.option(|key| matches!(key, "prefix" | "allfields" | "lang")) {
            Some((key, value)) if key == "prefix" => prefix = value.text,
            Some((key, value)) if key == "allfields" => all_fields = args.truth(&value),
            Some((_, value)) if value.text != "en" => {
                args.unsupported(value.span, "names in other languages are not supported yet");
            }
            Some(_) => {}
            None if field.is_none() => field = args.name("a field"),
            None => break,
        }
        if field.is_none() && args.is_punct(",") {
            break;
        }
    }
    let field = field.unwrap_or_else(|| {
        args.expected("a field");
        Name { text: String::new(), span: Span::default() }
    });
    CommandKind::IpLocation { field, prefix, all_fields }
}
