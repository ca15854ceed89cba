//! Tests of the runtime: schedules, caps, order, alerts.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests; a skipped one says so

mod caps;
mod documents;
mod explain;
mod order;
mod searches;
mod support;
mod terms;
