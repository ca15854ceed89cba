//! Spec tests: cases that anyone can read, kept as Markdown beside the crate that they are about.
//!
//! A case is a heading, a sentence, fenced blocks of events, one or more queries or rules, and one
//! block with what comes out. All queries under one heading must give the same. The harness chooses
//! the matrix: batch sizes 1, 7 and 8,192, one and two threads, inputs forwards and backwards; the
//! result must be the same in all of them. With `SPEC_UPDATE=1` expectations are rewritten.
//!
//! | block | meaning |
//! |---|---|
//! | `events [source]` | records, one a line; several blocks are several inputs |
//! | `kql`, `eql`, `spl` | a query over all events as one window |
//! | `rule PATH [version=N] [window=all]` | a rule file from the repository's root, on its schedule |
//! | `assets` | CSV of networks and categories |
//! | `files NAME` | a file that rules of the case may refer to (a lookup's CSV and definition) |
//! | `result` | what comes out: numbers of events, rows as JSON, alerts as text, or diagnostics |

mod case;
mod ledger;
mod run;

pub use case::{Block, Case, parse, rewrite};
pub use ledger::{check, corpora};
pub use run::run;
