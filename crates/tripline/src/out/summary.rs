//! What a run did, on standard error: one label a line, in the order in which a person asks.

use super::{count, counted, cut, plain};
use crate::cli::{Failure, color_err};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;
use tripline_detect::{Findings, RuleOutcome, RuleState, Summary, iso};
use tripline_diag::{Code, render};
use tripline_events::Reason;
use tripline_rules::Severity;

/// Longer lists are grouped, or cut with the number of what is left out.
const SOURCES: usize = 12;
const FILES: usize = 5;
const RULES: usize = 5;
const TOP: usize = 10;
const REASON: usize = 120;

/// What a data set that a rule never looks at is said to lack; the run's own words.
const NO_SOURCE: &str = "the data has no source that the rule looks at";
/// The same of a Sigma rule, before the log source.
const NO_LOG_SOURCE: &str = "the data has no source that answers to ";

/// Prints the summary: what was read, what was set aside, what ran, what was found, what to do
/// next.
pub fn summary(
    out: &mut dyn Write,
    found: &Findings<'_>,
    took: Duration,
    details: bool,
) -> io::Result<()> {
    let s = &found.summary;
    read(out, s, took)?;
    unread(out, s)?;
    set_aside(out, s)?;
    rules(out, s)?;
    alerts(out, found)?;
    for note in &s.notes {
        item(out, "note", note)?;
    }
    next(out, found, details)
}

/// A line with its label; labels stand in one column.
fn item(out: &mut dyn Write, label: &str, text: impl std::fmt::Display) -> io::Result<()> {
    writeln!(out, "{label:<10}{text}")
}

/// A number and what it counts, below a label.
fn number(out: &mut dyn Write, number: u64, text: impl std::fmt::Display) -> io::Result<()> {
    writeln!(out, "{:<10}{:>11}  {text}", "", count(number))
}

fn more(out: &mut dyn Write, total: usize, shown: usize, what: &str) -> io::Result<()> {
    if total > shown {
        item(out, "", format_args!("and {}", counted(total - shown, what)))?;
    }
    Ok(())
}

fn read(out: &mut dyn Write, s: &Summary, took: Duration) -> io::Result<()> {
    let seconds = took.as_secs_f64().max(1e-6);
    let text = format!(
        "{} from {}, {:.1} MB in {:.2} s ({} events/s)",
        counted(s.event_count() as usize, "event"),
        counted(s.inputs as usize, "input"),
        s.bytes as f64 / 1e6,
        seconds,
        count((s.event_count() as f64 / seconds) as u64),
    );
    item(out, "read", text)?;
    if let Some((from, to)) = s.time_range {
        item(out, "", format_args!("{} to {}", second(from), second(to)))?;
    }
    let mut sources: Vec<(&String, &u64)> = s.events.iter().collect();
    sources.sort_by_key(|(name, events)| (u64::MAX - **events, (*name).clone()));
    for (name, events) in sources.iter().take(SOURCES) {
        number(out, **events, name)?;
    }
    more(out, sources.len(), SOURCES, "more source type")
}

/// Whole seconds: the summary is no place for fractions.
fn second(time: i64) -> String {
    iso(time.div_euclid(1_000_000_000) * 1_000_000_000)
}

/// Prints the inputs that could not be read, and those that are no logs.
pub fn unread(out: &mut dyn Write, s: &Summary) -> io::Result<()> {
    if !s.failed.is_empty() {
        item(
            out,
            "failed",
            format_args!("{} could not be read", counted(s.failed.len(), "input")),
        )?;
        for (name, reason) in s.failed.iter().take(FILES) {
            item(out, "", format_args!("  {name}: {reason}"))?;
        }
        more(out, s.failed.len(), FILES, "more input")?;
    }
    if !s.skipped.is_empty() {
        item(out, "skipped", format_args!("{}, no logs", counted(s.skipped.len(), "file")))?;
        for (name, reason) in s.skipped.iter().take(FILES) {
            item(out, "", format_args!("  {name}: {reason}"))?;
        }
        more(out, s.skipped.len(), FILES, "more file")?;
    }
    Ok(())
}

/// Fails where inputs were given and none could be opened: no result is not a clean result.
pub fn nothing_readable(s: &Summary) -> Result<(), Failure> {
    if s.records == 0 && !s.failed.is_empty() && s.failed.len() as u64 == s.inputs {
        let (name, reason) = &s.failed[0];
        return Err(Failure::user(format!("no input could be read, for example {name}: {reason}")));
    }
    Ok(())
}

/// Fails if no rule could run: silence would look like logs without findings.
pub fn nothing_ran(s: &Summary) -> Result<(), Failure> {
    match (not_run(s).len(), s.rules.len()) {
        (failed, all) if failed < all || all == 0 => Ok(()),
        (1, _) => Err(Failure::user("the rule could not run")),
        (_, all) => Err(Failure::user(format!("none of {} rules could run", count(all as u64)))),
    }
}

