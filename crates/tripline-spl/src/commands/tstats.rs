//! `tstats`.

use super::Command;
use super::stats::aggregate;
use crate::ast::{AggregateArg, CommandKind, CompareOp, Name, Search, SearchKind, Tstats};
use crate::codes;
use crate::lower::{Lowering, Place, condition, field_ref, warn_about_mixed};
use crate::parser::{Arguments, aggregates, span_seconds};
use tripline_diag::Diagnostic;
use tripline_ir::{FieldRef, Filter, GroupKey, Scope, StageKind, View};

pub(super) static TSTATS: Command = Command {
    name: "tstats",
    aliases: &[],
    syntax: "| tstats [<options>] <aggregate> {[,] <aggregate>} from datamodel=<model>[.<dataset>] \
             [where <search expression>] [by <field> {[,] <field>} [span=<time>]]",
    doc: "Aggregates events of a data model's dataset. Fields carry the dataset's prefix \
          (`All_Traffic.dest_port`), which also tells the dataset when only the model is named. \
          `fillnull_value` replaces missing `by` values; without it such events are dropped. \
          `summariesonly` and `allow_old_summaries` mean nothing here: there are no summaries. \
          The `where` clause is a search expression: `OR` binds tighter than `AND`.",
    parse,
    lower: |_, _| {},
};

fn parse(args: &mut Arguments<'_>) -> CommandKind {
    const IGNORED: &[&str] =
        &["summariesonly", "allow_old_summaries", "chunk_size", "include_reduced_buckets", "local"];
    const REFUSED: &[&str] = &["prestats", "append"];
    let mut tstats = Tstats::default();
    while let Some((key, value)) =
        args.option(|k| k == "fillnull_value" || IGNORED.contains(&k) || REFUSED.contains(&k))
    {
        if key == "fillnull_value" {
            tstats.fill = Some(value.text);
        } else if REFUSED.contains(&&*key) && args.truth(&value) {
            args.unsupported(value.span, format!("`{key}=` of `tstats` is not supported yet"));
        }
    }
    tstats.aggregates = aggregates(args, &["from", "where", "by", "groupby"]);
    if args.eat_word("from") {
        match args.option(|key| key == "datamodel") {
            Some((_, value)) => tstats.datamodel = Some(value),
            None => args.expected("`datamodel=`"),
        }
    } else if args.peek().is_some_and(|_| args.is_word(0, "where") || args.is_word(0, "by")) {
        let span = args.here();
        args.unsupported(span, "`tstats` over indexed fields is not supported yet");
    }
    if args.eat_word("where") {
        tstats.condition = Some(args.search(&["by", "groupby"]));
    }
    if args.eat_word("by") || args.eat_word("groupby") {
        by(args, &mut tstats);
    }
    CommandKind::Tstats(tstats)
}

/// `by` fields with a `span` before, between or behind them.
fn by(args: &mut Arguments<'_>, tstats: &mut Tstats) {
    loop {
        while args.eat(",") {}
        if let Some((_, value)) = args.option(|key| key == "span") {
            tstats.span = span_seconds(&value.text);
            if tstats.span.is_none() {
                let message = format!("a span of `{}` is not supported yet", value.text);
                args.unsupported(value.span, message);
            }
            continue;
        }
        match args.maybe_name() {
            Some(name) => tstats.by.push(name),
            None => break,
        }
    }
    if tstats.by.is_empty() {
        args.expected("a field");
    }
}

/// Sets the plan's filter and columns and adds the aggregation.
pub(crate) fn lower(tstats: &Tstats, work: &mut Lowering<'_>) {
    let Some(model) = &tstats.datamodel else {
        if tstats.aggregates.is_empty() {
            return;
        }
        let message = "`tstats` without a data model is not supported yet";
        work.report(Diagnostic::error(&codes::UNSUPPORTED_OPTION, message).at(work.span));
        return;
    };
    let mut nodename = None;
    let condition_node = tstats.condition.as_ref().map(|c| without_nodename(c, &mut nodename));
    let dataset = dataset(tstats, model, nodename.as_ref(), work);
    let prefix = dataset.rsplit('.').next().unwrap_or(&dataset).to_owned();
    let view = View::Cim(dataset.as_str().into());
    let names = work.fields.field_names(&view);
    let known = !names.is_empty();
    drop(names);
    if !known {
        let message = format!("no loaded source feeds the dataset `{dataset}`");
        work.report(Diagnostic::warning(&codes::UNKNOWN_DATASET, message).at(model.span));
    }
    let place = Place { view, dataset: Some((&prefix, known)) };
    if let Some(node) = &condition_node {
        warn_about_mixed(node, &mut work.diagnostics);
    }
    let pred = condition_node.as_ref().map_or(tripline_ir::Pred::Const(true), |node| {
        condition(node, &place, work.fields, &mut work.diagnostics)
    });
    let span = tstats.condition.as_ref().map_or(work.span, |c| c.span);
    work.filter = Some(Filter { scope: Scope::Dataset(dataset.as_str().into()), pred, span });

    let mut columns: Vec<FieldRef> = vec![];
    let mut need = |name: &Name, work: &mut Lowering<'_>| {
        let field = field_ref(name, &place, work.fields, &mut work.diagnostics);
        if columns.iter().all(|c| c.column() != field.column()) {
            columns.push(field);
        }
    };
    for name in &tstats.by {
        need(name, work);
    }
    for aggregate in &tstats.aggregates {
        if let AggregateArg::Field(name) = &aggregate.arg {
            if name.text.contains('*') {
                let message = "wildcards in aggregates of `tstats` are not supported";
                work.report(Diagnostic::error(&codes::UNSUPPORTED_OPTION, message).at(name.span));
            } else {
                need(name, work);
            }
        } else if matches!(aggregate.arg, AggregateArg::Eval(_)) {
            let message = "`tstats` has no `eval` in aggregates";
            work.report(Diagnostic::error(&codes::SYNTAX, message).at(aggregate.span));
        }
    }
    // Aggregates that pick by time, and alerts, want the events' times.
    need(&Name { text: "_time".to_owned(), span: work.span }, work);
    work.columns = Some(columns);

    let by = tstats.by.iter().map(|name| GroupKey {
        column: name.text.as_str().into(),
        // A missing `_time` cannot be: every event has one.
        fill: tstats.fill.as_deref().filter(|_| name.text != "_time").map(Into::into),
        span_seconds: (name.text == "_time").then(|| tstats.span.unwrap_or(1.0)),
    });
    let by: Vec<GroupKey> = by.collect();
    if let Some(time) = tstats.by.iter().find(|n| n.text == "_time")
        && tstats.span.is_none()
    {
        let message = "`by _time` has no span; buckets of one second are used";
        work.report(Diagnostic::warning(&codes::TIME_BUCKET, message).at(time.span));
    }
    let aggregates = tstats.aggregates.iter().map(|a| aggregate(a, work)).collect();
    let row_on_empty = by.is_empty();
    work.stage(StageKind::Aggregate { aggregates, by, row_on_empty });
}

