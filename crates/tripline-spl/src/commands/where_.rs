//! `where`.

use super::Command;
use crate::ast::CommandKind;
use crate::lower::eval;
use tripline_ir::{Multi, Pred, StageKind};

pub(super) static WHERE: Command = Command {
    name: "where",
    aliases: &[],
    syntax: "where <expression>",
    doc: "Keeps rows for which the expression is true (not false and not null). `AND` binds tighter \
          than `OR`; text compares with regard to case; a bare word is a field; a star is a star.",
    parse: |args| {
        args.expressions();
        CommandKind::Where(args.eval())
    },
    lower: |kind, work| {
        let CommandKind::Where(node) = kind else { return };
        let expr = eval(node, &mut work.diagnostics);
        work.stage(StageKind::Filter(Pred::Expr { expr, multi: Multi::Whole }));
    },
};