/// Prints the records that could not be used, by reason, each with the first place.
pub fn set_aside(out: &mut dyn Write, s: &Summary) -> io::Result<()> {
    if s.set_aside.is_empty() {
        return Ok(());
    }
    let total = s.set_aside_count() as usize;
    item(out, "set aside", format_args!("{} that could not be used", counted(total, "record")))?;
    for (reason, records) in &s.set_aside {
        number(out, *records, reason.word())?;
        if let Some(example) = s.examples.iter().find(|e| e.reason == *reason) {
            let text = format!("first: {}: {}", example.place, example.detail);
            writeln!(out, "{:<23}{}", "", plain(&text))?;
        }
    }
    Ok(())
}

fn rules(out: &mut dyn Write, s: &Summary) -> io::Result<()> {
    let ran = s.rules.iter().filter(|r| matches!(r.state, RuleState::Ran)).count();
    let failed = not_run(s);
    let idle = s.rules.len() - ran - failed.len();
    let (ran, idle, not) = (count(ran as u64), count(idle as u64), count(failed.len() as u64));
    item(
        out,
        "rules",
        format_args!("{ran} ran, {idle} not applicable to this data, {not} not run"),
    )?;
    if s.event_count() > 0 {
        silent(out, s)?;
    }
    if !failed.is_empty() {
        item(out, "not run", counted(failed.len(), "rule"))?;
        for (code, rules) in by_code(&failed) {
            let said = messages(&rules);
            if let [(only, _)] = said.as_slice() {
                number(out, rules.len() as u64, format_args!("{}  {}", code.id, plain(only)))?;
                continue;
            }
            number(out, rules.len() as u64, format_args!("{}  {}", code.id, code.title))?;
            for (text, rules) in said.iter().take(3) {
                writeln!(out, "{:<23}{:>8} × {}", "", count(*rules), plain(text))?;
            }
            if said.len() > 3 {
                writeln!(out, "{:<34}and {} more", "", count(said.len() as u64 - 3))?;
            }
        }
    }
    warnings(out, s)
}

/// What is most often said under a code: of a pack that uses what is not there yet, what that is.
fn messages<'a>(rules: &[&'a RuleOutcome]) -> Vec<(&'a str, u64)> {
    let mut messages: BTreeMap<&str, u64> = BTreeMap::new();
    for rule in rules {
        if let RuleState::NotRun { diagnostics } = &rule.state
            && let Some((diagnostic, _)) = diagnostics.first()
        {
            *messages.entry(&diagnostic.message).or_default() += 1;
        }
    }
    let mut messages: Vec<(&str, u64)> = messages.into_iter().collect();
    messages.sort_by_key(|(text, rules)| (u64::MAX - rules, *text));
    messages
}

fn silent(out: &mut dyn Write, s: &Summary) -> io::Result<()> {
    let idle: Vec<(&RuleOutcome, &Vec<String>)> = s
        .rules
        .iter()
        .filter_map(|rule| match &rule.state {
            RuleState::NotApplicable { reasons } => Some((rule, reasons)),
            _ => None,
        })
        .collect();
    let (elsewhere, mut lacking): (Vec<_>, Vec<_>) = idle.iter().partition(|(_, reasons)| {
        let elsewhere = |reason: &String| reason == NO_SOURCE || reason.starts_with(NO_LOG_SOURCE);
        reasons.iter().all(elsewhere)
    });
    if idle.is_empty() {
        return Ok(());
    }
    item(
        out,
        "silent",
        format_args!("{}, not applicable to this data", counted(idle.len(), "rule")),
    )?;
    if idle.len() <= RULES {
        for (rule, reasons) in idle {
            item(out, "", format_args!("  {}: {}", rule.name, reasons.join("; ")))?;
        }
        return Ok(());
    }
    if !elsewhere.is_empty() {
        number(out, elsewhere.len() as u64, NO_SOURCE)?;
    }
    if !lacking.is_empty() {
        number(out, lacking.len() as u64, "the data lacks a field or value that the rule needs")?;
        // Those that come closest to matching first.
        lacking.sort_by_key(|(_, reasons)| reasons.len());
        for (rule, reasons) in lacking.iter().take(3) {
            let others = reasons.len().saturating_sub(1);
            let others = if others > 0 { format!("; and {others} more") } else { String::new() };
            let first = cut(reasons.first().map_or("", String::as_str), REASON);
            writeln!(out, "{:<23}{}: {first}{others}", "", rule.name)?;
        }
        if lacking.len() > 3 {
            writeln!(out, "{:<23}and {} more", "", count(lacking.len() as u64 - 3))?;
        }
    }
    Ok(())
}

