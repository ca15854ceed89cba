//! `Project`: keeps, drops and orders columns.

use crate::error::Error;
use crate::frame::Frame;
use crate::patterns;
use std::sync::Arc;
use tripline_ir::Projection;

pub(super) fn lower(frame: Frame, projection: &Projection) -> Result<Frame, Error> {
    let mut kept: Vec<Arc<str>> = Vec::new();
    let mut keep = |name: Arc<str>| {
        if !kept.contains(&name) {
            kept.push(name);
        }
    };
    match projection {
        Projection::Keep { columns, create, keep_internal } => {
            for pattern in columns {
                if patterns::is_pattern(pattern) {
                    frame.matching(pattern).into_iter().for_each(&mut keep);
                } else if *create || frame.columns.contains(pattern) {
                    keep(pattern.clone());
                }
            }
            if *keep_internal {
                let internal = frame.columns.iter().filter(|name| name.starts_with('_'));
                internal.cloned().for_each(&mut keep);
            }
        }
        Projection::Drop(columns) => {
            let dropped = |name: &str| columns.iter().any(|p| patterns::matches(p, name));
            frame.columns.iter().filter(|name| !dropped(name)).cloned().for_each(&mut keep);
        }
    }
    let columns = kept.into_iter().map(|name| {
        let value = frame.column_or_null(&name);
        (name, value)
    });
    let columns = columns.collect();
    frame.select(columns)
}
