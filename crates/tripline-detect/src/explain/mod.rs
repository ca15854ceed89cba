//! Why a rule fires or does not: for the nearest events, or for one event, the query with each
//! test marked, and what the tail and the alerting made of the hits.
//!
//! Events are read once more, apart from the hunt, and every test is asked by itself. What is said
//! about tails and alerts is found out by running the rule again under other conditions (without
//! the cap on alerts, with one window over everything …): nothing is reckoned here that a hunt
//! reckons.

mod after;
mod leaves;
mod near;
mod reasons;
mod tail;
mod tree;
mod watch;

use crate::alert::{Alert, Viewer, reason_of};
use crate::run::{Error, HuntOptions, Selected, Silent, hunt};
use crate::summary::RuleState;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use tree::Tree;
use tripline_diag::{Diagnostic, Severity, SourceText, Span};
use tripline_engine::{Applicability, Context, Lack, Matcher};
use tripline_events::{Decoder, Input, Options, Projection, Projector, RecordDecoder, Stream};
use tripline_ir::{FieldRef, Plan, Scope, Tail};
use tripline_kernels::mapping::Assets;
use tripline_rules::{Language, Rule, RuleKind, RuleSet, sigma_tests};
use tripline_schema::{Schema, View};
use watch::{FilterWatch, Group, Sample, Wanted, Watch};

pub(crate) use tail::span;

pub use leaves::{FieldSeen, LeafView, Truth};
pub use reasons::REASONS;

/// What is to be explained.
#[derive(Debug, Clone, Default)]
pub struct ExplainOptions {
    /// The event: the name of its input (or the end of its path; none: any input) and its position
    /// there, from 0. None: the events that come nearest.
    pub event: Option<(Option<String>, u64)>,
    /// How many of the nearest kinds of events.
    pub nearest: usize,
}

/// Why a rule fires or does not.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The rule.
    pub rule: Arc<Rule>,
    /// The text that spans are about.
    pub source: SourceText,
    /// Why it cannot run at all; then everything below is empty.
    pub errors: Vec<Diagnostic>,
    /// What its query probably does not mean: warnings, and names with a nearer one.
    pub remarks: Vec<Diagnostic>,
    /// The alerts that a hunt over the same events raises.
    pub alerts: Vec<Alert>,
    /// Inputs that could not be read, and why.
    pub unread: Vec<(String, String)>,
    /// Records that are no events, by the reason's word.
    pub set_aside: BTreeMap<&'static str, u64>,
    /// How many events were read.
    pub events: u64,
    /// By source type.
    pub sources: Vec<SourceSeen>,
    /// What became of the events at each filter: one, or one for each step of a sequence.
    pub filters: Vec<FilterStory>,
    /// What the tail made of the hits, and what became of its findings.
    pub reasons: Vec<Why>,
}

/// Events of one source type.
#[derive(Debug, Clone)]
pub struct SourceSeen {
    /// The source type.
    pub id: Arc<str>,
    /// How many.
    pub events: u64,
    /// What each filter can do with them, in order.
    pub filters: Vec<Reach>,
}

/// What a filter can do with the events of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It looks at them.
    Looks,
    /// They are in none of its indices or data models.
    Gated,
    /// It looks, but none can ever match: what stands in the way, in words.
    Never(Vec<String>),
}

/// What became of the events at a filter.
#[derive(Debug, Clone)]
pub struct FilterStory {
    /// What it is: nothing for a rule of one filter, `step 1` of a sequence.
    pub title: String,
    /// The log source that it looks at, for a Sigma rule: `product windows, category file_event`.
    pub log_source: Option<String>,
    /// The text that its spans are about, if it is not the rule's query.
    pub source: Option<SourceText>,
    /// Events in its scope.
    pub looked: u64,
    /// Those that pass its whole condition.
    pub hits: u64,
    /// How many are left after each conjunct, in the order of the query.
    pub funnel: Vec<Conjunct>,
    /// The event that was asked for, or the nearest ones.
    pub shown: Vec<Shown>,
}

/// A conjunct of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conjunct {
    /// Its text.
    pub text: String,
    /// Where it stands; none: elsewhere in the rule's file.
    pub span: Option<Span>,
    /// Events that pass it and all conjuncts before it.
    pub left: u64,
    /// Events that pass it, whatever the others say.
    pub alone: u64,
}

