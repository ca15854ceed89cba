//! Decoders: bytes become event batches.
//!
//! ```text
//! Input ─ container (gz zst bz2 zip) ─ format (NDJSON, JSON, Zeek TSV, EVTX, event XML, CSV)
//!   └▶ record (JSON bytes + place) ─ recognise source type ─ append to the builder of its stream
//!        └▶ EventBatch: dictionary-encoded columns + raw bytes, one stream a batch
//! ```
//!
//! A record that cannot be used is never dropped in silence: it goes to the sink as a
//! [`Rejected`] with its reason and place, and reading goes on.

mod batch;
mod column;
mod place;
mod stream;

pub use batch::{EventBatch, NO_TIME, RawRows};
pub use column::{Column, ColumnBuilder, Dict, NONE};
pub use place::{Place, Reason, Rejected};
pub use stream::{Projection, Projector, Stream};
