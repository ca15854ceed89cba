//! The decoder: inputs in, batches out.

use crate::feed::Feed;
use crate::format::{self, Format};
use crate::log_analytics;
use crate::read::{Archive, Lines, Opened, Source, Unopened, open, read_archive};
use crate::record::{Found, ParseFail, Parser, Recogniser, elements};
use crate::stix;
use crate::{Error, EventBatch, Input, NO_TIME, Place, Projector, Reason, Rejected, Stream};
use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tripline_schema::Schema;

/// How to read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The id of the source type that all records are of; None: each record is recognised.
    pub source: Option<Arc<str>>,
    /// How many events a batch has at most.
    pub batch_rows: usize,
    /// A record with more bytes than this is set aside, and never held in memory.
    pub max_record_bytes: usize,
    /// A record that is nested deeper than this is set aside.
    pub max_depth: usize,
    /// Whether an event without a time is set aside.
    pub require_time: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            source: None,
            batch_rows: 8192,
            max_record_bytes: 64 << 20,
            max_depth: 128,
            require_time: false,
        }
    }
}

/// Takes what a decoder reads.
pub trait Sink {
    /// A batch of events. Breaking ends the reading of this input.
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()>;

    /// A record that was set aside.
    fn rejected(&mut self, rejected: Rejected);

    /// So many bytes of the input, as it lies on disk, were read since the last call.
    fn progress(&mut self, bytes: u64);
}

/// What an input had.
#[derive(Debug, Clone, Default)]
pub struct InputSummary {
    /// Records present: events, and records set aside. (A compressed stream that breaks off is
    /// one that was set aside, too.)
    pub records: u64,
    /// Events.
    pub events: u64,
    /// Records set aside, by reason.
    pub rejected: BTreeMap<Reason, u64>,
    /// Bytes after decompression.
    pub bytes: u64,
    /// Events by stream.
    pub streams: Vec<(Arc<Stream>, u64)>,
    /// The input is no log: why.
    pub skipped: Option<String>,
    /// Members of an archive that are no logs: name and why.
    pub skipped_members: Vec<(Arc<str>, String)>,
}

/// Reads inputs one after the other. What it learns about streams and values is kept from one to
/// the next.
pub struct Decoder {
    options: Options,
    parser: Parser,
    recogniser: Recogniser,
}

/// Chunks of raw records that waiting batches may keep alive, in bytes; beyond it, batches are
/// handed out before they are full. More of them make no fewer batches worth speaking of, and do not
/// fit the processor's cache.
const WAITING: usize = 8 << 20;

impl Decoder {
    /// A decoder.
    ///
    /// # Errors
    /// The source type in the options is unknown.
    pub fn new(
        schema: &Schema,
        projector: Arc<dyn Projector>,
        options: Options,
    ) -> Result<Self, Error> {
        let mut recogniser = Recogniser::new(schema, projector, options.source.as_deref())?;
        recogniser.set_max_depth(options.max_depth);
        let options = Options { batch_rows: options.batch_rows.max(1), ..options };
        Ok(Self { parser: Parser::new(options.max_depth), options, recogniser })
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Reads an input to its end.
    ///
    /// # Errors
    /// It cannot be opened. What is wrong inside it goes to the sink.
    pub fn read(&mut self, input: &Input, sink: &mut dyn Sink) -> Result<InputSummary, Error> {
        let Unopened { source, archive, count, insist, .. } = Unopened::of(input)?;
        let progress = Arc::new(Progress { count, reported: AtomicU64::new(0) });
        let opened = open(source, 0, &input.name, insist);
        Ok(self.read_opened(input, opened, archive, &progress, sink))
    }

    /// Reads what was opened to its end.
    pub(crate) fn read_opened(
        &mut self,
        input: &Input,
        opened: Opened<'_>,
        archive: Option<Box<dyn Archive>>,
        progress: &Arc<Progress>,
        sink: &mut dyn Sink,
    ) -> InputSummary {
        let mut reading = Reading::new(self, sink, Arc::clone(&input.name), Arc::clone(progress));
        reading.opened(opened, archive);
        reading.flush();
        reading.report();
        // An archive is read beside the stream that counts.
        let reported = progress.reported.load(Ordering::Relaxed);
        if !reading.stopped && reported < input.bytes {
            reading.sink.progress(input.bytes - reported);
        }
        reading.end()
    }
}

/// How much of an input was read, and how much of that was said.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub count: Arc<AtomicU64>,
    pub reported: AtomicU64,
}

