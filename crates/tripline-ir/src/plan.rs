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
    /// Those of a Sigma log source: one that the mapping says it is has every attribute that is
    /// given here.
    LogSource(LogSource),
    /// Those of source types whose id matches one of these patterns (`*` wildcards).
    Sources(Vec<Arc<str>>),
}

/// A Sigma log source; what is not given does not count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct LogSource {
    /// `windows`, `zeek`.
    pub product: Option<Arc<str>>,
    /// `process_creation`.
    pub category: Option<Arc<str>>,
    /// `security`, `conn`.
    pub service: Option<Arc<str>>,
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
    /// Findings of other rules, each a filter, that belong together.
    Correlation(Correlation),
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

/// Findings of several rules that belong together (Sigma's correlation rules).
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// What is looked for in a group.
    pub kind: CorrelationKind,
    /// What is correlated, in the order in which the rule names it.
    pub inputs: Vec<CorrelationInput>,
    /// The names of the fields whose values make a group; without any, all findings are one.
    pub group_by: Vec<Arc<str>>,
    /// The longest time from the first to the last finding, in nanoseconds.
    pub timespan: i64,
    /// What must hold for a group.
    pub condition: CorrelationCondition,
}

/// What is looked for in a group of findings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CorrelationKind {
    /// The number of findings.
    EventCount,
    /// The number of distinct values of a field.
    ValueCount,
    /// Findings of different inputs, in any order.
    Temporal,
    /// The same in the order of the inputs.
    TemporalOrdered,
    /// The sum of a field's values.
    ValueSum,
    /// Their mean.
    ValueAvg,
    /// Their percentile, 0 to 100.
    ValuePercentile(f64),
    /// Their median.
    ValueMedian,
}

/// One of the rules that a correlation refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationInput {
    /// The name by which the correlation refers to it.
    pub name: Arc<str>,
    /// Where its findings come from.
    pub source: CorrelationSource,
    /// For each name in the correlation's `group_by`, the field of this input's events; where the
    /// input is a correlation, of the last event of its finding.
    pub keys: Vec<FieldRef>,
    /// Where the input is a correlation: for each key, the position in that correlation's
    /// `group_by` whose value it is instead, if it groups by that name (which may be an alias, that
    /// no event has as a field). Empty for a filter.
    pub groups: Vec<Option<usize>>,
    /// The fields whose values are counted or reckoned with.
    pub values: Vec<FieldRef>,
}

/// Where the findings of an input come from.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationSource {
    /// The hits of a filter.
    Filter(usize),
    /// The findings of another correlation, at the time of their last event.
    Correlation(Box<Correlation>),
}

/// What must hold for a group of findings.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationCondition {
    /// The number (of findings, of values, of inputs that occur, the sum …) passes all of these.
    Number(Vec<(CorrelationTest, f64)>),
    /// Which inputs occur, by position.
    Inputs(InputCondition),
}

/// A comparison with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrelationTest {
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
}

/// A condition on which inputs have findings in a group.
#[derive(Debug, Clone, PartialEq)]
pub enum InputCondition {
    /// This one has.
    Input(usize),
    /// All of them hold.
    And(Vec<InputCondition>),
    /// One of them holds.
    Or(Vec<InputCondition>),
    /// It does not hold.
    Not(Box<InputCondition>),
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
