//! Hunts and queries.

mod collect;
mod findings;
mod finish;
mod parallel;
mod prepare;
mod query;
mod records;
mod rounds;
mod show;
mod texts;

pub use findings::{Detail, Findings, Head};
pub use prepare::CODES;
pub use query::query;

use crate::alert::Alert;
use crate::explain::{log_source, no_source};
use crate::summary::{RuleOutcome, RuleState, Summary};
use collect::{Collector, Harvest};
use findings::Finding;
use finish::Finished;
use jiff::tz::TimeZone;
use parallel::{in_parallel, with_state};
use prepare::{Prepared, prepare};
use rounds::Rounds;
use show::Show;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tripline_engine::Applicability;
use tripline_events::{Crew, Decoder, Input, Numbers, Options, Stream};
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
    /// Alerts cannot be written where they were to go.
    Output(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(text) => f.write_str(text),
            Self::Output(error) => error.fmt(f),
            Self::Storage(error) => write!(f, "cannot keep evidence in a temporary file: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// Runs rules over inputs, and gives all alerts at once.
pub fn hunt(
    inputs: &[Input],
    set: &RuleSet,
    selected: &[Selected],
    schema: &Schema,
    options: &HuntOptions,
    progress: &dyn Progress,
) -> Result<Hunt, Error> {
    search(inputs, set, selected, schema, options, progress)?.into_hunt()
}

/// Runs rules over inputs. Alerts are made when they are asked for: there may be more of them than
/// memory.
pub fn search<'a>(
    inputs: &[Input],
    set: &'a RuleSet,
    selected: &[Selected],
    schema: &'a Schema,
    options: &'a HuntOptions,
    progress: &dyn Progress,
) -> Result<Findings<'a>, Error> {
    let mut found = run(inputs, set, selected, schema, options, progress)?;
    let Findings { list, prepared, summary, .. } = &mut found;
    list.sort_by(|a, b| {
        let (a, b) = (a.head(prepared), b.head(prepared));
        (a.time, &a.rule.id, a.id).cmp(&(b.time, &b.rule.id, b.id))
    });
    list.dedup_by(|a, b| a.head(prepared).id == b.head(prepared).id);
    // What is counted is what is given.
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for finding in list {
        *counts.entry(&finding.head(prepared).rule.id).or_default() += 1;
    }
    for rule in &mut summary.rules {
        rule.alerts = counts.get(rule.id.as_str()).copied().unwrap_or(0);
    }
    Ok(found)
}

/// The same with findings in the order in which each rule gives them, duplicates included.
fn run<'a>(
    inputs: &[Input],
    set: &'a RuleSet,
    selected: &[Selected],
    schema: &'a Schema,
    options: &'a HuntOptions,
    progress: &dyn Progress,
) -> Result<Findings<'a>, Error> {
    // The order of inputs decides between events of the same instant: it must not depend on the
    // order in which a disk or a command line lists them.
    let mut inputs: Vec<&Input> = inputs.iter().collect();
    inputs.sort_by_key(|input| Arc::clone(&input.name));
    let (prepared, mut outcomes) = prepare(set, selected, schema, options);
    let (mut harvests, mut summary) = read(&inputs, &prepared, schema, options, progress)?;
    collect::cut(&mut harvests, prepared.cap);
    let range = summary.time_range;
    let streams = streams(&harvests);
    let (higher, first): (Vec<usize>, Vec<usize>) =
        (0..prepared.rules.len()).partition(|at| rounds::reads_alerts(&prepared.rules[*at].plan));
    let mut list: Vec<Finding> = Vec::new();
    let all = finish_all(&prepared, &first, &harvests, schema, options, range)?;
    outcomes.extend(in_parallel(all.len(), options.threads, |at| {
        let (rule, finished) = &all[at];
        outcome(&prepared, *rule, &streams, finished)
    }));
    list.extend(all.into_iter().flat_map(|(_, finished)| finished.findings));
    if !higher.is_empty() {
        let rank = inputs.len() as u32;
        let rounds = Rounds { prepared: &prepared, schema, options, range, rank };
        let finished = rounds.run(&higher, &list, &mut harvests)?;
        // With the alerts, which are a source of their own now.
        let streams = self::streams(&harvests);
        for (at, finished) in higher.iter().zip(finished) {
            outcomes.push(outcome(&prepared, *at, &streams, &finished));
            list.extend(finished.findings);
        }
    }
    for harvest in &mut harvests {
        harvest.keep_evidence_only();
    }
    outcomes.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    summary.rules = outcomes;
    summary.notes = notes(&prepared, options, &list);
    Ok(Findings { summary, list, prepared, harvests, schema, options })
}

