//! What a worker keeps of the hits of its inputs.

use super::prepare::{Clock, Prepared};
use super::records::{New, Position, Records};
use super::texts::{ABSENT, Texts};
use crate::alert::{ALERT_SOURCE, identity};
use crate::evidence::EvidenceStore;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tripline_engine::{Field, Worker};
use tripline_events::{Column, EventBatch, NO_TIME, Reason, Rejected, Sink, Stream, parse_time};
use tripline_ir::{FieldRef, Tail};

/// Hits of one filter of one plan.
///
/// At most a cap of them are kept: the first in the order of the data (input, member, record).
/// Which ones those are depends neither on the batches, which come stream by stream and not in
/// the order of the records, nor on how many workers share the inputs.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Which of the harvest's events.
    pub(super) events: Vec<u32>,
    /// When they happened, where that is not the event's own time for all of them; else empty.
    times: Vec<i64>,
    /// In which windows they are, where that is not the event's own time for all of them.
    window_times: Vec<i64>,
    /// Hits beyond the cap: counted, not kept.
    pub(super) dropped: u64,
    /// With the cap reached: no hit from here on is among the first.
    end: Option<Position>,
}

impl Hits {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// When a hit happened.
    pub(super) fn time(&self, hit: usize, records: &Records) -> i64 {
        self.times.get(hit).copied().unwrap_or_else(|| records.time(self.events[hit]))
    }

    /// The instant that decides in which windows a hit is.
    pub(super) fn window_time(&self, hit: usize, records: &Records) -> i64 {
        self.window_times.get(hit).copied().unwrap_or_else(|| records.time(self.events[hit]))
    }

    /// The first instant of windows, where that is not always the hits' own time.
    pub(super) fn first_window_time(&self) -> Option<i64> {
        self.window_times.iter().copied().min()
    }

    /// Keeps the next hit. Most rules have one time an event: others cost memory only from the first
    /// hit on for which they differ.
    fn push(&mut self, event: u32, (time, window): (i64, i64), own: i64, records: &Records) {
        let before = &self.events;
        let keep = |times: &mut Vec<i64>, time: i64| {
            if time != own || !times.is_empty() {
                let same = before[times.len()..].iter().map(|event| records.time(*event));
                times.extend(same);
                times.push(time);
            }
        };
        keep(&mut self.times, time);
        keep(&mut self.window_times, window);
        self.events.push(event);
    }

    /// Whether a hit at this place may be among the first `cap`.
    fn wants(&self, position: Position) -> bool {
        self.end.is_none_or(|end| position < end)
    }

    /// After a hit was added: forgets what is surely beyond the cap, now and then.
    fn bound(&mut self, cap: usize, records: &Records) {
        let kept = self.events.len();
        if kept >= cap.saturating_mul(2) || (self.end.is_none() && kept >= cap) {
            self.keep_first(cap, records);
        }
    }

    /// Keeps the first `cap` hits.
    fn keep_first(&mut self, cap: usize, records: &Records) {
        if self.events.len() < cap {
            return;
        }
        let mut rows: Vec<usize> = (0..self.events.len()).collect();
        rows.sort_unstable_by_key(|row| records.position(self.events[*row]));
        self.end = cap.checked_sub(1).map(|last| records.position(self.events[rows[last]]));
        if rows.len() > cap {
            self.dropped += (rows.len() - cap) as u64;
            rows.truncate(cap);
            for times in [&mut self.times, &mut self.window_times] {
                if !times.is_empty() {
                    *times = rows.iter().map(|r| times[*r]).collect();
                }
            }
            self.events = rows.iter().map(|r| self.events[*r]).collect();
        }
    }
}

/// Cuts what all workers together kept of each filter to the cap.
pub(super) fn cut(harvests: &mut [Harvest], cap: usize) {
    let rules = harvests.first().map_or(0, |h| h.hits.len());
    for rule in 0..rules {
        for filter in 0..harvests[0].hits[rule].len() {
            let all: usize = harvests.iter().map(|h| h.hits[rule][filter].len()).sum();
            if all <= cap {
                continue;
            }
            let positions = |h: &Harvest| -> Vec<Position> {
                let events = h.hits[rule][filter].events.iter();
                events.map(|event| h.records.position(*event)).collect()
            };
            let mut positions: Vec<Position> = harvests.iter().flat_map(positions).collect();
            let (_, last, _) = positions.select_nth_unstable(cap - 1);
            let last = *last;
            for harvest in &mut *harvests {
                let Harvest { hits, records, .. } = harvest;
                let hits = &mut hits[rule][filter];
                let events = hits.events.iter();
                let keep = events.filter(|event| records.position(**event) <= last).count();
                hits.keep_first(keep, records);
            }
        }
    }
}

