//! Tests of the whole: architecture, spec files, corpora.

mod arrows;
mod determinism;
mod exceptions;
mod log_corpora;
mod smb_outbound;
mod specs;
mod support;
mod ten_sources;
