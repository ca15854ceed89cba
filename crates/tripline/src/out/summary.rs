//! What a run did, on standard error.

use super::count;
use crate::cli::color_err;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;
use tripline_detect::{Alert, Hunt, RuleState, Summary, iso};
use tripline_diag::render;
use tripline_rules::Severity;

/// Prints the summary: what was read, what was set aside, what ran, what was found.
pub fn summary(out: &mut dyn Write, hunt: &Hunt, took: Duration) -> io::Result<()> {
    let s = &hunt.summary;
    read(out, s, took)?;
    set_aside(out, s)?;
    rules(out, s)?;
    writeln!(out, "alerts   {}", by_severity(&hunt.alerts))?;
    for note in &s.notes {
        writeln!(out, "note     {note}")?;
    }
    Ok(())
}

fn read(out: &mut dyn Write, s: &Summary, took: Duration) -> io::Result<()> {
    let seconds = took.as_secs_f64().max(1e-6);
    writeln!(
        out,
        "read     {} events from {} inputs, {:.1} MB in {:.2} s ({} events/s)",
        count(s.event_count()),
        count(s.inputs),
        s.bytes as f64 / 1e6,
        seconds,
        count((s.event_count() as f64 / seconds) as u64),
    )?;
    if let Some((from, to)) = s.time_range {
        writeln!(out, "         {} to {}", iso(from), iso(to))?;
    }
    let mut sources: Vec<(&String, &u64)> = s.events.iter().collect();
    sources.sort_by_key(|(name, events)| (u64::MAX - **events, (*name).clone()));
    for (name, events) in sources.iter().take(12) {
        writeln!(out, "         {:>12}  {name}", count(**events))?;
    }
    if sources.len() > 12 {
        writeln!(out, "         and {} more source types", sources.len() - 12)?;
    }
    for (name, reason) in s.failed.iter().take(10) {
        writeln!(out, "failed   {name}: {reason}")?;
    }
    if s.failed.len() > 10 {
        writeln!(out, "         and {} more", s.failed.len() - 10)?;
    }
    if !s.skipped.is_empty() {
        let shown: Vec<&str> = s.skipped.iter().take(3).map(|(name, _)| name.as_str()).collect();
        let more = if s.skipped.len() > 3 { ", …" } else { "" };
        writeln!(out, "skipped  {} files that are no logs: {}{more}", s.skipped.len(), shown.join(", "))?;
    }
    Ok(())
}

fn set_aside(out: &mut dyn Write, s: &Summary) -> io::Result<()> {
    if s.set_aside.is_empty() {
        return Ok(());
    }
    let total = s.set_aside_count();
    writeln!(out, "aside    {} records could not be used", count(total))?;
    for (reason, number) in &s.set_aside {
        writeln!(out, "         {:>12}  {}", count(*number), reason.word())?;
        if let Some(example) = s.examples.iter().find(|e| e.reason == *reason) {
            writeln!(out, "                       first: {}: {}", example.place, example.detail)?;
        }
    }
    Ok(())
}

fn rules(out: &mut dyn Write, s: &Summary) -> io::Result<()> {
    let ran = s.rules.iter().filter(|r| matches!(r.state, RuleState::Ran)).count();
    let not_run = s.rules.iter().filter(|r| matches!(r.state, RuleState::NotRun { .. })).count();
    let idle = s.rules.len() - ran - not_run;
    writeln!(out, "rules    {ran} ran, {idle} not applicable to this data, {not_run} not run")?;
    let mut shown = 0;
    for rule in &s.rules {
        if let RuleState::NotApplicable { reasons } = &rule.state {
            shown += 1;
            if shown <= 10 {
                writeln!(out, "         not applicable: {}: {}", rule.name, reasons.join("; "))?;
            }
        }
    }
    if shown > 10 {
        writeln!(out, "         and {} more that are not applicable", shown - 10)?;
    }
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in &s.rules {
        if let RuleState::NotRun { diagnostics } = &rule.state {
            for (diagnostic, _) in diagnostics.iter().take(1) {
                *codes.entry(diagnostic.code.id).or_default() += 1;
            }
        }
    }
    for (code, rules) in &codes {
        writeln!(out, "         not run: {rules} with {code}")?;
    }
    for rule in &s.rules {
        for warning in &rule.warnings {
            writeln!(out, "warning  {}: {warning}", rule.name)?;
        }
    }
    Ok(())
}

/// Prints why rules were not run, as a compiler would; at most `most` of them.
pub fn failures(out: &mut dyn Write, s: &Summary, most: usize) -> io::Result<()> {
    let mut shown = 0;
    for rule in &s.rules {
        let RuleState::NotRun { diagnostics } = &rule.state else { continue };
        shown += 1;
        if shown > most {
            continue;
        }
        for (diagnostic, source) in diagnostics {
            write!(out, "{}", render(diagnostic, source, color_err()))?;
        }
    }
    if shown > most {
        writeln!(out, "… and {} more rules that were not run", shown - most)?;
    }
    Ok(())
}

fn by_severity(alerts: &[Alert]) -> String {
    let counts: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| (severity, alerts.iter().filter(|a| a.severity == *severity).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| format!("{} {}", count(number as u64), severity.word()))
        .collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}
