//! From hits to alerts: one file a tail.

mod correlation;
mod each;
mod indicators;
mod new_terms;
mod pipeline;
mod sample;
mod sequence;
mod shell;
mod signals;
mod threshold;

use super::collect::{Harvest, Hits};
use super::findings::{Finding, OnEvent, view_of};
use super::prepare::{Prepared, Ready};
use super::show::Show;
use super::{Error, HuntOptions};
use crate::alert::{
    Alert, AlertKind, EventView, Fields, Pending, alert_id, entities, overrides, reason_for,
    suppress,
};
use crate::schedule::{Ticks, Window};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use tripline_diag::Diagnostic;
use tripline_events::Stream;
use tripline_ir::{Scope, Tail};
use tripline_kernels::pred::COMBINATION_LIMIT;
use tripline_rules::{RuleKind, Vendor};
use tripline_schema::{IndexPatterns, Schema, View};

/// What became of one rule.
#[derive(Default)]
pub(super) struct Finished {
    /// What it found, in the end.
    pub(super) findings: Vec<Finding>,
    /// What a tail found on single events, or as alerts.
    found: Vec<OnEvent>,
    alerts: Vec<Alert>,
    pub(super) warnings: Vec<String>,
    pub(super) error: Option<Diagnostic>,
}

/// With suppression, a run looks at so many times more findings than it may raise.
const SUPPRESSION_FACTOR: usize = 5;

/// Where a hit is: in which harvest, at which place.
#[derive(Debug, Clone, Copy)]
struct At {
    /// When it happened: orders events.
    time: i64,
    /// In which windows it is: the rule's `timestamp_override`, else the same.
    window_time: i64,
    order: (u32, u64),
    harvest: usize,
    hit: usize,
}

/// What the tails share.
struct Run<'a, 's> {
    prepared: &'a Prepared<'a>,
    rule: usize,
    harvests: &'a [Harvest],
    schema: &'a Schema,
    options: &'a HuntOptions,
    /// First and last event time of the data.
    range: (i64, i64),
    matched: Arc<[String]>,
    show: &'a mut Show<'s>,
    indices: Indices,
}

/// The indices that a rule reads, and which of those that events would be in it sees them in.
struct Indices {
    patterns: IndexPatterns,
    /// By harvest and stream.
    known: HashMap<(u32, u32), Arc<str>>,
}

impl Indices {
    fn new(scope: Option<&Scope>) -> Self {
        let patterns = match scope {
            Some(Scope::Indices(patterns)) => patterns.clone(),
            _ => vec!["*".into()],
        };
        Self { patterns: IndexPatterns::new(patterns), known: HashMap::new() }
    }
}

/// Runs the tail of a rule over its hits.
pub(super) fn finish(
    prepared: &Prepared<'_>,
    rule: usize,
    harvests: &[Harvest],
    (schema, options): (&Schema, &HuntOptions),
    range: Option<(i64, i64)>,
    show: &mut Show<'_>,
) -> Result<Finished, Error> {
    let ready = &prepared.rules[rule];
    let range = by_windows(harvests, rule, range.unwrap_or((0, 0)));
    let mut run = Run {
        prepared,
        rule,
        harvests,
        schema,
        options,
        range,
        matched: ready.matched(),
        show,
        indices: Indices::new(ready.plan.filters.first().map(|filter| &filter.scope)),
    };
    let mut finished = match &ready.plan.tail {
        Tail::Each { pipes } => each::finish(&mut run, pipes)?,
        Tail::Sequence(sequence) => sequence::finish(&mut run, sequence)?,
        Tail::Sample(sample) => sample::finish(&mut run, sample)?,
        Tail::Threshold(plan) => threshold::finish(&mut run, plan),
        Tail::IndicatorMatch(plan) => indicators::finish(&mut run, plan)?,
        Tail::Correlation(plan) => correlation::finish(&mut run, plan),
        Tail::NewTerms(terms) => new_terms::finish(&mut run, terms)?,
        Tail::Pipeline(pipeline) => pipeline::finish(&mut run, pipeline)?,
    };
    applied(&run, &mut finished);
    let untimed: u64 = run.harvests.iter().map(|h| h.untimed[rule]).sum();
    if untimed > 0
        && let Some(field) = &ready.clock.window.as_ref().or(ready.clock.order.as_ref())
    {
        finished.warnings.push(format!(
            "{untimed} hits were not looked at because they lack `{}`, which the rule insists on",
            field.name
        ));
    }
    let cut: u64 = run.harvests.iter().filter_map(|h| h.cut.get(&(rule as u32))).sum();
    if cut > 0 {
        finished.warnings.push(format!(
            "on {cut} events an expression was tried on the first {COMBINATION_LIMIT} combinations \
             of values only"
        ));
    }
    let dropped: u64 =
        run.harvests.iter().flat_map(|h| &h.hits[rule]).map(|hits| hits.dropped).sum();
    if dropped > 0 {
        finished.warnings.push(format!(
            "{dropped} hits were beyond the cap of {} and not looked at",
            prepared.cap
        ));
    }
    let Finished { findings, found, alerts, .. } = &mut finished;
    findings.extend(found.drain(..).map(Finding::Event));
    findings.extend(alerts.drain(..).map(|alert| Finding::Whole(Box::new(alert))));
    Ok(finished)
}

