//! From rules to one matcher, and what to keep of each hit.

use super::in_parallel;
use super::tested_fields;
use super::{HuntOptions, Selected, WindowMode};
use crate::schedule::{Ticks, Window};
use crate::summary::{RuleOutcome, RuleState};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use tripline_diag::{Code, Diagnostic, Severity, SourceText, has_errors};
use tripline_engine::{Context, Matcher};
use tripline_ir::{FieldRef, Plan, Tail, View};
use tripline_kernels::mapping::Assets;
use tripline_kernels::test::Compiled;
use tripline_rules::{Exception, Rule, RuleSet};
use tripline_schema::Schema;

/// The plan cannot be run although its query was understood.
pub(crate) static CANNOT_RUN: Code = Code::new(
    "DET001",
    "the rule cannot run",
    "The query was understood, but something in it cannot be executed: a regular expression that \
     is too large, a schedule that cannot be read.",
);

/// What the runtime reports.
pub static CODES: &[&Code] = &[&CANNOT_RUN];

/// Rules that run, ready.
pub(super) struct Prepared<'a> {
    /// Where macros and lookups come from.
    pub(super) set: &'a RuleSet,
    pub(super) rules: Vec<Ready>,
    /// The fields whose values are kept, for all rules together.
    pub(super) fields: Vec<FieldRef>,
    pub(super) matcher: Arc<Matcher>,
    /// At most so many hits a filter.
    pub(super) cap: usize,
}

/// A rule that runs.
pub(super) struct Ready {
    pub(super) rule: Arc<Rule>,
    pub(super) plan: Arc<Plan>,
    /// The text that the plan's spans are about: the query of the chosen version.
    pub(super) source: SourceText,
    pub(super) ticks: Ticks,
    /// For each filter what to keep of a hit.
    pub(super) keep: Vec<Keep>,
    /// Which times of an event count.
    pub(super) clock: Clock,
    /// Warnings of the compiler, rendered for the summary.
    pub(super) warnings: Vec<String>,
    /// The fields that it tests, once somebody has asked.
    matched: OnceLock<Arc<[String]>>,
}

impl Ready {
    /// The fields that the rule tests, in the order of its query.
    pub(super) fn matched(&self) -> Arc<[String]> {
        Arc::clone(self.matched.get_or_init(|| tested_fields(&self.plan).into()))
    }
}

/// What to keep of a hit of one filter.
#[derive(Default)]
pub(super) struct Keep {
    /// The fields that the tail reads, a cell each.
    pub(super) fields: Vec<FieldRef>,
    /// The field that decides between events of the same instant; its cell comes after the others.
    pub(super) tiebreaker: Option<FieldRef>,
    /// By cell, the number of its field among those of all rules.
    pub(super) numbers: Vec<u32>,
}

/// Numbers the fields that rules keep.
fn number(rules: &mut [Ready]) -> Vec<FieldRef> {
    let mut fields: Vec<FieldRef> = Vec::new();
    let mut known: HashMap<FieldRef, u32> = HashMap::new();
    for keep in rules.iter_mut().flat_map(|rule| &mut rule.keep) {
        let of_cells = keep.fields.iter().chain(&keep.tiebreaker);
        keep.numbers = of_cells
            .map(|field| {
                *known.entry(field.clone()).or_insert_with(|| {
                    fields.push(field.clone());
                    fields.len() as u32 - 1
                })
            })
            .collect();
    }
    fields
}

/// Which times of an event count. None of both: its own time, for everything.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// The field that says in which window an event is, instead of its own time.
    pub(super) window: Option<FieldRef>,
    /// Whether an event without that field is in no window, instead of falling back to its own
    /// time.
    pub(super) strict: bool,
    /// The field that orders events, instead of their own time.
    pub(super) order: Option<FieldRef>,
}

impl Clock {
    /// The clock of a rule (`spec/elastic.md` 7.1, 7.3): `timestamp_override` chooses the window,
    /// `timestamp_field` the order of an EQL rule's events.
    fn new(rule: &Rule, schema: &Schema, options: &HuntOptions) -> Self {
        let field = |name: &Option<Arc<str>>| {
            let name = name.as_deref().filter(|name| *name != "@timestamp")?;
            Some(schema.field_ref(View::Ecs, name))
        };
        // One window over everything has no need of it.
        let window = match options.window {
            WindowMode::Schedule if options.timestamp_override => field(&rule.timestamp_override),
            _ => None,
        };
        let strict = window.is_some() && rule.timestamp_fallback_disabled;
        Self { window, strict, order: field(&rule.timestamp_field) }
    }

    /// The fields that it reads.
    fn fields(&self) -> impl Iterator<Item = &FieldRef> {
        self.window.iter().chain(&self.order)
    }
}

/// Compiles the selected rules. Those that cannot run come back as outcomes.
pub(super) fn prepare<'a>(
    set: &'a RuleSet,
    selected: &[Selected],
    schema: &Schema,
    options: &HuntOptions,
) -> (Prepared<'a>, Vec<RuleOutcome>) {
    let mut ready: Vec<Ready> = Vec::new();
    let mut outcomes = Vec::new();
    let made = in_parallel(selected.len(), options.threads, |at| {
        make_ready(set, &selected[at], schema, options)
    });
    for made in made {
        match made {
            Ok(rule) => ready.push(*rule),
            Err(outcome) => outcomes.push(outcome),
        }
    }
    let plans = ready.iter().map(|rule| (Arc::clone(&rule.plan), asked(rule))).collect();
    let assets = options.assets.clone().map(|a| a as Arc<dyn Assets + Send + Sync>);
    let context = Context { now: options.now, assets };
    let matcher = Matcher::shared(plans, schema, context);
    let cap = options.candidate_cap.max(1);
    let matcher = Arc::new(matcher);
    let fields = number(&mut ready);
    (Prepared { set, rules: ready, fields, matcher, cap }, outcomes)
}