/// An event at a filter.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Where it is.
    pub place: Place,
    /// What it is about, in a line.
    pub about: String,
    /// Whether it passes the condition.
    pub holds: bool,
    /// Whether the filter looks at it.
    pub in_scope: bool,
    /// How many events pass and fail the same tests, itself included.
    pub alike: u64,
    /// The tests in the order of the query.
    pub leaves: Vec<LeafView>,
}

/// An event, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The input.
    pub input: Arc<str>,
    /// Its position there, from 0.
    pub record: u64,
    /// Its source type.
    pub source: Arc<str>,
    /// Nanoseconds since 1970; [`tripline_events::NO_TIME`] if it has none.
    pub time: i64,
}

/// A reason, for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// A stable word, such as `beyond_maxspan`.
    pub code: &'static str,
    /// A sentence or two.
    pub text: String,
    /// Events that it is about.
    pub events: Vec<Place>,
}

impl Why {
    fn new(code: &'static str, text: impl Into<String>) -> Self {
        debug_assert!(REASONS.iter().any(|(known, _)| *known == code), "{code} is not listed");
        Self { code, text: text.into(), events: vec![] }
    }

    fn events(mut self, events: impl IntoIterator<Item = Place>) -> Self {
        self.events.extend(events);
        self
    }
}

impl Explanation {
    /// Whether the rule raised an alert.
    pub fn fires(&self) -> bool {
        !self.alerts.is_empty()
    }
}

/// Asks for what the inspector reads.
struct Asks(Arc<Matcher>);

impl Projector for Asks {
    fn projection(&self, stream: &Stream) -> Projection {
        self.0.inspector().projection(&stream.mapping)
    }
}

