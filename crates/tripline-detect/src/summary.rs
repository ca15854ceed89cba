//! What a run did, so that nothing is lost in silence.

use std::collections::BTreeMap;
use tripline_diag::{Diagnostic, SourceText};
use tripline_events::{Reason, Rejected};

/// What a hunt read, ran and could not use.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Inputs that were read.
    pub inputs: u64,
    /// Inputs that hold no logs, with the reason.
    pub skipped: Vec<(String, String)>,
    /// Inputs that could not be opened or read to their end, with the reason.
    pub failed: Vec<(String, String)>,
    /// Bytes read, before decompression.
    pub bytes: u64,
    /// Records present: events + set aside.
    pub records: u64,
    /// Events by source type.
    pub events: BTreeMap<String, u64>,
    /// Records set aside by reason.
    pub set_aside: BTreeMap<Reason, u64>,
    /// The first of each reason, for people to look at.
    pub examples: Vec<Rejected>,
    /// Earliest and latest event time.
    pub time_range: Option<(i64, i64)>,
    /// Rules by what became of them.
    pub rules: Vec<RuleOutcome>,
    /// Things that a person should know: caps that were reached, a missing GeoIP database.
    pub notes: Vec<String>,
}

impl Summary {
    /// How many events were read.
    pub fn event_count(&self) -> u64 {
        self.events.values().sum()
    }

    /// How many records were set aside.
    pub fn set_aside_count(&self) -> u64 {
        self.set_aside.values().sum()
    }
}

/// What became of a rule.
#[derive(Debug, Clone)]
pub struct RuleOutcome {
    /// The rule's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub state: RuleState,
    /// Alerts that it raised.
    pub alerts: u64,
    /// Warnings on it: a cap that was reached, a query that is read in a surprising way.
    pub warnings: Vec<String>,
}

/// What became of a rule.
#[derive(Debug, Clone)]
pub enum RuleState {
    /// It ran over at least one stream.
    Ran,
    /// No stream of the data is one that it looks at, or one that has the fields it needs.
    NotApplicable {
        /// Why, for each stream that came closest.
        reasons: Vec<String>,
    },
    /// It could not run.
    NotRun {
        /// Why, with places in its text.
        diagnostics: Vec<(Diagnostic, SourceText)>,
    },
}