/// Compiles a rule.
fn make_ready(
    set: &RuleSet,
    choice: &Selected,
    schema: &Schema,
    options: &HuntOptions,
) -> Result<Box<Ready>, RuleOutcome> {
    let rule = &choice.rule;
    let compiled = set.compile(rule, choice.version, schema);
    let source = set
        .query(rule, choice.version)
        .map_or_else(|_| rule.query.clone(), |(_, text)| text.clone());
    let (errors, warnings): (Vec<Diagnostic>, Vec<Diagnostic>) =
        compiled.diagnostics.into_iter().partition(Diagnostic::is_error);
    let Some(plan) = compiled.plan.filter(|_| !has_errors(&errors)) else {
        return Err(not_run(rule, errors, &source));
    };
    let cannot_run =
        |error: String| not_run(rule, vec![Diagnostic::error(&CANNOT_RUN, error)], &source);
    let ticks = Ticks::new(&rule.schedule, &options.zone);
    let ticks = ticks.map_err(|error| cannot_run(error.to_string()))?;
    Matcher::check(&plan, options.now).map_err(|error| cannot_run(error.to_string()))?;
    Ok(Box::new(Ready {
        rule: Arc::clone(rule),
        keep: keep(&plan, rule, schema),
        clock: Clock::new(rule, schema, options),
        ticks: match options.window {
            WindowMode::Schedule => ticks,
            WindowMode::All => {
                Ticks::All { window: Window { tick: options.now, from: i64::MIN, to: i64::MAX } }
            }
        },
        plan: Arc::new(plan),
        // Notes are for who writes the rule (`rules lint`), not for who runs it.
        warnings: warnings
            .iter()
            .filter(|w| w.severity != Severity::Note)
            .map(|w| describe(w, &source))
            .collect(),
        source,
        matched: OnceLock::new(),
    }))
}

/// A warning in one line, with its place.
fn describe(diagnostic: &Diagnostic, source: &SourceText) -> String {
    match diagnostic.span {
        Some(span) => {
            let (line, column) = source.line_column(span.start);
            format!("{}:{line}:{column}: {}", source.name, diagnostic.message)
        }
        None => diagnostic.message.clone(),
    }
}

fn not_run(rule: &Rule, diagnostics: Vec<Diagnostic>, source: &SourceText) -> RuleOutcome {
    RuleOutcome {
        id: rule.id.to_string(),
        name: rule.name.to_string(),
        state: RuleState::NotRun {
            diagnostics: diagnostics.into_iter().map(|d| (d, source.clone())).collect(),
        },
        alerts: 0,
        warnings: vec![],
    }
}

/// What the matcher will be asked for besides what the plan names: the rule's own times and
/// tiebreaker.
fn asked(ready: &Ready) -> Vec<FieldRef> {
    let tiebreakers = ready.keep.iter().filter_map(|keep| keep.tiebreaker.as_ref());
    ready.clock.fields().chain(tiebreakers).cloned().collect()
}

/// The fields that a rule's tail needs of each hit.
fn keep(plan: &Plan, rule: &Rule, schema: &Schema) -> Vec<Keep> {
    let mut keep: Vec<Keep> = plan.filters.iter().map(|_| Keep::default()).collect();
    match &plan.tail {
        Tail::Each { .. } => {}
        Tail::Sequence(sequence) => {
            for step in sequence.steps.iter().chain(&sequence.until) {
                keep[step.filter].fields = step.keys.iter().map(|k| k.field.clone()).collect();
            }
        }
        Tail::Sample(sample) => {
            for step in &sample.steps {
                keep[step.filter].fields = step.keys.iter().map(|k| k.field.clone()).collect();
            }
        }
        Tail::Threshold(threshold) => {
            let counted = threshold.cardinality.iter().map(|(field, _)| field);
            keep[0].fields = threshold.fields.iter().chain(counted).cloned().collect();
        }
        Tail::IndicatorMatch(matching) => {
            let entries = || matching.groups.iter().flatten();
            keep[0].fields = entries().map(|entry| entry.field.clone()).collect();
            keep[1].fields = entries().map(|entry| entry.indicator.clone()).collect();
        }
        Tail::Correlation(correlation) => {
            for (filter, fields) in
                correlation.fields_by_filter(plan.filters.len()).into_iter().enumerate()
            {
                keep[filter].fields = fields;
            }
        }
        Tail::NewTerms(terms) => keep[0].fields.clone_from(&terms.fields),
        Tail::Pipeline(pipeline) if pipeline.all_columns => {}
        Tail::Pipeline(pipeline) => keep[0].fields.clone_from(&pipeline.columns),
    }
    if let Some(name) = &rule.tiebreaker_field {
        for keep in &mut keep {
            keep.tiebreaker = Some(schema.field_ref(View::Ecs, name));
        }
    }
    keep
}

/// Whether an exception takes a result row away: all its entries hold and it has not expired at
/// the time of the run. A condition that cannot be tested excepts nothing: an alert too many is
/// seen, an alert too few is not.
pub(super) fn excepts(exception: &Exception, row: &[(String, Vec<String>)], now: i64) -> bool {
    if exception.expires.is_some_and(|end| now > end) || exception.entries.is_empty() {
        return false;
    }
    exception.entries.iter().all(|entry| {
        let values = crate::alert::lookup(row, &entry.field);
        Compiled::new(&entry.test, now)
            .is_ok_and(|test| values.iter().any(|value| test.matches(value)) != entry.excluded)
    })
}
