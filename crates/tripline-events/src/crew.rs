//! Several decoders that read inputs together: input by input, and large ones part by part.

use crate::decoder::{Progress, Reading};
use crate::feed::Feed;
use crate::format::Format;
use crate::read::{Opened, Ranges, Unopened, open};
use crate::{Decoder, Error, Input, InputKind, InputSummary, Place, Sink};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Inputs that are smaller are read by one decoder.
const SHARED_BYTES: u64 = 4 << 20;

/// The bits of a provisional record number that count within a part.
const IN_PART: u32 = 32;

/// Inputs for several decoders, each on a thread of its own.
///
/// A decoder takes a job, reads it, and takes the next. As long as there are inputs that nobody
/// reads, each job is an input; after that jobs are shares of the large inputs that others still
/// read, if their format can be cut (NDJSON, Zeek's tables, EVTX; compressed or not).
///
/// Which decoder reads what is chance, but nothing that is read depends on it: an event or a record
/// set aside has the same offset and order whoever reads it. Only the *number* of a record, and the
/// *line* of one that is set aside, are provisional while an input is shared (it is not known how many
/// the parts before it have): provisional numbers have the order of the records, and when all is read
/// [`Numbers::of`] and [`Numbers::settle`] give the true ones.
///
/// A range of a file that cannot be read to its end is one record set aside, and the others are read
/// nevertheless.
///
/// ```
/// # use tripline_events::*;
/// # use std::{ops::ControlFlow, sync::Arc};
/// # struct Nothing;
/// # impl Projector for Nothing {
/// #     fn projection(&self, _: &Stream) -> Projection { Projection::default() }
/// # }
/// # #[derive(Default)]
/// # struct Count { rank: usize, events: usize }
/// # impl Sink for Count {
/// #     fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
/// #         self.events += batch.len();
/// #         ControlFlow::Continue(())
/// #     }
/// #     fn rejected(&mut self, _: Rejected) {}
/// #     fn progress(&mut self, _: u64) {}
/// # }
/// let inputs = [Input::from_bytes("a", b"{\"a\":1}\n{\"a\":2}\n".to_vec())];
/// let crew = Crew::new(&inputs.iter().collect::<Vec<_>>());
/// let work = || {
///     let schema = tripline_schema::Schema::builtin();
///     let mut decoder = Decoder::new(schema, Arc::new(Nothing), Options::default()).unwrap();
///     let mut sink = Count::default();
///     while let Some(job) = crew.next() {
///         sink.rank = job.rank();
///         decoder.work(job, &mut sink).unwrap();
///     }
///     sink.events
/// };
/// let events: usize = std::thread::scope(|scope| {
///     let workers = [scope.spawn(work), scope.spawn(work)];
///     workers.into_iter().map(|w| w.join().unwrap()).sum()
/// });
/// assert_eq!(events, 2);
/// assert_eq!(crew.numbers().of(0, 1), 1);
/// ```
pub struct Crew<'a> {
    inputs: Vec<&'a Input>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    next: usize,
    /// Inputs that were taken, and of which it is not known yet whether they are shared.
    opening: usize,
    /// Inputs that are or were shared, by their rank.
    shared: Vec<Arc<Shared>>,
}

/// An input that several decoders read.
struct Shared {
    rank: usize,
    input: Arc<str>,
    feed: Mutex<Cut>,
    ended: AtomicBool,
    /// How many decoders read it.
    readers: AtomicU64,
    progress: Arc<Progress>,
    /// How many records and lines the parts have.
    counts: Mutex<Vec<Count>>,
}

/// Records and lines of a part, or before it.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    records: u64,
    lines: u64,
}

struct Cut {
    feed: Feed<'static>,
    parts: u64,
}

/// What a decoder is to do next.
pub struct Job<'c> {
    crew: &'c Crew<'c>,
    rank: usize,
    what: What,
}

enum What {
    /// To open the input.
    Open,
    /// Nothing more.
    Opened,
    Help(Arc<Shared>),
}

impl Job<'_> {
    /// The position of its input among those of the crew.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Whether this is the first job of the input. Each input has exactly one first job.
    pub fn is_first(&self) -> bool {
        !matches!(self.what, What::Help(_))
    }

    fn opened(&mut self, shared: Option<&Arc<Shared>>) {
        if matches!(self.what, What::Open) {
            self.what = What::Opened;
            let mut state = self.crew.state();
            state.opening -= 1;
            state.shared.extend(shared.cloned());
            self.crew.changed.notify_all();
        }
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.opened(None);
    }
}

