//! What a rule is, whoever published it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tripline_diag::SourceText;

/// A detection rule with everything that its file says.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The vendor's stable id (a UUID in most packs).
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Who publishes it, and so whose engine it is written for.
    pub vendor: Vendor,
    /// The file that it comes from.
    pub origin: Origin,
    /// What it is about, as the file has it (Markdown).
    pub description: String,
    /// Authors.
    pub author: Vec<String>,
    /// The licence of the rule.
    pub license: Option<String>,
    /// Links.
    pub references: Vec<String>,
    /// Tags, as the vendor writes them.
    pub tags: Vec<String>,
    /// Investigation guide (Markdown).
    pub note: Option<String>,
    /// What must be set up for it (Markdown).
    pub setup: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// 0 to 100.
    pub risk_score: u32,
    /// ATT&CK.
    pub threat: Vec<Threat>,
    /// Known false positives, one statement each.
    pub false_positives: Vec<String>,
    /// The current version.
    pub version: Option<u32>,
    /// Older versions, newest first.
    pub history: Vec<Version>,
    /// Its maturity.
    pub status: Status,
    /// Whether it runs unless told otherwise. A rule that is named on the command line runs.
    pub enabled: bool,
    /// When it runs and how far it looks back.
    pub schedule: Schedule,
    /// What kind of rule it is.
    pub kind: RuleKind,
    /// The language of its query.
    pub language: Language,
    /// The query, with the file's name and the line on which it starts.
    pub query: SourceText,
    /// Index patterns that it searches; empty for languages that name their source.
    pub indices: Vec<Arc<str>>,
    /// At most so many alerts per run.
    pub max_signals: u64,
    /// The field that is its event time instead of `@timestamp` (with `@timestamp` as fallback).
    pub timestamp_override: Option<Arc<str>>,
    /// Whether an event without the override field is left out, instead of falling back to
    /// `@timestamp`.
    pub timestamp_fallback_disabled: bool,
    /// The field that orders an EQL rule's events instead of `@timestamp`.
    pub timestamp_field: Option<Arc<str>>,
    /// The field that decides between events of the same instant.
    pub tiebreaker_field: Option<Arc<str>>,
    /// The field that an EQL category is compared with instead of `event.category`.
    pub event_category_override: Option<Arc<str>>,
    /// Whether its alerts are building blocks, hidden by default.
    pub building_block: bool,
    /// What the values of an event change in its alert.
    pub overrides: Overrides,
    /// How alerts of a rule are folded into one.
    pub suppression: Option<Suppression>,
    /// What a Splunk rule writes besides its results.
    pub notable: Option<Notable>,
    /// Risk events that it writes.
    pub risk: Option<Risk>,
    /// What is excluded from the results of a search: conditions on columns that only the results
    /// have.
    pub exceptions: Vec<Exception>,
    /// What is excluded before anything else is done: conditions on fields of the events.
    /// [`crate::RuleSet::compile`] has them in every filter already.
    pub event_exceptions: Vec<EventException>,
    /// What else the file says, under the file's own names, for features that read it when they
    /// need it: Elastic's `filters`, `threat_filters`, `investigation_fields` …;
    /// Splunk's `drilldown_searches`, `tests`, `analytic_story`, `asset_type` ….
    pub extra: BTreeMap<String, serde_json::Value>,
    /// A Sigma rule as it was parsed; its places are in `query`.
    pub document: Option<Arc<tripline_sigma::Document>>,
    /// The ids of correlations that look at its findings and want them for themselves: it raises
    /// no alerts of its own, unless it is named.
    pub part_of: Vec<Arc<str>>,
}

/// Who publishes a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Vendor {
    /// Elastic detection-rules (TOML).
    Elastic,
    /// Splunk security_content (YAML).
    Splunk,
    /// The Sigma community (YAML).
    Sigma,
}

impl Vendor {
    /// The word for it: `elastic`, `splunk`, `sigma`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Elastic => "elastic",
            Self::Splunk => "splunk",
            Self::Sigma => "sigma",
        }
    }
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub path: PathBuf,
    /// Whether a person named it (by file or by id), rather than a folder that it is in.
    pub named: bool,
}

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Splunk only.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// All, from the least to the most severe.
    pub const ALL: [Self; 5] =
        [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word that the products use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity of that word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// How mature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Shipped.
    Production,
    /// Not fully tested by its authors.
    Experimental,
    /// Kept for history.
    Deprecated,
    /// Not finished.
    Development,
    /// In use for long without trouble (Sigma's `stable`).
    Stable,
    /// Mostly stable, may need tuning (Sigma's `test`).
    Test,
    /// Cannot be used as it is (Sigma's `unsupported`).
    Unsupported,
}

