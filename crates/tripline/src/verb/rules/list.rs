//! `tripline rules list`.

use super::choose::Choice;
use super::kind;
use super::verdict::{Verdict, verdicts};
use crate::cli::{Failure, Given, Outcome, color_out, report_problems};
use crate::out::{Fit, count, counted, fitted, severity_style, terminal_width};
use clap::Args as ClapArgs;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tripline_rules::Rule;
use tripline_schema::Schema;

const EXAMPLES: &str = "\
Examples:
  tripline rules list rules/outbound-smb
  tripline rules list PACK --severity high --severity critical --tactic \"Lateral Movement\"
  tripline rules list PACK --source windows.sysmon --runnable -o csv
  tripline rules list PACK --broken";

/// Options of `rules list`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Rule files, or folders with rules.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    given: Given,
    /// How rules are printed.
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = ["table", "ndjson", "json", "csv"])]
    output: String,
    /// The same as `-o ndjson`: one object a rule.
    #[arg(long, conflicts_with = "output")]
    json: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let set = args.given.load(&args.paths)?;
    report_problems(&set, false);
    let rules: Vec<&Rule> =
        set.rules.iter().map(|rule| &**rule).filter(|rule| args.choice.of_file(rule)).collect();
    let verdicts = verdicts(&set, &rules, Schema::builtin());
    let listed: Vec<(&Rule, Verdict)> = rules
        .into_iter()
        .zip(verdicts)
        .filter(|(_, verdict)| args.choice.of_verdict(verdict))
        .collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match if args.json { "ndjson" } else { args.output.as_str() } {
        "ndjson" => {
            for (rule, verdict) in &listed {
                writeln!(out, "{}", object(rule, verdict))?;
            }
        }
        "json" => {
            let all: Vec<Value> = listed.iter().map(|(r, v)| object(r, v)).collect();
            serde_json::to_writer_pretty(&mut out, &all).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        "csv" => csv(&mut out, &listed)?,
        _ => table(&mut out, &listed)?,
    }
    out.flush()?;
    let mut err = io::stderr().lock();
    if listed.is_empty() {
        let all = counted(set.rules.len(), "rule");
        writeln!(err, "none of {all} is as asked for")?;
        for said in args.choice.unknown(&set.rules, Schema::builtin()) {
            writeln!(err, "{said}")?;
        }
    } else {
        let run = listed.iter().filter(|(_, verdict)| verdict.error.is_none()).count();
        writeln!(err, "{}, {} can run", counted(listed.len(), "rule"), count(run as u64))?;
    }
    Ok(Outcome::Done)
}

const HEAD: [&str; 11] = [
    "NAME", "TYPE", "LANGUAGE", "SEVERITY", "RISK", "TACTICS", "SOURCES", "STATE", "STATUS", "ID",
    "RUNS",
];

fn row(rule: &Rule, verdict: &Verdict) -> [String; 11] {
    let tactics: Vec<&str> = tactics(rule).into_iter().map(|(_, name)| name).collect();
    [
        rule.name.to_string(),
        kind(rule).to_owned(),
        rule.language.word().to_owned(),
        rule.severity.word().to_owned(),
        rule.risk_score.to_string(),
        tactics.join(", "),
        families(verdict),
        if rule.enabled { "enabled" } else { "disabled" }.to_owned(),
        rule.status.word().to_owned(),
        rule.id.to_string(),
        verdict.error.as_ref().map_or("yes".to_owned(), |(code, why)| format!("no: {code} {why}")),
    ]
}

fn table(out: &mut dyn Write, listed: &[(&Rule, Verdict)]) -> io::Result<()> {
    if listed.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<String>> = listed.iter().map(|(r, v)| row(r, v).into()).collect();
    let style: fn(usize, &str) -> anstyle::Style =
        |at, cell| if at == 3 { severity_style(cell) } else { anstyle::Style::new() };
    // Reasons are longer than anything else, where there are any.
    let broken = listed.iter().any(|(_, verdict)| verdict.error.is_some());
    let fit = Fit {
        width: terminal_width(),
        spare: if broken { &[9, 8, 7, 4, 6, 5, 2] } else { &[9, 8, 4, 7, 6, 5, 2] },
        flexible: if broken { 10 } else { 0 },
        style: color_out().then_some(style),
    };
    fitted(out, &HEAD, &rows, &fit)
}

