//! From an input to the stream of its records: containers unwrapped, encoding and format told.

use super::{Archive, Container, Replay, Source, Utf16};
use crate::format::{self, Format};
use crate::{Error, Input, InputKind};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often a stream is unwrapped.
const MAX_DEPTH: usize = 4;

/// An input whose first byte has not been read.
pub(crate) struct Unopened {
    pub source: Source<'static>,
    /// The same bytes, if they can be read anywhere.
    pub archive: Option<Box<dyn Archive>>,
    /// The same file, if it is one.
    pub file: Option<File>,
    /// How many bytes of the source were read.
    pub count: Arc<AtomicU64>,
    /// Whether what looks like no log is read nevertheless.
    pub insist: bool,
}

impl Unopened {
    /// # Errors
    /// It cannot be opened.
    pub fn of(input: &Input) -> Result<Self, Error> {
        let cannot = |e: io::Error| Error::io(format!("cannot read `{}`: {e}", input.name));
        let count = Arc::new(AtomicU64::new(0));
        let counted = |inner: Source<'static>| -> Source<'static> {
            Box::new(Counted { inner, count: Arc::clone(&count) })
        };
        let mut same = None;
        let (source, archive): (_, Option<Box<dyn Archive>>) = match &input.kind {
            InputKind::Unreadable(why) => {
                return Err(Error::io(format!("cannot read `{}`: {why}", input.name)));
            }
            InputKind::Stdin => (counted(Box::new(io::stdin())), None),
            InputKind::Bytes(bytes) => (
                counted(Box::new(Cursor::new(Memory(Arc::clone(bytes))))),
                Some(Box::new(Cursor::new(Memory(Arc::clone(bytes))))),
            ),
            InputKind::File(path) => {
                let file = File::open(path).map_err(cannot)?;
                same = file.try_clone().ok();
                let archive = File::open(path).map_err(cannot)?;
                (counted(Box::new(file)), Some(Box::new(archive)))
            }
        };
        let insist = matches!(input.kind, InputKind::Stdin);
        Ok(Self { source, archive, file: same, count, insist })
    }
}

struct Memory(Arc<Vec<u8>>);

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Counts what is read.
pub(super) struct Counted {
    pub(super) inner: Source<'static>,
    pub(super) count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// What a stream turned out to be.
pub(crate) enum Opened<'a> {
    /// Records of a format. `plain`: they are the stream's bytes from the first on.
    Log { format: Format, source: Source<'a>, plain: bool },
    /// An archive, unwrapped so often. `bare`: it is the stream itself.
    Zip { source: Source<'a>, depth: usize, bare: bool },
    /// It breaks off before its first record; what was there.
    Failed(io::Error, Vec<u8>),
    /// Nothing in it.
    Empty,
    /// Not read: why.
    Skipped(&'static str),
}

/// Unwraps a stream as often as it is wrapped, and tells its format.
pub(crate) fn open<'a>(
    mut source: Source<'a>,
    mut depth: usize,
    name: &str,
    insist: bool,
) -> Opened<'a> {
    let mut bare = true;
    let mut replay = loop {
        let replay = Replay::new(source);
        let container = if depth < MAX_DEPTH { Container::of(replay.head()) } else { None };
        let Some(container) = container else { break replay };
        if let Some(why) = container.unsupported() {
            return Opened::Skipped(why);
        }
        if container == Container::Zip {
            return Opened::Zip { source: Box::new(replay), depth, bare };
        }
        source = match container.open(Box::new(replay)) {
            Some(Ok(inner)) => inner,
            Some(Err(error)) => return Opened::Failed(error, vec![]),
            None => return Opened::Empty,
        };
        bare = false;
        depth += 1;
    };
    let encoded = match *replay.head() {
        [0xEF, 0xBB, 0xBF, ..] => {
            replay.skip(3);
            true
        }
        [0xFF, 0xFE, ..] => {
            replay.skip(2);
            replay = Replay::new(Box::new(Utf16::new(Box::new(replay), true)));
            true
        }
        [0xFE, 0xFF, ..] => {
            replay.skip(2);
            replay = Replay::new(Box::new(Utf16::new(Box::new(replay), false)));
            true
        }
        // Windows writes UTF-16 without a mark, too.
        [b'<' | b'{' | b'[', 0, ..] => {
            replay = Replay::new(Box::new(Utf16::new(Box::new(replay), true)));
            true
        }
        _ => false,
    };
    match format::detect(&replay, name, insist) {
        Format::NoLog(why) => Opened::Skipped(why),
        Format::Empty => {
            // A stream that breaks off before its first byte is no empty one.
            let mut rest = Vec::new();
            match replay.read_to_end(&mut rest) {
                Ok(_) => Opened::Empty,
                Err(error) => Opened::Failed(error, rest),
            }
        }
        format => Opened::Log { format, source: Box::new(replay), plain: bare && !encoded },
    }
}