impl Status {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Experimental => "experimental",
            Self::Deprecated => "deprecated",
            Self::Development => "development",
            Self::Stable => "stable",
            Self::Test => "test",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A tactic with techniques.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threat {
    /// `MITRE ATT&CK`.
    pub framework: String,
    /// The tactic; Splunk's files name techniques only.
    pub tactic: Option<Named>,
    /// The techniques and subtechniques.
    pub techniques: Vec<Named>,
}

/// An ATT&CK object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// `T1048`, `TA0010`.
    pub id: String,
    /// Its name, if the file has it.
    pub name: String,
    /// Its page.
    pub reference: String,
}

/// An older version of a rule's query.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number.
    pub version: u32,
    /// The product release that brought it.
    pub release: Option<String>,
    /// What changed.
    pub change: String,
    /// Its query and language, unless only the wording of the rule changed.
    pub query: Option<(Language, SourceText)>,
}

/// When a rule runs, and over which window. Times are nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Every `every`, over `[now - from, now - to]`, both ends inclusive.
    Interval {
        /// The period.
        every: i64,
        /// How far back the window starts.
        from: i64,
        /// How far back it ends; 0 is now.
        to: i64,
    },
    /// By a cron expression, over `[now + earliest, now + latest)`.
    Cron {
        /// Five fields.
        cron: Arc<str>,
        /// A relative time modifier: `-70m@m`.
        earliest: Arc<str>,
        /// `-10m@m`.
        latest: Arc<str>,
    },
    /// All the time: every event is looked at once, as it comes.
    Continuous,
}

/// What kind of rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleKind {
    /// An alert per hit.
    Query,
    /// An EQL query: event, sequence or sample.
    Eql,
    /// Values never seen before.
    NewTerms {
        /// The fields.
        fields: Vec<Arc<str>>,
        /// How far back the history goes, in nanoseconds.
        history: i64,
    },
    /// Groups of events that are large enough.
    Threshold {
        /// The fields that make a group; none: all events are one.
        fields: Vec<Arc<str>>,
        /// At least so many events.
        value: u64,
        /// At least so many distinct values of a field.
        cardinality: Vec<(Arc<str>, u64)>,
    },
    /// Events that share values with indicators.
    ThreatMatch(Box<ThreatMatch>),
    /// A search whose result rows are the alerts.
    Search,
    /// Findings of other rules that belong together.
    Correlation,
    /// A kind that is not run yet, by the product's name for it.
    Other(Arc<str>),
}

/// The indicator side of a threat-match rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatMatch {
    /// Index patterns of the indicators.
    pub indices: Vec<Arc<str>>,
    /// The language of their query.
    pub language: Language,
    /// The query that picks indicators.
    pub query: SourceText,
    /// Groups of comparisons: an event matches if all entries of one group hold.
    pub groups: Vec<Vec<ThreatEntry>>,
    /// The object of the indicator that enriches the alert.
    pub path: Arc<str>,
}

/// One comparison of a threat-match rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatEntry {
    /// The field of the event.
    pub field: Arc<str>,
    /// The field of the indicator.
    pub value: Arc<str>,
    /// Whether they must differ.
    pub negate: bool,
}

/// What the values of an event change in its alert (`spec/elastic.md` 7.9).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// Field, value, and the severity that it means.
    pub severity: Vec<(Arc<str>, String, Severity)>,
    /// The field whose number is the risk score.
    pub risk: Vec<Arc<str>>,
    /// The field whose text is the alert's name.
    pub name: Option<Arc<str>>,
}

/// How alerts are folded into one (`spec/elastic.md` 7.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Alerts with the same values of these are a group. Empty for a threshold rule, whose groups
    /// are its own.
    pub group_by: Vec<Arc<str>>,
    /// How long a group takes up later alerts, in nanoseconds; none: within one run.
    pub duration: Option<i64>,
    /// Whether alerts that lack one of the fields are grouped as well, the missing value being a
    /// value.
    pub group_missing: bool,
}

