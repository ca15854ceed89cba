//! What a worker keeps of the hits of its inputs.

use super::prepare::{Clock, Prepared};
use super::texts::Texts;
use crate::alert::ALERT_SOURCE;
use crate::evidence::{EvidenceStore, RecordId};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tripline_engine::Worker;
use tripline_events::{EventBatch, NO_TIME, Reason, Rejected, Sink, Stream, parse_time};
use tripline_ir::{FieldRef, Tail};

/// Where a candidate's record is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doc {
    /// Which worker's store.
    pub(super) worker: u32,
    /// Which of its streams.
    pub(super) stream: u32,
    /// Which of its inputs.
    pub(super) input: u32,
    /// Which record.
    pub(super) record: RecordId,
}

/// Members of an archive are numbered in the upper bits of a hit's position in its input, so that
/// records of different members, which are each counted from 0, have an order.
const MEMBER: u32 = 40;

/// The position of a record in its input or member, out of a hit's order.
pub(super) fn record_number(order: (u32, u64)) -> u64 {
    order.1 & ((1 << MEMBER) - 1)
}

/// Hits of one filter of one plan, column by column.
///
/// At most a cap of them are kept: the first in the order of the data (input, member, record).
/// Which ones those are depends neither on the batches, which come stream by stream and not in
/// the order of the records, nor on how many workers share the inputs.
#[derive(Debug, Default)]
pub(super) struct Hits {
    pub(super) times: Vec<i64>,
    /// In which windows a hit is, where that is not its time for all of them; else empty.
    window_times: Vec<i64>,
    pub(super) orders: Vec<(u32, u64)>,
    pub(super) docs: Vec<Doc>,
    /// `width` cells a hit.
    cells: Vec<u32>,
    width: usize,
    /// Hits beyond the cap: counted, not kept.
    pub(super) dropped: u64,
    /// With the cap reached: no hit from here on is among the first.
    end: Option<(u32, u64)>,
}

impl Hits {
    /// The instant that decides in which windows a hit is.
    pub(super) fn window_time(&self, hit: usize) -> i64 {
        self.window_times.get(hit).copied().unwrap_or(self.times[hit])
    }

    /// The first instant of windows, where that is not always the hits' own time.
    pub(super) fn first_window_time(&self) -> Option<i64> {
        self.window_times.iter().copied().min()
    }

    /// Keeps the times of the next hit. Most rules have one time an event: a second one costs
    /// memory only from the first hit on for which it differs.
    fn push_times(&mut self, time: i64, window: i64) {
        if window != time || !self.window_times.is_empty() {
            let same = &self.times[self.window_times.len()..];
            self.window_times.extend_from_slice(same);
            self.window_times.push(window);
        }
        self.times.push(time);
    }

    /// Whether a hit at this place may be among the first `cap`.
    fn wants(&self, order: (u32, u64)) -> bool {
        self.end.is_none_or(|end| order < end)
    }

    /// After a hit was added: forgets what is surely beyond the cap, now and then.
    fn bound(&mut self, cap: usize) {
        let kept = self.times.len();
        if kept >= cap.saturating_mul(2) || (self.end.is_none() && kept >= cap) {
            self.keep_first(cap);
        }
    }

    /// Keeps the first `cap` hits.
    fn keep_first(&mut self, cap: usize) {
        let mut rows: Vec<usize> = (0..self.times.len()).collect();
        rows.sort_unstable_by_key(|row| self.orders[*row]);
        if rows.len() >= cap {
            self.end = cap.checked_sub(1).map(|last| self.orders[rows[last]]);
        }
        if rows.len() > cap {
            self.dropped += (rows.len() - cap) as u64;
            rows.truncate(cap);
            let (width, cells) = (self.width, &self.cells);
            self.cells =
                rows.iter().flat_map(|r| &cells[r * width..(r + 1) * width]).copied().collect();
            self.times = rows.iter().map(|r| self.times[*r]).collect();
            self.docs = rows.iter().map(|r| self.docs[*r]).collect();
            if !self.window_times.is_empty() {
                self.window_times = rows.iter().map(|r| self.window_times[*r]).collect();
            }
            self.orders = rows.iter().map(|r| self.orders[*r]).collect();
        }
    }
}

