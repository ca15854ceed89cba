//! Tests of the runtime: schedules, caps, order, alerts.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests; a skipped one says so

mod caps;
mod correlations;
mod documents;
mod explain;
mod higher;
mod ingest_time;
mod order;
mod overrides;
mod searches;
mod support;
mod suppression;
mod terms;
mod threat_match;
