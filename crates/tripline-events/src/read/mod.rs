//! From an input to the bytes of its records: containers, encodings, lines.

mod container;
mod lines;
mod open;
mod ranges;
mod replay;
mod utf16;

pub(crate) use container::{Archive, Container, read_archive};
pub(crate) use lines::{BLOCK, Lines, Piece, read_block};
pub(crate) use open::{Opened, Unopened, open};
pub(crate) use ranges::{Range, Ranges};
pub(crate) use replay::Replay;
pub(crate) use utf16::Utf16;

use std::io::Read;

/// Bytes, whatever they come from.
pub(crate) type Source<'a> = Box<dyn Read + Send + 'a>;
