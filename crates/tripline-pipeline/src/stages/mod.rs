//! Stages to plan nodes: one file a stage.

mod aggregate;
mod bin;
mod dedup;
mod extend;
mod extract;
mod fill;
mod filter;
mod format_time;
mod geoip;
mod limit;
mod lookup;
mod project;
mod rename;
mod sort;
mod unnest;

use crate::context::{Context, Warning};
use crate::error::Error;
use crate::frame::Frame;
use tripline_diag::{Code, Span};
use tripline_ir::{Stage, StageKind};
use tripline_kernels::scalar;

/// What building a plan knows and gathers.
pub(crate) struct Run<'a> {
    pub(crate) context: &'a Context<'a>,
    /// The same for scalar functions.
    pub(crate) scalar: scalar::Context,
    pub(crate) warnings: Vec<Warning>,
    /// Only the plans are wanted; what they refer to need not be there.
    pub(crate) explaining: bool,
    /// The physical plans, if they are wanted.
    pub(crate) plans: Vec<String>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(context: &'a Context<'a>) -> Self {
        let scalar = scalar::Context { now: context.now, zone: context.zone.clone() };
        Self { context, scalar, warnings: vec![], explaining: false, plans: vec![] }
    }

    fn warn(&mut self, code: &'static Code, span: Span, message: impl Into<String>) {
        let warning = Warning { code, message: message.into(), span };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// Adds a stage.
pub(crate) fn lower(frame: Frame, run: &mut Run<'_>, stage: &Stage) -> Result<Frame, Error> {
    let frame = frame.shallow(run)?;
    match &stage.kind {
        StageKind::Filter(pred) => filter::lower(frame, run, pred),
        StageKind::Extend(columns) => extend::lower(frame, run, columns),
        StageKind::Aggregate { aggregates, by, row_on_empty } => {
            aggregate::lower(frame, run, aggregates, by, *row_on_empty, stage.span)
        }
        StageKind::Project(projection) => project::lower(frame, projection),
        StageKind::Rename(pairs) => rename::lower(frame, pairs),
        StageKind::Sort(sort) => sort::lower(frame, sort),
        StageKind::Limit { count, end } => limit::lower(frame, *count, *end),
        StageKind::Dedup(dedup) => dedup::lower(frame, dedup),
        StageKind::Extract(extract) => extract::lower(frame, extract),
        StageKind::Bin(bin) => bin::lower(frame, bin),
        StageKind::Fill { columns, value } => fill::lower(frame, columns, value),
        StageKind::FormatTime { columns, format } => {
            format_time::lower(frame, run, columns, format)
        }
        StageKind::GeoIp { column, prefix, all_fields } => {
            geoip::lower(frame, run, column, prefix, *all_fields, stage.span)
        }
        StageKind::Lookup(lookup) => lookup::lower(frame, run, lookup),
        StageKind::Unnest { column, limit } => unnest::lower(frame, run, column, *limit),
    }
}
