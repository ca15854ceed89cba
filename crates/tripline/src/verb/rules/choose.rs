//! Options that choose among the rules of a list. Of an option that is given several times, one
//! must hold; different options must all hold.

use super::kind;
use super::verdict::Verdict;
use clap::Args as ClapArgs;
use std::sync::Arc;
use tripline_diag::did_you_mean;
use tripline_rules::{Named, Rule};
use tripline_schema::{Schema, wildcard_match};

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
            && any(&self.tag, |wanted| rule.tags.iter().any(|tag| tagged(wanted, tag)))
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

impl Choice {
    /// A sentence for each name that is no tactic, technique or tag of any rule, or no source that
    /// the schema knows, with the nearest that is.
    pub fn unknown(&self, rules: &[Arc<Rule>], schema: &Schema) -> Vec<String> {
        let mut said = vec![];
        let tactics: Vec<&Named> =
            rules.iter().flat_map(|r| &r.threat).filter_map(|t| t.tactic.as_ref()).collect();
        let techniques: Vec<&Named> =
            rules.iter().flat_map(|r| &r.threat).flat_map(|t| &t.techniques).collect();
        for (what, wanted, known) in
            [("tactic", &self.tactic, tactics), ("technique", &self.technique, techniques)]
        {
            for wanted in wanted.iter().filter(|w| !known.iter().any(|named| is(named, w))) {
                let names = known.iter().flat_map(|named| [&*named.id, &*named.name]);
                said.push(sentence(&format!("no rule has the {what}"), wanted, names));
            }
        }
        let tags = || rules.iter().flat_map(|rule| &rule.tags).map(|tag| &**tag);
        for wanted in self.tag.iter().filter(|w| !tags().any(|tag| tagged(w, tag))) {
            said.push(sentence("no rule has the tag", wanted, tags()));
        }
        let sources = || schema.mappings().iter().map(|mapping| &*mapping.id);
        for wanted in self.source.iter().filter(|w| !sources().any(|id| of_family(id, w))) {
            let families = sources().flat_map(|id| [id, id.split('.').next().unwrap_or(id)]);
            said.push(sentence("no source is called", wanted, families));
        }
        said
    }
}

fn sentence<'a>(said: &str, wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let help = did_you_mean(wanted, known).map(|help| format!("; {help}")).unwrap_or_default();
    format!("{said} `{wanted}`{help}")
}

/// Whether a tag is asked for, whatever the case.
fn tagged(wanted: &str, tag: &str) -> bool {
    wildcard_match(&wanted.to_lowercase(), &tag.to_lowercase())
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