impl<'a> Crew<'a> {
    /// A crew for these inputs. They are taken in their order.
    pub fn new(inputs: &[&'a Input]) -> Self {
        Self { inputs: inputs.to_vec(), state: Mutex::default(), changed: Condvar::new() }
    }

    /// The next job; None when nothing is left to be done. It waits while it is not known whether
    /// there will be one.
    pub fn next(&self) -> Option<Job<'_>> {
        let mut state = self.state();
        loop {
            if state.next < self.inputs.len() {
                let rank = state.next;
                state.next += 1;
                state.opening += 1;
                return Some(Job { crew: self, rank, what: What::Open });
            }
            let open = state.shared.iter().filter(|s| !s.ended.load(Ordering::Relaxed));
            if let Some(shared) = open.min_by_key(|s| (s.readers.load(Ordering::Relaxed), s.rank)) {
                shared.readers.fetch_add(1, Ordering::Relaxed);
                let what = What::Help(Arc::clone(shared));
                return Some(Job { crew: self, rank: shared.rank, what });
            }
            if state.opening == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Hands out no more jobs.
    pub fn stop(&self) {
        let mut state = self.state();
        state.next = self.inputs.len();
        for shared in &state.shared {
            shared.ended.store(true, Ordering::Relaxed);
        }
    }

    /// The numbers of the records. All decoders must have done their jobs.
    pub fn numbers(&self) -> Numbers {
        let state = self.state();
        let mut numbers = Numbers { shared: vec![] };
        for shared in &state.shared {
            let mut before = Count::default();
            let mut bases = locked(&shared.counts).clone();
            for base in &mut bases {
                let of_part = std::mem::replace(base, before);
                before.records += of_part.records;
                before.lines += of_part.lines;
            }
            numbers.shared.push((shared.rank, bases));
        }
        numbers.shared.sort_unstable_by_key(|(rank, _)| *rank);
        numbers
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

/// Whoever panicked with a lock in hand is reported by the thread's owner.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// True numbers of records, and of the lines of those that were set aside.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// By rank: what is before each part.
    shared: Vec<(usize, Vec<Count>)>,
}

impl Numbers {
    /// The number of the record that an event of the input of that rank had in its batch.
    pub fn of(&self, rank: usize, record: u64) -> u64 {
        let before = self.before(rank, record);
        before.map_or(record, |before| before.records + (record & ((1 << IN_PART) - 1)))
    }

    /// Gives a record that was set aside its true number and line.
    pub fn settle(&self, rank: usize, place: &mut Place) {
        if let Some(before) = self.before(rank, place.record) {
            place.line = place.line.map(|line| before.lines + line);
            place.record = self.of(rank, place.record);
        }
    }

    /// What is before the part of a provisional number.
    fn before(&self, rank: usize, record: u64) -> Option<&Count> {
        let at = self.shared.binary_search_by_key(&rank, |(rank, _)| *rank).ok()?;
        self.shared[at].1.get((record >> IN_PART) as usize)
    }
}

impl Decoder {
    /// Does a job: reads an input, or its share of one that others read, too. What it returns is
    /// about that share. Breaking in the sink ends the share, not what others do.
    ///
    /// # Errors
    /// The input cannot be opened. What is wrong inside it goes to the sink.
    pub fn work(&mut self, mut job: Job<'_>, sink: &mut dyn Sink) -> Result<InputSummary, Error> {
        if let What::Help(shared) = &job.what {
            let summary = self.share(shared, sink);
            shared.readers.fetch_sub(1, Ordering::Relaxed);
            return Ok(summary);
        }
        let input = job.crew.inputs[job.rank];
        let Unopened { source, archive, mut file, count, insist } = Unopened::of(input)?;
        let progress = Arc::new(Progress { count, reported: AtomicU64::new(0) });
        let mut opened = open(source, 0, &input.name, insist);
        if input.bytes >= SHARED_BYTES || matches!(input.kind, InputKind::Stdin) {
            opened = match opened {
                Opened::Log { format, source, plain } => {
                    let lines = file.take().filter(|_| plain && format == Format::Lines);
                    let feed = match lines
                        .and_then(|file| Ranges::new(file, Arc::clone(&progress.count)))
                    {
                        Some(ranges) => Ok(Feed::ranges(ranges)),
                        None => Feed::new(format, source, self.options().max_record_bytes),
                    };
                    match feed {
                        Ok(feed) => {
                            let shared = Arc::new(Shared {
                                rank: job.rank,
                                input: Arc::clone(&input.name),
                                feed: Mutex::new(Cut { feed, parts: 0 }),
                                ended: AtomicBool::new(false),
                                readers: AtomicU64::new(1),
                                progress,
                                counts: Mutex::default(),
                            });
                            job.opened(Some(&shared));
                            return Ok(self.share(&shared, sink));
                        }
                        Err(source) => Opened::Log { format, source, plain },
                    }
                }
                other => other,
            };
        }
        job.opened(None);
        Ok(self.read_opened(input, opened, archive, &progress, sink))
    }

    fn share(&mut self, shared: &Shared, sink: &mut dyn Sink) -> InputSummary {
        let progress = Arc::clone(&shared.progress);
        let mut reading = Reading::new(self, sink, Arc::clone(&shared.input), progress);
        let mut block = None;
        while !reading.stopped() && !shared.ended.load(Ordering::Relaxed) {
            let mut cut = locked(&shared.feed);
            if let Some(block) = block.take() {
                cut.feed.lend(&block);
            }
            let Some((part, bytes)) = cut.feed.next() else {
                shared.ended.store(true, Ordering::Relaxed);
                break;
            };
            let number = cut.parts;
            cut.parts += 1;
            drop(cut);
            let first = number << IN_PART;
            reading.number_from(first);
            let done = part.read(&mut reading);
            block = done.block;
            reading.consumed(bytes);
            let count = Count { records: reading.record() - first, lines: done.lines };
            let mut counts = locked(&shared.counts);
            if counts.len() <= number as usize {
                counts.resize(number as usize + 1, Count::default());
            }
            counts[number as usize] = count;
        }
        reading.end()
    }
}
