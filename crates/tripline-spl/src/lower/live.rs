//! Which columns of the input the stages read: only those are decoded.

use std::collections::BTreeSet;
use std::sync::Arc;
use tripline_ir::{Expr, FieldSet, Pred, Projection, Stage, StageKind};
use tripline_schema::wildcard_match;

/// What the stages read.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// These columns.
    pub(super) names: BTreeSet<Arc<str>>,
    /// And all others: the result shows them, or a wildcard means them.
    pub(super) all: bool,
    /// Whether rows are grouped, so that the input's rows are not the result's.
    pub(super) grouped: bool,
}

/// What is read of the rows before the first stage. The result shows all columns that are left.
pub(super) fn before(stages: &[Stage]) -> Live {
    let mut live = Live { all: true, ..Live::default() };
    for stage in stages.iter().rev() {
        live.back_over(&stage.kind);
    }
    live
}

impl Live {
    fn read(&mut self, name: &Arc<str>) {
        if name.contains('*') {
            self.all = true;
        } else {
            self.names.insert(name.clone());
        }
    }

    fn expr(&mut self, expr: &Expr) {
        expr.for_each_field(&mut |field| {
            self.names.insert(field.name.clone());
        });
    }

    fn pred(&mut self, pred: &Pred) {
        pred.for_each_field(&mut |field| {
            self.names.insert(field.name.clone());
        });
        pred.for_each_leaf(&mut |leaf| {
            if !matches!(leaf.field, FieldSet::One(_)) {
                self.all = true;
            }
        });
    }

    fn back_over(&mut self, kind: &StageKind) {
        match kind {
            StageKind::Filter(pred) => self.pred(pred),
            StageKind::Extend(columns) => {
                for column in columns.iter().rev() {
                    self.names.remove(&column.name);
                    self.expr(&column.expr);
                }
            }
            StageKind::Aggregate { aggregates, by, .. } => {
                *self = Self { grouped: true, ..Self::default() };
                for key in by {
                    self.read(&key.column);
                }
                for aggregate in aggregates {
                    if let Some(pattern) = &aggregate.pattern {
                        self.read(pattern);
                    }
                    if let Some(arg) = &aggregate.arg {
                        self.expr(arg);
                    }
                    // These compare the rows' times.
                    if matches!(
                        aggregate.function,
                        "earliest" | "latest" | "earliest_time" | "latest_time"
                    ) {
                        self.names.insert("_time".into());
                    }
                }
            }
            StageKind::Project(Projection::Keep { columns, keep_internal, .. }) => {
                let internal = |n: &str| *keep_internal && n.starts_with('_');
                self.names.retain(|n| internal(n) || columns.iter().any(|c| wildcard_match(c, n)));
                let all = std::mem::take(&mut self.all);
                if all {
                    for column in columns {
                        self.read(column);
                    }
                    if *keep_internal {
                        self.names.extend(["_time".into(), "_raw".into()]);
                    }
                }
            }
            StageKind::Project(Projection::Drop(_)) | StageKind::Limit { .. } => {}
            StageKind::Rename(pairs) => {
                for (from, to) in pairs.iter().rev() {
                    if from.contains('*') {
                        self.all = true;
                    } else if self.names.remove(to) || self.all {
                        self.names.insert(from.clone());
                    }
                }
            }
            StageKind::Sort(sort) => sort.keys.iter().for_each(|k| self.read(&k.column)),
            StageKind::Dedup(dedup) => dedup.columns.iter().for_each(|c| self.read(c)),
            StageKind::Extract(extract) => self.read(&extract.column),
            StageKind::Bin(bin) => {
                if let Some(name) = &bin.name {
                    self.names.remove(name);
                }
                self.read(&bin.column);
            }
            StageKind::Fill { columns, .. } => columns.iter().for_each(|c| self.read(c)),
            StageKind::FormatTime { columns, .. } => {
                for (column, name) in columns {
                    if let Some(name) = name {
                        self.names.remove(name);
                    }
                    self.read(column);
                }
            }
            StageKind::GeoIp { column, .. } | StageKind::Unnest { column, .. } => self.read(column),
            StageKind::Lookup(lookup) => lookup.keys.iter().for_each(|k| self.read(&k.row_column)),
        }
    }
}
