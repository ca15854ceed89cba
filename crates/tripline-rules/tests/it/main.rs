//! Rule packs as people have them: good, odd and broken.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests")]

mod assets;
mod bad_input;
mod documented;
mod elastic;
mod exceptions;
mod exports;
mod kinds;
mod ledger;
mod lint_ledger;
mod lints;
mod lookups;
mod ours;
mod pack;
mod settings;
mod sigma;
mod splunk;