/// Lists in a cell are separated by `; `.
fn csv(out: &mut dyn Write, listed: &[(&Rule, Verdict)]) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record([
        "name",
        "type",
        "language",
        "severity",
        "risk_score",
        "tactics",
        "techniques",
        "sources",
        "state",
        "status",
        "id",
        "version",
        "tags",
        "path",
        "runs",
        "code",
        "reason",
    ])?;
    for (rule, verdict) in listed {
        let tactics: Vec<&str> = tactics(rule).into_iter().map(|(_, name)| name).collect();
        let sources: Vec<&str> = verdict.sources.iter().map(|id| &**id).collect();
        let (code, reason) = verdict.error.as_ref().map_or(("", ""), |(c, r)| (c, r.as_str()));
        writer.write_record([
            &*rule.name,
            kind(rule),
            rule.language.word(),
            rule.severity.word(),
            &rule.risk_score.to_string(),
            &tactics.join("; "),
            &techniques(rule).join("; "),
            &sources.join("; "),
            if rule.enabled { "enabled" } else { "disabled" },
            rule.status.word(),
            &rule.id,
            &rule.version.map(|v| v.to_string()).unwrap_or_default(),
            &rule.tags.join("; "),
            &rule.origin.path.display().to_string(),
            if verdict.error.is_none() { "yes" } else { "no" },
            code,
            reason,
        ])?;
    }
    writer.flush()
}

fn object(rule: &Rule, verdict: &Verdict) -> Value {
    let tactics: Vec<Value> =
        tactics(rule).into_iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    let error = verdict.error.as_ref();
    json!({
        "id": &*rule.id,
        "name": &*rule.name,
        "type": kind(rule),
        "language": rule.language.word(),
        "severity": rule.severity.word(),
        "risk_score": rule.risk_score,
        "tactics": tactics,
        "techniques": techniques(rule),
        "tags": rule.tags,
        "enabled": rule.enabled,
        "status": rule.status.word(),
        "building_block": rule.building_block,
        "version": rule.version,
        "indices": rule.indices.iter().map(|i| &**i).collect::<Vec<_>>(),
        "path": rule.origin.path.display().to_string(),
        "sources": verdict.sources.iter().map(|s| &**s).collect::<Vec<_>>(),
        "runs": error.is_none(),
        "code": error.map(|(code, _)| code),
        "reason": error.map(|(_, reason)| reason),
    })
}

/// Id and name, each once, in the order of the file.
fn tactics(rule: &Rule) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = vec![];
    for tactic in rule.threat.iter().filter_map(|threat| threat.tactic.as_ref()) {
        if !found.iter().any(|(id, _)| *id == tactic.id) {
            found.push((&tactic.id, &tactic.name));
        }
    }
    found
}

/// Ids, each once, in the order of the file.
fn techniques(rule: &Rule) -> Vec<&str> {
    let mut found: Vec<&str> = vec![];
    for technique in rule.threat.iter().flat_map(|threat| &threat.techniques) {
        if !found.contains(&technique.id.as_str()) {
            found.push(&technique.id);
        }
    }
    found
}

/// So many families of sources a cell names; `-o json` has all sources.
const FAMILIES: usize = 3;

/// How many sources of which family, the largest first: `windows 12, zeek`.
fn families(verdict: &Verdict) -> String {
    if verdict.sources.is_empty() {
        return if verdict.error.is_none() { "none".to_owned() } else { String::new() };
    }
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &verdict.sources {
        *families.entry(id.split('.').next().unwrap_or(id)).or_default() += 1;
    }
    let mut families: Vec<(&str, usize)> = families.into_iter().collect();
    families.sort_by_key(|(_, sources)| std::cmp::Reverse(*sources));
    let mut shown: Vec<String> = families
        .iter()
        .take(FAMILIES)
        .map(|(family, sources)| match sources {
            1 => (*family).to_owned(),
            n => format!("{family} {n}"),
        })
        .collect();
    if families.len() > FAMILIES {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}
