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
//! | `kql`, `lucene`, `eql`, `spl` | a query over all events as one window |
//! | `sigma` | a rule of Sigma as such a query: its `logsource` and its `detection` are enough |
//! | `rule PATH [version=N] [window=all] [exceptions=PATH]` | a rule file, on its schedule: from the repository's root, or with a text the file itself; exceptions from a `files` block or the root |
//! | `assets` | CSV of networks and categories |
//! | `files NAME` | a file that queries and rules of the case may refer to (a lookup's CSV and definition, exceptions) |
//! | `result` | what comes out: numbers of events, rows as JSON, alerts as text, or diagnostics |

mod case;
mod ledger;
mod run;

pub use case::{Block, Case, parse, rewrite};
pub use ledger::{check, corpora};
pub use run::run;
