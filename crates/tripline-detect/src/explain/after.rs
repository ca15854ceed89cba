//! What became of findings: exceptions, suppression, caps, windows.
//!
//! The rule runs again without one of them; what it raises then and did not before was taken by
//! that one.

use super::{Case, Explanation, Place, Why};
use crate::alert::Alert;
use crate::run::{Error, HuntOptions, Selected, Silent, WindowMode, hunt};
use std::collections::BTreeSet;
use std::sync::Arc;
use tripline_rules::Rule;

/// At most so many exceptions are tried one by one.
const EXCEPTIONS: usize = 40;
/// At most so many events are named.
const NAMED: usize = 3;

/// Where the events of alerts are.
type Places = BTreeSet<(Arc<str>, u64)>;

pub(super) fn reasons(case: &Case<'_>, explanation: &Explanation) -> Result<Vec<Why>, Error> {
    let mut why = Vec::new();
    // Without a hit at some filter nothing was found that could have been taken away.
    if explanation.filters.iter().all(|filter| filter.hits == 0) {
        return Ok(why);
    }
    let raised = places(&explanation.alerts);
    let rule = &case.choice.rule;
    let exceptions = rule.event_exceptions.len() + rule.exceptions.len();
    if exceptions > 0 {
        let without = rule_without(rule);
        let free = run(case, &without, case.options)?;
        let taken = beyond(&free, &raised);
        if !taken.is_empty() {
            why.extend(by_exception(case, &without, &free)?);
        }
    }
    if rule.suppression.is_some() {
        let mut open = (**rule).clone();
        open.suppression = None;
        let free = run(case, &open, case.options)?;
        let taken = beyond(&free, &raised);
        if !taken.is_empty() {
            let fields = rule.suppression.as_ref().map_or_else(Vec::new, |s| s.group_by.clone());
            let by: Vec<String> = fields.iter().map(|f| format!("`{f}`")).collect();
            let by = if by.is_empty() { "its own groups".to_owned() } else { by.join(", ") };
            let text = format!(
                "{} more alerts are folded into those that are raised: suppression by {by}.",
                free.len().saturating_sub(explanation.alerts.len())
            );
            why.push(Why::new("suppressed", text).events(taken));
        }
    }
    if case.options.max_signals {
        let options = HuntOptions { max_signals: false, ..case.options.clone() };
        let free = run(case, rule, &options)?;
        let taken = beyond(&free, &raised);
        if !taken.is_empty() {
            let text = format!(
                "{} more findings are beyond the {} alerts that a run raises (`max_signals`); \
                 `hunt --no-max-signals` lifts it.",
                free.len().saturating_sub(explanation.alerts.len()),
                rule.max_signals
            );
            why.push(Why::new("max_signals", text).events(taken));
        }
    }
    if case.options.window == WindowMode::Schedule {
        let options =
            HuntOptions { window: WindowMode::All, max_signals: false, ..case.options.clone() };
        let free = run(case, rule, &options)?;
        let taken = beyond(&free, &raised);
        let capped = why.iter().any(|w| w.code == "max_signals" || w.code == "suppressed");
        if !taken.is_empty() && !capped {
            let text = "With all the data as one window the rule finds more: these are in no window \
                        of its schedule, or not together in one. `--window all` runs it so.";
            why.push(Why::new("outside_windows", text).events(taken));
        }
    }
    if case.options.require_history {
        let options = HuntOptions { require_history: false, ..case.options.clone() };
        let taken = beyond(&run(case, rule, &options)?, &raised);
        if !taken.is_empty() {
            let text = "The history that the rule needs starts before the data, and \
                        --require-history leaves such findings out.";
            why.push(Why::new("history_partial", text).events(taken));
        }
    }
    Ok(why)
}

/// Which exceptions take alerts away.
fn by_exception(case: &Case<'_>, without: &Rule, free: &[Alert]) -> Result<Vec<Why>, Error> {
    let mut why = Vec::new();
    let rule = &case.choice.rule;
    let mut tell = |name: &str, reason: &str, one: &Rule| -> Result<(), Error> {
        let left = places(&run(case, one, case.options)?);
        let taken = beyond(free, &left);
        if !taken.is_empty() {
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            let text = format!("The exception `{name}` takes findings away{reason}");
            why.push(Why::new("excepted", text).events(taken));
        }
        Ok(())
    };
    for exception in rule.event_exceptions.iter().take(EXCEPTIONS) {
        let mut one = without.clone();
        one.event_exceptions = vec![exception.clone()];
        tell(&exception.name, &exception.reason, &one)?;
    }
    for exception in rule.exceptions.iter().take(EXCEPTIONS) {
        let mut one = without.clone();
        one.exceptions = vec![exception.clone()];
        tell(&exception.name, &exception.reason, &one)?;
    }
    Ok(why)
}

fn rule_without(rule: &Rule) -> Rule {
    let mut without = rule.clone();
    without.event_exceptions.clear();
    without.exceptions.clear();
    without
}

fn run(case: &Case<'_>, rule: &Rule, options: &HuntOptions) -> Result<Vec<Alert>, Error> {
    let choice = Selected { rule: Arc::new(rule.clone()), version: case.choice.version };
    let found = hunt(case.inputs, case.set, &[choice], case.schema, options, &Silent)?;
    Ok(found.alerts)
}

fn places(alerts: &[Alert]) -> Places {
    let events = alerts.iter().flat_map(|alert| &alert.events);
    events.map(|event| (Arc::clone(&event.input), event.record)).collect()
}

/// The first events of alerts that are not among those raised.
fn beyond(alerts: &[Alert], raised: &Places) -> Vec<Place> {
    let events = alerts.iter().flat_map(|alert| &alert.events);
    events
        .filter(|event| !raised.contains(&(Arc::clone(&event.input), event.record)))
        .map(|event| Place {
            input: Arc::clone(&event.input),
            record: event.record,
            source: Arc::clone(&event.source),
            time: event.time,
        })
        .take(NAMED)
        .collect()
}
