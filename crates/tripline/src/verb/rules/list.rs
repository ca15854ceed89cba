//! `tripline rules list`.

use super::kind;
use crate::cli::{Failure, Outcome, color_out, load_rules, report_problems};
use crate::out::{Fit, counted, fitted, severity_style, terminal_width};
use clap::Args as ClapArgs;
use serde_json::json;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tripline_rules::{LoadOptions, Rule, RuleSet};
use tripline_schema::Schema;

/// Options of `rules list`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Rule files, or folders with rules.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Only rules of this severity.
    #[arg(long, value_parser = ["informational", "low", "medium", "high", "critical"])]
    severity: Option<String>,
    /// Only rules in this language; `none` for rules without a query.
    #[arg(long, value_parser = ["kql", "eql", "spl", "esql", "lucene", "none"])]
    language: Option<String>,
    /// Only rules with an ATT&CK tactic or technique of this id (with its sub-techniques) or name.
    #[arg(long, value_name = "ID or NAME")]
    technique: Option<String>,
    /// Also compile each rule, and say why those that cannot run cannot.
    #[arg(long)]
    check: bool,
    /// Only rules that cannot run, with the reason.
    #[arg(long)]
    broken: bool,
    /// Print NDJSON, one object a rule.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let set = load_rules(&args.paths, &LoadOptions::default())?;
    report_problems(&set, false);
    let rules: Vec<&Rule> = set.rules.iter().filter(|rule| wanted(rule, args)).collect();
    let check = args.check || args.broken;
    let schema = Schema::builtin();
    // The verdict of each, where it is asked for.
    let rules: Vec<(&Rule, Option<String>)> = rules
        .into_iter()
        .map(|rule| (rule, check.then(|| verdict(&set, rule, schema))))
        .filter(|(_, verdict)| !args.broken || verdict.as_deref() != Some(RUNS))
        .collect();
    let found = rules.len();
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        for (rule, verdict) in rules {
            let mut object = json!({
                "id": &*rule.id,
                "name": &*rule.name,
                "type": kind(rule),
                "language": rule.language.word(),
                "severity": rule.severity.word(),
                "risk_score": rule.risk_score,
                "enabled": rule.enabled,
                "status": rule.status.word(),
                "version": rule.version,
                "path": rule.origin.path.display().to_string(),
            });
            if let Some(verdict) = verdict {
                object["runs"] = verdict.into();
            }
            writeln!(out, "{object}")?;
        }
    } else {
        let mut head =
            vec!["NAME", "TYPE", "LANGUAGE", "SEVERITY", "RISK", "STATE", "STATUS", "ID"];
        if check {
            head.push("RUNS");
        }
        let rows: Vec<Vec<String>> = rules
            .iter()
            .map(|(rule, verdict)| {
                let mut row = vec![
                    rule.name.to_string(),
                    kind(rule).to_owned(),
                    rule.language.word().to_owned(),
                    rule.severity.word().to_owned(),
                    rule.risk_score.to_string(),
                    if rule.enabled { "enabled" } else { "disabled" }.to_owned(),
                    rule.status.word().to_owned(),
                    rule.id.to_string(),
                ];
                row.extend(verdict.clone());
                row
            })
            .collect();
        let style: fn(usize, &str) -> anstyle::Style =
            |at, cell| if at == 3 { severity_style(cell) } else { anstyle::Style::new() };
        let fit = Fit {
            width: terminal_width(),
            spare: if check { &[7, 6, 4, 5, 2] } else { &[7, 6, 4] },
            flexible: if check { 8 } else { 0 },
            style: color_out().then_some(style),
        };
        if !rows.is_empty() {
            fitted(&mut out, &head, &rows, &fit)?;
        }
    }
    out.flush()?;
    if found == 0 {
        let all = counted(set.rules.len(), "rule");
        writeln!(io::stderr(), "none of {all} is as asked for")?;
    }
    Ok(Outcome::Done)
}

/// What stands in the column of a rule that can run.
const RUNS: &str = "yes";

fn verdict(set: &RuleSet, rule: &Rule, schema: &Schema) -> String {
    let compiled = set.compile(rule, None, schema);
    let first = compiled.diagnostics.iter().find(|d| d.is_error());
    first.map_or(RUNS.to_owned(), |d| format!("no: {} {}", d.code.id, d.message))
}

fn wanted(rule: &Rule, args: &Args) -> bool {
    let technique = |wanted: &str| {
        rule.threat.iter().flat_map(|t| t.tactic.iter().chain(&t.techniques)).any(|named| {
            let parent = named.id.split('.').next().unwrap_or_default();
            [&*named.id, parent, &*named.name].iter().any(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    args.severity.as_deref().is_none_or(|s| rule.severity.word().eq_ignore_ascii_case(s))
        && args.language.as_deref().is_none_or(|l| rule.language.word().eq_ignore_ascii_case(l))
        && args.technique.as_deref().is_none_or(technique)
}
