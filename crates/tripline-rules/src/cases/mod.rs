//! Tests that rules bring: events, and the alerts that a rule must raise on them.
//!
//! ```text
//! rule files        `tests:`, `[[tests]]` ─┐
//! *.tests.yml, .toml  `tests` and `rule` ──┼▶ Case { rule, logs, expectation, settings }
//! info.yml (SigmaHQ) ──────────────────────┤
//! `attack_data` (Splunk) ──────────────────┘
//! ```
//!
//! Nothing is run here. Reading never fails: a test that cannot be read is a case in the state
//! [`CaseState::Broken`], so that it is counted and shown with the others.

mod find;
mod ours;
mod sigma_hq;
mod splunk;
mod yaml;

pub use find::load_cases;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;
use std::path::PathBuf;

/// How tests are read.
#[derive(Debug, Clone, Default)]
pub struct CaseOptions {
    /// The folder with local copies of the files that Splunk's rules name by their address.
    pub attack_data: Option<PathBuf>,
    /// Whether a test of `SigmaHQ`'s on an EVTX file is also made of the JSON file beside it.
    pub also_json: bool,
}

/// A test of one rule.
#[derive(Debug, Clone)]
pub struct Case {
    /// What its author calls it.
    pub name: String,
    /// The rule, if it is loaded: its place in [`crate::RuleSet::rules`].
    pub rule: Option<usize>,
    /// The rule as the test names it, for people.
    pub rule_name: String,
    /// The file that the test stands in.
    pub file: PathBuf,
    /// The line there, from 1.
    pub line: u32,
    /// Whether it can be run.
    pub state: CaseState,
    /// What the rule is to be run over.
    pub logs: CaseLogs,
    /// What the rule must find.
    pub expected: Expected,
    /// How it is to be run.
    pub settings: CaseSettings,
}

/// Whether a test can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseState {
    /// It can.
    Ready,
    /// There is a mistake in it.
    Broken(String),
    /// It is not meant to be run here.
    Skipped {
        /// Why, in words that are the same for all tests that are skipped for this reason.
        reason: String,
        /// What it is about: the file that is not there.
        detail: String,
    },
}

/// Events of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseLogs {
    /// In the test itself: text in any format that is read.
    Inline(String),
    /// Files and folders.
    Paths(Vec<PathBuf>),
}

/// What a rule must find.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// So many alerts.
    Exactly(u64),
    /// At least so many.
    AtLeast(u64),
    /// An alert with these fields for each.
    Alerts {
        /// The fields of each.
        alerts: Vec<ExpectedAlert>,
        /// Whether there may be other alerts.
        more: bool,
    },
}

/// Fields and their values. A null is an absent field, a list several values that the field has
/// among its own.
pub type ExpectedAlert = Vec<(String, serde_json::Value)>;

impl Expected {
    /// Whether the rule must stay silent.
    pub fn is_negative(&self) -> bool {
        *self == Self::Exactly(0)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alerts = |n: u64| if n == 1 { "1 alert".to_owned() } else { format!("{n} alerts") };
        match self {
            Self::Exactly(0) => f.write_str("no alert"),
            Self::Exactly(n) => f.write_str(&alerts(*n)),
            Self::AtLeast(n) => write!(f, "at least {}", alerts(*n)),
            Self::Alerts { alerts: list, more: false } => f.write_str(&alerts(list.len() as u64)),
            Self::Alerts { alerts: list, more: true } => {
                write!(f, "at least {}", alerts(list.len() as u64))
            }
        }
    }
}

/// How a test is to be run.
#[derive(Debug, Clone, Default)]
pub struct CaseSettings {
    /// The source type of all records.
    pub source: Option<String>,
    /// Whether the rule's own schedule is replayed, instead of one window over everything.
    pub scheduled: bool,
    /// The clock.
    pub now: Option<Timestamp>,
    /// The zone of cron and of printed times.
    pub zone: Option<TimeZone>,
    /// A table of networks.
    pub assets: Option<PathBuf>,
    /// A `GeoIP` database.
    pub geoip: Option<PathBuf>,
    /// Files of exceptions.
    pub exceptions: Vec<PathBuf>,
    /// An older version of the rule.
    pub version: Option<u32>,
}

/// Tests of a set of rules.
#[derive(Debug, Clone, Default)]
pub struct CaseSet {
    /// The tests, by file and line.
    pub cases: Vec<Case>,
    /// Rules without a test that name a file of tests which is not there: rule and file.
    pub missing: Vec<(usize, String)>,
}
