//! The plan of a rule.

use crate::{FieldRef, Pred, Stage};
use std::sync::Arc;
use tripline_diag::Span;

/// What a rule does: which events it picks, and what becomes of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The event filters. A tail refers to them by position.
    pub filters: Vec<Filter>,
    /// What becomes of the hits.
    pub tail: Tail,
}

/// Picks events.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Which events are looked at at all.
    pub scope: Scope,
    /// The condition.
    pub pred: Pred,
    /// Where it stands in the query.
    pub span: Span,
}

/// The events that a filter may see, decided per stream before any event is tested.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Scope {
    /// All.
    #[default]
    Any,
    /// Those of streams with an index name that matches one of these patterns (`*` wildcards, a
    /// leading `-` takes away what earlier patterns gave).
    Indices(Vec<Arc<str>>),
    /// Those that belong to a data model's dataset: `Network_Traffic.All_Traffic`.
    Dataset(Arc<str>),
}

/// What becomes of the hits.
#[derive(Debug, Clone, PartialEq)]
pub enum Tail {
    /// Each hit of filter 0 is a finding.
    Each {
        /// Pipes over the hits in time order, applied from left to right.
        pipes: Vec<EventPipe>,
    },
    /// Hits of several filters, one after the other.
    Sequence(Sequence),
    /// Hits of several filters that share keys, in any order.
    Sample(Sample),
    /// The first hits of filter 0 with a combination of values never seen before.
    NewTerms(NewTerms),
    /// Groups of hits of filter 0 that are large enough.
    Threshold(Threshold),
    /// Hits of filter 0 that share values with hits of filter 1, the indicators.
    IndicatorMatch(IndicatorMatch),
    /// Hits of filter 0 become rows of a table that goes through stages.
    Pipeline(Pipeline),
}

/// A pipe over findings in time order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPipe {
    /// The first `n`.
    Head(u64),
    /// The last `n`.
    Tail(u64),
}

/// Ordered steps joined by keys (`spec/elastic.md` 2.4).
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// The steps in order; `with runs=n` is already written out.
    pub steps: Vec<Step>,
    /// What ends partial sequences.
    pub until: Option<Step>,
    /// Longest time from the first to the last event, inclusive, in nanoseconds.
    pub maxspan: Option<i64>,
    /// Pipes over completed sequences.
    pub pipes: Vec<EventPipe>,
}

/// Unordered steps joined by keys (`spec/elastic.md` 2.6).
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The steps as the query lists them; none is missing.
    pub steps: Vec<Step>,
    /// At most so many samples for each combination of key values; the product's default is 1.
    pub per_key: u64,
}

/// One step of a sequence or a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which filter.
    pub filter: usize,
    /// The join keys: the sequence's own first, then the step's.
    pub keys: Vec<JoinKey>,
    /// Whether the event must *not* occur.
    pub missing: bool,
}

/// A join key.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinKey {
    /// The field.
    pub field: FieldRef,
    /// Whether an absent value is a value (`?field`).
    pub optional: bool,
}

/// Values not seen before (`spec/elastic.md` 7.4).
#[derive(Debug, Clone, PartialEq)]
pub struct NewTerms {
    /// The fields whose combination must be new; one to three.
    pub fields: Vec<FieldRef>,
    /// How far back the history reaches from the end of a window, in nanoseconds.
    pub history: i64,
}

/// Groups of hits that are large enough (`spec/elastic.md` 7.5).
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Hits with the same value of each of these are a group; without any, all hits are one.
    pub fields: Vec<FieldRef>,
    /// At least so many hits.
    pub value: u64,
    /// At least so many distinct values of a field among the hits of a group.
    pub cardinality: Vec<(FieldRef, u64)>,
}

/// Events that share values with indicators (`spec/elastic.md` 7.6).
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorMatch {
    /// An event matches an indicator if all entries of one group hold.
    pub groups: Vec<Vec<IndicatorEntry>>,
    /// The object in the indicator's record that enriches the alert: `threat.indicator`.
    pub path: Arc<str>,
}

/// One comparison between an event and an indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorEntry {
    /// The field of the event.
    pub field: FieldRef,
    /// The field of the indicator.
    pub indicator: FieldRef,
    /// Whether they must differ.
    pub negate: bool,
}

/// A relational program over the hits of filter 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// The columns that the rows start with. The name of a column is the field's name as the
    /// query writes it (for a data model `All_Traffic.src_ip`), see [`FieldRef::column`].
    pub columns: Vec<FieldRef>,
    /// Whether every field of the event becomes a column (the query uses wildcards that only the
    /// data can resolve).
    pub all_columns: bool,
    /// What happens to the rows, in order.
    pub stages: Vec<Stage>,
    /// Rows come newest first (a search) instead of in no particular order.
    pub newest_first: bool,
}

/// What a front end makes of a query: text in, this out. It cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The plan, unless a diagnostic is an error.
    pub plan: Option<Plan>,
    /// All that there is to say, in the order of the text.
    pub diagnostics: Vec<tripline_diag::Diagnostic>,
}
