//! `search`.

use super::Command;
use crate::ast::CommandKind;
use crate::lower::{Place, condition, keeps_all, warn_about_mixed};
use tripline_ir::{StageKind, View};

pub(super) static SEARCH: Command = Command {
    name: "search",
    aliases: &[],
    syntax: "search <search expression>",
    doc: "Keeps events or rows. `OR` binds tighter than `AND`, terms side by side are joined by `AND`. \
          Values compare without regard to case; `*` is a wildcard everywhere, also in quotes, and \
          cannot be escaped; a value that reads as a number also equals other spellings of it, and \
          one that reads as a network also contains addresses. `f!=v` wants a value that differs, \
          `NOT f=v` also keeps what has no `f`. Field names are case-sensitive.",
    parse: |args| CommandKind::Search(args.search_expression()),
    lower: |kind, work| {
        let CommandKind::Search(search) = kind else { return };
        warn_about_mixed(search, &mut work.diagnostics);
        let place = Place { view: View::Row, dataset: None };
        let pred = condition(search, &place, work.fields, &mut work.diagnostics);
        if !keeps_all(&pred) {
            work.stage(StageKind::Filter(pred));
        }
    },
};
