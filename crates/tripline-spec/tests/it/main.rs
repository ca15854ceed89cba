//! Tests of the whole: architecture, spec files, corpora.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests; a skipped one says so

mod arrows;
mod attack_data;
mod determinism;
mod exceptions;
mod log_corpora;
mod sigma;
mod smb_outbound;
mod specs;
mod support;
mod ten_sources;
