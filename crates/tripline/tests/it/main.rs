//! The command line as a user meets it: exit codes, what goes where, bad input.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod bad_logs;
mod bad_rules;
mod documents;
mod explain;
mod misuse;
mod outputs;
mod reads;
mod same;
mod support;
mod testing;
