//! The embedded catalogues and mapping files, checked as data.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod embedded;
mod files;
mod sigma;
mod tables;