/// What one worker collected.
pub(super) struct Collector<'a> {
    prepared: &'a Prepared<'a>,
    matcher: Worker,
    /// Rank of the input that is being read.
    pub(super) rank: u32,
    with_time: bool,
    stop: &'a AtomicBool,
    progress: &'a AtomicU64,
    pub(super) events: &'a AtomicU64,
    /// The input or member of the last batch, and how many members of the input there were before.
    reading: Option<(u32, Arc<str>)>,
    member: u32,
    store: EvidenceStore,
    records: Records,
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
    /// What is known of the values of each kept field.
    fields: Vec<Kept>,
    /// The kept hits of a batch.
    kept: Vec<Candidate>,
    scratch: Vec<u32>,
}

/// A hit that is to be kept.
#[derive(Clone, Copy)]
struct Candidate {
    plan: u32,
    filter: u32,
    row: u32,
    times: (i64, i64),
}

/// The cells of a field.
#[derive(Default)]
struct Kept {
    /// Of the current batch, by row; `UNKNOWN` where not asked for.
    cells: Vec<u32>,
    /// By key of a dictionary the number of its text plus one, 0 where not known.
    dict: u64,
    texts: Vec<u32>,
}

/// So many records that were set aside for the same reason are shown.
pub(super) const EXAMPLES: usize = 3;

/// What orders records that were set aside. Those of one input come from one worker, in the order in
/// which they stood (members of an archive count their records each from 0), unless several share
/// it: then their numbers have the order of the records.
pub(super) fn standing(rank: u32, rejected: &Rejected) -> (u32, u64) {
    let record = rejected.place.record;
    (rank, if record >> 32 == 0 { 0 } else { record })
}

/// A row that no kept hit is on.
const NO_EVENT: u32 = u32::MAX;

/// A cell that was not asked for: neither a text nor a list has this number.
const UNKNOWN: u32 = ABSENT - 1;

