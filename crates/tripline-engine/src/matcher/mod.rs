//! All filters of all plans over a batch, in one pass.

mod alias;
mod automaton;
mod bind;
mod bindings;
mod bits;
mod blank;
mod column;
mod edges;
mod eval;
mod grams;
mod inspect;
mod keywords;
mod known;
mod literal;
mod names;
mod never;
mod order;
mod property;
mod quick;
mod row;
mod same;
mod sieve;
mod split;
mod told;
mod worker;

pub use inspect::{FieldOrigin, InspectedRow, Inspector};
pub use worker::{Field, Worker};

use crate::Error;
use bindings::Bindings;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::Arc;
use tripline_events::{Projection, Projector, Stream};
use tripline_ir::{FieldRef, LogSource, Plan, Pred, Scope};
use tripline_kernels::mapping::Assets;
use tripline_kernels::{pred, scalar};
use tripline_schema::{IndexPatterns, Mapping, Schema, wildcard_match};

/// What the run knows besides its events.
#[derive(Clone, Default)]
pub struct Context {
    /// The clock of date math, nanoseconds since 1970.
    pub now: i64,
    /// The run's asset table.
    pub assets: Option<Arc<dyn Assets + Send + Sync>>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}

/// An event that passed a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The plan, by its position in the list that [`Matcher::new`] got.
    pub plan: u32,
    /// The filter, by its position in the plan.
    pub filter: u32,
    /// The row of the batch.
    pub row: u32,
}

/// Whether a filter can match a source at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applicability {
    /// The source is outside the filter's scope: no index name or data model dataset fits.
    Gated,
    /// Inside the scope, but no event can match.
    Never {
        /// What stands in the way, in the order of the query. Empty where the condition itself is
        /// never true.
        lacks: Vec<Lack>,
    },
    /// Some event may match.
    Applicable,
}

/// A field of a source that keeps a filter from ever matching.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lack {
    /// The field.
    pub field: Arc<str>,
    /// The values that it always has instead of those asked for; none: the source never has it.
    pub always: Vec<Arc<str>>,
}

/// Plans made ready for matching; shared by threads, each with its own [`Worker`].
pub struct Matcher {
    plans: Vec<Arc<Plan>>,
    /// For each plan, fields that it will be asked for and does not name.
    asked: Vec<Vec<FieldRef>>,
    schema: Schema,
    context: Context,
    scalars: scalar::Context,
    scopes: Scopes,
    same: same::Tests,
    quicks: quick::Quicks,
    bound: Bindings,
}

/// The distinct scopes of all filters: thousands of rules share about a hundred lists of indices.
struct Scopes {
    distinct: Vec<ScopeTest>,
    /// For each plan, for each of its filters, which of them it has.
    of_filter: Vec<Vec<u32>>,
}

impl Scopes {
    fn new(plans: &[Arc<Plan>]) -> Self {
        let mut known: HashMap<&Scope, u32, FixedState> = HashMap::default();
        let mut distinct = Vec::new();
        let mut number = |scope| {
            *known.entry(scope).or_insert_with(|| {
                distinct.push(ScopeTest::new(scope));
                distinct.len() as u32 - 1
            })
        };
        let of_filter = plans
            .iter()
            .map(|plan| plan.filters.iter().map(|filter| number(&filter.scope)).collect())
            .collect();
        Self { distinct, of_filter }
    }

    /// For each filter of each plan, whether the stream is in its scope.
    fn admitted(&self, mapping: &Mapping, indices: &[Arc<str>]) -> Vec<bool> {
        let admits: Vec<bool> = self.distinct.iter().map(|s| s.admits(mapping, indices)).collect();
        self.of_filter.iter().flatten().map(|at| admits[*at as usize]).collect()
    }
}

/// A scope, ready to be asked.
enum ScopeTest {
    Any,
    Indices(IndexPatterns),
    Dataset(Arc<str>),
    LogSource(LogSource),
    Sources(Vec<Arc<str>>),
}

impl ScopeTest {
    fn new(scope: &Scope) -> Self {
        match scope {
            Scope::Any => Self::Any,
            Scope::Indices(patterns) => Self::Indices(IndexPatterns::new(patterns.iter().cloned())),
            Scope::Dataset(wanted) => Self::Dataset(Arc::clone(wanted)),
            Scope::LogSource(wanted) => Self::LogSource(wanted.clone()),
            Scope::Sources(patterns) => Self::Sources(patterns.clone()),
        }
    }

    /// Whether a stream is in the scope.
    fn admits(&self, mapping: &Mapping, indices: &[Arc<str>]) -> bool {
        match self {
            Self::Any => true,
            Self::Indices(patterns) => indices.iter().any(|index| patterns.matches(index)),
            // A dataset also holds the events of its children: `Endpoint.Processes.X`.
            Self::Dataset(wanted) => mapping.splunk.datasets.iter().any(|has| {
                has.strip_prefix(&**wanted)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }),
            Self::LogSource(wanted) => mapping.sigma.answers(
                wanted.product.as_deref(),
                wanted.category.as_deref(),
                wanted.service.as_deref(),
            ),
            Self::Sources(patterns) => patterns.iter().any(|p| wildcard_match(p, &mapping.id)),
        }
    }
}

