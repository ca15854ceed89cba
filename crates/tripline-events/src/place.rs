//! Where a record stood, and why it was set aside.

use std::fmt;
use std::sync::Arc;

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The input's name.
    pub input: Arc<str>,
    /// The record's position, counted from 0.
    pub record: u64,
    /// The line on which it starts, counted from 1, for formats with lines.
    pub line: Option<u64>,
    /// The byte (after decompression) at which it starts.
    pub offset: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.offset) {
            (Some(line), _) => write!(f, "{}:{line}", self.input),
            (None, Some(offset)) => write!(f, "{} at byte {offset}", self.input),
            (None, None) => write!(f, "{} record {}", self.input, self.record + 1),
        }
    }
}

/// Why a record (or the rest of an input) was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Not the format that the input is in.
    Malformed,
    /// Not UTF-8.
    Encoding,
    /// Longer than the limit.
    TooLong,
    /// Nested deeper than the limit.
    TooDeep,
    /// No field that holds its time, or one that does not read as a time.
    NoTime,
    /// The input ends in the middle of a record.
    HalfWritten,
    /// The compressed stream or archive is damaged; what follows could not be read.
    Truncated,
    /// A part of the container (an EVTX chunk) is damaged.
    Corrupt,
    /// A row with more or fewer values than the header says.
    Columns,
    /// JSON, but not an object.
    NotAnObject,
    /// Understood, but it says what cannot be used (a STIX pattern that is no list of values).
    Unsupported,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 11] = [
        Self::Malformed,
        Self::Encoding,
        Self::TooLong,
        Self::TooDeep,
        Self::NoTime,
        Self::HalfWritten,
        Self::Truncated,
        Self::Corrupt,
        Self::Columns,
        Self::NotAnObject,
        Self::Unsupported,
    ];

    /// A stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Encoding => "encoding",
            Self::TooLong => "too_long",
            Self::TooDeep => "too_deep",
            Self::NoTime => "no_time",
            Self::HalfWritten => "half_written",
            Self::Truncated => "truncated",
            Self::Corrupt => "corrupt",
            Self::Columns => "columns",
            Self::NotAnObject => "not_an_object",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A record that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Where.
    pub place: Place,
    /// Why.
    pub reason: Reason,
    /// The particulars, in a few words.
    pub detail: String,
    /// Its first bytes (at most 200), as far as they are text.
    pub excerpt: String,
}
