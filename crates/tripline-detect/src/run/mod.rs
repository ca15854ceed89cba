//! Hunts and queries.

mod collect;
mod finish;
mod prepare;
mod query;
mod rounds;
mod texts;

pub use prepare::CODES;
pub use query::query;

use crate::alert::Alert;
use crate::summary::{RuleOutcome, RuleState, Summary};
use collect::{Collector, Harvest};
use jiff::tz::TimeZone;
use prepare::{Prepared, prepare};
use rounds::Rounds;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tripline_engine::Applicability;
use tripline_events::{Decoder, Input, Options, Stream};
use tripline_ir::{FieldSet, Leaf, Pred, Tail};
use tripline_kernels::mapping::Assets;
use tripline_pipeline::GeoIp;
use tripline_rules::{Rule, RuleSet};
use tripline_schema::Schema;

/// A rule that was chosen to run, and which of its versions.
#[derive(Debug, Clone)]
pub struct Selected {
    /// The rule.
    pub rule: Arc<Rule>,
    /// A version from its history instead of the current one.
    pub version: Option<u32>,
}

/// Over which windows rules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WindowMode {
    /// Each rule's own schedule, replayed over event time.
    #[default]
    Schedule,
    /// The whole data set as one window.
    All,
}

/// How a hunt runs.
#[derive(Clone)]
pub struct HuntOptions {
    /// Worker threads; at least 1.
    pub threads: usize,
    /// Events a batch. Results do not depend on it.
    pub batch_rows: usize,
    /// Over which windows.
    pub window: WindowMode,
    /// The clock of the run, nanoseconds since 1970: `now` in date math.
    pub now: i64,
    /// The zone in which cron is read and times are printed by searches.
    pub zone: TimeZone,
    /// A source type that all records are taken for.
    pub source: Option<Arc<str>>,
    /// Largest record in bytes; longer ones are set aside.
    pub max_record_bytes: usize,
    /// The asset table.
    pub assets: Option<Arc<dyn Assets>>,
    /// The GeoIP database.
    pub geoip: Option<Arc<dyn GeoIp>>,
    /// Whether a rule's cap on alerts per run holds.
    pub max_signals: bool,
    /// Whether new-terms alerts whose history starts before the data are left out.
    pub require_history: bool,
    /// Whether a rule's `timestamp_override` chooses the window of an event (as in the product);
    /// otherwise every event is in the windows of its own time.
    pub timestamp_override: bool,
    /// At most so many hits a filter are kept; more are counted and warned of.
    pub candidate_cap: usize,
    /// Memory for one search's pipeline, in bytes.
    pub pipeline_memory: usize,
}

impl HuntOptions {
    /// The defaults, at a given clock.
    pub fn at(now: i64) -> Self {
        Self {
            threads: 1,
            batch_rows: 8192,
            window: WindowMode::Schedule,
            now,
            zone: TimeZone::UTC,
            source: None,
            max_record_bytes: 64 << 20,
            assets: None,
            geoip: None,
            max_signals: true,
            require_history: false,
            timestamp_override: true,
            candidate_cap: 5_000_000,
            pipeline_memory: 1 << 30,
        }
    }
}

/// Hears how far a run is. Called from one thread, a few times a second.
pub trait Progress: Sync {
    /// Bytes read (compressed) and events decoded so far.
    fn update(&self, bytes: u64, events: u64);
}

/// Hears nothing.
pub struct Silent;

impl Progress for Silent {
    fn update(&self, _: u64, _: u64) {}
}

/// What a hunt gives.
#[derive(Debug, Clone, Default)]
pub struct Hunt {
    /// Alerts, by time, rule and id; no two with the same id.
    pub alerts: Vec<Alert>,
    /// What was read and run.
    pub summary: Summary,
}

