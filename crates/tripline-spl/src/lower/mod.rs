//! From the search as written to the plan.

mod condition;
mod eval;
mod live;
mod mixed;

use crate::ast::{Command, CommandKind, Query};
use crate::codes;
use crate::commands;
use crate::env::Environment;
pub(crate) use condition::{Place, condition, field_ref};
pub(crate) use eval::{eval, is_truth, refused};
pub(crate) use mixed::warn_about_mixed;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, has_errors};
use tripline_ir::{
    Compiled, FieldRef, FieldType, Filter, Pipeline, Plan, Pred, Scope, Stage, StageKind, Tail,
    View,
};
use tripline_schema::Fields;

/// What commands see while they are lowered, and what they add to.
pub(crate) struct Lowering<'a> {
    pub(crate) env: &'a dyn Environment,
    pub(crate) fields: &'a dyn Fields,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The first command's filter.
    pub(crate) filter: Option<Filter>,
    /// Columns that the first command needs; none: whatever the stages read.
    pub(crate) columns: Option<Vec<FieldRef>>,
    pub(crate) stages: Vec<Stage>,
    /// The command being lowered.
    pub(crate) span: Span,
}

impl Lowering<'_> {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn stage(&mut self, kind: StageKind) {
        self.stages.push(Stage { kind, span: self.span });
    }
}

/// Makes a plan of a search, unless there is an error.
pub(crate) fn lower(
    query: &Query,
    env: &dyn Environment,
    fields: &dyn Fields,
    mut diagnostics: Vec<Diagnostic>,
) -> Compiled {
    let mut work = Lowering {
        env,
        fields,
        diagnostics: vec![],
        filter: None,
        columns: None,
        stages: vec![],
        span: Span::default(),
    };
    for (at, command) in query.commands.iter().enumerate() {
        work.span = command.span;
        lower_command(&mut work, command, at == 0);
    }
    diagnostics.append(&mut work.diagnostics);
    diagnostics.sort_by_key(|d| d.span.map_or(0, |s| s.start));
    let plan = match work.filter {
        Some(filter) if !has_errors(&diagnostics) => Some(plan(filter, work.columns, work.stages)),
        _ => None,
    };
    Compiled { plan, diagnostics }
}

fn lower_command(work: &mut Lowering<'_>, command: &Command, first: bool) {
    match (&command.kind, first) {
        (CommandKind::Refused, _) => {}
        (CommandKind::Search(search), true) => {
            warn_about_mixed(search, &mut work.diagnostics);
            let place = Place { view: View::Splunk, dataset: None };
            let pred = condition(search, &place, work.fields, &mut work.diagnostics);
            work.filter = Some(Filter { scope: Scope::Any, pred, span: command.span });
        }
        (CommandKind::Tstats(tstats), true) => commands::tstats::lower(tstats, work),
        (CommandKind::Tstats(_), false) => {
            let message = format!("`{}` must be the first command", command.name);
            work.report(Diagnostic::error(&codes::NOT_FIRST, message).at(command.span));
        }
        (_, true) => {
            let message = format!("`{}` cannot start a search", command.name);
            let diagnostic = Diagnostic::error(&codes::NOT_GENERATING, message).at(command.span);
            work.report(diagnostic.help("begin with a search expression or with `| tstats`"));
        }
        (kind, false) => {
            if let Some(found) = commands::named(&command.name) {
                (found.lower)(kind, work);
            }
        }
    }
}

fn plan(filter: Filter, columns: Option<Vec<FieldRef>>, stages: Vec<Stage>) -> Plan {
    let (columns, all_columns, newest_first) = if let Some(columns) = columns {
        (columns, false, false)
    } else {
        let live = live::before(&stages);
        let mut names = live.names;
        // Alerts are made of rows and want their times, whatever the stages read.
        if !live.grouped {
            names.insert(Arc::from("_time"));
        }
        let field = |name| FieldRef::new(View::Splunk, name, FieldType::Unknown);
        (names.into_iter().map(field).collect(), live.all, true)
    };
    let pipeline = Pipeline { columns, all_columns, stages, newest_first };
    Plan { filters: vec![filter], tail: Tail::Pipeline(pipeline) }
}

/// Whether a condition keeps everything, so that no stage is needed.
pub(crate) fn keeps_all(pred: &Pred) -> bool {
    *pred == Pred::Const(true)
}