/// The language of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Kibana Query Language.
    Kql,
    /// Event Query Language.
    Eql,
    /// Splunk's Search Processing Language.
    Spl,
    /// Lucene query strings.
    Lucene,
    /// Sigma's YAML.
    Sigma,
    /// Elasticsearch Query Language.
    Esql,
    /// No query (machine learning).
    None,
}

impl Language {
    /// The word that people write: `kql`, `eql`, `spl`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kql => "kql",
            Self::Eql => "eql",
            Self::Spl => "spl",
            Self::Lucene => "lucene",
            Self::Sigma => "sigma",
            Self::Esql => "esql",
            Self::None => "none",
        }
    }
}

/// The notable event that a rule writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notable {
    /// Title with `%name%` (of the rule) and `$field$` (of the row).
    pub title: String,
    /// Description, likewise.
    pub description: String,
    /// Fields of the result that identify it.
    pub fields: Vec<String>,
    /// `network`, `endpoint` …
    pub security_domain: String,
}

/// The risk events that a rule writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// With `$field$`.
    pub message: String,
    /// Who is at risk, and how much.
    pub objects: Vec<RiskObject>,
    /// Result fields that hold threat objects, with their type (`ip_address`).
    pub threat_objects: Vec<(String, String)>,
}

/// A risk object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskObject {
    /// The result field that names it.
    pub field: String,
    /// `user`, `system`, `other`.
    pub kind: String,
    /// 0 to 100.
    pub score: u32,
}

/// An exception: an event for which all entries hold is not alerted.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    /// What people call it.
    pub name: String,
    /// Why, in a sentence.
    pub reason: String,
    /// All must hold.
    pub entries: Vec<ExceptionEntry>,
    /// Not after this instant (nanoseconds since 1970).
    pub expires: Option<i64>,
}

/// A condition on one field.
#[derive(Debug, Clone, PartialEq)]
pub struct ExceptionEntry {
    /// The field, in the rule's own vocabulary (ECS, or a column of the result).
    pub field: Arc<str>,
    /// What must hold.
    pub test: tripline_ir::Test,
    /// Whether it must *not* hold.
    pub excluded: bool,
}

/// An exception that is tested on events: an event for which the condition holds is not looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct EventException {
    /// What people call it.
    pub name: String,
    /// Why, in a sentence.
    pub reason: String,
    /// The exception list that it is an item of.
    pub list: Option<Arc<str>>,
    /// What must hold.
    pub condition: Condition,
    /// Not after this instant (nanoseconds since 1970).
    pub expires: Option<i64>,
}

/// What must hold for an event, in the rule's own vocabulary (ECS, or a data model's).
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of them.
    All(Vec<Condition>),
    /// One of them.
    Any(Vec<Condition>),
    /// Not this; true for an absent field.
    Not(Box<Condition>),
    /// A test, whatever the field's type.
    Test {
        /// The field.
        field: Arc<str>,
        /// What one of its values must pass.
        test: tripline_ir::Test,
    },
    /// The field has a value.
    Exists {
        /// The field.
        field: Arc<str>,
    },
    /// The field is one of these values, compared as its type wants: a keyword as a whole, letter by
    /// letter; analysed text by its words; addresses, numbers and instants as such. ECS only.
    Match {
        /// The field.
        field: Arc<str>,
        /// The values.
        values: Vec<Arc<str>>,
    },
    /// The field matches one of these patterns: `*`, `?`, a backslash before what stands for
    /// itself; case counts. ECS only.
    Wildcard {
        /// The field.
        field: Arc<str>,
        /// The patterns.
        values: Vec<Arc<str>>,
    },
    /// One object of an array of objects satisfies the whole condition, whose fields are named from
    /// the root.
    Nested {
        /// The array.
        path: Arc<str>,
        /// The condition.
        condition: Box<Condition>,
    },
}

impl Condition {
    /// Calls `f` for every field that is named.
    pub fn for_each_field<'a>(&'a self, f: &mut impl FnMut(&'a str)) {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().for_each(|c| c.for_each_field(f)),
            Self::Not(inner) => inner.for_each_field(f),
            Self::Nested { condition, .. } => condition.for_each_field(f),
            Self::Test { field, .. }
            | Self::Exists { field }
            | Self::Match { field, .. }
            | Self::Wildcard { field, .. } => f(field),
        }
    }
}
