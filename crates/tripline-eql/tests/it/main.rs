//! The front end against tables of cases and against real rules and queries.

// The lint's exception covers `#[test]` functions, not what they call.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod corpus;
mod diagnostics;
mod lowering;
mod oracle;
mod roundtrip;
mod support;
