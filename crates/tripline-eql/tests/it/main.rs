//! The front end against tables of cases and against real rules and queries.

mod corpus;
mod diagnostics;
mod lowering;
mod oracle;
mod roundtrip;
mod support;
