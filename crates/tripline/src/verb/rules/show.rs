//! `tripline rules show`.

use super::{kind, schedule, sigma, sources};
use crate::cli::{Failure, Given, Outcome, find, has_version, report_problems, schema_with};
use crate::out::{counted, wrap};
use clap::Args as ClapArgs;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_rules::{Language, Rule, RuleKind, RuleSet};
use tripline_schema::Schema;

/// Columns of the page.
const WIDTH: usize = 120;

const EXAMPLES: &str = "\
Examples:
  tripline rules show 'Direct Outbound SMB Connection' --rules rules/outbound-smb
  tripline rules show 'Direct Outbound SMB Connection' --rules rules/outbound-smb --rule-version 3
  tripline rules show 'Rare SMB Connection to the Internet' --rules rules/outbound-smb --sources
  tripline rules show rules/outbound-smb/elastic/rare_smb_connection_to_the_internet.toml";

/// Options of `rules show`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The rule, by id, name or file name, or the path of its file. It may be left out where
    /// --rules holds one rule only.
    #[arg(required_unless_present = "paths")]
    rule: Option<String>,
    /// Rule files, or folders with rules; not needed where RULE is a path.
    #[arg(long = "rules", value_name = "PATH", num_args = 1..)]
    paths: Vec<PathBuf>,
    /// Show this older version's query.
    #[arg(long, value_name = "N")]
    rule_version: Option<u32>,
    /// Show which source types the rule can match, and which field the others lack.
    #[arg(long)]
    sources: bool,
    /// Folder with mapping files of your own (with --sources).
    #[arg(long, value_name = "DIR", requires = "sources")]
    mappings: Vec<PathBuf>,
    #[command(flatten)]
    given: Given,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut paths = args.paths.clone();
    if let (Some(rule), true) = (&args.rule, paths.is_empty()) {
        if !Path::new(rule).exists() {
            return Err(Failure::user(format!(
                "`{rule}` is no file; say with --rules PATH where the rule of that name or id is"
            )));
        }
        paths.push(rule.into());
    }
    let set = args.given.load(&paths)?;
    report_problems(&set, false);
    let named = args.rule.as_deref().filter(|_| !args.paths.is_empty());
    let rule = match (named, set.rules.as_slice()) {
        (Some(name), _) => find(&set, name)?,
        (None, [only]) => only,
        (None, several) => {
            let number = counted(several.len(), "rule");
            return Err(Failure::user(format!("{number} found; name the one to show")));
        }
    };
    has_version(&set, rule, args.rule_version)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.sources {
        let schema = schema_with(&args.mappings)?;
        sources::print(&mut out, &set, rule, args.rule_version, &schema)?;
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
    if !rule.description.trim().is_empty() {
        prose(out, &rule.description)?;
        writeln!(out)?;
    }
    for (name, value) in facts(set, rule, version) {
        // A word that is longer than the page is wide, an index pattern, is left whole.
        let lines = wrap(&value, WIDTH - 12);
        for (at, line) in lines.iter().enumerate() {
            writeln!(out, "{:<12}{line}", if at == 0 { name } else { "" })?;
        }
    }
    query(out, set, rule, version)?;
    indicators(out, rule)?;
    filters(out, rule)?;
    exceptions(out, rule)?;
    list(out, "False positives", &rule.false_positives)?;
    let known: Vec<String> = tripline_rules::statements_of(set, rule)
        .iter()
        .filter(|said| said.entry.is_some())
        .map(|said| said.text.to_owned())
        .collect();
    list(out, "From the catalogue of false positives", &known)?;
    if let Some(note) = &rule.note {
        heading(out, "Investigation")?;
        prose(out, note)?;
    }
    if let Some(setup) = &rule.setup {
        heading(out, "Setup")?;
        prose(out, setup)?;
    }
    list(out, "References", &rule.references)?;
    versions(out, rule)
}

