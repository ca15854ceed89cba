//! Integration tests of the engine; one binary, one module a subject.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of their functions")]

mod blank;
mod correlations;
mod equal;
mod es_eql;
mod groups;
mod indicators;
mod matcher;
mod models;
mod regexp;
mod windows;
mod world;