/// Cuts what all workers together kept of each filter to the cap.
pub(super) fn cut(harvests: &mut [Harvest], cap: usize) {
    let rules = harvests.first().map_or(0, |h| h.hits.len());
    for rule in 0..rules {
        for filter in 0..harvests[0].hits[rule].len() {
            let mut orders: Vec<(u32, u64)> =
                harvests.iter().flat_map(|h| &h.hits[rule][filter].orders).copied().collect();
            if orders.len() <= cap {
                continue;
            }
            let (_, last, _) = orders.select_nth_unstable(cap - 1);
            let last = *last;
            for harvest in &mut *harvests {
                let hits = &mut harvest.hits[rule][filter];
                let keep = hits.orders.iter().filter(|order| **order <= last).count();
                hits.keep_first(keep);
            }
        }
    }
}

/// What one worker collected.
pub(super) struct Collector<'a> {
    prepared: &'a Prepared<'a>,
    matcher: Worker,
    worker: u32,
    /// Rank of the input that is being read.
    pub(super) rank: u32,
    with_time: bool,
    stop: &'a AtomicBool,
    progress: &'a AtomicU64,
    pub(super) events: &'a AtomicU64,
    /// The input or member of the last batch, and how many members of the input there were before.
    reading: Option<(u32, Arc<str>)>,
    member: u64,
    store: EvidenceStore,
    texts: Texts,
    streams: Vec<Arc<Stream>>,
    firsts: Vec<i64>,
    inputs: Vec<Arc<str>>,
    hits: Vec<Vec<Hits>>,
    pub(super) counts: BTreeMap<String, u64>,
    pub(super) rejected: BTreeMap<Reason, u64>,
    pub(super) examples: Vec<(u32, Rejected)>,
    time_range: Option<(i64, i64)>,
    failure: Option<std::io::Error>,
    /// By rule, the events that lack the time that the rule insists on.
    untimed: Vec<u64>,
    /// The rules whose hits are kept; none: all.
    pub(super) rules: Option<HashSet<usize>>,
    /// Of alerts, record by record, the rules that they come from: those do not see them.
    pub(super) lineage: Vec<BTreeSet<String>>,
    /// Records that came before those of this input.
    pub(super) base: u64,
    scratch: Vec<u32>,
}