/// The table at the head of the page.
fn facts(set: &RuleSet, rule: &Rule, version: Option<u32>) -> Vec<(&'static str, String)> {
    let state = if rule.enabled { "enabled" } else { "disabled" };
    let state = if rule.part_of.is_empty() {
        format!("{state} by default, {}", rule.status.word())
    } else {
        format!("no alerts of its own unless it is named, {}", rule.status.word())
    };
    let block = if rule.building_block { ", building block" } else { "" };
    let language = match rule.language {
        Language::None => String::new(),
        language => format!(", in {}", language.word()),
    };
    let mut facts = vec![
        ("id", rule.id.to_string()),
        ("file", rule.origin.path.display().to_string()),
        ("type", format!("{}{language}{block}", kind(rule))),
        ("severity", format!("{} (risk score {})", rule.severity.word(), rule.risk_score)),
        ("state", state),
        ("can run", can_run(set, rule, version)),
        ("schedule", schedule(rule)),
    ];
    if !rule.indices.is_empty() {
        facts.push(("indices", rule.indices.join(", ")));
    }
    facts.extend(of_kind(rule));
    facts.extend(sigma::facts(set, rule));
    if rule.max_signals < u64::from(u32::MAX) {
        facts.push(("at most", format!("{} a run", counted(rule.max_signals as usize, "alert"))));
    }
    if let Some(notable) = &rule.notable {
        let fields = notable.fields.join(", ");
        facts.push(("notable", format!("`{}`, fields {fields}", notable.title)));
    }
    facts.extend(settings(rule));
    if let Some(risk) = &rule.risk {
        facts.push(("risk", risk.message.clone()));
        for object in &risk.objects {
            let text =
                format!("{} points on the {} in {}", object.score, object.kind, object.field);
            facts.push(("", text));
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
    if !rule.author.is_empty() {
        facts.push(("author", rule.author.join(", ")));
    }
    if let Some(license) = &rule.license {
        facts.push(("licence", license.clone()));
    }
    facts
}

/// What only this type of rule says.
fn of_kind(rule: &Rule) -> Vec<(&'static str, String)> {
    let joined = |fields: &[Arc<str>]| fields.join(" + ");
    match &rule.kind {
        RuleKind::NewTerms { fields, history } => {
            let text = format!("{}, not seen for {}", joined(fields), super::span(*history));
            vec![("new terms", text)]
        }
        RuleKind::Threshold { fields, value, cardinality } => {
            let by = if fields.is_empty() {
                "over all of them".to_owned()
            } else {
                format!("with the same {}", joined(fields))
            };
            let mut text = format!("{} {by}", counted(*value as usize, "event"));
            for (field, value) in cardinality {
                let _ = write!(text, ", of at least {value} different {field}");
            }
            vec![("threshold", format!("at least {text}"))]
        }
        RuleKind::ThreatMatch(threat) => {
            let mut facts = vec![("indicators", threat.indices.join(", "))];
            for (at, group) in threat.groups.iter().enumerate() {
                let entries: Vec<String> = group
                    .iter()
                    .map(|entry| {
                        let order = if entry.negate { "is not" } else { "is" };
                        format!("{} {order} the indicator's {}", entry.field, entry.value)
                    })
                    .collect();
                let name = if at == 0 { "match" } else { "or" };
                facts.push((name, entries.join(" and ")));
            }
            facts.push(("enriched by", threat.path.to_string()));
            facts
        }
        RuleKind::Query
        | RuleKind::Eql
        | RuleKind::Search
        | RuleKind::Correlation
        | RuleKind::Other(_) => vec![],
    }
}

/// What changes the time that a rule goes by, and its alerts.
fn settings(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut facts = vec![];
    if let Some(field) = &rule.timestamp_override {
        let fallback = if rule.timestamp_fallback_disabled { "" } else { ", else @timestamp" };
        facts.push(("window over", format!("{field}{fallback}")));
    }
    let fields = [
        ("ordered by", &rule.timestamp_field),
        ("tiebreaker", &rule.tiebreaker_field),
        ("category", &rule.event_category_override),
    ];
    for (name, field) in fields {
        facts.extend(field.iter().map(|field| (name, field.to_string())));
    }
    if let Some(suppression) = &rule.suppression {
        let mut text = match suppression.group_by.as_slice() {
            [] => "one alert a group".to_owned(),
            fields => format!("one alert for each {}", fields.join(" + ")),
        };
        match suppression.duration {
            Some(duration) => {
                let _ = write!(text, " in {}", super::span(duration));
            }
            None => text.push_str(" and run"),
        }
        if !suppression.group_by.is_empty() && !suppression.group_missing {
            text.push_str(", and for each event that lacks one of them");
        }
        facts.push(("suppression", text));
    }
    if let Some(field) = &rule.overrides.name {
        facts.push(("alert name", format!("the value of {field}")));
    }
    for (at, (field, value, severity)) in rule.overrides.severity.iter().enumerate() {
        let name = if at == 0 { "severity is" } else { "" };
        facts.push((name, format!("{} where {field} is {value}", severity.word())));
    }
    for field in &rule.overrides.risk {
        facts.push(("risk is", format!("the value of {field}")));
    }
    let lists = rule.extra.get("exceptions_list").and_then(|lists| lists.as_array());
    let lists: Vec<&str> =
        lists.into_iter().flatten().filter_map(|l| l["list_id"].as_str()).collect();
    if !lists.is_empty() {
        facts.push(("exceptions", format!("of {}", lists.join(", "))));
    }
    let highlighted = rule.extra.get("investigation_fields").map(|fields| &fields["field_names"]);
    let names: Vec<&str> = highlighted
        .and_then(|names| names.as_array())
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str())
        .collect();
    if !names.is_empty() {
        facts.push(("highlighted", names.join(", ")));
    }
    facts
}

/// The query that picks indicators.
fn indicators(out: &mut dyn Write, rule: &Rule) -> Result<(), Failure> {
    let RuleKind::ThreatMatch(threat) = &rule.kind else { return Ok(()) };
    heading(out, &format!("Indicators ({})", threat.language.word()))?;
    writeln!(out, "{}", threat.query.text.trim())?;
    Ok(())
}

/// Conditions beside the queries, as the file has them.
fn filters(out: &mut dyn Write, rule: &Rule) -> Result<(), Failure> {
    for (key, title) in [("filters", "Filters"), ("threat_filters", "Filters of indicators")] {
        let list = rule.extra.get(key).and_then(|filters| filters.as_array());
        let lines: Vec<String> = list
            .into_iter()
            .flatten()
            .filter(|filter| filter["meta"]["disabled"] != true)
            .map(|filter| {
                let not = if filter["meta"]["negate"] == true { "not " } else { "" };
                format!("{not}{}", filter.get("query").unwrap_or(filter))
            })
            .collect();
        self::list(out, title, &lines)?;
    }
    Ok(())
}

fn exceptions(out: &mut dyn Write, rule: &Rule) -> Result<(), Failure> {
    let on_events = rule.event_exceptions.iter().map(|e| (&e.name, &e.reason));
    let on_rows = rule.exceptions.iter().map(|e| (&e.name, &e.reason));
    let lines: Vec<String> = on_events
        .chain(on_rows)
        .map(|(name, reason)| match reason.as_str() {
            "" => name.clone(),
            reason => format!("{name}: {reason}"),
        })
        .collect();
    list(out, "Exceptions", &lines)
}

fn can_run(set: &RuleSet, rule: &Rule, version: Option<u32>) -> String {
    let compiled = set.compile(rule, version, Schema::builtin());
    let error = compiled.diagnostics.iter().find(|d| d.is_error());
    error.map_or("yes".to_owned(), |d| format!("no: {} ({})", d.message, d.code.id))
}

fn query(
    out: &mut dyn Write,
    set: &RuleSet,
    rule: &Rule,
    version: Option<u32>,
) -> Result<(), Failure> {
    let (language, text) = set.query(rule, version).map_err(|p| Failure::user(p.message))?;
    if text.text.trim().is_empty() {
        return Ok(());
    }
    let version = version.or(rule.version).map(|v| format!(", version {v}")).unwrap_or_default();
    heading(out, &format!("Query ({}{version})", language.word()))?;
    match &rule.document {
        Some(document) => write!(out, "{}", sigma::query(document, &text.text))?,
        None => writeln!(out, "{}", text.text.trim())?,
    }
    Ok(())
}

fn heading(out: &mut dyn Write, title: &str) -> Result<(), Failure> {
    writeln!(out, "\n{title}\n{}", "-".repeat(title.chars().count()))?;
    Ok(())
}

/// Markdown as it is; only lines that are much longer than the page are broken, as an author's own
/// breaks a little further right would leave single words on lines of their own.
fn prose(out: &mut dyn Write, text: &str) -> Result<(), Failure> {
    for line in text.trim().lines() {
        if line.chars().count() <= WIDTH + WIDTH / 4 || line.starts_with(' ') {
            writeln!(out, "{}", line.trim_end())?;
        } else {
            for line in wrap(line, WIDTH) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

fn list(out: &mut dyn Write, title: &str, items: &[String]) -> Result<(), Failure> {
    if items.is_empty() {
        return Ok(());
    }
    heading(out, title)?;
    for item in items {
        for (at, line) in wrap(item, WIDTH - 2).iter().enumerate() {
            writeln!(out, "{} {line}", if at == 0 { '-' } else { ' ' })?;
        }
    }
    Ok(())
}

fn versions(out: &mut dyn Write, rule: &Rule) -> Result<(), Failure> {
    if rule.history.is_empty() {
        return Ok(());
    }
    heading(out, "Versions (show or run one with --rule-version N)")?;
    for version in &rule.history {
        let release = version.release.as_deref().map(|r| format!(" ({r})")).unwrap_or_default();
        let text = format!("{}{release}: {}", version.version, version.change.trim());
        for (at, line) in wrap(&text, WIDTH - 2).iter().enumerate() {
            writeln!(out, "{}{line}", if at == 0 { "" } else { "   " })?;
        }
    }
    Ok(())
}
