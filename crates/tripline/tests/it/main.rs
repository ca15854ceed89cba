//! The command line as a user meets it: exit codes, what goes where, bad input.

mod bad_logs;
mod bad_rules;
mod outputs;
mod same;
mod support;
