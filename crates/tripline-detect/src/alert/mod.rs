//! Alerts: what a rule found, with identity and evidence.

mod elastic;
mod event;
mod fields;
mod group;
mod identity;
mod lineage;
mod object_hash;
pub(crate) mod overrides;
mod reason;
mod rule_fields;
mod splunk;
pub(crate) mod suppress;

pub use elastic::to_elastic;
pub use event::EventView;
pub(crate) use event::{Viewer, lookup};
pub use fields::{Fields, Values};
pub(crate) use group::threshold_id;
pub(crate) use identity::{alert_id, correlation_id, group_ids, hex, identity, row_id};
pub(crate) use lineage::{ALERT_SOURCE, dig};
pub(crate) use reason::{
    common_entities, entities, names_entities, reason_for, reason_of, with_tested,
};
pub use splunk::{NotableEvent, RiskEvent};
pub use suppress::{Candidate, Fate, suppress};

pub(crate) use splunk::{notable_of, risks_of};

use std::sync::Arc;
use tripline_rules::{Rule, Severity};

/// What a rule raised.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Identity: the same events and the same rule give the same id, whenever and however often
    /// the rule runs.
    pub id: String,
    /// What it is.
    pub kind: AlertKind,
    /// The rule.
    pub rule: Arc<Rule>,
    /// What people call the alert: the rule's name, or what its event says instead.
    pub name: Arc<str>,
    /// When it happened, nanoseconds since 1970: the time of the (last) event, or the end of what
    /// a result row covers.
    pub time: i64,
    /// The run of the rule's schedule that finds it first.
    pub detected: i64,
    /// The rule's severity.
    pub severity: Severity,
    /// The rule's risk score.
    pub risk_score: u32,
    /// Who and what is involved: field and value, the most telling first.
    pub entities: Arc<[(String, String)]>,
    /// Why, in one line.
    pub reason: String,
    /// The events behind it, in time order; empty for a result row, whose fields are in `fields`.
    pub events: Vec<EventView>,
    /// The fields of the alert itself: of its event, what a sequence's events have in common, or
    /// the result row.
    pub fields: Fields,
    /// Names of the fields that the rule tested, in the order in which it names them.
    pub matched: Arc<[String]>,
    /// The values never seen before.
    pub new_terms: Vec<String>,
    /// Whether the history that a new-terms rule needs starts before the data.
    pub history_partial: bool,
    /// The building blocks of a sequence.
    pub blocks: Vec<Alert>,
    /// The alerts that were folded into this one.
    pub suppressed: Option<Suppressed>,
    /// The indicators that the event matches.
    pub enrichments: Vec<Enrichment>,
    /// The notable event of a Splunk rule.
    pub notable: Option<NotableEvent>,
    /// The risk events of a Splunk rule.
    pub risks: Vec<RiskEvent>,
    /// Events that are still in the evidence store.
    pub(crate) pending: Vec<Pending>,
}

/// An event in the evidence store.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) harvest: u32,
    pub(crate) event: u32,
    /// When it happened, as the rule sees it.
    pub(crate) time: i64,
    /// The index that it would be in.
    pub(crate) index: Arc<str>,
}

impl Alert {
    /// An alert on an event that says nothing yet but its rule.
    pub(crate) fn new(rule: &Arc<Rule>, id: String) -> Self {
        Self {
            id,
            kind: AlertKind::Event,
            rule: Arc::clone(rule),
            name: Arc::clone(&rule.name),
            time: 0,
            detected: 0,
            severity: rule.severity,
            risk_score: rule.risk_score,
            entities: Arc::default(),
            reason: String::new(),
            events: vec![],
            fields: Fields::default(),
            matched: Arc::default(),
            new_terms: vec![],
            history_partial: false,
            blocks: vec![],
            suppressed: None,
            enrichments: vec![],
            notable: None,
            risks: vec![],
            pending: vec![],
        }
    }
}

/// What an alert is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertKind {
    /// An alert on one event.
    Event,
    /// The alert on a sequence; its events are building blocks of their own.
    Sequence,
    /// One event of a sequence.
    Block {
        /// The sequence's id.
        group: String,
        /// The event's place in it, from 0.
        index: usize,
    },
    /// The alert on a group of events that is large enough.
    Threshold(ThresholdResult),
    /// The alert on a group of findings that belong together.
    Correlation(CorrelationResult),
    /// A row of a search's result.
    Row {
        /// The window that was searched, both ends inclusive.
        from: i64,
        /// Its end.
        to: i64,
        /// The result's columns in the order of the search.
        columns: Arc<[Arc<str>]>,
    },
}

impl AlertKind {
    /// The word for it in what machines read.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Sequence => "sequence",
            Self::Block { .. } => "building_block",
            Self::Threshold(_) => "threshold",
            Self::Correlation(_) => "correlation",
            Self::Row { .. } => "row",
        }
    }
}

/// A group of events that is large enough (`spec/elastic.md` 7.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdResult {
    /// How many events.
    pub count: u64,
    /// The time of the first of them, nanoseconds since 1970.
    pub from: i64,
    /// The values that they share, in the order of the rule's fields.
    pub terms: Vec<(String, String)>,
    /// How many distinct values of a field they have.
    pub cardinality: Vec<(String, u64)>,
}

/// A group of findings that belong together (Sigma's correlation rules).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrelationResult {
    /// The kind of correlation as rules write it: `event_count`.
    pub kind: &'static str,
    /// How many events; where an input is a correlation, its findings count.
    pub count: u64,
    /// The time of the first of them, nanoseconds since 1970.
    pub from: i64,
    /// The number that passes the condition.
    pub value: String,
    /// How many events each of the referred rules has, in the order in which the rule names them.
    pub inputs: Vec<(String, u64)>,
    /// The values that the events share, by the names in `group-by`.
    pub terms: Vec<(String, String)>,
}

/// Alerts folded into one (`spec/elastic.md` 7.12). Times are nanoseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The values that they share; none where a field is missing.
    pub terms: Vec<(String, Vec<String>)>,
    /// The time of the first event.
    pub start: i64,
    /// That of the last.
    pub end: i64,
    /// How many were folded into the alert, itself not counted.
    pub docs_count: u64,
    /// The run that folded the last of them.
    pub last: i64,
}

/// An indicator that an event matches (`spec/elastic.md` 7.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrichment {
    /// The indicator's own fields below the rule's path, by name.
    pub indicator: Vec<(String, Vec<String>)>,
    /// The feed that it comes from.
    pub feed: Option<String>,
    /// The value that both have.
    pub atomic: String,
    /// The event's field with that value.
    pub field: String,
    /// The indicator's id.
    pub id: String,
    /// Its index.
    pub index: String,
}
