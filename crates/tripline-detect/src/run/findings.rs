//! What a hunt found, kept small until it is shown.
//!
//! A hundred thousand alerts with all their fields do not fit in memory, and most runs print each of
//! them once. So a finding on an event is kept as what orders it and what identifies it; the alert is
//! made when it is asked for, from the record in the evidence store.

use super::collect::Harvest;
use super::prepare::Prepared;
use super::show::Show;
use super::{Error, Hunt, HuntOptions};
use crate::alert::{Alert, Fields, Pending, entities, names_entities, with_tested};
use crate::summary::Summary;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tripline_rules::{Rule, Severity};
use tripline_schema::{Schema, View};

/// A finding of a rule.
pub(super) enum Finding {
    /// An alert on one event that is made when it is asked for.
    Event(OnEvent),
    /// An alert as it is; the records of a group may still be missing.
    Whole(Box<Alert>),
}

/// An alert on one event, as long as nobody asks for it.
pub(super) struct OnEvent {
    /// Which of the rules that run.
    pub(super) rule: u32,
    pub(super) event: Pending,
    pub(super) detected: i64,
    pub(super) id: String,
    pub(super) new_terms: Vec<String>,
    pub(super) history_partial: bool,
}

/// What is known of a finding without making its alert.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The alert's id.
    pub id: &'a str,
    /// The rule.
    pub rule: &'a Arc<Rule>,
    /// When it happened, nanoseconds since 1970.
    pub time: i64,
    /// The run that finds it first.
    pub detected: i64,
    /// How severe it is.
    pub severity: Severity,
    /// Whether it rests on a history that starts before the data.
    pub history_partial: bool,
}

/// How much of an alert is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What it says itself; the events of a group may be missing.
    Line,
    /// With the records of all its events; those of a group without fields.
    Records,
    /// All of it.
    Everything,
}

/// What makes alerts of findings.
pub(super) struct Maker<'a> {
    pub(super) prepared: &'a Prepared<'a>,
    pub(super) harvests: &'a [Harvest],
}

impl Finding {
    pub(super) fn head<'a>(&'a self, prepared: &'a Prepared<'_>) -> Head<'a> {
        match self {
            Self::Event(on) => {
                let rule = &prepared.rules[on.rule as usize].rule;
                Head {
                    id: &on.id,
                    rule,
                    time: on.event.time,
                    detected: on.detected,
                    severity: rule.severity,
                    history_partial: on.history_partial,
                }
            }
            Self::Whole(alert) => Head {
                id: &alert.id,
                rule: &alert.rule,
                time: alert.time,
                detected: alert.detected,
                severity: alert.severity,
                history_partial: alert.history_partial,
            },
        }
    }
}

impl Maker<'_> {
    /// Makes the alert of a finding, and shows it.
    pub(super) fn with<T>(
        &self,
        finding: &Finding,
        detail: Detail,
        show: &mut Show<'_>,
        f: impl FnOnce(&Alert) -> T,
    ) -> Result<T, Error> {
        match finding {
            Finding::Event(on) => Ok(f(&self.on_event(on, show)?)),
            Finding::Whole(alert) if alert.pending.is_empty() || detail == Detail::Line => {
                Ok(f(alert))
            }
            Finding::Whole(alert) => {
                let mut whole = (**alert).clone();
                self.fill(&mut whole, detail, show)?;
                Ok(f(&whole))
            }
        }
    }

    fn make(&self, finding: Finding, show: &mut Show<'_>) -> Result<Alert, Error> {
        match finding {
            Finding::Event(on) => self.on_event(&on, show),
            Finding::Whole(mut alert) => {
                self.fill(&mut alert, Detail::Everything, show)?;
                Ok(*alert)
            }
        }
    }

    fn fill(&self, alert: &mut Alert, detail: Detail, show: &mut Show<'_>) -> Result<(), Error> {
        let view = (detail == Detail::Everything).then(|| view_of(&alert.rule));
        for pending in std::mem::take(&mut alert.pending) {
            alert.events.push(show.event(self.harvests, &pending, view.as_ref())?);
        }
        Ok(())
    }

    fn on_event(&self, on: &OnEvent, show: &mut Show<'_>) -> Result<Alert, Error> {
        let ready = &self.prepared.rules[on.rule as usize];
        let rule = &ready.rule;
        let (event, telling) = show.telling(self.harvests, &on.event, rule)?;
        let fields = Fields::clone(&event.fields);
        let matched = ready.matched();
        Ok(Alert {
            time: event.time,
            detected: on.detected,
            entities: if names_entities(rule) {
                entities(rule, &fields)
            } else {
                Arc::clone(&telling.entities)
            },
            reason: with_tested(telling.line.clone(), rule, &fields, &matched),
            fields,
            events: vec![event],
            matched,
            new_terms: on.new_terms.clone(),
            history_partial: on.history_partial,
            ..Alert::new(&ready.rule, on.id.clone())
        })
    }
}

/// The vocabulary in which a rule's alerts show events.
pub(super) fn view_of(rule: &Rule) -> View {
    match rule.vendor {
        tripline_rules::Vendor::Sigma => View::Sigma,
        _ => View::Ecs,
    }
}