/// First and last instant of the data, as a rule sees it. Where its windows go by another time than
/// that of the events, when the data starts is not known of what is no hit: not before the first.
fn by_windows(harvests: &[Harvest], rule: usize, (first, last): (i64, i64)) -> (i64, i64) {
    let hits = harvests.iter().flat_map(|harvest| &harvest.hits[rule]);
    let start = hits.filter_map(Hits::first_window_time).min();
    (start.map_or(first, |start| start.max(first)), last)
}

/// Overrides and suppression, which are the same whatever the tail.
fn applied(run: &Run<'_, '_>, finished: &mut Finished) {
    let rule = &run.ready().rule;
    for alert in &mut finished.alerts {
        // Sequences have none, neither their shell nor their building blocks.
        if matches!(alert.kind, AlertKind::Event | AlertKind::Threshold(_)) {
            overrides::apply(alert, run.schema);
        }
    }
    if let Some(suppression) = &rule.suppression
        && rule.vendor == Vendor::Elastic
    {
        let single = matches!(run.ready().ticks, Ticks::All { .. });
        let cap = run.alert_cap();
        let alerts = std::mem::take(&mut finished.alerts);
        let (alerts, left) = suppress::fold(alerts, suppression, cap, single);
        finished.alerts = alerts;
        finished.warnings.extend(signals::lost(left, "findings", cap));
    }
}

impl Run<'_, '_> {
    fn ready(&self) -> &Ready {
        &self.prepared.rules[self.rule]
    }

    fn hits(&self, harvest: usize, filter: usize) -> &Hits {
        &self.harvests[harvest].hits[self.rule][filter]
    }

    /// All hits of a filter in time order. With equal times, the order of the inputs' names and
    /// then of the records decides.
    fn sorted(&self, filter: usize) -> Vec<At> {
        let mut all = self.all(filter);
        all.sort_unstable_by_key(|at| (at.time, at.order));
        all
    }

    /// All hits of a filter in the order in which windows see them: by the time that chooses the
    /// window, then by their own.
    fn by_window(&self, filter: usize) -> Vec<At> {
        let mut all = self.all(filter);
        all.sort_unstable_by_key(|at| (at.window_time, at.time, at.order));
        all
    }

    fn all(&self, filter: usize) -> Vec<At> {
        let mut all = Vec::new();
        for harvest in 0..self.harvests.len() {
            let hits = self.hits(harvest, filter);
            let records = &self.harvests[harvest].records;
            all.extend((0..hits.len()).map(|hit| At {
                time: hits.time(hit, records),
                window_time: hits.window_time(hit, records),
                order: records.order(hits.events[hit]),
                harvest,
                hit,
            }));
        }
        all
    }

    /// The runs of the schedule that see hits (as [`Run::by_window`] orders them), in the order of
    /// their ticks, each with the places of what it sees: a window is one piece of them.
    fn windows(&self, hits: &[At]) -> Vec<(Window, Range<usize>)> {
        let windows = self.ready().ticks.windows(hits.iter().map(|at| at.window_time));
        let seen = |window: Window| {
            let from = hits.partition_point(|at| at.window_time < window.from);
            (window, from..hits.partition_point(|at| at.window_time <= window.to))
        };
        windows.into_iter().map(seen).collect()
    }

    /// What the batch of a hit is of.
    fn stream(&self, at: At, filter: usize) -> (u32, &Arc<Stream>) {
        let harvest = &self.harvests[at.harvest];
        let event = self.hits(at.harvest, filter).events[at.hit];
        let number = harvest.records.batch(event).stream;
        (number, &harvest.streams[number as usize])
    }

    fn values(&self, at: At, filter: usize, cell: usize) -> Vec<Arc<str>> {
        let number = self.ready().keep[filter].numbers[cell];
        self.harvests[at.harvest].values(self.hits(at.harvest, filter), at.hit, number)
    }