/// Explains a rule over inputs. Inputs are read several times, so that standard input must have
/// been read into memory.
///
/// # Errors
/// Those of [`hunt`].
pub fn explain(
    inputs: &[Input],
    set: &RuleSet,
    choice: &Selected,
    schema: &Schema,
    options: &HuntOptions,
    wanted: &ExplainOptions,
) -> Result<Explanation, Error> {
    let rule = &choice.rule;
    let (language, source) = set
        .query(rule, choice.version)
        .map_or_else(|_| (rule.language, rule.query.clone()), |(l, text)| (l, text.clone()));
    let mut explanation = Explanation {
        rule: Arc::clone(rule),
        source,
        errors: vec![],
        remarks: vec![],
        alerts: vec![],
        unread: vec![],
        set_aside: BTreeMap::new(),
        events: 0,
        sources: vec![],
        filters: vec![],
        reasons: vec![],
    };
    // Exceptions are asked one by one, after the query's own tests.
    let mut bare = (**rule).clone();
    bare.event_exceptions.clear();
    bare.exceptions.clear();
    let compiled = set.compile(&bare, choice.version, schema);
    let Some(plan) = compiled.plan else {
        explanation.errors =
            compiled.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        return Ok(explanation);
    };
    explanation.remarks = compiled
        .diagnostics
        .into_iter()
        .filter(|d| d.severity == Severity::Warning || d.help.is_some())
        .collect();
    let assets = options.assets.clone().map(|a| a as Arc<dyn Assets + Send + Sync>);
    let context = Context { now: options.now, assets };
    let matcher = match Matcher::new(&[&plan], schema, context) {
        Ok(matcher) => Arc::new(matcher),
        Err(errors) => {
            let text = errors.first().map_or_else(String::new, |(_, e)| e.to_string());
            explanation.errors.push(Diagnostic::error(crate::run::CODES[0], text));
            return Ok(explanation);
        }
    };
    let found = hunt(inputs, set, std::slice::from_ref(choice), schema, options, &Silent)?;
    if let Some(RuleState::NotRun { diagnostics }) =
        found.summary.rules.first().map(|outcome| &outcome.state)
    {
        explanation.errors = diagnostics.iter().map(|(d, _)| d.clone()).collect();
        return Ok(explanation);
    }
    explanation.alerts = found.alerts;

    let texts: Vec<SourceText> =
        (0..plan.filters.len()).map(|at| filter_text(rule, &explanation.source, at)).collect();
    let keep = tail::kept_fields(&plan);
    let named = sigma_tests(rule);
    let mut filters = Vec::new();
    for (at, filter) in plan.filters.iter().enumerate() {
        let negations = filter_language(rule, language, at) == Language::Eql;
        let tree = Tree::new(&filter.pred, &texts[at].text, negations, &named, options.now)
            .map_err(|e| Error::Options(e.to_string()))?;
        filters.push(FilterWatch::new(tree, keep[at].clone()));
    }
    let inspector = matcher.inspector();
    let mut watch = Watch {
        inspector: &inspector,
        filters,
        rank: 0,
        events: 0,
        set_aside: BTreeMap::new(),
        streams: vec![],
        wanted: wanted.event.as_ref().map(|(input, record)| Wanted {
            input: input.as_deref().map(Arc::from),
            record: *record,
        }),
        found: vec![],
        range: None,
        cap: options.candidate_cap,
    };
    explanation.unread = read(inputs, schema, &matcher, options, &mut watch)?;

    explanation.events = watch.events;
    explanation.set_aside = std::mem::take(&mut watch.set_aside);
    explanation.sources = sources(&matcher, &plan, &watch.streams);
    let mut filters = std::mem::take(&mut watch.filters);
    let mut teller = Teller {
        schema,
        options,
        matcher: &matcher,
        viewer: Viewer::default(),
        decoders: BTreeMap::new(),
    };
    for (at, filter) in filters.iter_mut().enumerate() {
        let limit = wanted.nearest.max(1);
        let own = texts[at] != explanation.source;
        let mut story = FilterStory {
            title: title(&plan, at),
            log_source: log_source(&plan.filters[at].scope),
            source: own.then(|| texts[at].clone()),
            looked: filter.looked,
            hits: filter.hits,
            funnel: leaves::funnel(filter, &texts[at]),
            shown: vec![],
        };
        if watch.wanted.is_some() {
            for sample in &watch.found {
                story.shown.extend(teller.asked(filter, &texts[at], at, sample));
            }
        } else {
            story.shown = teller.nearest(filter, &texts[at], limit);
        }
        explanation.filters.push(story);
    }
    let case = Case { inputs, set, choice, schema, options, plan: &plan };
    let asked = watch.wanted.as_ref();
    let mut unanswered: Vec<&str> = vec![];
    for story in explanation.filters.iter().filter(|story| story.looked == 0) {
        unanswered.extend(story.log_source.as_deref().filter(|s| !unanswered.contains(s)));
    }
    let unanswered =
        unanswered.into_iter().map(|source| Why::new("no_log_source", no_source(source)));
    let unanswered: Vec<Why> = unanswered.collect();
    explanation.reasons = tail::reasons(&case, &filters, watch.range, &explanation.alerts, asked);
    explanation.reasons.splice(0..0, unanswered);
    if rule.indices.iter().any(|index| index.starts_with(".alerts-security")) {
        let text = "The rule reads the alerts of other rules. Here only alerts that are among the \
                    events are looked at; a hunt with all rules feeds it their alerts too.";
        explanation.reasons.push(Why::new("reads_alerts", text));
    }
    let after = after::reasons(&case, &explanation)?;
    explanation.reasons.extend(after);
    Ok(explanation)
}

/// What the reasons are found from.
struct Case<'a> {
    inputs: &'a [Input],
    set: &'a RuleSet,
    choice: &'a Selected,
    schema: &'a Schema,
    options: &'a HuntOptions,
    plan: &'a Plan,
}