/// What a hunt found: by time, rule and id, no two with the same id. Alerts are made one after the
/// other when they are asked for.
pub struct Findings<'a> {
    /// What was read and run.
    pub summary: Summary,
    pub(super) list: Vec<Finding>,
    pub(super) prepared: Prepared<'a>,
    pub(super) harvests: Vec<Harvest>,
    pub(super) schema: &'a Schema,
    pub(super) options: &'a HuntOptions,
}

/// So many alerts are written by one thread before another's.
const CHUNK: usize = 256;
/// So many chunks a thread may be ahead of what is written.
const AHEAD: usize = 2;

impl<'a> Findings<'a> {
    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is known of each without making its alert, in their order.
    pub fn heads(&self) -> impl Iterator<Item = Head<'_>> {
        self.list.iter().map(|finding| finding.head(&self.prepared))
    }

    /// Makes these alerts, by their places, and hands each over.
    pub fn each(
        &self,
        which: &[usize],
        detail: Detail,
        f: &mut dyn FnMut(&Alert) -> io::Result<()>,
    ) -> Result<(), Error> {
        let mut show = self.show();
        for at in which {
            self.maker()
                .with(&self.list[*at], detail, &mut show, &mut *f)?
                .map_err(Error::Output)?;
        }
        Ok(())
    }

    /// Writes these alerts, by their places, in their order. `format` appends one to the text; it
    /// runs on all threads of the hunt.
    pub fn write(
        &self,
        out: &mut dyn Write,
        which: &[usize],
        detail: Detail,
        format: &(dyn Fn(&Alert, &mut Vec<u8>) -> io::Result<()> + Sync),
    ) -> Result<(), Error> {
        let chunks: Vec<&[usize]> = which.chunks(CHUNK).collect();
        let text = |chunk: &[usize], show: &mut Show<'_>, mut text: Vec<u8>| {
            text.clear();
            for at in chunk {
                let written = |alert: &Alert| format(alert, &mut text);
                let written = self.maker().with(&self.list[*at], detail, show, written)?;
                written.map_err(Error::Output)?;
            }
            Ok(text)
        };
        let threads = self.options.threads.min(chunks.len());
        if threads <= 1 {
            let mut show = self.show();
            let mut room = Vec::new();
            for chunk in chunks {
                room = text(chunk, &mut show, room)?;
                out.write_all(&room).map_err(Error::Output)?;
            }
            return Ok(());
        }
        let queue = Queue::new(chunks.len());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let _guard = StopInPanic(&queue);
                    let mut show = self.show();
                    while let Some((at, room)) = queue.take(threads * AHEAD) {
                        queue.put(at, text(chunks[at], &mut show, room));
                    }
                });
            }
            for at in 0..chunks.len() {
                let result = queue.wait(at).and_then(|text| {
                    let Some(text) = text else { return Ok(()) };
                    out.write_all(&text).map_err(Error::Output)?;
                    queue.give_back(text);
                    Ok(())
                });
                if result.is_err() {
                    queue.stop();
                    return result;
                }
            }
            Ok(())
        })
    }

    /// All alerts at once.
    pub fn into_hunt(self) -> Result<Hunt, Error> {
        let mut show = self.show();
        let maker = Maker { prepared: &self.prepared, harvests: &self.harvests };
        let made = self.list.into_iter().map(|finding| maker.make(finding, &mut show));
        Ok(Hunt { alerts: made.collect::<Result<_, _>>()?, summary: self.summary })
    }

    fn maker(&self) -> Maker<'_> {
        Maker { prepared: &self.prepared, harvests: &self.harvests }
    }

    fn show(&self) -> Show<'a> {
        Show::new(self.schema, self.options.assets.as_deref())
    }
}

/// Nobody waits for a thread that has failed.
struct StopInPanic<'q>(&'q Queue);

impl Drop for StopInPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// Chunks that threads make and one writes in order.
struct Queue {
    state: Mutex<Chunks>,
    changed: Condvar,
}

struct Chunks {
    next: usize,
    written: usize,
    done: Vec<Option<Result<Vec<u8>, Error>>>,
    /// The memory of chunks that are written.
    spare: Vec<Vec<u8>>,
    /// Threads that ended before their time.
    stopped: bool,
}

impl Queue {
    fn new(chunks: usize) -> Self {
        let done = (0..chunks).map(|_| None).collect();
        let state = Chunks { next: 0, written: 0, done, spare: vec![], stopped: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Chunks> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next chunk to make, and memory for it; waits while too many are not written yet.
    fn take(&self, ahead: usize) -> Option<(usize, Vec<u8>)> {
        let mut state = self.lock();
        loop {
            if state.stopped || state.next == state.done.len() {
                return None;
            }
            if state.next < state.written + ahead {
                state.next += 1;
                let room = state.spare.pop().unwrap_or_default();
                return Some((state.next - 1, room));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, text: Vec<u8>) {
        self.lock().spare.push(text);
    }

    fn put(&self, at: usize, made: Result<Vec<u8>, Error>) {
        self.lock().done[at] = Some(made);
        self.changed.notify_all();
    }

    /// A chunk, as soon as it is made.
    fn wait(&self, at: usize) -> Result<Option<Vec<u8>>, Error> {
        let mut state = self.lock();
        loop {
            if let Some(made) = state.done[at].take() {
                state.written = at + 1;
                self.changed.notify_all();
                return made.map(Some);
            }
            if state.stopped {
                return Ok(None);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}