/// A worker's harvest, without the borrowed parts.
pub(super) struct Harvest {
    pub(super) store: EvidenceStore,
    pub(super) records: Records,
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
        with_time: bool,
        stop: &'a AtomicBool,
        progress: &'a AtomicU64,
        events: &'a AtomicU64,
    ) -> Self {
        let hits = prepared
            .rules
            .iter()
            .map(|rule| rule.keep.iter().map(|_| Hits::default()).collect())
            .collect();
        Self {
            prepared,
            matcher: prepared.matcher.worker(),
            rank: 0,
            with_time,
            stop,
            progress,
            events,
            reading: None,
            member: 0,
            store: EvidenceStore::default(),
            records: Records::default(),
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
            fields: (0..prepared.fields.len()).map(|_| Kept::default()).collect(),
            kept: vec![],
            scratch: vec![],
        }
    }

    pub(super) fn finish(mut self) -> Harvest {
        for hits in self.hits.iter_mut().flatten() {
            hits.keep_first(self.prepared.cap, &self.records);
        }
        Harvest {
            store: self.store,
            records: self.records,
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
        self.choose(batch);
        if self.kept.is_empty() {
            return Ok(());
        }
        if self.inputs.last() != Some(&batch.input) {
            self.inputs.push(Arc::clone(&batch.input));
        }
        let rows = self.add_events(batch, stream)?;
        let kept = std::mem::take(&mut self.kept);
        let mut asked: Vec<u32> = Vec::new();
        for hits in kept.chunk_by(|a, b| (a.plan, a.filter) == (b.plan, b.filter)) {
            let (plan, filter) = (hits[0].plan as usize, hits[0].filter as usize);
            let slot = &mut self.hits[plan][filter];
            for hit in hits {
                let event = rows[hit.row as usize];
                let own = self.records.time(event);
                slot.push(event, hit.times, own, &self.records);
                slot.bound(self.prepared.cap, &self.records);
            }
            for field in &self.prepared.rules[plan].keep[filter].numbers {
                if !asked.contains(field) {
                    asked.push(*field);
                }
                self.look_up(batch, *field, hits);
            }
        }
        self.kept = kept;
        // By event of the batch.
        let of_events: Vec<usize> = (0..batch.len()).filter(|row| rows[*row] != NO_EVENT).collect();
        for field in asked {
            let cells = &mut self.fields[field as usize].cells;
            self.scratch.clear();
            self.scratch.extend(of_events.iter().map(|row| cells[*row]));
            self.records.keep(field, &self.scratch, UNKNOWN);
            cells.clear();
        }
        Ok(())
    }

    /// The hits in a batch that count, in the order of rules and filters.
    fn choose(&mut self, batch: &EventBatch) {
        self.kept.clear();
        let hits = self.matcher.run(batch).to_vec();
        let chosen = self.rules.as_ref();
        for hits in hits.chunk_by(|a, b| (a.plan, a.filter) == (b.plan, b.filter)) {
            let (plan, filter) = (hits[0].plan as usize, hits[0].filter as usize);
            if chosen.is_some_and(|rules| !rules.contains(&plan)) {
                continue;
            }
            let ready = &self.prepared.rules[plan];
            // Indicators are in no window.
            let indicator = filter == 1 && matches!(ready.plan.tail, Tail::IndicatorMatch(_));
            let own_time = ready.clock.order.is_none()
                && ready.clock.window.as_ref().is_none_or(|field| {
                    !ready.clock.strict && matches!(self.matcher.field(batch, field), Field::Absent)
                });
            for hit in hits {
                let row = hit.row as usize;
                let number = self.base + batch.record[row];
                if self.lineage.get(number as usize).is_some_and(|of| of.contains(&*ready.rule.id))
                {
                    continue;
                }
                let time = batch.time[row];
                if time == NO_TIME && self.with_time && !indicator {
                    continue;
                }
                let own = if time == NO_TIME { 0 } else { time };
                let times = if indicator || own_time {
                    Some((own, own))
                } else {
                    clock(&mut self.matcher, batch, row, &ready.clock)
                };
                let Some(times) = times else {
                    self.untimed[plan] += 1;
                    continue;
                };
                let slot = &mut self.hits[plan][filter];
                if !slot.wants((self.rank, self.member, number)) {
                    slot.dropped += 1;
                    continue;
                }
                self.kept.push(Candidate {
                    plan: hit.plan,
                    filter: hit.filter,
                    row: hit.row,
                    times,
                });
            }
        }
    }

    /// Adds the events of the kept hits, in their order: by row the number of the event.
    fn add_events(&mut self, batch: &EventBatch, stream: u32) -> std::io::Result<Vec<u32>> {
        let input = self.inputs.len() as u32 - 1;
        self.records.begin(stream, input, self.rank, self.member);
        let mut rows = vec![NO_EVENT; batch.len()];
        for hit in &self.kept {
            rows[hit.row as usize] = 0;
        }
        for (row, event) in rows.iter_mut().enumerate() {
            if *event == NO_EVENT {
                continue;
            }
            let raw = batch.raw.get(row);
            let time = batch.time[row];
            let source = &batch.stream.mapping.id;
            let (place, hashed) = self.store.push(source, raw)?;
            *event = self.records.push(New {
                time: if time == NO_TIME { 0 } else { time },
                number: self.base + batch.record[row],
                place,
                id: identity(source, hashed, raw),
            });
        }
        Ok(rows)
    }

    /// Finds the cells of a field for some rows.
    fn look_up(&mut self, batch: &EventBatch, number: u32, hits: &[Candidate]) {
        let field = &self.prepared.fields[number as usize];
        let Kept { cells, dict, texts: known } = &mut self.fields[number as usize];
        cells.resize(batch.len(), UNKNOWN);
        let texts = &mut self.texts;
        let rows = hits.iter().map(|hit| hit.row as usize);
        let ids = &mut self.scratch;
        let special = match &*field.name {
            "_time" | "_raw" => true,
            "source" => batch.stream.mapping.splunk.source.is_empty(),
            _ => false,
        };
        let column: Option<&Column> = match self.matcher.field(batch, field) {
            _ if special => None,
            Field::Absent => {
                rows.for_each(|row| cells[row] = ABSENT);
                return;
            }
            Field::Same(values) => {
                ids.clear();
                ids.extend(values.iter().map(|value| texts.id(value)));
                let cell = texts.cell(ids);
                rows.for_each(|row| cells[row] = cell);
                return;
            }
            Field::Column(column) => Some(column),
            Field::Unnamed => None,
        };
        if let Some(column) = column {
            if *dict != column.dict.id() {
                *dict = column.dict.id();
                known.clear();
            }
            known.resize(column.dict.len().max(known.len()), 0);
            let mut text = |texts: &mut Texts, key: u32| {
                let known = &mut known[key as usize];
                if *known == 0 {
                    *known = texts.id(column.dict.get(key)) + 1;
                }
                *known - 1
            };
            for row in rows {
                if cells[row] != UNKNOWN {
                    continue;
                }
                cells[row] = match column.keys_of(row) {
                    [] => ABSENT,
                    [key] => text(texts, *key),
                    keys => {
                        ids.clear();
                        for key in keys {
                            ids.push(text(texts, *key));
                        }
                        texts.cell(ids)
                    }
                };
            }
            return;
        }
        for row in rows {
            if cells[row] != UNKNOWN {
                continue;
            }
            ids.clear();
            match &*field.name {
                "_time" if special && batch.time[row] != NO_TIME => {
                    ids.push(texts.id(&epoch(batch.time[row])));
                }
                "_raw" => ids.push(texts.id(&String::from_utf8_lossy(batch.raw.get(row)))),
                "source" if special => ids.push(texts.id(&batch.input)),
                _ => {
                    self.matcher.values(batch, row, field, &mut |value| ids.push(texts.id(value)));
                }
            }
            cells[row] = texts.cell(ids);
        }
    }
}