/// The full name of the dataset: as written, or the model with the prefix that the fields have.
fn dataset(
    tstats: &Tstats,
    model: &Name,
    nodename: Option<&Name>,
    work: &mut Lowering<'_>,
) -> String {
    let name = model.text.trim_matches('"');
    let (base, written) = name.split_once('.').map_or((name, None), |(m, d)| (m, Some(d)));
    if let Some(node) = nodename
        && node.text.contains('.')
    {
        let message = format!("the child dataset `{}` is not supported yet", node.text);
        work.report(Diagnostic::error(&codes::UNSUPPORTED_OPTION, message).at(node.span));
    }
    if let Some(written) = written {
        return format!("{base}.{written}");
    }
    if let Some(node) = nodename {
        return format!("{base}.{}", node.text.split('.').next().unwrap_or(&node.text));
    }
    let mut prefixes: Vec<String> = vec![];
    let mut add = |field: &str| {
        if let Some((prefix, _)) = field.split_once('.')
            && !prefix.is_empty()
        {
            prefixes.push(prefix.to_owned());
        }
    };
    tstats.by.iter().for_each(|n| add(&n.text));
    for aggregate in &tstats.aggregates {
        if let AggregateArg::Field(name) = &aggregate.arg {
            add(&name.text);
        }
    }
    if let Some(condition) = &tstats.condition {
        for_each_field(condition, &mut |n| add(&n.text));
    }
    let known = |prefix: &&String| {
        let view = View::Cim(format!("{base}.{prefix}").into());
        !work.fields.field_names(&view).is_empty()
    };
    // A prefix that the catalogue does not know either: the one that most fields have.
    let count = |prefix: &str| prefixes.iter().filter(|p| **p == prefix).count();
    let most = || prefixes.iter().rev().max_by_key(|p| count(p));
    let prefix = prefixes.iter().find(known).or_else(most).map(String::as_str);
    let root = || ROOTS.iter().copied().find(|root| known(&&(*root).to_owned()));
    let prefix = prefix.or_else(root).unwrap_or(base);
    format!("{base}.{prefix}")
}

/// Names of root datasets, for a model of which no field is named. A model has at most one of
/// them; `Endpoint` has none, and without a dataset the product does not know it either.
const ROOTS: &[&str] = &[
    "All_Traffic",
    "All_Changes",
    "All_Email",
    "All_Certificates",
    "All_Sessions",
    "All_Risk",
    "IDS_Attacks",
    "DNS",
];

fn for_each_field(search: &Search, f: &mut impl FnMut(&Name)) {
    match &search.kind {
        SearchKind::And(parts) | SearchKind::Or(parts) => {
            for part in parts {
                for_each_field(part, f);
            }
        }
        SearchKind::Not(inner) => for_each_field(inner, f),
        SearchKind::Compare { field, .. } | SearchKind::In { field, .. } => f(field),
        SearchKind::Term { .. } | SearchKind::Error => {}
    }
}

/// Takes `nodename=x` out of the top level: it names the dataset.
fn without_nodename(search: &Search, found: &mut Option<Name>) -> Search {
    let mut search = search.clone();
    match &mut search.kind {
        SearchKind::And(parts) => {
            *parts = parts.iter().map(|p| without_nodename(p, found)).collect();
        }
        SearchKind::Compare { field, op: CompareOp::Equal, value } if field.text == "nodename" => {
            *found = Some(value.clone());
            search.kind = SearchKind::And(vec![]);
        }
        _ => {}
    }
    search
}
