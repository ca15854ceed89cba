//! The engine: batches of events and plans in, hits and findings out.
//!
//! ```text
//! plans ─▶ Matcher ── per stream: gate, resolve fields through the view, fold constants ─▶ bound
//!                                                                                          │
//! EventBatch ─▶ Worker::run                                                                │
//!    columns: raw, or derived by the source's mapping (once per distinct input)            │
//!    automata: one a column; each distinct value is tested once, for all rules ◀───────────┘
//!    bitmaps: leaf × row, only for leaves that hit; dear tests only asked where a rule comes to them
//!    filters: only those with a necessary leaf that hit; bitmap operations, early exit
//!    rows: expressions, nested arrays, bare search terms on the rows that are left
//!      └▶ Hit (plan, filter, row) ─▶ tails: sequence, new terms, head and tail ─▶ findings
//! ```
//!
//! What a test, an expression or a condition means is decided in `tripline_kernels`; this crate
//! only avoids asking. A [`Matcher`] is shared by threads, each with its own [`Worker`]; results
//! depend neither on the batch size nor on who runs what.

mod error;
mod matcher;
pub mod tails;

pub use error::{Error, ErrorKind};
pub use matcher::{
    Applicability, Context, Field, FieldOrigin, Hit, InspectedRow, Inspector, Lack, Matcher, Worker,
};
