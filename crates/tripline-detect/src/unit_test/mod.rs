//! Tests of rules: a case of [`tripline_rules::load_cases`] is run, and its verdict found.
//!
//! ```text
//! Case ─ hunt over its events ─▶ alerts ─ compare ─▶ passed, or what differs and why
//! ```
//!
//! A test runs the way a hunt does, with everything around the query: nothing is evaluated here.
//! Why an alert is missing is asked of [`explain`](crate::explain).

mod compare;
mod why;

use crate::alert::Alert;
use crate::assets::AssetSource;
use crate::geoip::GeoDatabase;
use crate::run::{HuntOptions, Selected, Silent, WindowMode, hunt};
use crate::summary::{RuleState, Summary};
use std::path::Path;
use std::sync::Arc;
use tripline_diag::{Diagnostic, SourceText, did_you_mean};
use tripline_events::{Input, InputKind, discover};
use tripline_rules::{Case, CaseLogs, CaseState, Problem, RuleSet, load_assets, load_exceptions};
use tripline_schema::Schema;

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// The verdict.
    pub verdict: Verdict,
    /// How many alerts the rule raised.
    pub alerts: u64,
    /// What is wrong, the main thing first; empty for a test that passed. Of a skipped test the
    /// reason, then what it is about.
    pub lines: Vec<String>,
    /// What a person should know of a test that passed: that its rule looks at none of its events.
    pub notes: Vec<String>,
}

/// Whether a rule does what its test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does.
    Passed,
    /// It does not.
    Failed,
    /// That could not be found out.
    Error,
    /// The test is not meant to be run here.
    Skipped,
}

impl Verdict {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }
}

impl CaseResult {
    fn error(text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Error, alerts: 0, lines: vec![text.into()], notes: vec![] }
    }
}

/// Runs a test. `options` are those of a hunt, of which the test's own settings take precedence.
pub fn run_case(case: &Case, set: &RuleSet, schema: &Schema, options: &HuntOptions) -> CaseResult {
    match &case.state {
        CaseState::Broken(why) => CaseResult::error(why),
        CaseState::Skipped { reason, detail } => CaseResult {
            verdict: Verdict::Skipped,
            alerts: 0,
            lines: vec![reason.clone(), detail.clone()],
            notes: vec![],
        },
        CaseState::Ready => run(case, set, schema, options).unwrap_or_else(CaseResult::error),
    }
}

fn run(
    case: &Case,
    set: &RuleSet,
    schema: &Schema,
    options: &HuntOptions,
) -> Result<CaseResult, String> {
    let rule = case.rule.and_then(|at| set.rules.get(at)).ok_or("the rule is not loaded")?;
    let inputs = inputs(case)?;
    let options = configured(case, schema, options)?;
    let with_exceptions;
    let (set, rule) = if case.settings.exceptions.is_empty() {
        (set, rule)
    } else {
        with_exceptions = excepted(case, set)?;
        let rule = case.rule.and_then(|at| with_exceptions.rules.get(at));
        (&with_exceptions, rule.ok_or("the rule is not loaded")?)
    };
    let choice = Selected { rule: Arc::clone(rule), version: case.settings.version };
    let found = hunt(&inputs, set, std::slice::from_ref(&choice), schema, &options, &Silent)
        .map_err(|error| error.to_string())?;
    usable(&found.summary)?;
    let alerts: Vec<Alert> =
        found.alerts.into_iter().filter(|alert| alert.rule.id == rule.id).collect();
    let mut result = CaseResult {
        verdict: Verdict::Passed,
        alerts: alerts.len() as u64,
        lines: vec![],
        notes: notes(case, &found.summary),
    };
    if let Some(difference) = compare::compare(&case.expected, &alerts) {
        result.verdict = Verdict::Failed;
        result.lines = difference.lines;
        if difference.missing {
            result.lines.extend(why::why(&inputs, set, &choice, schema, &options));
        }
    }
    Ok(result)
}

fn inputs(case: &Case) -> Result<Vec<Input>, String> {
    let inputs = match &case.logs {
        CaseLogs::Inline(text) => {
            return Ok(vec![Input::from_bytes("events", text.clone().into_bytes())]);
        }
        CaseLogs::Paths(paths) => discover(paths, None).map_err(|error| error.to_string())?,
    };
    for input in &inputs {
        if let InputKind::Unreadable(why) = &input.kind {
            return Err(format!("cannot read `{}`: {why}", input.name));
        }
    }
    if inputs.is_empty() {
        return Err("there is no file in the folder with its events".to_owned());
    }
    Ok(inputs)
}

