//! `tripline rules show`.

use super::{kind, schedule, sources};
use crate::cli::{Failure, Outcome, find, report_problems};
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tripline_rules::{LoadOptions, Rule, RuleKind, RuleSet, load};

/// Options of `rules show`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The rule, by id, name or file name. With one file among the paths, it may be left out.
    rule: String,
    /// Rule files, or folders with rules.
    #[arg(long = "rules", value_name = "PATH", required = true, num_args = 1..)]
    paths: Vec<PathBuf>,
    /// Show this older version's query.
    #[arg(long, value_name = "N")]
    rule_version: Option<u32>,
    /// Show for each source type whether the rule can match it, and which field is missing.
    #[arg(long)]
    sources: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let set = load(&args.paths, &LoadOptions::default());
    report_problems(&set, false);
    let rule = find(&set, &args.rule)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.sources {
        sources::print(&mut out, &set, rule, args.rule_version)?;
    } else {
        print(&mut out, &set, rule, args.rule_version)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn print(
    out: &mut dyn Write,
    set: &RuleSet,
    rule: &Rule,
    version: Option<u32>,
) -> Result<(), Failure> {
    writeln!(out, "{}\n{}\n", rule.name, "=".repeat(rule.name.chars().count()))?;
    writeln!(out, "{}\n", rule.description.trim())?;
    let state = if rule.enabled { "enabled" } else { "disabled" };
    let mut facts = vec![
        ("id", rule.id.to_string()),
        ("file", rule.origin.path.display().to_string()),
        ("type", format!("{}, in {}", kind(rule), rule.language.word())),
        ("severity", format!("{} (risk score {})", rule.severity.word(), rule.risk_score)),
        ("state", format!("{state} by default, {}", rule.status.word())),
        ("runs", schedule(rule)),
    ];
    if !rule.indices.is_empty() {
        facts.push(("indices", rule.indices.join(", ")));
    }
    if let RuleKind::NewTerms { fields, history } = &rule.kind {
        let text = format!("{}, not seen for {}", fields.join(" + "), super::span(*history));
        facts.push(("new terms", text));
    }
    if rule.max_signals < u64::from(u32::MAX) {
        facts.push(("at most", format!("{} alerts a run", rule.max_signals)));
    }
    if let Some(notable) = &rule.notable {
        let fields = notable.fields.join(", ");
        facts.push(("notable", format!("`{}`, fields {fields}", notable.title)));
    }
    if let Some(risk) = &rule.risk {
        facts.push(("risk", risk.message.clone()));
        for object in &risk.objects {
            facts.push(("", format!("{} points on the {} in {}", object.score, object.kind, object.field)));
        }
    }
    if !rule.tags.is_empty() {
        facts.push(("tags", rule.tags.join(", ")));
    }
    for threat in &rule.threat {
        if let Some(tactic) = &threat.tactic {
            facts.push(("tactic", format!("{} {}", tactic.id, tactic.name)));
        }
        for technique in &threat.techniques {
            facts.push(("technique", format!("{} {}", technique.id, technique.name)));
        }
    }
    for (name, value) in facts {
        writeln!(out, "{name:<10} {value}")?;
    }

    query(out, set, rule, version)?;
    list(out, "False positives", &rule.false_positives)?;
    let known: Vec<String> = tripline_rules::statements_of(set, rule)
        .iter()
        .filter(|said| said.entry.is_some())
        .map(|said| said.text.to_owned())
        .collect();
    list(out, "From the catalogue of false positives", &known)?;
    list(out, "References", &rule.references)?;
    if let Some(note) = &rule.note {
        writeln!(out, "\nInvestigation\n-------------\n{}", note.trim())?;
    }
    if let Some(setup) = &rule.setup {
        writeln!(out, "\nSetup\n-----\n{}", setup.trim())?;
    }
    versions(out, rule)
}

fn query(
    out: &mut dyn Write,
    set: &RuleSet,
    rule: &Rule,
    version: Option<u32>,
) -> Result<(), Failure> {
    let (language, text) = set.query(rule, version).map_err(|problem| {
        let help = problem.help.map(|h| format!("; {h}")).unwrap_or_default();
        Failure::user(format!("{}{help}", problem.message))
    })?;
    let version = version.or(rule.version).map(|v| format!(", version {v}")).unwrap_or_default();
    writeln!(out, "\nQuery ({}{version})\n-----", language.word())?;
    writeln!(out, "{}", text.text.trim())?;
    Ok(())
}

fn list(out: &mut dyn Write, title: &str, items: &[String]) -> Result<(), Failure> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}\n{}", "-".repeat(title.chars().count()))?;
    for item in items {
        writeln!(out, "- {}", item.trim())?;
    }
    Ok(())
}

fn versions(out: &mut dyn Write, rule: &Rule) -> Result<(), Failure> {
    if rule.history.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nVersions (run one with --rule-version N)\n--------")?;
    for version in &rule.history {
        let release = version.release.as_deref().map(|r| format!(" ({r})")).unwrap_or_default();
        writeln!(out, "{}{release}: {}", version.version, version.change.trim())?;
    }
    Ok(())
}