/// Reads all inputs, in the order in which a hunt ranks them. Returns those that cannot be read.
fn read(
    inputs: &[Input],
    schema: &Schema,
    matcher: &Arc<Matcher>,
    options: &HuntOptions,
    watch: &mut Watch<'_, '_>,
) -> Result<Vec<(String, String)>, Error> {
    let mut sorted: Vec<&Input> = inputs.iter().collect();
    sorted.sort_by_key(|input| Arc::clone(&input.name));
    let decode = Options {
        source: options.source.clone(),
        batch_rows: options.batch_rows.max(1),
        max_record_bytes: options.max_record_bytes,
        require_time: options.window == crate::run::WindowMode::Schedule,
        ..Options::default()
    };
    let mut decoder = Decoder::new(schema, Arc::new(Asks(Arc::clone(matcher))), decode)
        .map_err(|e| Error::Options(e.to_string()))?;
    let mut unread = Vec::new();
    for (rank, input) in sorted.into_iter().enumerate() {
        watch.rank = rank as u32;
        match decoder.read(input, watch) {
            Ok(read) => unread.extend(read.skipped.map(|why| (input.name.to_string(), why))),
            Err(error) => unread.push((input.name.to_string(), error.to_string())),
        }
    }
    Ok(unread)
}

/// The text of a filter: the rule's query, or that of a threat-match rule's indicators.
fn filter_text(rule: &Rule, query: &SourceText, filter: usize) -> SourceText {
    match &rule.kind {
        RuleKind::ThreatMatch(matching) if filter == 1 => matching.query.clone(),
        _ => query.clone(),
    }
}

fn filter_language(rule: &Rule, language: Language, filter: usize) -> Language {
    match &rule.kind {
        RuleKind::ThreatMatch(matching) if filter == 1 => matching.language,
        _ => language,
    }
}

/// What a filter is in its plan.
fn title(plan: &Plan, filter: usize) -> String {
    let steps = |steps: &[tripline_ir::Step]| {
        let mut numbers = (1..).zip(steps).filter(|(_, s)| s.filter == filter);
        numbers.next().map(|(number, step)| {
            let missing = if step.missing { ", which must not occur" } else { "" };
            format!("step {number}{missing}")
        })
    };
    match &plan.tail {
        Tail::Sequence(sequence) => steps(&sequence.steps).unwrap_or_else(|| "until".to_owned()),
        Tail::Sample(sample) => steps(&sample.steps).unwrap_or_default(),
        Tail::IndicatorMatch(_) if filter == 1 => "indicators".to_owned(),
        Tail::IndicatorMatch(_) => "events".to_owned(),
        _ => String::new(),
    }
}

fn sources(matcher: &Matcher, plan: &Plan, streams: &[(Arc<Stream>, u64)]) -> Vec<SourceSeen> {
    let mut sources: Vec<SourceSeen> = Vec::new();
    for (stream, events) in streams {
        let filters: Vec<Reach> = (0..plan.filters.len())
            .map(|at| match matcher.applicability(0, at, &stream.mapping, &stream.indices) {
                Applicability::Applicable => Reach::Looks,
                Applicability::Gated => Reach::Gated,
                Applicability::Never { lacks } => {
                    Reach::Never(lacks.iter().map(|lack| lacking(stream, lack)).collect())
                }
            })
            .collect();
        let same = sources.iter_mut().find(|s| s.id == stream.mapping.id && s.filters == filters);
        match same {
            Some(known) => known.events += events,
            None => sources.push(SourceSeen {
                id: Arc::clone(&stream.mapping.id),
                events: *events,
                filters,
            }),
        }
    }
    // What is looked at comes first, whatever there is more of.
    let looks = |s: &SourceSeen| s.filters.contains(&Reach::Looks);
    sources.sort_by(|a, b| {
        (!looks(a), Reverse(a.events), &a.id).cmp(&(!looks(b), Reverse(b.events), &b.id))
    });
    sources
}

/// A log source in words.
pub(crate) fn log_source(scope: &Scope) -> Option<String> {
    let Scope::LogSource(source) = scope else { return None };
    let parts = [
        ("product", &source.product),
        ("category", &source.category),
        ("service", &source.service),
    ];
    let said =
        parts.into_iter().filter_map(|(word, value)| Some(format!("{word} {}", value.as_ref()?)));
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// That nothing is of a log source.
pub(crate) fn no_source(log_source: &str) -> String {
    format!("the data has no source that answers to {log_source}")
}

fn lacking(stream: &Stream, lack: &Lack) -> String {
    match lack.always.as_slice() {
        [] => {
            let why = absent_reason(&stream.mapping, &lack.field);
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            format!("has no {}{why}", lack.field)
        }
        always => format!("has {} always {}", lack.field, always.join(", ")),
    }
}

/// Why a source does not have a field, if its mapping says so.
fn absent_reason<'m>(mapping: &'m tripline_schema::Mapping, field: &str) -> Option<&'m str> {
    let said = mapping.elastic.absent.get(field).or_else(|| mapping.splunk.absent.get(field));
    said.map(|why| &**why)
}

