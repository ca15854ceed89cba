//! Whether rules can run, and on which sources: every rule compiled, on all cores.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tripline_diag::Diagnostic;
use tripline_engine::{Applicability, Context, Matcher};
use tripline_ir::{Plan, Tail};
use tripline_rules::{Rule, RuleSet};
use tripline_schema::Schema;

/// What is known of a rule once it is compiled.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Why it cannot run: code and reason.
    pub error: Option<(&'static str, String)>,
    /// The source types whose events it can match, in the order of the mappings.
    pub sources: Vec<Arc<str>>,
}

/// So many rules a thread takes at once: enough that one matcher serves them, few enough that
/// threads end together.
const SHARE: usize = 128;

/// The verdict of each rule, in their order.
pub fn verdicts(set: &RuleSet, rules: &[&Rule], schema: &Schema) -> Vec<Verdict> {
    let shares: Vec<&[&Rule]> = rules.chunks(SHARE).collect();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(shares.len());
    let work = || {
        let mut done = vec![];
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(share) = shares.get(at) else { return done };
            done.push((at, of_share(set, share, schema)));
        }
    };
    let mut all: Vec<(usize, Vec<Verdict>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    all.sort_by_key(|(at, _)| *at);
    let verdicts: Vec<Verdict> = all.into_iter().flat_map(|(_, share)| share).collect();
    // A front end that panicked would leave a gap; better no list than a wrong one.
    assert_eq!(verdicts.len(), rules.len(), "every rule has a verdict");
    verdicts
}

fn of_share(set: &RuleSet, rules: &[&Rule], schema: &Schema) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::default(); rules.len()];
    let mut plans: Vec<(usize, Plan)> = vec![];
    for (at, rule) in rules.iter().enumerate() {
        let compiled = set.compile(rule, None, schema);
        if let Some(plan) = compiled.plan {
            plans.push((at, plan));
        } else {
            let error = compiled.diagnostics.into_iter().find(Diagnostic::is_error);
            verdicts[at].error = error.map(|d| (d.code.id, d.message));
        }
    }
    let bind = |plans: &[(usize, Plan)]| {
        let plans: Vec<&Plan> = plans.iter().map(|(_, plan)| plan).collect();
        Matcher::new(&plans, schema, Context::default())
    };
    let mut matcher = bind(&plans);
    if let Err(errors) = &matcher {
        let errors: Vec<(usize, String)> =
            errors.iter().map(|(at, error)| (*at, error.to_string())).collect();
        for (at, error) in errors.into_iter().rev() {
            let (rule, _) = plans.remove(at);
            verdicts[rule].error = Some(("DET001", error));
        }
        matcher = bind(&plans);
    }
    let Ok(matcher) = matcher else { return verdicts };
    for (at, (rule, plan)) in plans.iter().enumerate() {
        verdicts[*rule].sources = sources(&matcher, at, plan, schema);
    }
    verdicts
}

/// The sources that a step of the rule can match, provided that every step that must occur has one.
/// Of an indicator match, those of its events.
fn sources(matcher: &Matcher, at: usize, plan: &Plan, schema: &Schema) -> Vec<Arc<str>> {
    let filters: Vec<usize> = match &plan.tail {
        Tail::Sequence(sequence) => {
            sequence.steps.iter().filter(|step| !step.missing).map(|step| step.filter).collect()
        }
        Tail::Sample(sample) => sample.steps.iter().map(|step| step.filter).collect(),
        Tail::Correlation(_) => (0..plan.filters.len()).collect(),
        _ => vec![0],
    };
    // Which of a correlation's rules must have findings depends on its condition.
    let each = !matches!(plan.tail, Tail::Correlation(_));
    let mut any = vec![false; schema.mappings().len()];
    for filter in filters {
        let mut some = false;
        for (place, mapping) in schema.mappings().iter().enumerate() {
            let verdict = matcher.applicability(at, filter, mapping, &mapping.elastic.indices);
            if verdict == Applicability::Applicable {
                any[place] = true;
                some = true;
            }
        }
        if !some && each {
            return vec![];
        }
    }
    let found = schema.mappings().iter().zip(any).filter(|(_, any)| *any);
    found.map(|(mapping, _)| mapping.id.clone()).collect()
}