fn configured(case: &Case, schema: &Schema, options: &HuntOptions) -> Result<HuntOptions, String> {
    let settings = &case.settings;
    let mut options = HuntOptions { threads: 1, ..options.clone() };
    options.window = if settings.scheduled { WindowMode::Schedule } else { WindowMode::All };
    if let Some(source) = &settings.source {
        if schema.mapping(source).is_none() {
            let help = did_you_mean(source, schema.mappings().iter().map(|m| &*m.id));
            let help = help.map(|h| format!("; {h}")).unwrap_or_default();
            return Err(format!("there is no source type `{source}`{help}"));
        }
        options.source = Some(source.as_str().into());
    }
    if let Some(now) = settings.now {
        options.now = i64::try_from(now.as_nanosecond())
            .map_err(|_| "`now` is not between the years 1678 and 2261")?;
    }
    if let Some(zone) = &settings.zone {
        options.zone = zone.clone();
    }
    if let Some(path) = &settings.assets {
        readable(path)?;
        let table = load_assets(path).map_err(|problem| said(&problem))?;
        options.assets = Some(Arc::new(AssetSource(table)));
    }
    if let Some(path) = &settings.geoip {
        readable(path)?;
        options.geoip = Some(Arc::new(GeoDatabase::open(path).map_err(|e| e.to_string())?));
    }
    Ok(options)
}

fn readable(path: &Path) -> Result<(), String> {
    if path.is_file() { Ok(()) } else { Err(format!("there is no file `{}`", path.display())) }
}

/// The rules with these exceptions.
fn excepted(case: &Case, set: &RuleSet) -> Result<RuleSet, String> {
    let mut own = set.clone();
    own.problems.clear();
    for path in &case.settings.exceptions {
        readable(path)?;
        load_exceptions(path, &mut own);
    }
    match own.problems.iter().find(|problem| problem.diagnostic.is_error()) {
        Some(problem) => Err(said(problem)),
        None => Ok(own),
    }
}

fn said(problem: &Problem) -> String {
    described(&problem.diagnostic, &problem.source)
}

/// A diagnostic in one line: code, text, place.
fn described(diagnostic: &Diagnostic, source: &SourceText) -> String {
    let place = match diagnostic.span {
        Some(span) if !source.text.is_empty() => {
            let (line, column) = source.line_column(span.start);
            format!(" ({}:{line}:{column})", source.name)
        }
        _ => String::new(),
    };
    let help = diagnostic.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{}: {}{place}{help}", diagnostic.code.id, diagnostic.message)
}

/// Fails unless the rule ran over at least one event: a rule that must stay silent is silent on
/// nothing, too.
fn usable(summary: &Summary) -> Result<(), String> {
    for rule in &summary.rules {
        if let RuleState::NotRun { diagnostics } = &rule.state {
            let why = diagnostics.first().map(|(diagnostic, source)| described(diagnostic, source));
            return Err(format!("the rule cannot run: {}", why.unwrap_or_default()));
        }
    }
    if let Some((input, why)) = summary.failed.first() {
        return Err(format!("cannot read `{input}`: {why}"));
    }
    if summary.event_count() == 0 {
        let aside = summary.examples.first().map(|rejected| {
            let detail = if rejected.detail.is_empty() {
                String::new()
            } else {
                format!(": {}", rejected.detail)
            };
            format!("; set aside as {}{detail}", rejected.reason.word())
        });
        let skipped = summary.skipped.first().map(|(input, why)| format!("; {input}: {why}"));
        let why = aside.or(skipped).unwrap_or_default();
        return Err(format!("there is no event in its logs{why}"));
    }
    Ok(())
}

fn notes(case: &Case, summary: &Summary) -> Vec<String> {
    let mut notes = vec![];
    if case.expected.is_negative()
        && let Some(RuleState::NotApplicable { reasons }) =
            summary.rules.first().map(|rule| &rule.state)
    {
        let why = reasons.first().map(|why| format!(": {why}")).unwrap_or_default();
        notes.push(format!("silent because it can match none of the events{why}"));
    }
    let aside = summary.set_aside_count();
    if aside > 0 {
        let words: Vec<&str> = summary.set_aside.keys().map(|reason| reason.word()).collect();
        notes.push(format!("{aside} of the records set aside: {}", words.join(", ")));
    }
    notes
}
