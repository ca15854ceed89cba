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
mod crew;
mod decoder;
mod error;
mod feed;
mod format;
mod input;
mod late;
mod log_analytics;
mod place;
mod read;
mod record;
mod same;
mod single;
mod stix;
mod stream;
mod time;

pub use batch::{EventBatch, NO_TIME, RawRows};
pub use column::{Column, ColumnBuilder, Dict, NONE};
pub use crew::{Crew, Job, Numbers};
pub use decoder::{Decoder, InputSummary, Options, Sink};
pub use error::{Error, ErrorKind};
pub use input::{Input, InputKind, discover};
pub use late::BatchColumn;
pub use place::{Place, Reason, Rejected};
pub use record::{BLANK_VALUES, blank_column, blanks_of};
pub use single::{RecordDecoder, RecordView, ValueDecoder, decode_record, flatten};
pub use stream::{Glance, Projection, Projector, Stream};
pub use time::parse_time;