/// A worker's harvest, without the borrowed parts.
pub(super) struct Harvest {
    pub(super) store: EvidenceStore,
    texts: Texts,
    pub(super) streams: Vec<Arc<Stream>>,
    /// The time of the first event of each stream; `i64::MAX` where none was looked at.
    pub(super) firsts: Vec<i64>,
    pub(super) inputs: Vec<Arc<str>>,
    pub(super) hits: Vec<Vec<Hits>>,
    pub(super) counts: BTreeMap<String, u64>,
    pub(super) rejected: BTreeMap<Reason, u64>,
    pub(super) examples: Vec<(u32, Rejected)>,
    pub(super) time_range: Option<(i64, i64)>,
    pub(super) failure: Option<std::io::Error>,
    pub(super) untimed: Vec<u64>,
    /// By rule, the events that an expression was not tried on whole.
    pub(super) cut: BTreeMap<u32, u64>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        prepared: &'a Prepared<'a>,
        worker: u32,
        with_time: bool,
        stop: &'a AtomicBool,
        progress: &'a AtomicU64,
        events: &'a AtomicU64,
    ) -> Self {
        let hits = prepared
            .rules
            .iter()
            .map(|rule| {
                rule.keep
                    .iter()
                    .map(|keep| Hits { width: keep.width(), ..Hits::default() })
                    .collect()
            })
            .collect();
        Self {
            prepared,
            matcher: prepared.matcher.worker(),
            worker,
            rank: 0,
            with_time,
            stop,
            progress,
            events,
            reading: None,
            member: 0,
            store: EvidenceStore::default(),
            texts: Texts::default(),
            streams: vec![],
            firsts: vec![],
            inputs: vec![],
            hits,
            counts: BTreeMap::new(),
            rejected: BTreeMap::new(),
            examples: vec![],
            time_range: None,
            failure: None,
            untimed: vec![0; prepared.rules.len()],
            rules: None,
            lineage: vec![],
            base: 0,
            scratch: vec![],
        }
    }

    pub(super) fn finish(mut self) -> Harvest {
        for hits in self.hits.iter_mut().flatten() {
            hits.keep_first(self.prepared.cap);
        }
        Harvest {
            store: self.store,
            texts: self.texts,
            streams: self.streams,
            firsts: self.firsts,
            inputs: self.inputs,
            hits: self.hits,
            counts: self.counts,
            rejected: self.rejected,
            examples: self.examples,
            time_range: self.time_range,
            failure: self.failure,
            untimed: self.untimed,
            cut: self.matcher.cut_combinations().clone(),
        }
    }

    /// Counts what an input had. Streams that no rule looks at come here only, never as batches.
    pub(super) fn saw(&mut self, streams: &[(Arc<Stream>, u64)]) {
        for (stream, events) in streams {
            *self.counts.entry(stream.mapping.id.to_string()).or_default() += events;
            self.stream_number(stream);
        }
    }

    fn stream_number(&mut self, stream: &Arc<Stream>) -> u32 {
        let known = self.streams.iter().rposition(|s| {
            Arc::ptr_eq(s, stream) || (s.key == stream.key && s.mapping.id == stream.mapping.id)
        });
        known.unwrap_or_else(|| {
            self.streams.push(Arc::clone(stream));
            self.firsts.push(i64::MAX);
            self.streams.len() - 1
        }) as u32
    }

    /// Numbers the members of an archive: batches come member by member.
    fn enter(&mut self, batch: &EventBatch) {
        match &self.reading {
            Some((rank, input)) if *rank == self.rank => {
                if *input == batch.input {
                    return;
                }
                self.member += 1;
            }
            _ => self.member = 0,
        }
        self.reading = Some((self.rank, Arc::clone(&batch.input)));
    }

    fn collect(&mut self, batch: &EventBatch, stream: u32) -> std::io::Result<()> {
        self.enter(batch);
        let hits: Vec<tripline_engine::Hit> = self.matcher.run(batch).to_vec();
        let mut records: Vec<Option<RecordId>> = vec![None; batch.len()];
        if !hits.is_empty() && self.inputs.last() != Some(&batch.input) {
            self.inputs.push(Arc::clone(&batch.input));
        }
        let input = self.inputs.len() as u32 - u32::from(!self.inputs.is_empty());
        for hit in hits {
            let row = hit.row as usize;
            let time = batch.time[row];
            let ready = &self.prepared.rules[hit.plan as usize];
            let number = self.base + batch.record[row];
            if self.rules.as_ref().is_some_and(|rules| !rules.contains(&(hit.plan as usize)))
                || self.lineage.get(number as usize).is_some_and(|of| of.contains(&*ready.rule.id))
            {
                continue;
            }
            // Indicators are in no window.
            let indicator = hit.filter == 1 && matches!(ready.plan.tail, Tail::IndicatorMatch(_));
            if time == NO_TIME && self.with_time && !indicator {
                continue;
            }
            let keep = &ready.keep[hit.filter as usize];
            let times = if indicator {
                let time = if time == NO_TIME { 0 } else { time };
                Some((time, time))
            } else {
                self.clock(batch, row, &ready.clock)
            };
            let Some((time, window)) = times else {
                self.untimed[hit.plan as usize] += 1;
                continue;
            };
            let slot = &mut self.hits[hit.plan as usize][hit.filter as usize];
            let order = (self.rank, (self.member << MEMBER) | number);
            if !slot.wants(order) {
                slot.dropped += 1;
                continue;
            }
            let record = match records[row] {
                Some(record) => record,
                None => *records[row].insert(self.store.push(batch.raw.get(row))?),
            };
            slot.push_times(time, window);
            slot.orders.push(order);
            slot.docs.push(Doc { worker: self.worker, stream, input, record });
            for at in 0..keep.width() {
                let cell = self.cell(batch, row, keep.field(at));
                self.hits[hit.plan as usize][hit.filter as usize].cells.push(cell);
            }
            self.hits[hit.plan as usize][hit.filter as usize].bound(self.prepared.cap);
        }
        Ok(())
    }

    /// The time that orders an event and the one that chooses its windows; nothing where a rule
    /// insists on a field that the event lacks.
    fn clock(&mut self, batch: &EventBatch, row: usize, clock: &Clock) -> Option<(i64, i64)> {
        let own = batch.time[row];
        let own = if own == NO_TIME { 0 } else { own };
        let time = match &clock.order {
            Some(field) => self.instant(batch, row, field)?,
            None => own,
        };
        let window = match &clock.window {
            // An alert is in the windows of the run that made it, whatever its event says.
            Some(_) if *batch.stream.mapping.id == *ALERT_SOURCE => own,
            Some(field) => match self.instant(batch, row, field) {
                Some(window) => window,
                None if clock.strict => return None,
                None => own,
            },
            None => own,
        };
        Some((time, window))
    }

    /// The first value of a field that reads as an instant.
    fn instant(&mut self, batch: &EventBatch, row: usize, field: &FieldRef) -> Option<i64> {
        let mut instant = None;
        self.matcher.values(batch, row, field, &mut |value| {
            instant = instant.or_else(|| parse_time(value));
        });
        instant
    }

    fn cell(&mut self, batch: &EventBatch, row: usize, field: &FieldRef) -> u32 {
        let mut ids = std::mem::take(&mut self.scratch);
        ids.clear();
        let texts = &mut self.texts;
        match &*field.name {
            "_time" if batch.time[row] != NO_TIME => ids.push(texts.id(&epoch(batch.time[row]))),
            "_raw" => ids.push(texts.id(&String::from_utf8_lossy(batch.raw.get(row)))),
            "source" if batch.stream.mapping.splunk.source.is_empty() => {
                ids.push(texts.id(&batch.input));
            }
            _ => self.matcher.values(batch, row, field, &mut |value| ids.push(texts.id(value))),
        }
        let cell = texts.cell(&ids);
        self.scratch = ids;
        cell
    }
}

