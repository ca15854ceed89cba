//! Derived columns that are columns of the record, value for value.
//!
//! A source writes a field in one of several ways, and a mapping names them all. In a batch there
//! is mostly one of them: then nothing has to be computed, copied or looked up.

use tripline_events::{Column, EventBatch, NONE};
use tripline_schema::{MapExpr, MapFunction};

/// What an expression is in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alias {
    /// No row has it.
    Absent,
    /// In every row the values of that column of the batch.
    Column(usize),
}

/// What an expression is in a batch, where that is simple.
pub(super) fn of(expr: &MapExpr, batch: &EventBatch) -> Option<Alias> {
    match expr {
        MapExpr::Raw(path) => {
            let found = batch.columns.iter().position(|(name, _)| name == path);
            Some(found.map_or(Alias::Absent, Alias::Column))
        }
        MapExpr::Call(MapFunction::Coalesce, args) => {
            for (arg, behind) in args.iter().zip(1..) {
                if let found @ Alias::Column(at) = of(arg, batch)? {
                    let absent = |other| of(other, batch) == Some(Alias::Absent);
                    let certain =
                        is_everywhere(&batch.columns[at].1) || args[behind..].iter().all(absent);
                    return certain.then_some(found);
                }
            }
            Some(Alias::Absent)
        }
        MapExpr::Call(MapFunction::Append, args) => {
            let mut only = Alias::Absent;
            for arg in args {
                match (of(arg, batch)?, only) {
                    (Alias::Absent, _) => {}
                    (found, Alias::Absent) => only = found,
                    _ => return None,
                }
            }
            Some(only)
        }
        MapExpr::Call(MapFunction::IfExists, args) => {
            let [condition, there, missing] = args.as_slice() else { return None };
            match of(condition, batch)? {
                Alias::Absent => of(missing, batch),
                Alias::Column(at) if is_everywhere(&batch.columns[at].1) => of(there, batch),
                Alias::Column(_) => None,
            }
        }
        MapExpr::Const(_) | MapExpr::Call(..) => None,
    }
}

/// Whether every row has a value.
fn is_everywhere(column: &Column) -> bool {
    match &column.offsets {
        None => !column.keys.contains(&NONE),
        Some(offsets) => offsets.windows(2).all(|ends| ends[0] < ends[1]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tripline_events::{ColumnBuilder, Stream};
    use tripline_schema::Schema;

    /// Of two rows; a column has its values in these.
    fn batch(columns: &[(&str, &[usize])]) -> EventBatch {
        let mapping = Arc::clone(&Schema::builtin().mappings()[0]);
        let columns = columns.iter().map(|(name, rows)| {
            let mut builder = ColumnBuilder::default();
            rows.iter().for_each(|row| builder.push(*row, name));
            (Arc::from(*name), builder.finish(2).into())
        });
        let stream = Stream { key: "k".into(), mapping, indices: vec![], recognised: true };
        EventBatch {
            stream: Arc::new(stream),
            input: "x".into(),
            time: vec![0, 1],
            record: vec![0, 1],
            columns: columns.collect(),
            raw: Arc::default(),
        }
    }

    #[test]
    fn only_where_every_row_agrees() {
        let batch = batch(&[("all", &[0, 1]), ("half", &[1]), ("list", &[0, 0, 1])]);
        let half = Some(Alias::Column(1));
        for (expr, expected) in [
            ("all", Some(Alias::Column(0))),
            ("none", Some(Alias::Absent)),
            ("coalesce(none, half)", half),
            ("coalesce(half, none)", half),
            ("coalesce(half, all)", None),
            ("coalesce(all, half)", Some(Alias::Column(0))),
            ("coalesce(none, list, lower(half))", Some(Alias::Column(2))),
            ("coalesce(half, 'x')", None),
            ("coalesce(append(none, half), none)", half),
            ("append(half, none)", half),
            ("append(half, half)", None),
            ("append(none, none)", Some(Alias::Absent)),
            ("if_exists(none, all, half)", half),
            ("if_exists(all, half, none)", half),
            ("if_exists(half, all, none)", None),
            ("if_exists(all, 'x', half)", None),
            ("lower(all)", None),
        ] {
            let parsed = MapExpr::parse(expr).unwrap();
            assert_eq!(of(&parsed, &batch), expected, "{expr}");
        }
    }
}