/// Warnings of rules that ran: those of the others change nothing today. One line a rule.
fn warnings(out: &mut dyn Write, s: &Summary) -> io::Result<()> {
    let warned: Vec<&RuleOutcome> = s
        .rules
        .iter()
        .filter(|rule| matches!(rule.state, RuleState::Ran) && !rule.warnings.is_empty())
        .collect();
    for rule in warned.iter().take(RULES) {
        let others = rule.warnings.len() - 1;
        let others = if others > 0 { format!(" (and {others} more)") } else { String::new() };
        item(out, "warning", format_args!("{}: {}{others}", rule.name, rule.warnings[0]))?;
    }
    if warned.len() > RULES {
        let text = format!(
            "{} ran with warnings: `tripline rules lint PATH` has them all",
            counted(warned.len() - RULES, "more rule")
        );
        item(out, "", text)?;
    }
    Ok(())
}

fn alerts(out: &mut dyn Write, found: &Findings<'_>) -> io::Result<()> {
    if found.is_empty() {
        return item(out, "alerts", "none");
    }
    let severities: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| (severity, found.heads().filter(|a| a.severity == *severity).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| format!("{} {}", count(number as u64), severity.word()))
        .collect();
    item(out, "alerts", format_args!("{}: {}", count(found.len() as u64), severities.join(", ")))?;
    let mut rules: BTreeMap<&str, (Severity, &str, u64)> = BTreeMap::new();
    for alert in found.heads() {
        let known = rules.entry(&alert.rule.id).or_insert((alert.severity, &alert.rule.name, 0));
        known.0 = known.0.max(alert.severity);
        known.2 += 1;
    }
    let mut rules: Vec<_> = rules.into_values().collect();
    rules.sort_by(|a, b| (b.0, b.2, a.1).cmp(&(a.0, a.2, b.1)));
    for (severity, name, alerts) in rules.iter().take(TOP) {
        number(out, *alerts, format_args!("{:<8}  {name}", severity.word()))?;
    }
    more(out, rules.len(), TOP, "more rule")
}

/// What a person would ask now.
fn next(out: &mut dyn Write, found: &Findings<'_>, details: bool) -> io::Result<()> {
    let s = &found.summary;
    let mut lines = Vec::new();
    if s.event_count() == 0 && s.set_aside.contains_key(&Reason::NoTime) {
        lines.push("--window all also reads records without a time, as one window");
    } else if s.event_count() == 0 {
        lines.push("nothing was read: check the paths, --glob and --source");
    }
    if !found.is_empty() && !details {
        lines.push("--details prints the evidence of each alert");
    }
    if !not_run(s).is_empty() {
        lines.push("`tripline code CODE` explains a code; `tripline rules list PATH --broken` names the rules");
    }
    let idle = |rule: &RuleOutcome| matches!(rule.state, RuleState::NotApplicable { .. });
    if s.event_count() > 0 && s.rules.iter().any(idle) {
        lines.push("`tripline rules show RULE --rules PATH --sources` says what a rule can match");
    }
    for (at, line) in lines.into_iter().enumerate() {
        item(out, if at == 0 { "next" } else { "" }, line)?;
    }
    Ok(())
}

fn not_run(s: &Summary) -> Vec<&RuleOutcome> {
    s.rules.iter().filter(|rule| matches!(rule.state, RuleState::NotRun { .. })).collect()
}

/// Rules that were not run by the code of their first error, the most frequent code first.
fn by_code<'a>(rules: &[&'a RuleOutcome]) -> Vec<(&'static Code, Vec<&'a RuleOutcome>)> {
    let mut codes: BTreeMap<&str, (&'static Code, Vec<&RuleOutcome>)> = BTreeMap::new();
    for rule in rules {
        let RuleState::NotRun { diagnostics } = &rule.state else { continue };
        if let Some((diagnostic, _)) = diagnostics.first() {
            codes.entry(diagnostic.code.id).or_insert((diagnostic.code, vec![])).1.push(rule);
        }
    }
    let mut codes: Vec<_> = codes.into_values().collect();
    codes.sort_by_key(|(code, rules)| (usize::MAX - rules.len(), code.id));
    codes
}

/// Prints why rules were not run, as a compiler would: all of a few. Of many, as with a vendor's
/// whole pack, the summary has the reasons; where there is none, a line says how many.
pub fn failures(out: &mut dyn Write, s: &Summary, quiet: bool) -> io::Result<()> {
    let failed = not_run(s);
    if failed.len() > RULES {
        if quiet {
            let rules = count(failed.len() as u64);
            writeln!(
                out,
                "{rules} rules were not run; `tripline rules list PATH --broken` names them"
            )?;
        }
        return Ok(());
    }
    for rule in &failed {
        let RuleState::NotRun { diagnostics } = &rule.state else { continue };
        for (diagnostic, source) in diagnostics {
            write!(out, "{}", render(diagnostic, source, color_err()))?;
        }
    }
    Ok(())
}