impl Harvest {
    /// The values of cell `at` of hit `hit`.
    pub(super) fn values(&self, hits: &Hits, hit: usize, at: usize) -> Vec<Arc<str>> {
        self.texts.values(hits.cells[hit * hits.width + at])
    }
}

/// An instant as Splunk's `_time`: epoch seconds, with as many decimals as it has, at most six.
pub(super) fn epoch(nanoseconds: i64) -> String {
    let (seconds, micros) =
        (nanoseconds.div_euclid(1_000_000_000), nanoseconds.rem_euclid(1_000_000_000) / 1000);
    if micros == 0 {
        return seconds.to_string();
    }
    format!("{seconds}.{micros:06}").trim_end_matches('0').to_owned()
}

impl Sink for Collector<'_> {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        let total = batch.len() as u64;
        self.events.fetch_add(total, Ordering::Relaxed);
        // When indicators were fetched says nothing about the time that the events cover.
        let events = if batch.stream.mapping.timeless { &[][..] } else { &batch.time[..] };
        for time in events.iter().filter(|t| **t != NO_TIME) {
            let (low, high) = self.time_range.unwrap_or((*time, *time));
            self.time_range = Some((low.min(*time), high.max(*time)));
        }
        let stream = self.stream_number(&batch.stream);
        if let Some(time) = events.iter().copied().filter(|t| *t != NO_TIME).min() {
            let first = &mut self.firsts[stream as usize];
            *first = (*first).min(time);
        }
        if let Err(error) = self.collect(&batch, stream) {
            self.failure = Some(error);
            self.stop.store(true, Ordering::Relaxed);
        }
        if self.stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, rejected: Rejected) {
        let count = self.rejected.entry(rejected.reason).or_default();
        *count += 1;
        if *count <= 3 {
            self.examples.push((self.rank, rejected));
        }
    }

    fn progress(&mut self, bytes: u64) {
        self.progress.fetch_add(bytes, Ordering::Relaxed);
    }
}
