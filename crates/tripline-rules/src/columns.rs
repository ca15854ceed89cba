//! Which columns a search's results have.

use std::collections::BTreeSet;
use tripline_ir::{LookupOutput, Plan, Projection, Scope, StageKind, Tail};
use tripline_schema::{Schema, View, wildcard_match};

/// The columns of the results of a search. None: they depend on the data (the search keeps every
/// field), or the plan is not a search.
pub(crate) fn output(plan: &Plan) -> Option<BTreeSet<String>> {
    let Tail::Pipeline(pipeline) = &plan.tail else { return None };
    let mut open = pipeline.all_columns;
    let mut have: BTreeSet<String> =
        pipeline.columns.iter().map(tripline_ir::FieldRef::column).collect();
    for stage in &pipeline.stages {
        match &stage.kind {
            StageKind::Aggregate { aggregates, by, .. } => {
                open = aggregates.iter().any(|a| a.pattern.is_some());
                have = aggregates.iter().map(|a| a.name.to_string()).collect();
                have.extend(by.iter().map(|key| key.column.to_string()));
            }
            StageKind::Extend(columns) => have.extend(columns.iter().map(|c| c.name.to_string())),
            StageKind::Rename(pairs) => {
                for (from, to) in pairs {
                    have = have.iter().map(|name| renamed(name, from, to)).collect();
                }
            }
            StageKind::Project(projection) => project(&mut have, &mut open, projection),
            StageKind::Bin(bin) => have.extend(bin.name.as_ref().map(ToString::to_string)),
            StageKind::FormatTime { columns, .. } => {
                have.extend(
                    columns.iter().filter_map(|(_, to)| to.as_ref().map(ToString::to_string)),
                );
            }
            StageKind::GeoIp { prefix, .. } => {
                for name in ["City", "Country", "Region", "lat", "lon"] {
                    have.insert(format!("{prefix}{name}"));
                }
            }
            StageKind::Lookup(lookup) => {
                open |= lookup.outputs.is_empty();
                let name = |o: &LookupOutput| o.row_column.to_string();
                have.extend(lookup.outputs.iter().map(name));
            }
            StageKind::Extract(extract) => have.extend(group_names(&extract.pattern)),
            _ => {}
        }
    }
    (!open).then_some(have)
}

fn project(have: &mut BTreeSet<String>, open: &mut bool, projection: &Projection) {
    let kept = |name: &str, patterns: &[std::sync::Arc<str>]| {
        patterns.iter().any(|pattern| wildcard_match(pattern, name))
    };
    match projection {
        Projection::Keep { columns, .. } => {
            if *open {
                have.extend(columns.iter().filter(|c| !c.contains('*')).map(ToString::to_string));
            }
            *open &= columns.iter().any(|c| c.contains('*'));
            have.retain(|name| kept(name, columns));
        }
        Projection::Drop(columns) => have.retain(|name| !kept(name, columns)),
    }
}

/// One `*` on each side at most, as `drop_dm_object_name` has it; others leave the name alone.
fn renamed(name: &str, from: &str, to: &str) -> String {
    if name == from {
        return to.to_owned();
    }
    let Some((head, tail)) = from.split_once('*') else { return name.to_owned() };
    match name.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail)) {
        Some(part) => to.replacen('*', part, 1),
        None => name.to_owned(),
    }
}

/// The names of a regular expression's groups: `(?<name>` and `(?P<name>`.
fn group_names(pattern: &str) -> Vec<String> {
    pattern
        .split("(?")
        .skip(1)
        .filter_map(|part| {
            let part = part.strip_prefix('P').unwrap_or(part).strip_prefix('<')?;
            let name = part.split('>').next()?;
            let word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            (word && !name.is_empty()).then(|| name.to_owned())
        })
        .collect()
}

/// Whether a name is a field of the events that a search reads, and not only of its results: a
/// field of its data model; or, in a search over raw events, one that no stage makes.
pub(crate) fn is_event_field(plan: &Plan, schema: &Schema, name: &str) -> bool {
    let Tail::Pipeline(pipeline) = &plan.tail else { return true };
    match plan.filters.first().map(|f| &f.scope) {
        Some(Scope::Dataset(dataset)) => {
            let short = short_name(dataset, name);
            schema.field(&View::Cim(dataset.clone()), short).known
        }
        _ => !pipeline.stages.iter().any(|stage| makes(&stage.kind, name)),
    }
}

/// The field's name without the name of the dataset.
pub(crate) fn short_name<'n>(dataset: &str, name: &'n str) -> &'n str {
    let last = dataset.rsplit('.').next().unwrap_or(dataset);
    name.strip_prefix(last).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}

fn makes(stage: &StageKind, name: &str) -> bool {
    match stage {
        StageKind::Extend(columns) => columns.iter().any(|c| &*c.name == name),
        StageKind::Aggregate { aggregates, .. } => aggregates.iter().any(|a| &*a.name == name),
        StageKind::Rename(pairs) => pairs.iter().any(|(_, to)| wildcard_match(to, name)),
        StageKind::Lookup(l) => l.outputs.iter().any(|o| &*o.row_column == name),
        StageKind::Extract(extract) => group_names(&extract.pattern).iter().any(|g| g == name),
        StageKind::GeoIp { prefix, .. } => ["City", "Country", "Region", "lat", "lon"]
            .iter()
            .any(|made| name.strip_prefix(&**prefix) == Some(made)),
        _ => false,
    }
}
