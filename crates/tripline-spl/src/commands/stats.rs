//! `stats`.

use super::Command;
use crate::ast::{Aggregate, AggregateArg, CommandKind, Stats};
use crate::lower::{Lowering, eval, is_truth};
use crate::parser::{Arguments, aggregates, by_fields};
use tripline_diag::Diagnostic;
use tripline_ir::{Aggregate as IrAggregate, Expr, FieldRef, GroupKey, StageKind, Value};

pub(super) static STATS: Command = Command {
    name: "stats",
    aliases: &[],
    syntax: "stats <aggregate> {[,] <aggregate>} [by <field> {[,] <field>}]",
    doc: "Groups and aggregates. A row that lacks a `by` field is dropped; one with several values in \
          it counts once for each. `count(eval(condition))` counts the rows where the condition is \
          true. A `*` in an aggregate's field aggregates each column that matches.",
    parse,
    lower: |kind, work| {
        let CommandKind::Stats(stats) = kind else { return };
        let aggregates = stats.aggregates.iter().map(|a| aggregate(a, work)).collect();
        let by = stats.by.iter().map(|name| GroupKey {
            column: name.text.as_str().into(),
            fill: None,
            span_seconds: None,
        });
        let kind = StageKind::Aggregate {
            aggregates,
            by: by.collect(),
            row_on_empty: stats.by.is_empty(),
        };
        work.stage(kind);
    },
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    const OPTIONS: &[&str] = &["allnum", "partitions", "delim", "dedup_splitvals"];
    while let Some((key, value)) = args.option(|key| OPTIONS.contains(&key)) {
        args.unsupported(value.span, format!("`{key}=` of `stats` is not supported yet"));
    }
    let aggregates = aggregates(args, &["by"]);
    let by = if args.eat_word("by") { by_fields(args) } else { vec![] };
    CommandKind::Stats(Stats { aggregates, by })
}

/// An aggregate over a row's columns.
pub(super) fn aggregate(node: &Aggregate, work: &mut Lowering<'_>) -> IrAggregate {
    aggregate_with(node, &mut work.diagnostics)
}

fn aggregate_with(node: &Aggregate, diagnostics: &mut Vec<Diagnostic>) -> IrAggregate {
    let (mut arg, mut pattern) = (None, None);
    match &node.arg {
        AggregateArg::Rows => {}
        AggregateArg::Field(name) if name.text.contains('*') => {
            pattern = Some(name.text.as_str().into());
        }
        AggregateArg::Field(name) => {
            arg = Some(Expr::field(FieldRef::row(&*name.text), name.span));
        }
        AggregateArg::Eval(inner) => {
            let expr = eval(inner, diagnostics);
            arg = Some(if node.function == "count" && is_truth(inner) {
                let (one, none) = (Value::Int(1), Value::Null);
                let args =
                    vec![expr, Expr::literal(one, inner.span), Expr::literal(none, inner.span)];
                Expr::call("mv.if", args, inner.span)
            } else {
                expr
            });
        }
    }
    IrAggregate {
        function: node.function,
        arg,
        parameter: node.parameter,
        pattern,
        name: node.name.as_str().into(),
        span: node.span,
    }
}