/// Why a run ended early. Nothing of it is about single records or rules: those are in the
/// summary.
#[derive(Debug)]
pub enum Error {
    /// The options make no sense, in a sentence.
    Options(String),
    /// The evidence store cannot write to the temporary folder.
    Storage(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(text) => f.write_str(text),
            Self::Storage(error) => write!(f, "cannot keep evidence in a temporary file: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// Runs rules over inputs.
pub fn hunt(
    inputs: &[Input],
    set: &RuleSet,
    selected: &[Selected],
    schema: &Schema,
    options: &HuntOptions,
    progress: &dyn Progress,
) -> Result<Hunt, Error> {
    let mut hunt = run(inputs, set, selected, schema, options, progress)?;
    hunt.alerts.sort_by(|a, b| (a.time, &a.rule.id, &a.id).cmp(&(b.time, &b.rule.id, &b.id)));
    hunt.alerts.dedup_by(|a, b| a.id == b.id);
    // What is counted is what is given.
    for rule in &mut hunt.summary.rules {
        rule.alerts = hunt.alerts.iter().filter(|a| *a.rule.id == *rule.id).count() as u64;
    }
    Ok(hunt)
}

/// The same with findings in the order in which each rule gives them, duplicates included.
fn run(
    inputs: &[Input],
    set: &RuleSet,
    selected: &[Selected],
    schema: &Schema,
    options: &HuntOptions,
    progress: &dyn Progress,
) -> Result<Hunt, Error> {
    // The order of inputs decides between events of the same instant: it must not depend on the
    // order in which a disk or a command line lists them.
    let mut inputs: Vec<&Input> = inputs.iter().collect();
    inputs.sort_by_key(|input| Arc::clone(&input.name));
    let (prepared, mut outcomes) = prepare(set, selected, schema, options);
    let (mut harvests, mut summary) = read(&inputs, &prepared, schema, options, progress)?;
    collect::cut(&mut harvests, prepared.cap);
    let mut alerts = Vec::new();
    let range = summary.time_range;
    let (higher, first): (Vec<usize>, Vec<usize>) =
        (0..prepared.rules.len()).partition(|at| rounds::reads_alerts(&prepared.rules[*at].plan));
    for at in first {
        let finished = finish::finish(&prepared, at, &mut harvests, schema, options, range)?;
        outcomes.push(outcome(&prepared, at, &harvests, &finished));
        alerts.extend(finished.alerts);
    }
    if !higher.is_empty() {
        let rank = inputs.len() as u32;
        let prepared = &prepared;
        let rounds = Rounds { prepared, schema, options, range, rank };
        for (at, finished) in higher.iter().zip(rounds.run(&higher, &alerts, &mut harvests)?) {
            outcomes.push(outcome(prepared, *at, &harvests, &finished));
            alerts.extend(finished.alerts);
        }
    }
    outcomes.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    summary.rules = outcomes;
    summary.notes = notes(&prepared, options, &alerts);
    Ok(Hunt { alerts, summary })
}

/// Reads all inputs with as many workers as asked for. An input is read by one worker, so that
/// what comes out does not depend on how many there are.
fn read(
    inputs: &[&Input],
    prepared: &Prepared<'_>,
    schema: &Schema,
    options: &HuntOptions,
    progress: &dyn Progress,
) -> Result<(Vec<Harvest>, Summary), Error> {
    let next = AtomicUsize::new(0);
    let (stop, bytes, events) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let done = AtomicUsize::new(0);
    let workers = options.threads.max(1).min(inputs.len().max(1));
    let decode = Options {
        source: options.source.clone(),
        batch_rows: options.batch_rows.max(1),
        max_record_bytes: options.max_record_bytes,
        require_time: options.window == WindowMode::Schedule,
        ..Options::default()
    };
    Decoder::new(schema, prepared.matcher.clone(), decode.clone())
        .map_err(|e| Error::Options(e.to_string()))?;
    let work = |worker: usize| {
        let mut decoder = Decoder::new(schema, prepared.matcher.clone(), decode.clone())
            .expect("the same options were just accepted");
        let with_time = options.window == WindowMode::Schedule;
        let mut collector =
            Collector::new(prepared, worker as u32, with_time, &stop, &bytes, &events);
        let mut part = Summary::default();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= inputs.len() || stop.load(Ordering::Relaxed) {
                break;
            }
            collector.rank = at as u32;
            let input = inputs[at];
            part.inputs += 1;
            match decoder.read(input, &mut collector) {
                Ok(read) => {
                    part.records += read.records;
                    collector.saw(&read.streams);
                    let members = read.skipped_members.into_iter();
                    part.skipped.extend(members.map(|(name, why)| (name.to_string(), why)));
                    if let Some(reason) = read.skipped {
                        part.inputs -= 1;
                        part.skipped.push((input.name.to_string(), reason));
                    }
                }
                Err(error) => {
                    part.failed.push((input.name.to_string(), error.to_string()));
                }
            }
        }
        done.fetch_add(1, Ordering::Relaxed);
        (collector.finish(), part)
    };
    let work = &work;
    let results: Vec<(Harvest, Summary)> = std::thread::scope(|scope| {
        let handles: Vec<_> =
            (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        while done.load(Ordering::Relaxed) < workers
            && !handles.iter().all(std::thread::ScopedJoinHandle::is_finished)
        {
            progress.update(bytes.load(Ordering::Relaxed), events.load(Ordering::Relaxed));
            std::thread::park_timeout(Duration::from_millis(20));
        }
        handles
            .into_iter()
            .map(|h| h.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    progress.update(bytes.load(Ordering::Relaxed), events.load(Ordering::Relaxed));
    merge(results, bytes.load(Ordering::Relaxed))
}

fn merge(results: Vec<(Harvest, Summary)>, bytes: u64) -> Result<(Vec<Harvest>, Summary), Error> {
    let mut summary = Summary { bytes, ..Summary::default() };
    let mut harvests = Vec::new();
    let mut examples = Vec::new();
    for (mut harvest, part) in results {
        if let Some(error) = harvest.failure.take() {
            return Err(Error::Storage(error));
        }
        summary.inputs += part.inputs;
        summary.records += part.records;
        summary.skipped.extend(part.skipped);
        summary.failed.extend(part.failed);
        for (source, count) in &harvest.counts {
            *summary.events.entry(source.clone()).or_default() += count;
        }
        for (reason, count) in &harvest.rejected {
            *summary.set_aside.entry(*reason).or_default() += count;
        }
        if let Some((low, high)) = harvest.time_range {
            let (a, b) = summary.time_range.unwrap_or((low, high));
            summary.time_range = Some((a.min(low), b.max(high)));
        }
        examples.append(&mut harvest.examples);
        harvests.push(harvest);
    }
    // Which worker read what is chance; what people see is not.
    // Those of one input come from one worker, in the order in which they stood: members of an
    // archive count their records each from 0.
    examples.sort_by_key(|(rank, rejected)| (rejected.reason, *rank));
    for (_, rejected) in examples {
        let same = summary.examples.iter().filter(|e| e.reason == rejected.reason).count();
        if same < 3 {
            summary.examples.push(rejected);
        }
    }
    summary.skipped.sort();
    summary.failed.sort();
    Ok((harvests, summary))
}

fn outcome(
    prepared: &Prepared<'_>,
    at: usize,
    harvests: &[Harvest],
    finished: &finish::Finished,
) -> RuleOutcome {
    let ready = &prepared.rules[at];
    let mut streams: Vec<&Arc<Stream>> = Vec::new();
    for stream in harvests.iter().flat_map(|h| &h.streams) {
        if !streams.iter().any(|s| s.key == stream.key && s.mapping.id == stream.mapping.id) {
            streams.push(stream);
        }
    }
    let state = match &finished.error {
        Some(diagnostic) => {
            RuleState::NotRun { diagnostics: vec![(diagnostic.clone(), ready.source.clone())] }
        }
        None => applicable(prepared, at, &streams),
    };
    let mut warnings = ready.warnings.clone();
    warnings.extend(finished.warnings.iter().cloned());
    RuleOutcome {
        id: ready.rule.id.to_string(),
        name: ready.rule.name.to_string(),
        state,
        alerts: finished.alerts.len() as u64,
        warnings,
    }
}

/// Whether each of the rule's filters has a stream that it looks at and that has what it needs.
fn applicable(prepared: &Prepared<'_>, at: usize, streams: &[&Arc<Stream>]) -> RuleState {
    let plan = &prepared.rules[at].plan;
    let needed: Vec<usize> = match &plan.tail {
        Tail::Sequence(s) => s.steps.iter().filter(|s| !s.missing).map(|s| s.filter).collect(),
        Tail::IndicatorMatch(_) => vec![0, 1],
        Tail::Correlation(_) => (0..plan.filters.len()).collect(),
        _ => vec![0],
    };
    let mut reasons = Vec::new();
    for filter in needed {
        let mut absent: Vec<String> = Vec::new();
        let mut runs = false;
        for stream in streams {
            match prepared.matcher.applicability(at, filter, &stream.mapping, &stream.indices) {
                Applicability::Applicable => runs = true,
                Applicability::Gated => {}
                Applicability::Never { lacks } => {
                    let fields: Vec<String> = lacks
                        .iter()
                        .map(|lack| match lack.always.as_slice() {
                            [] => format!("no {}", lack.field),
                            always => format!("{} always {}", lack.field, always.join(", ")),
                        })
                        .collect();
                    absent.push(format!("{} has {}", stream.mapping.id, fields.join(", ")));
                }
            }
        }
        if !runs {
            absent.sort();
            absent.dedup();
            if absent.is_empty() {
                reasons.push("the data has no source that the rule looks at".to_owned());
            }
            reasons.append(&mut absent);
        }
    }
    reasons.dedup();
    if reasons.is_empty() { RuleState::Ran } else { RuleState::NotApplicable { reasons } }
}

/// What a person should know about the run as a whole.
fn notes(prepared: &Prepared<'_>, options: &HuntOptions, alerts: &[Alert]) -> Vec<String> {
    let mut notes = Vec::new();
    let wants_geo = prepared.rules.iter().any(|rule| match &rule.plan.tail {
        Tail::Pipeline(p) => {
            p.stages.iter().any(|s| matches!(s.kind, tripline_ir::StageKind::GeoIp { .. }))
        }
        _ => false,
    });
    if wants_geo && options.geoip.is_none() {
        notes.push(
            "no GeoIP database: City, Country, Region, lat and lon are empty (give one with --geoip)"
                .to_owned(),
        );
    }
    let partial = alerts.iter().filter(|a| a.history_partial).count();
    if partial > 0 {
        notes.push(format!(
            "{partial} new-terms alerts rest on a history that starts before the data"
        ));
    }
    notes
}

/// The fields that a plan's conditions test positively, in the order of the query.
fn tested_fields(plan: &tripline_ir::Plan) -> Vec<String> {
    fn walk(pred: &Pred, names: &mut Vec<String>) {
        match pred {
            Pred::And(parts) | Pred::Or(parts) => parts.iter().for_each(|p| walk(p, names)),
            Pred::Leaf(Leaf { field: FieldSet::One(field), .. }) => {
                let name = field.name.to_string();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Pred::Not(inner) => walk(inner, names),
            Pred::Expr { expr, .. } => expr.for_each_field(&mut |field| {
                let name = field.name.to_string();
                if !names.contains(&name) {
                    names.push(name);
                }
            }),
            Pred::Const(_) | Pred::Leaf(_) => {}
            Pred::Nested { pred, .. } => walk(pred, names),
        }
    }
    let mut names = Vec::new();
    for filter in &plan.filters {
        walk(&filter.pred, &mut names);
    }
    names
}
