//! Streams: events that are the same to every rule's gate.

use std::fmt;
use std::sync::Arc;
use tripline_schema::Mapping;

/// A stream: a source type in one set of indices. Which rules look at a stream is decided once.
///
/// Raw field paths are canonical: Windows events of whatever shape (EVTX, `evtx_dump` JSON, NXLog,
/// event XML) have `System.EventID`, `EventData.Image`; Winlogbeat and other ECS documents have
/// their own names and the canonical ones; Zeek has dotted names (`id.orig_h`) from TSV, dotted and
/// underscored JSON. A dotted key and nested objects are the same path.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Distinguishes streams of one decoder.
    pub key: Arc<str>,
    /// What its events are.
    pub mapping: Arc<Mapping>,
    /// Names of the indices in which Elastic would have them: the mapping's, or the document's.
    pub indices: Vec<Arc<str>>,
    /// Whether each of its events was recognised as one of that source, and has in the fields of that
    /// (`Mapping::told`) one value: rules' conditions on them are decided by that.
    pub recognised: bool,
}

/// Which raw columns a batch of a stream must have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projection {
    /// Raw field paths.
    pub columns: Vec<Arc<str>>,
    /// Those of them that few batches will be asked for: they are made when somebody reads them.
    pub late: Vec<Arc<str>>,
    /// Beginnings of raw field paths (`winlog.event_data.`): every field below them is wanted.
    pub under: Vec<Arc<str>>,
    /// Whether every field of the records is wanted.
    pub all: bool,
    /// Whether the blank values of all of them are wanted ([`crate::blank_column`]).
    pub blanks: bool,
    /// Whether anything at all is wanted: a stream that no rule looks at is only counted.
    pub skip: bool,
    /// What is asked of every record.
    pub glance: Option<Glance>,
}

/// A question to records as they are written, asked while they are at hand: what comes later would
/// have to fetch them once more. [`RawRows::glanced`](crate::RawRows::glanced) has the answers.
#[derive(Clone)]
pub struct Glance(Arc<Ask>);

type Ask = dyn Fn(&[u8]) -> bool + Send + Sync;

impl Glance {
    /// Asks that of each record's text.
    pub fn new(ask: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    /// The answer for a record.
    pub fn ask(&self, record: &[u8]) -> bool {
        (self.0)(record)
    }
}

/// The same question, not one that would be answered alike.
impl PartialEq for Glance {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Glance {}

impl fmt::Debug for Glance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Glance")
    }
}

/// Says what a stream needs. The engine implements it from the loaded rules.
pub trait Projector: Send + Sync {
    /// The columns of a stream, asked once per stream and decoder.
    fn projection(&self, stream: &Stream) -> Projection;
}
