//! Results of tests for people: what is wrong, then the numbers.

use super::{Ran, Report};
use crate::out::{count, counted, plain};
use std::collections::BTreeMap;
use std::io::{self, Write};
use tripline_detect::Verdict;

/// At most so many rules are named whose tests are not there.
const MISSING: usize = 3;

pub(super) fn print(out: &mut dyn Write, report: &Report<'_>, verbose: bool) -> io::Result<()> {
    for ran in &report.ran {
        let verdict = ran.result.verdict;
        match verdict {
            Verdict::Failed | Verdict::Error => {
                title(out, ran)?;
                lines(out, &ran.result.lines)?;
            }
            _ if verbose => {
                title(out, ran)?;
                lines(out, &ran.result.lines)?;
                lines(out, &ran.result.notes)?;
            }
            _ => {}
        }
        if verdict == Verdict::Passed && !verbose && !ran.result.notes.is_empty() {
            writeln!(out, "note     {}", named(ran))?;
            lines(out, &ran.result.notes)?;
        }
    }
    Ok(())
}

fn title(out: &mut dyn Write, ran: &Ran<'_>) -> io::Result<()> {
    writeln!(out, "{:<8} {}", ran.result.verdict.word(), named(ran))
}

fn named(ran: &Ran<'_>) -> String {
    let (file, line) = (ran.case.file.display(), ran.case.line);
    let rule = if ran.case.rule_name.is_empty() {
        String::new()
    } else {
        format!("{}: ", plain(&ran.case.rule_name))
    };
    format!("{rule}{} ({file}:{line})", plain(&ran.case.name))
}

fn lines(out: &mut dyn Write, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "         {}", plain(line)))
}

pub(super) fn summary(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for ran in report.ran.iter().filter(|ran| ran.result.verdict == Verdict::Skipped) {
        let reason = ran.result.lines.first().map_or("", String::as_str);
        *skipped.entry(reason).or_default() += 1;
    }
    for (reason, number) in skipped {
        writeln!(out, "skipped  {}: {reason}", counted(number, "test"))?;
    }
    if !report.missing.is_empty() {
        let rules = match report.missing.len() {
            1 => "1 rule names".to_owned(),
            number => format!("{} rules name", count(number as u64)),
        };
        writeln!(out, "missing  {rules} a file of tests that is not there")?;
        for (rule, path) in report.missing.iter().take(MISSING) {
            writeln!(out, "         {}: {}", plain(&rule.name), plain(path))?;
        }
    }
    let kinds = [
        (Verdict::Passed, "passed"),
        (Verdict::Failed, "failed"),
        (Verdict::Error, "could not be run"),
        (Verdict::Skipped, "skipped"),
    ];
    let numbers: Vec<String> = kinds
        .iter()
        .map(|(verdict, word)| (report.count(*verdict), word))
        .filter(|(number, word)| *number > 0 || **word == "passed")
        .map(|(number, word)| format!("{} {word}", count(number as u64)))
        .collect();
    writeln!(
        out,
        "{}: {} ({:.2} s)",
        counted(report.ran.len(), "test"),
        numbers.join(", "),
        report.time.as_secs_f64(),
    )?;
    let coverage = report.coverage;
    writeln!(
        out,
        "tests that can be run: of {} of {}, {} with one that must fire, {} with one that must not",
        count(coverage.tested as u64),
        counted(coverage.rules, "rule"),
        count(coverage.positive as u64),
        count(coverage.negative as u64),
    )
}
