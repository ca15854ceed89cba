//! From the bytes of a record to a row.
//!
//! ```text
//! bytes ─ doc (tape) ─ probe: layout, source type, index, time ─ builder: columns of the stream
//!   └──── lane: the same for records whose keys were seen before ────┘
//! ```

mod blank;
mod builder;
mod columns;
mod doc;
mod index;
mod keys;
mod lane;
mod layout;
mod probe;
mod recognise;
mod scan;
mod shapes;

pub use blank::{BLANK_VALUES, blank_column, blanks_of};
pub(crate) use columns::RecordValues;
pub(crate) use doc::{Doc, ParseFail, Parser, elements, end_of_text};
pub(crate) use recognise::{Found, Recogniser};
pub(crate) use scan::unescape;
