//! Pipelines: relational programs over rows of multivalues, run by DataFusion.
//!
//! ```text
//! ir::Pipeline ─ stages/*: one file a stage ─▶ logical plan ─▶ physical plan ─▶ Table
//!                functions/*: our kernels as its functions
//! ```
//!
//! The only crate that knows DataFusion; its interface names nothing of it. [`run`] blocks, and
//! gives the same rows in the same order every time; [`explain`] shows the physical plan.
//!
//! # Cells
//! Every column is a list of texts ([`tripline_kernels::table`]). Numbers become text by
//! [`tripline_ir::Value`]'s `Display`.
//!
//! # Order of rows
//! Stages keep the order of their input, except: `Sort` (stable), `Limit` from the tail (reversed),
//! and `Aggregate`, whose rows come in the order of their keys: from the first key to the last,
//! numbers before texts, numbers by value, texts by code point.
//!
//! # What is planned, and when
//! A plan is built against the columns that are there. Every stage knows its output columns
//! before it runs, so a pipeline is one plan, with two exceptions: a GeoIP stage looks its
//! addresses up first, and a very long pipeline is cut so that no plan gets deep (its depth is
//! recursion). Plans use one partition and none of the optimizer's rules that may reorder rows.
//!
//! ```
//! use tripline_ir::{Pipeline, Stage, StageKind, End};
//! use tripline_kernels::table::TableBuilder;
//! use tripline_pipeline::{Context, NoLookups};
//!
//! let mut rows = TableBuilder::new(vec!["host".into()]);
//! for host in ["a", "b", "c"] {
//!     rows.push(0, [host]);
//!     rows.end_row();
//! }
//! let stage = Stage { kind: StageKind::Limit { count: 2, end: End::Tail }, span: Default::default() };
//! let pipeline = Pipeline { columns: vec![], all_columns: false, stages: vec![stage], newest_first: false };
//! let context = Context {
//!     now: 0,
//!     zone: jiff::tz::TimeZone::UTC,
//!     lookups: &NoLookups,
//!     geoip: None,
//!     memory_limit: 1 << 26,
//! };
//! let output = tripline_pipeline::run(&pipeline, rows.finish(), &context).unwrap();
//! assert_eq!(output.table.cell(0, 0).to_string(), "c");
//! ```

mod codes;
mod context;
mod error;
mod frame;
mod functions;
mod patterns;
mod session;
mod stages;

pub use codes::CODES;
pub use context::{Context, GeoIp, GeoPlace, Lookups, NoLookups, Output, Warning};
pub use error::{Error, ErrorKind};

use frame::Frame;
use std::sync::Arc;
use tripline_ir::Pipeline;
use tripline_kernels::table::{Table, TableBuilder};

/// Takes rows through the stages of a pipeline. Blocks; must not be called from inside an
/// asynchronous runtime's task.
///
/// The rows come in the order that the pipeline wants ([`Pipeline::newest_first`] is the caller's
/// to follow). A table without columns has no rows, so give it at least one.
pub fn run(pipeline: &Pipeline, input: Table, context: &Context<'_>) -> Result<Output, Error> {
    let mut run = stages::Run::new(context);
    let mut frame = Frame::new(input)?;
    for stage in &pipeline.stages {
        frame = stages::lower(frame, &mut run, stage).map_err(|e| e.or_at(stage.span))?;
    }
    let table = frame.finish(&mut run)?;
    Ok(Output { table, warnings: run.warnings })
}

/// The physical plan as text, for rows with these columns: what a debug command prints. Lookup
/// tables are taken to have the columns that the pipeline names. A pipeline that is planned in
/// parts shows one plan after the other.
pub fn explain(pipeline: &Pipeline, columns: &[Arc<str>]) -> Result<String, Error> {
    let context = Context {
        now: 0,
        zone: jiff::tz::TimeZone::UTC,
        lookups: &NoLookups,
        geoip: None,
        memory_limit: usize::MAX,
    };
    let mut run = stages::Run::new(&context);
    run.explaining = true;
    let mut frame = Frame::new(TableBuilder::new(columns.to_vec()).finish())?;
    for stage in &pipeline.stages {
        frame = stages::lower(frame, &mut run, stage).map_err(|e| e.or_at(stage.span))?;
    }
    frame.finish(&mut run)?;
    Ok(run.plans.join("\n"))
}
