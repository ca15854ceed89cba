//! `tripline rules`: look at rules.

mod choose;
mod lint;
mod list;
mod show;
mod sigma;
mod sources;
mod verdict;

use crate::cli::{Failure, Outcome};
use clap::Subcommand;
use tripline_rules::{Rule, RuleKind, Schedule};

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List rules: type, language, severity, tactics, sources, state, and whether they can run.
    List(list::Args),
    /// Show a rule like a vendor's page: description, query, schedule, false positives, versions.
    Show(show::Args),
    /// Check rules for mistakes that no engine reports.
    Lint(lint::Args),
}

/// Runs it.
pub fn run(verb: &Verb) -> Result<Outcome, Failure> {
    match verb {
        Verb::List(args) => list::run(args),
        Verb::Show(args) => show::run(args),
        Verb::Lint(args) => lint::run(args),
    }
}

/// The kind of a rule in a word.
fn kind(rule: &Rule) -> &str {
    match &rule.kind {
        RuleKind::Query => "query",
        RuleKind::Eql => "eql",
        RuleKind::NewTerms { .. } => "new_terms",
        RuleKind::Threshold { .. } => "threshold",
        RuleKind::ThreatMatch(_) => "threat_match",
        RuleKind::Search => "search",
        RuleKind::Correlation => "correlation",
        RuleKind::Other(name) => name,
    }
}

/// When a rule runs, for people.
fn schedule(rule: &Rule) -> String {
    match &rule.schedule {
        Schedule::Interval { every, from, to } => {
            let end = if *to == 0 { "now".to_owned() } else { format!("{} ago", span(*to)) };
            format!("every {}, over the time from {} ago to {end}", span(*every), span(*from))
        }
        Schedule::Cron { cron, earliest, latest } => {
            format!("cron `{cron}`, over the time from {earliest} to {latest}")
        }
        Schedule::Continuous => "every event, once".to_owned(),
    }
}

/// A duration in its largest whole unit.
fn span(nanoseconds: i64) -> String {
    let seconds = nanoseconds / 1_000_000_000;
    for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60)] {
        if seconds >= size && seconds % size == 0 {
            return format!("{}{unit}", seconds / size);
        }
    }
    format!("{seconds}s")
}
