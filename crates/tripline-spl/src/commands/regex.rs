//! `regex`.

use super::Command;
use crate::ast::{CommandKind, Name};
use crate::lower::refused;
use crate::parser::Arguments;
use tripline_ir::pcre;
use tripline_ir::{Case, FieldRef, Pred, StageKind, Test};

pub(super) static REGEX: Command = Command {
    name: "regex",
    aliases: &[],
    syntax: "regex [<field>(=|!=)] \"<regular expression>\"",
    doc: "Keeps rows in which the expression matches a value of the field (`_raw` unless named), or, \
          with `!=`, those in which it does not, also for lack of a value.",
    parse,
    lower: |kind, work| {
        let CommandKind::Regex { field, pattern, negated } = kind else { return };
        let test = Test::Regex {
            patterns: vec![pattern.as_str().into()],
            case: Case::Sensitive,
            anchored: false,
        };
        let leaf = Pred::leaf(FieldRef::row(&*field.text), test, field.span);
        work.stage(StageKind::Filter(if *negated { leaf.negate() } else { leaf }));
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    let Some(first) = args.name("a field or a regular expression") else {
        return CommandKind::Refused;
    };
    let negated = args.is_punct("!=");
    let (field, pattern) = if args.eat("=") || args.eat("!=") {
        let Some(pattern) = args.name("a regular expression") else { return CommandKind::Refused };
        (first, pattern)
    } else {
        (Name { text: "_raw".to_owned(), span: first.span }, first)
    };
    match pcre::translate(&pattern.text) {
        Ok(pattern) => CommandKind::Regex { field, pattern, negated },
        Err(refusal) => {
            args.report(refused(&refusal, pattern.span));
            CommandKind::Refused
        }
    }
}