/// Runs the tails of these rules on all threads; what each found, in their order.
fn finish_all(
    prepared: &Prepared<'_>,
    rules: &[usize],
    harvests: &[Harvest],
    schema: &Schema,
    options: &HuntOptions,
    range: Option<(i64, i64)>,
) -> Result<Vec<(usize, Finished)>, Error> {
    // Those with most hits first, so that no thread is left with a large one at the end.
    let hits = |rule: usize| -> usize {
        harvests.iter().flat_map(|harvest| &harvest.hits[rule]).map(collect::Hits::len).sum()
    };
    let mut order: Vec<(usize, usize)> = rules.iter().map(|rule| (hits(*rule), *rule)).collect();
    order.sort_by_key(|(hits, rule)| (usize::MAX - hits, *rule));
    let assets = options.assets.as_deref();
    let finished = with_state(
        order.len(),
        options.threads,
        || Show::new(schema, assets),
        |show, at| finish::finish(prepared, order[at].1, harvests, (schema, options), range, show),
    );
    let mut all = Vec::with_capacity(order.len());
    for ((_, rule), finished) in order.into_iter().zip(finished) {
        all.push((rule, finished?));
    }
    all.sort_by_key(|(rule, _)| *rule);
    Ok(all)
}

/// Reads all inputs with as many workers as asked for, large ones together. What comes out does not
/// depend on how many there are.
fn read(
    inputs: &[&Input],
    prepared: &Prepared<'_>,
    schema: &Schema,
    options: &HuntOptions,
    progress: &dyn Progress,
) -> Result<(Vec<Harvest>, Summary), Error> {
    let crew = Crew::new(inputs);
    let (stop, bytes, events) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let done = AtomicUsize::new(0);
    let workers = options.threads.max(1);
    let waiting = std::thread::current();
    let decode = Options {
        source: options.source.clone(),
        batch_rows: options.batch_rows.max(1),
        max_record_bytes: options.max_record_bytes,
        require_time: options.window == WindowMode::Schedule,
        ..Options::default()
    };
    Decoder::new(schema, prepared.matcher.clone(), decode.clone())
        .map_err(|e| Error::Options(e.to_string()))?;
    let work = || {
        let mut decoder = Decoder::new(schema, prepared.matcher.clone(), decode.clone())
            .expect("the same options were just accepted");
        let with_time = options.window == WindowMode::Schedule;
        let mut collector = Collector::new(prepared, with_time, &stop, &bytes, &events);
        let mut part = Summary::default();
        while let Some(job) = crew.next() {
            if stop.load(Ordering::Relaxed) {
                crew.stop();
                break;
            }
            let input = inputs[job.rank()];
            collector.rank = job.rank() as u32;
            part.inputs += u64::from(job.is_first());
            match decoder.work(job, &mut collector) {
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
        let harvest = collector.finish();
        done.fetch_add(1, Ordering::Relaxed);
        waiting.unpark();
        (harvest, part)
    };
    let work = &work;
    let results: Vec<(Harvest, Summary)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
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
    merge(results, bytes.load(Ordering::Relaxed), &crew.numbers())
}

fn merge(
    results: Vec<(Harvest, Summary)>,
    bytes: u64,
    numbers: &Numbers,
) -> Result<(Vec<Harvest>, Summary), Error> {
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
        harvest.records.number(|rank, record| numbers.of(rank as usize, record));
        examples.append(&mut harvest.examples);
        harvests.push(harvest);
    }
    // Which worker read what is chance; what people see is not.
    examples.sort_by_key(|(rank, rejected)| (rejected.reason, collect::standing(*rank, rejected)));
    for (rank, mut rejected) in examples {
        numbers.settle(rank as usize, &mut rejected.place);
        let same = summary.examples.iter().filter(|e| e.reason == rejected.reason).count();
        if same < collect::EXAMPLES {
            summary.examples.push(rejected);
        }
    }
    summary.skipped.sort();
    summary.failed.sort();
    Ok((harvests, summary))
}

/// The streams that the data has, each once.
fn streams(harvests: &[Harvest]) -> Vec<Arc<Stream>> {
    let mut streams: Vec<Arc<Stream>> = Vec::new();
    for stream in harvests.iter().flat_map(|h| &h.streams) {
        if !streams.iter().any(|s| s.key == stream.key && s.mapping.id == stream.mapping.id) {
            streams.push(Arc::clone(stream));
        }
    }
    streams
}

fn outcome(
    prepared: &Prepared<'_>,
    at: usize,
    streams: &[Arc<Stream>],
    finished: &Finished,
) -> RuleOutcome {
    let ready = &prepared.rules[at];
    let state = match &finished.error {
        Some(diagnostic) => {
            RuleState::NotRun { diagnostics: vec![(diagnostic.clone(), ready.source.clone())] }
        }
        None => applicable(prepared, at, streams),
    };
    let mut warnings = ready.warnings.clone();
    warnings.extend(finished.warnings.iter().cloned());
    RuleOutcome {
        id: ready.rule.id.to_string(),
        name: ready.rule.name.to_string(),
        state,
        alerts: finished.findings.len() as u64,
        warnings,
    }
}

/// Whether each of the rule's filters has a stream that it looks at and that has what it needs.
fn applicable(prepared: &Prepared<'_>, at: usize, streams: &[Arc<Stream>]) -> RuleState {
    let plan = &prepared.rules[at].plan;
    let needed: Vec<usize> = match &plan.tail {
        Tail::Sequence(s) => s.steps.iter().filter(|s| !s.missing).map(|s| s.filter).collect(),
        Tail::IndicatorMatch(_) => vec![0, 1],
        Tail::Correlation(_) => (0..plan.filters.len()).collect(),
        _ => vec![0],
    };
    let mut reasons = Vec::new();
    let mut running = vec![false; plan.filters.len()];
    for filter in needed {
        let mut absent: Vec<String> = Vec::new();
        let mut runs = false;
        for stream in streams {
            match prepared.matcher.applicability(at, filter, &stream.mapping, &stream.indices) {
                Applicability::Applicable => {
                    runs = true;
                    break;
                }
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
        running[filter] = runs;
        if !runs {
            absent.sort();
            absent.dedup();
            if absent.is_empty() {
                let scope = plan.filters.get(filter).map(|filter| &filter.scope);
                let source = scope.and_then(log_source).map(|source| no_source(&source));
                let any = || "the data has no source that the rule looks at".to_owned();
                reasons.push(source.unwrap_or_else(any));
            }
            reasons.append(&mut absent);
        }
    }
    // Not all that a correlation counts must be there.
    if let Tail::Correlation(correlation) = &plan.tail
        && crate::correlate::can_find(correlation, &running)
    {
        return RuleState::Ran;
    }
    reasons.dedup();
    if reasons.is_empty() { RuleState::Ran } else { RuleState::NotApplicable { reasons } }
}

/// What a person should know about the run as a whole.
fn notes(prepared: &Prepared<'_>, options: &HuntOptions, list: &[Finding]) -> Vec<String> {
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
    let partial = list.iter().filter(|f| f.head(prepared).history_partial).count();
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