/// Shows events.
struct Teller<'a> {
    schema: &'a Schema,
    options: &'a HuntOptions,
    matcher: &'a Matcher,
    viewer: Viewer,
    decoders: BTreeMap<Arc<str>, RecordDecoder>,
}

impl Teller<'_> {
    /// The nearest events, one for each way to fail.
    fn nearest(&mut self, filter: &mut FilterWatch, text: &SourceText, limit: usize) -> Vec<Shown> {
        let groups = filter.nearest();
        let any_in_scope = groups.iter().any(|g| g.admitted);
        let hit = groups.first().is_some_and(|g| g.holds && g.admitted);
        groups
            .iter()
            .filter(|group| group.admitted || !any_in_scope)
            .filter(|group| !hit || group.holds)
            .take(if hit { 1 } else { limit })
            .filter_map(|group| {
                let sample = group.samples.first()?;
                self.show(filter, text, group, sample)
            })
            .collect()
    }

    /// The event that was asked for.
    fn asked(
        &mut self,
        filter: &FilterWatch,
        text: &SourceText,
        at: usize,
        sample: &Sample,
    ) -> Option<Shown> {
        let batch = self.decode(sample)?;
        let inspector = self.matcher.inspector();
        let states = filter.tree.states(&inspector.row(&batch, 0), inspector.scalars());
        let weights = vec![1; states.len()];
        let (cost, repair) = filter.tree.repair(&states, &weights);
        let group = Group {
            stream: Arc::clone(&sample.stream),
            admitted: inspector.admits(0, at, &sample.stream),
            holds: filter.tree.holds(&states),
            states,
            cost,
            repair,
            count: 1,
            samples: vec![],
        };
        self.show(filter, text, &group, sample)
    }

    fn show(
        &mut self,
        filter: &FilterWatch,
        text: &SourceText,
        group: &Group,
        sample: &Sample,
    ) -> Option<Shown> {
        let batch = self.decode(sample)?;
        let inspector = self.matcher.inspector();
        let leaves = leaves::views(filter, text, group, &inspector, &batch);
        let view = match leaves.iter().flat_map(|leaf| &leaf.fields).next() {
            Some(FieldSeen { view: View::Splunk | View::Cim(_), .. }) => View::Splunk,
            Some(FieldSeen { view: View::Sigma, .. }) => View::Sigma,
            _ => View::Ecs,
        };
        let fields = self.viewer.view(
            self.schema,
            &sample.stream.mapping,
            &String::from_utf8_lossy(&sample.raw),
            &view,
            self.options.assets.as_deref(),
        );
        Some(Shown {
            place: place(sample),
            about: reason_of(&fields),
            holds: group.holds,
            in_scope: group.admitted,
            alike: group.count,
            leaves,
        })
    }

    /// The record with all its fields, as it stood in its input.
    fn decode(&mut self, sample: &Sample) -> Option<tripline_events::EventBatch> {
        let id = &sample.stream.mapping.id;
        if !self.decoders.contains_key(id) {
            let decoder = RecordDecoder::new(self.schema, Some(id)).ok()?;
            self.decoders.insert(Arc::clone(id), decoder);
        }
        let mut batch = self.decoders.get_mut(id)?.decode(&sample.raw).ok()?;
        batch.stream = Arc::clone(&sample.stream);
        batch.input = Arc::clone(&sample.input);
        batch.time = vec![sample.time];
        batch.record = vec![sample.record];
        Some(batch)
    }
}

fn place(sample: &Sample) -> Place {
    Place {
        input: Arc::clone(&sample.input),
        record: sample.record,
        source: Arc::clone(&sample.stream.mapping.id),
        time: sample.time,
    }
}

/// Names of fields, for sentences.
fn names(fields: &[FieldRef]) -> String {
    fields.iter().map(|f| format!("`{}`", f.name)).collect::<Vec<_>>().join(", ")
}
