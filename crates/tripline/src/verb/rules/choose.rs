//! Options that choose among the rules of a list. Of an option that is given several times, one
//! must hold; different options must all hold.

use super::kind;
use super::verdict::Verdict;
use clap::Args as ClapArgs;
use tripline_rules::{Named, Rule};
use tripline_schema::wildcard_match;

const HEADING: &str = "Choosing rules";

/// Which rules are listed.
#[derive(Debug, Default, ClapArgs)]
pub struct Choice {
    /// Only rules of this type.
    #[arg(long = "type", value_name = "TYPE", help_heading = HEADING, value_parser = [
        "query", "eql", "new_terms", "threshold", "threat_match", "search", "esql",
        "machine_learning", "saved_query",
    ])]
    kind: Vec<String>,
    /// Only rules in this language; `none` for rules without a query.
    #[arg(long, help_heading = HEADING, value_parser = ["kql", "eql", "spl", "esql", "lucene", "none"])]
    language: Vec<String>,
    /// Only rules of this severity.
    #[arg(long, help_heading = HEADING, value_parser = ["informational", "low", "medium", "high", "critical"])]
    severity: Vec<String>,
    /// Only rules with an ATT&CK tactic of this id or name.
    #[arg(long, value_name = "ID or NAME", help_heading = HEADING)]
    tactic: Vec<String>,
    /// Only rules with an ATT&CK technique of this id (with its sub-techniques) or name.
    #[arg(long, value_name = "ID or NAME", help_heading = HEADING)]
    technique: Vec<String>,
    /// Only rules with this tag; `*` stands for any text.
    #[arg(long, help_heading = HEADING)]
    tag: Vec<String>,
    /// Only rules that can match this source type, or one of this family: `windows.sysmon.1`,
    /// `windows`.
    #[arg(long, help_heading = HEADING)]
    source: Vec<String>,
    /// Only rules of this maturity.
    #[arg(long, help_heading = HEADING, value_parser = ["production", "experimental", "deprecated", "development"])]
    status: Vec<String>,
    /// Only building blocks, whose alerts are hidden by default.
    #[arg(long, help_heading = HEADING)]
    building_block: bool,
    /// Only rules that are enabled.
    #[arg(long, help_heading = HEADING)]
    enabled: bool,
    /// Only rules that are disabled.
    #[arg(long, help_heading = HEADING, conflicts_with = "enabled")]
    disabled: bool,
    /// Only rules that can run.
    #[arg(long, help_heading = HEADING)]
    runnable: bool,
    /// Only rules that cannot run, with the reason.
    #[arg(long, help_heading = HEADING, conflicts_with = "runnable")]
    broken: bool,
}

impl Choice {
    /// Whether a rule is asked for, by what its file says.
    pub fn of_file(&self, rule: &Rule) -> bool {
        let tactics = || rule.threat.iter().filter_map(|t| t.tactic.as_ref());
        let techniques = || rule.threat.iter().flat_map(|t| &t.techniques);
        any(&self.kind, |wanted| kind(rule) == wanted)
            && any(&self.language, |wanted| rule.language.word() == wanted)
            && any(&self.severity, |wanted| rule.severity.word() == wanted)
            && any(&self.tactic, |wanted| tactics().any(|named| is(named, wanted)))
            && any(&self.technique, |wanted| techniques().any(|named| is(named, wanted)))
            && any(&self.tag, |wanted| {
                let wanted = wanted.to_lowercase();
                rule.tags.iter().any(|tag| wildcard_match(&wanted, &tag.to_lowercase()))
            })
            && any(&self.status, |wanted| rule.status.word() == wanted)
            && (!self.building_block || rule.building_block)
            && (!self.enabled || rule.enabled)
            && (!self.disabled || !rule.enabled)
    }

    /// Whether it is asked for, by what its compilation shows.
    pub fn of_verdict(&self, verdict: &Verdict) -> bool {
        any(&self.source, |wanted| verdict.sources.iter().any(|id| of_family(id, wanted)))
            && (!self.runnable || verdict.error.is_none())
            && (!self.broken || verdict.error.is_some())
    }
}

fn any(wanted: &[String], holds: impl Fn(&str) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(|one| holds(one))
}

/// By id, the id that it is below, or name.
fn is(named: &Named, wanted: &str) -> bool {
    let parent = named.id.split('.').next().unwrap_or_default();
    [&*named.id, parent, &*named.name].iter().any(|name| name.eq_ignore_ascii_case(wanted))
}

fn of_family(id: &str, wanted: &str) -> bool {
    id.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