/// Where a record stands in its input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub record: u64,
    pub line: Option<u64>,
    pub offset: Option<u64>,
}

/// An input that is being read.
pub(crate) struct Reading<'a> {
    decoder: &'a mut Decoder,
    sink: &'a mut dyn Sink,
    input: Arc<str>,
    summary: InputSummary,
    record: u64,
    stopped: bool,
    /// The address of the last chunk, and how many bytes of chunks batches wait with.
    chunk: usize,
    waiting: usize,
    progress: Arc<Progress>,
    /// Whether a record is part of a STIX indicator, which is not taken apart again, whatever source
    /// all records are said to be of.
    taken_apart: bool,
}

/// What became of a record.
enum Outcome {
    Added(usize),
    List(usize),
    /// A STIX indicator, which stands for others.
    Stix,
    /// A row of Log Analytics' table of Windows events, whose data is a text.
    Table(Vec<u8>),
    NotAnObject,
    NoTime(bool),
}

impl<'a> Reading<'a> {
    pub fn new(
        decoder: &'a mut Decoder,
        sink: &'a mut dyn Sink,
        input: Arc<str>,
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            decoder,
            sink,
            input,
            summary: InputSummary::default(),
            record: 0,
            stopped: false,
            chunk: 0,
            waiting: 0,
            progress,
            taken_apart: false,
        }
    }

    /// Hands out what waits, and tells what was read.
    pub fn end(mut self) -> InputSummary {
        self.flush();
        self.report();
        let mut summary = self.summary;
        for builder in &mut self.decoder.recogniser.builders {
            if builder.events > 0 {
                summary.streams.push((Arc::clone(&builder.stream), builder.events));
                builder.events = 0;
            }
        }
        summary
    }

    /// The number of the next record.
    pub fn record(&self) -> u64 {
        self.record
    }

    /// Goes on with that number.
    pub fn number_from(&mut self, record: u64) {
        self.record = record;
    }

    pub fn options(&self) -> &Options {
        &self.decoder.options
    }

    /// Whether the sink wants no more.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// The place of the next record.
    pub fn at(&mut self, line: Option<u64>, offset: Option<u64>) -> At {
        let record = self.record;
        self.record += 1;
        At { record, line, offset }
    }

    /// A record as JSON that starts there in a chunk, whose text is `text`, if it is one for the fast
    /// lane: the byte after it. `end`: where it ends; None: at the end of its line.
    pub fn fast(
        &mut self,
        chunk: &Arc<Vec<u8>>,
        text: &str,
        start: usize,
        end: Option<usize>,
        at: At,
    ) -> Option<usize> {
        if self.taken_apart {
            return None;
        }
        self.keep(chunk);
        let Decoder { options, recogniser, .. } = &mut *self.decoder;
        let row = recogniser.find_fast(text, start)?;
        let ends = match end {
            Some(end) => row.end == end,
            None => matches!(chunk[row.end..], [] | [b'\n', ..] | [b'\r', b'\n', ..]),
        };
        if !ends
            || row.end - start > options.max_record_bytes
            || !recogniser.add_fast(row, at.record, chunk, text, start)
        {
            return None;
        }
        self.summary.records += 1;
        self.summary.events += 1;
        if self.decoder.recogniser.builders[row.builder].rows() >= self.options().batch_rows {
            self.emit(row.builder);
        }
        Some(row.end)
    }

    /// A record as JSON: `range` of the chunk. `open`: the input ends in the middle of it, if it
    /// is not whole.
    pub fn json(
        &mut self,
        chunk: &Arc<Vec<u8>>,
        (start, end): (usize, usize),
        at: At,
        open: bool,
        lists: bool,
    ) {
        let raw = &chunk[start..end];
        if raw.len() > self.decoder.options.max_record_bytes {
            return self.too_long(raw, at);
        }
        self.keep(chunk);
        let taken_apart = self.taken_apart;
        let Decoder { options, parser, recogniser } = &mut *self.decoder;
        let outcome = parser.with(raw, |doc| {
            if !doc.is_object(0) {
                return Outcome::NotAnObject;
            }
            if lists && let Some(objects) = stix::bundle(doc) {
                return Outcome::List(objects);
            }
            match recogniser.find(doc, lists) {
                Found::List(at) => Outcome::List(at),
                Found::Row(row) if !taken_apart && recogniser.is(&row, stix::INDICATOR) => {
                    Outcome::Stix
                }
                Found::Row(row)
                    if row.time == NO_TIME
                        && let Some(record) = log_analytics::record(raw) =>
                {
                    Outcome::Table(record)
                }
                Found::Row(row)
                    if row.time == NO_TIME
                        && options.require_time
                        && !recogniser.is_timeless(&row) =>
                {
                    Outcome::NoTime(row.time_field)
                }
                Found::Row(row) => {
                    recogniser.add(doc, &row, at.record, chunk, (start, end));
                    recogniser.learn_fast(chunk, start);
                    Outcome::Added(row.builder)
                }
            }
        });
        match outcome {
            Ok(Outcome::Added(builder)) => {
                self.summary.records += 1;
                self.summary.events += 1;
                if self.decoder.recogniser.builders[builder].rows() >= self.options().batch_rows {
                    self.emit(builder);
                }
            }
            Ok(Outcome::List(from)) => {
                // Its records take the place of the wrapper's.
                self.record = at.record;
                for (a, b) in elements(raw, from) {
                    if self.stopped {
                        return;
                    }
                    let offset = at.offset.map(|o| o + a as u64);
                    let at = self.at(at.line, offset);
                    self.json(chunk, (start + a, start + b), at, false, false);
                }
            }
            Ok(Outcome::Stix) => self.stix(raw, at),
            Ok(Outcome::Table(record)) => {
                let chunk = Arc::new(record);
                let end = chunk.len();
                self.json(&chunk, (0, end), at, false, false);
            }
            Ok(Outcome::NotAnObject) => {
                self.reject(Reason::NotAnObject, "a record must be a JSON object", raw, at);
            }
            Ok(Outcome::NoTime(there)) => {
                let detail =
                    if there { "its time cannot be read" } else { "no field that holds a time" };
                self.reject(Reason::NoTime, detail, raw, at);
            }
            Err(ParseFail::Encoding) => self.reject(Reason::Encoding, "not UTF-8", raw, at),
            Err(ParseFail::TooDeep) => {
                let detail = format!("nested deeper than {}", self.options().max_depth);
                self.reject(Reason::TooDeep, &detail, raw, at);
            }
            Err(ParseFail::Malformed(_)) if open => {
                self.reject(Reason::HalfWritten, "the input ends inside it", raw, at);
            }
            Err(ParseFail::Malformed(detail)) => self.reject(Reason::Malformed, &detail, raw, at),
        }
    }

    /// A STIX indicator: the indicators that its pattern stands for take its place.
    fn stix(&mut self, raw: &[u8], at: At) {
        let indicators = match stix::indicators(raw) {
            Ok(indicators) => indicators,
            Err(why) => return self.reject(Reason::Unsupported, &why, raw, at),
        };
        // Its own number becomes the first one's, unless further records have theirs already.
        if self.record == at.record + 1 {
            self.record = at.record;
        }
        self.taken_apart = true;
        for indicator in indicators {
            if self.stopped {
                break;
            }
            let chunk = Arc::new(indicator.into_bytes());
            let end = chunk.len();
            let at = self.at(at.line, at.offset);
            self.json(&chunk, (0, end), at, false, false);
        }
        self.taken_apart = false;
    }

    pub fn too_long(&mut self, start: &[u8], at: At) {
        let detail = format!("longer than {} bytes", self.options().max_record_bytes);
        self.reject(Reason::TooLong, &detail, start, at);
    }

    /// Sets a record aside.
    pub fn reject(&mut self, reason: Reason, detail: &str, raw: &[u8], at: At) {
        self.summary.records += 1;
        *self.summary.rejected.entry(reason).or_default() += 1;
        self.sink.rejected(Rejected {
            place: Place {
                input: Arc::clone(&self.input),
                record: at.record,
                line: at.line,
                offset: at.offset,
            },
            reason,
            detail: detail.to_owned(),
            excerpt: excerpt(raw),
        });
    }

    /// The stream broke off.
    pub fn truncated(&mut self, error: &io::Error, rest: &[u8], line: Option<u64>, offset: u64) {
        let at = self.at(line, Some(offset));
        self.reject(Reason::Truncated, &format!("cannot be read further: {error}"), rest, at);
    }

    /// Counts decompressed bytes, and reports progress.
    pub fn consumed(&mut self, bytes: u64) {
        self.summary.bytes += bytes;
        self.report();
    }

    fn report(&mut self) {
        let count = self.progress.count.load(Ordering::Relaxed);
        let reported = self.progress.reported.fetch_max(count, Ordering::Relaxed);
        if count > reported {
            self.sink.progress(count - reported);
        }
    }

    /// Batches keep the chunks of their records alive, so a stream with one event in each chunk
    /// must not wait until its batch is full.
    fn keep(&mut self, chunk: &Arc<Vec<u8>>) {
        let address = Arc::as_ptr(chunk) as usize;
        if address != self.chunk {
            self.chunk = address;
            if self.waiting + chunk.capacity() > WAITING {
                self.flush();
            }
            self.waiting += chunk.capacity();
        }
    }

    fn flush(&mut self) {
        for builder in 0..self.decoder.recogniser.builders.len() {
            self.emit(builder);
        }
        self.waiting = 0;
        self.chunk = 0;
    }

    fn emit(&mut self, builder: usize) {
        if let Some(batch) = self.decoder.recogniser.builders[builder].take(&self.input)
            && !self.stopped
        {
            self.stopped = self.sink.batch(batch).is_break();
        }
    }

    /// Reads what a stream turned out to be.
    fn opened(&mut self, opened: Opened<'_>, archive: Option<Box<dyn Archive>>) {
        match opened {
            Opened::Empty => {}
            Opened::Skipped(why) => self.summary.skipped = Some(why.to_owned()),
            Opened::Failed(error, rest) => self.truncated(&error, &rest, None, 0),
            Opened::Zip { mut source, depth, bare } => match archive {
                Some(mut archive) if bare => self.archive(&mut *archive, depth),
                _ => {
                    let mut bytes = Vec::new();
                    if let Err(error) = source.read_to_end(&mut bytes) {
                        self.truncated(&error, &[], None, 0);
                    }
                    self.archive(&mut Cursor::new(bytes), depth);
                }
            },
            Opened::Log { format, source, .. } => self.log(format, source),
        }
    }

    fn log(&mut self, format: Format, source: Source<'_>) {
        let max = self.options().max_record_bytes;
        if format == Format::Lines {
            format::ndjson::read_all(self, Lines::new(source, max));
            return;
        }
        match Feed::new(format, source, max) {
            Ok(mut feed) => {
                while !self.stopped
                    && let Some((part, bytes)) = feed.next()
                {
                    if let Some(block) = part.read(self).block {
                        feed.lend(&block);
                    }
                    self.consumed(bytes);
                }
            }
            Err(source) => match format {
                Format::Xml => format::event_xml::read(self, source),
                Format::Csv => format::csv::read(self, source),
                _ => format::values::read(self, source),
            },
        }
    }

    fn archive(&mut self, archive: &mut dyn Archive, depth: usize) {
        let outer = Arc::clone(&self.input);
        let result = read_archive(archive, &mut |name, member| {
            // A batch is of one input.
            self.flush();
            self.input = format!("{outer}!{name}").into();
            self.record = 0;
            match member {
                Ok(member) => {
                    let opened = open(member, depth + 1, &self.input, false);
                    self.opened(opened, None);
                }
                Err(error) => self.truncated(&error, &[], None, 0),
            }
            if let Some(why) = self.summary.skipped.take() {
                self.summary.skipped_members.push((Arc::clone(&self.input), why));
            }
            !self.stopped
        });
        self.flush();
        self.input = outer;
        if let Err(error) = result {
            self.record = 0;
            self.truncated(&error, &[], None, 0);
        }
        if self.summary.records == 0 && !self.summary.skipped_members.is_empty() {
            self.summary.skipped = Some("an archive without logs".to_owned());
        }
    }
}

/// The first bytes of a record, as far as they are text.
fn excerpt(raw: &[u8]) -> String {
    let mut end = raw.len().min(200);
    // Not in the middle of a character.
    while end > 0 && end < raw.len() && raw[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    String::from_utf8_lossy(&raw[..end]).trim_end().to_owned()
}
