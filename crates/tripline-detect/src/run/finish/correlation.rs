//! Findings of several rules that belong together (Sigma's correlation rules).
//!
//! The alert is about the group: its fields are the values that its events share, its time is that
//! of the last one. The events are evidence beside it, so many at most.

use super::{At, Finished, Run};
use crate::alert::{Alert, AlertKind, CorrelationResult, Pending, correlation_id};
use crate::correlate::{self, Finding, Hits, number, word};
use crate::explain::span;
use crate::schedule::Window;
use std::sync::Arc;
use tripline_engine::tails::correlation::{Dropped, Limits};
use tripline_ir::{Correlation, CorrelationCondition, CorrelationKind};

pub(super) fn finish(run: &mut Run<'_, '_>, plan: &Correlation) -> Finished {
    let outcome = correlate::run(&*run, plan);
    let mut finished = Finished { warnings: warnings(outcome.dropped), ..Finished::default() };
    for finding in outcome.findings {
        let places = finding.events.iter();
        let events = places.map(|place| run.pending(place.at, place.filter)).collect();
        finished.alerts.push(alert(run, plan, &finding, events));
    }
    finished
}

impl Hits for Run<'_, '_> {
    type At = At;

    fn of(&self, filter: usize) -> Vec<(i64, (u32, u64), At)> {
        self.sorted(filter).into_iter().map(|at| (at.time, at.order, at)).collect()
    }

    fn values(&self, at: At, filter: usize, cell: usize) -> Vec<Arc<str>> {
        Run::values(self, at, filter, cell)
    }
}

fn warnings(dropped: Dropped) -> Vec<String> {
    let Limits { combinations, groups, events, .. } = Limits::default();
    let mut warnings = Vec::new();
    if dropped.combinations > 0 {
        warnings.push(format!(
            "{} combinations of values were not looked at because an event has more than \
             {combinations}",
            dropped.combinations
        ));
    }
    if dropped.groups > 0 {
        warnings.push(format!(
            "{} events were not looked at because they belong to groups beyond the first {groups}",
            dropped.groups
        ));
    }
    if dropped.events > 0 {
        warnings.push(format!(
            "{} times an event did not count because a window has more than {events}",
            dropped.events
        ));
    }
    warnings
}

fn alert(
    run: &Run<'_, '_>,
    plan: &Correlation,
    finding: &Finding<At>,
    events: Vec<Pending>,
) -> Alert {
    let rule = Arc::clone(&run.ready().rule);
    let found = &finding.found;
    let names = plan.group_by.iter().map(ToString::to_string);
    let terms: Vec<(String, String)> =
        names.zip(found.terms.iter().map(ToString::to_string)).collect();
    let mut fields: Vec<(String, Vec<String>)> =
        terms.iter().map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
    fields.sort();
    fields.dedup();
    let ends = [events.first(), events.last()].into_iter().flatten();
    let ends: Vec<(String, &str)> = ends.map(|event| (run.id(event), &*event.index)).collect();
    let ends: Vec<(&str, &str)> = ends.iter().map(|(id, index)| (id.as_str(), *index)).collect();
    let inputs = plan.inputs.iter().map(|input| input.name.to_string());
    let result = CorrelationResult {
        kind: word(plan.kind),
        count: found.count,
        from: found.first,
        value: number(found.value),
        inputs: inputs.zip(found.inputs.iter().copied()).collect(),
        terms,
    };
    let window = Window { tick: found.last, from: i64::MIN, to: i64::MAX };
    let id = correlation_id(&rule.id, &result.terms, &ends);
    Alert {
        time: found.last,
        detected: run.detected(window, found.last),
        entities: result.terms.as_slice().into(),
        reason: reason(plan, &result, found.last),
        matched: Arc::clone(&run.matched),
        kind: AlertKind::Correlation(result),
        fields: fields.into(),
        pending: events,
        ..Alert::new(&rule, id)
    }
}

/// `5 different TargetUserName in 9 events of failed_logon within 4 min, IpAddress 10.0.0.5`.
fn reason(plan: &Correlation, result: &CorrelationResult, last: i64) -> String {
    let counted = |count: u64| match count {
        1 => "1 event".to_owned(),
        n => format!("{n} events"),
    };
    let present = |join: &str| -> String {
        let names: Vec<&str> =
            result.inputs.iter().filter(|(_, n)| *n > 0).map(|(name, _)| name.as_str()).collect();
        names.join(join)
    };
    let fields: Vec<&str> = plan
        .inputs
        .iter()
        .find(|input| !input.values.is_empty())
        .map(|input| input.values.iter().map(|field| &*field.name).collect())
        .unwrap_or_default();
    let fields = fields.join(", ");
    let value = &result.value;
    let events = format!("{} of {}", counted(result.count), present(", "));
    let what = match plan.kind {
        CorrelationKind::EventCount => events,
        CorrelationKind::Temporal => format!("{} in {}", present(", "), counted(result.count)),
        CorrelationKind::TemporalOrdered => {
            // Which of them stand in order is only plain where all do.
            let all = matches!(plan.condition, CorrelationCondition::Number(_))
                && result.value == result.inputs.len().to_string();
            let join = if all { ", then " } else { ", " };
            format!("{} in {}", present(join), counted(result.count))
        }
        CorrelationKind::ValueCount => format!("{value} different {fields} in {events}"),
        CorrelationKind::ValueSum => format!("{fields} is {value} in sum over {events}"),
        CorrelationKind::ValueAvg => format!("{fields} is {value} on average over {events}"),
        CorrelationKind::ValueMedian => format!("the median of {fields} is {value} over {events}"),
        CorrelationKind::ValuePercentile(percent) => {
            format!("percentile {} of {fields} is {value} over {events}", number(percent))
        }
    };
    let within = match last.saturating_sub(result.from) {
        0 => String::new(),
        time => format!(" within {}", span(time)),
    };
    let shared = result.terms.iter().map(|(name, value)| format!(", {name} {value}"));
    format!("{what}{within}{}", shared.collect::<String>())
}