/// The time that orders an event and the one that chooses its windows; nothing where a rule insists
/// on a field that the event lacks.
fn clock(
    matcher: &mut Worker,
    batch: &EventBatch,
    row: usize,
    clock: &Clock,
) -> Option<(i64, i64)> {
    let own = batch.time[row];
    let own = if own == NO_TIME { 0 } else { own };
    let time = match &clock.order {
        Some(field) => instant(matcher, batch, row, field)?,
        None => own,
    };
    let window = match &clock.window {
        // An alert is in the windows of the run that made it, whatever its event says.
        Some(_) if *batch.stream.mapping.id == *ALERT_SOURCE => own,
        Some(field) => match instant(matcher, batch, row, field) {
            Some(window) => window,
            None if clock.strict => return None,
            None => own,
        },
        None => own,
    };
    Some((time, window))
}

/// The first value of a field that reads as an instant.
fn instant(matcher: &mut Worker, batch: &EventBatch, row: usize, field: &FieldRef) -> Option<i64> {
    let mut instant = None;
    matcher.values(batch, row, field, &mut |value| {
        instant = instant.or_else(|| parse_time(value));
    });
    instant
}

impl Harvest {
    /// Forgets what only tails ask for.
    pub(super) fn keep_evidence_only(&mut self) {
        self.texts = Texts::default();
        self.hits = vec![];
        self.records.keep_evidence_only();
    }

    /// The values of a field, by its number, in a hit.
    pub(super) fn values(&self, hits: &Hits, hit: usize, field: u32) -> Vec<Arc<str>> {
        self.texts.values(self.cell(hits, hit, field))
    }

    /// What stands for those values.
    pub(super) fn cell(&self, hits: &Hits, hit: usize, field: u32) -> u32 {
        self.records.cell(field, hits.events[hit])
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
        *self.rejected.entry(rejected.reason).or_default() += 1;
        // The first ones, wherever this worker reads them.
        let reason = rejected.reason;
        self.examples.push((self.rank, rejected));
        let same = self.examples.iter().enumerate().filter(|(_, (_, e))| e.reason == reason);
        if same.clone().count() > EXAMPLES {
            let last = same.max_by_key(|(at, (rank, e))| (standing(*rank, e), *at));
            let (last, _) = last.expect("there are several");
            self.examples.remove(last);
        }
    }

    fn progress(&mut self, bytes: u64) {
        self.progress.fetch_add(bytes, Ordering::Relaxed);
    }
}