impl Matcher {
    /// Makes plans ready.
    ///
    /// # Errors
    /// Every plan that cannot run, by position, with the first reason: a regular expression that
    /// is invalid or too large, a bound that does not read, nesting beyond the limit. Leave those
    /// out and call again.
    pub fn new(
        plans: &[&Plan],
        schema: &Schema,
        context: Context,
    ) -> Result<Self, Vec<(usize, Error)>> {
        let failed = |(at, plan): (usize, &&Plan)| {
            Self::check(plan, context.now).err().map(|error| (at, error))
        };
        let errors: Vec<(usize, Error)> = plans.iter().enumerate().filter_map(failed).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let plans = plans.iter().map(|plan| (Arc::new((*plan).clone()), vec![])).collect();
        Ok(Self::shared(plans, schema, context))
    }

    /// Whether a plan can be made ready.
    ///
    /// # Errors
    /// The first reason why not, as [`Matcher::new`] gives it.
    pub fn check(plan: &Plan, now: i64) -> Result<(), Error> {
        plan.filters.iter().try_for_each(|filter| check(&filter.pred, now, 0))
    }

    /// Makes plans ready that somebody else holds as well and that were checked, each by itself
    /// ([`Matcher::check`]), with the fields that [`Worker::field`] will be asked for besides those
    /// that the plan names.
    pub fn shared(
        plans: Vec<(Arc<Plan>, Vec<FieldRef>)>,
        schema: &Schema,
        context: Context,
    ) -> Self {
        let (plans, asked): (Vec<Arc<Plan>>, Vec<Vec<FieldRef>>) = plans.into_iter().unzip();
        let scalars = scalar::Context { now: context.now, ..scalar::Context::default() };
        Self {
            same: same::Tests::of(&plans),
            quicks: quick::Quicks::default(),
            scopes: Scopes::new(&plans),
            plans,
            asked,
            schema: schema.clone(),
            context,
            scalars,
            bound: Bindings::default(),
        }
    }

    /// A worker for one thread. It keeps what it learns about values from batch to batch.
    pub fn worker(self: &Arc<Self>) -> Worker {
        Worker::new(Arc::clone(self))
    }

    /// Whether a source in these indices is in a filter's scope; a filter that is not there has none.
    pub fn admits(
        &self,
        plan: usize,
        filter: usize,
        mapping: &Mapping,
        indices: &[Arc<str>],
    ) -> bool {
        let scope = self.scopes.of_filter.get(plan).and_then(|filters| filters.get(filter));
        scope.is_some_and(|at| self.scopes.distinct[*at as usize].admits(mapping, indices))
    }

    /// Whether a filter can match events of a source in these indices.
    pub fn applicability(
        &self,
        plan: usize,
        at: usize,
        mapping: &Mapping,
        indices: &[Arc<str>],
    ) -> Applicability {
        let Some(filter) = self.plans.get(plan).and_then(|p| p.filters.get(at)) else {
            return Applicability::Gated;
        };
        if !self.admits(plan, at, mapping, indices) {
            return Applicability::Gated;
        }
        match never::never(self, mapping, &filter.pred) {
            Some(mut lacks) => {
                let mut seen = std::collections::HashSet::new();
                lacks.retain(|lack| seen.insert(lack.clone()));
                Applicability::Never { lacks }
            }
            None => Applicability::Applicable,
        }
    }
}

impl std::fmt::Debug for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Matcher").field("plans", &self.plans.len()).finish_non_exhaustive()
    }
}

impl Projector for Matcher {
    fn projection(&self, stream: &Stream) -> Projection {
        self.bound(stream).projection.clone()
    }
}

/// Whether everything in a condition can be made ready, with the place of what cannot.
fn check(node: &Pred, now: i64, depth: usize) -> Result<(), Error> {
    if depth > pred::DEPTH_LIMIT {
        return Err(Error::resources(format!(
            "condition nested deeper than {}",
            pred::DEPTH_LIMIT
        )));
    }
    match node {
        Pred::Const(_) => Ok(()),
        Pred::And(parts) | Pred::Or(parts) => {
            parts.iter().try_for_each(|p| check(p, now, depth + 1))
        }
        Pred::Not(inner) | Pred::Nested { pred: inner, .. } => check(inner, now, depth + 1),
        Pred::Leaf(leaf) => tripline_kernels::test::Compiled::check(&leaf.test, now)
            .map_err(|e| Error::test(e, leaf.span)),
        Pred::Expr { expr, .. } => tripline_kernels::expr::Compiled::new(expr)
            .map(|_| ())
            .map_err(|e| Error::test(e, expr.span)),
    }
}
