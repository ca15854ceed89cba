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

use super::collect::{Doc, Harvest, Hits, record_number};
use super::prepare::{Prepared, Ready};
use super::{Error, HuntOptions, tested_fields};
use crate::alert::{
    ALERT_SOURCE, Alert, AlertKind, EventView, Viewer, alert_id, dig, entities, overrides,
    reason_of, suppress,
};
use crate::schedule::{Ticks, Window};
use std::ops::Range;
use std::sync::Arc;
use tripline_diag::Diagnostic;
use tripline_ir::{Scope, Tail};
use tripline_kernels::pred::COMBINATION_LIMIT;
use tripline_rules::{RuleKind, Vendor};
use tripline_schema::{IndexPatterns, Schema, View};
use xxhash_rust::xxh3::xxh3_128;

/// What became of one rule.
#[derive(Default)]
pub(super) struct Finished {
    pub(super) alerts: Vec<Alert>,
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
struct Run<'a> {
    prepared: &'a Prepared<'a>,
    rule: usize,
    harvests: &'a mut [Harvest],
    schema: &'a Schema,
    options: &'a HuntOptions,
    /// First and last event time of the data.
    range: (i64, i64),
    matched: Vec<String>,
    viewer: Viewer,
    indices: IndexPatterns,
}

/// Runs the tail of a rule over its hits.
pub(super) fn finish(
    prepared: &Prepared<'_>,
    rule: usize,
    harvests: &mut [Harvest],
    schema: &Schema,
    options: &HuntOptions,
    range: Option<(i64, i64)>,
) -> Result<Finished, Error> {
    let ready = &prepared.rules[rule];
    let patterns = match &ready.plan.filters[0].scope {
        Scope::Indices(patterns) => patterns.clone(),
        _ => vec!["*".into()],
    };
    let range = by_windows(harvests, rule, range.unwrap_or((0, 0)));
    let mut run = Run {
        prepared,
        rule,
        harvests,
        schema,
        options,
        range,
        matched: tested_fields(&ready.plan),
        viewer: Viewer::default(),
        indices: IndexPatterns::new(patterns),
    };
    let mut finished = match &ready.plan.tail {
        Tail::Each { pipes } => each::finish(&mut run, pipes)?,
        Tail::Sequence(sequence) => sequence::finish(&mut run, sequence)?,
        Tail::Sample(sample) => sample::finish(&mut run, sample)?,
        Tail::Threshold(plan) => threshold::finish(&mut run, plan)?,
        Tail::IndicatorMatch(plan) => indicators::finish(&mut run, plan)?,
        Tail::Correlation(plan) => correlation::finish(&mut run, plan)?,
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
    Ok(finished)
}

/// First and last instant of the data, as a rule sees it. Where its windows go by another time than
/// that of the events, when the data starts is not known of what is no hit: not before the first.
fn by_windows(harvests: &[Harvest], rule: usize, (first, last): (i64, i64)) -> (i64, i64) {
    let hits = harvests.iter().flat_map(|harvest| &harvest.hits[rule]);
    let start = hits.filter_map(Hits::first_window_time).min();
    (start.map_or(first, |start| start.max(first)), last)
}

/// The id of an event: the document's own where it has one (an export of an index, an alert), else a
/// hash of what it is and says. The same record in two places is the same event.
fn identity(source: &str, raw: &[u8]) -> String {
    let own = |path: &str| {
        let record: serde_json::Value = serde_json::from_slice(raw).ok()?;
        dig(&record, path)?.as_str().map(str::to_owned)
    };
    let has = |key: &[u8]| raw.windows(key.len()).any(|part| part == key);
    let id = match source {
        _ if has(b"\"_id\"") => own("_id"),
        ALERT_SOURCE => own("kibana.alert.uuid"),
        _ => None,
    };
    id.unwrap_or_else(|| {
        let mut key = source.as_bytes().to_vec();
        key.push(0);
        key.extend_from_slice(raw);
        format!("{:032x}", xxh3_128(&key))
    })
}

/// Overrides and suppression, which are the same whatever the tail.
fn applied(run: &Run<'_>, finished: &mut Finished) {
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

impl Run<'_> {
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
            all.extend((0..hits.times.len()).map(|hit| At {
                time: hits.times[hit],
                window_time: hits.window_time(hit),
                order: hits.orders[hit],
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

    fn doc(&self, at: At, filter: usize) -> Doc {
        self.hits(at.harvest, filter).docs[at.hit]
    }

    fn values(&self, at: At, filter: usize, cell: usize) -> Vec<Arc<str>> {
        self.harvests[at.harvest].values(self.hits(at.harvest, filter), at.hit, cell)
    }

    /// The value that decides between events of the same instant, where the rule names a field
    /// for it.
    fn tiebreaker(&self, at: At, filter: usize) -> Option<Arc<str>> {
        let keep = &self.ready().keep[filter];
        keep.tiebreaker.as_ref()?;
        self.values(at, filter, keep.fields.len()).into_iter().next()
    }

    /// The event behind a hit, in the vocabulary of the rule.
    fn event(&mut self, at: At, filter: usize, view: &View) -> Result<EventView, Error> {
        let doc = self.doc(at, filter);
        let harvest = &mut self.harvests[doc.worker as usize];
        let stream = Arc::clone(&harvest.streams[doc.stream as usize]);
        let input = Arc::clone(&harvest.inputs[doc.input as usize]);
        let raw = harvest.store.get(doc.record).map_err(Error::Storage)?;
        let fields = self.viewer.view(
            self.schema,
            &stream.mapping,
            &raw,
            view,
            self.options.assets.as_deref(),
        );
        let index = stream.indices.iter().find(|name| self.indices.matches(name));
        Ok(EventView {
            id: identity(&stream.mapping.id, &raw),
            index: index.or(stream.indices.first()).map_or_else(String::new, ToString::to_string),
            source: Arc::clone(&stream.mapping.id),
            input,
            record: record_number(at.order),
            time: at.time,
            fields,
            raw: String::from_utf8_lossy(&raw).into_owned(),
        })
    }

    /// An alert on one event.
    fn alert(&self, event: EventView, window: Window, new_terms: Vec<String>) -> Alert {
        let rule = &self.ready().rule;
        Alert {
            id: alert_id(&event.index, &event.id, &rule.id, &new_terms),
            kind: AlertKind::Event,
            rule: Arc::clone(rule),
            name: Arc::clone(&rule.name),
            time: event.time,
            detected: self.detected(window, event.time),
            severity: rule.severity,
            risk_score: rule.risk_score,
            entities: entities(rule, &event.fields),
            reason: reason_of(&event.fields),
            fields: event.fields.clone(),
            events: vec![event],
            matched: self.matched.clone(),
            new_terms,
            history_partial: false,
            blocks: vec![],
            suppressed: None,
            enrichments: vec![],
            notable: None,
            risks: vec![],
        }
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