    /// What stands for the values of a cell: the same within a harvest is the same values.
    fn cell(&self, at: At, filter: usize, cell: usize) -> u32 {
        let number = self.ready().keep[filter].numbers[cell];
        self.harvests[at.harvest].cell(self.hits(at.harvest, filter), at.hit, number)
    }

    /// The value that decides between events of the same instant, where the rule names a field
    /// for it.
    fn tiebreaker(&self, at: At, filter: usize) -> Option<Arc<str>> {
        let keep = &self.ready().keep[filter];
        keep.tiebreaker.as_ref()?;
        self.values(at, filter, keep.fields.len()).into_iter().next()
    }

    /// Where the event behind a hit is, to be shown later.
    fn pending(&mut self, at: At, filter: usize) -> Pending {
        let (number, stream) = self.stream(at, filter);
        let key = (at.harvest as u32, number);
        let known = self.indices.known.get(&key).cloned();
        let index = known.unwrap_or_else(|| {
            let index = stream.indices.iter().find(|name| self.indices.patterns.matches(name));
            index.or(stream.indices.first()).map_or_else(|| "".into(), |name| Arc::from(&**name))
        });
        self.indices.known.insert(key, Arc::clone(&index));
        let event = self.hits(at.harvest, filter).events[at.hit];
        Pending { harvest: at.harvest as u32, event, time: at.time, index }
    }

    /// The id of an event.
    fn id(&self, event: &Pending) -> String {
        self.harvests[event.harvest as usize].records.id(event.event)
    }

    /// The event behind a hit, in the vocabulary of the rule.
    fn event(&mut self, at: At, filter: usize, view: &View) -> Result<EventView, Error> {
        let pending = self.pending(at, filter);
        self.show.event(self.harvests, &pending, Some(view))
    }

    /// Raises an alert on one event. It is made later, unless what follows needs all of it.
    fn raise(
        &mut self,
        at: At,
        window: Window,
        (new_terms, history_partial): (Vec<String>, bool),
        finished: &mut Finished,
    ) -> Result<(), Error> {
        let ready = self.ready();
        let rule = &ready.rule;
        let overrides = &rule.overrides;
        let plain = overrides.severity.is_empty()
            && overrides.risk.is_empty()
            && overrides.name.is_none()
            && rule.suppression.is_none();
        if !plain {
            let view = view_of(rule);
            let event = self.event(at, 0, &view)?;
            let mut alert = self.alert(event, window, new_terms);
            alert.history_partial = history_partial;
            finished.alerts.push(alert);
            return Ok(());
        }
        let event = self.pending(at, 0);
        let id = self.id(&event);
        finished.found.push(OnEvent {
            rule: self.rule as u32,
            detected: self.detected(window, event.time),
            id: alert_id(&event.index, &id, &self.ready().rule.id, &new_terms),
            event,
            new_terms,
            history_partial,
        });
        Ok(())
    }

    /// An alert on one event.
    fn alert(&self, event: EventView, window: Window, new_terms: Vec<String>) -> Alert {
        let rule = &self.ready().rule;
        let fields = Fields::clone(&event.fields);
        let mut alert = Alert {
            time: event.time,
            detected: self.detected(window, event.time),
            entities: entities(rule, &fields),
            reason: reason_for(rule, &fields, &self.matched),
            fields,
            matched: Arc::clone(&self.matched),
            ..Alert::new(rule, alert_id(&event.index, &event.id, &rule.id, &new_terms))
        };
        alert.events.push(event);
        alert.new_terms = new_terms;
        alert
    }

    /// When the rule finds it: the window's tick, or with one window over everything the time of
    /// the event itself, so that the answer does not depend on when it was asked.
    fn detected(&self, window: Window, time: i64) -> i64 {
        match self.ready().ticks {
            Ticks::All { .. } => time,
            _ => window.tick,
        }
    }

    /// The rule's cap on alerts a run. One window over everything has none.
    fn alert_cap(&self) -> usize {
        let all = matches!(self.ready().ticks, Ticks::All { .. });
        if all || !self.options.max_signals {
            return usize::MAX;
        }
        usize::try_from(self.ready().rule.max_signals).unwrap_or(usize::MAX)
    }

    /// How many findings a run looks at: as many as it may raise, or with suppression more, because
    /// most of them will be folded into others.
    fn max_signals(&self) -> usize {
        let rule = &self.ready().rule;
        match rule.kind {
            RuleKind::Threshold { .. } => self.alert_cap(),
            _ if rule.suppression.is_none() => self.alert_cap(),
            _ => self.alert_cap().saturating_mul(SUPPRESSION_FACTOR),
        }
    }
}
