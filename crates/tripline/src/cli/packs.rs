//! Options about rules, the same for every verb that loads them.

use super::{Failure, color_err};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use tripline_detect::Selected;
use tripline_diag::did_you_mean;
use tripline_rules::{LoadOptions, RuleSet, load};

/// Which rules.
#[derive(Debug, Args)]
pub struct PackArgs {
    /// Rule files, or folders with rules: Elastic's TOML, Splunk's YAML.
    #[arg(long = "rules", value_name = "PATH", required = true, num_args = 1..)]
    pub rules: Vec<PathBuf>,
    /// Only this rule, by id, name or file name; may be given several times.
    #[arg(long = "rule", value_name = "RULE")]
    pub only: Vec<String>,
    /// Run this older version of the rule (with one --rule).
    #[arg(long, value_name = "N")]
    pub rule_version: Option<u32>,
    /// File of exceptions and filters.
    #[arg(long, value_name = "FILE")]
    pub exceptions: Vec<PathBuf>,
}

impl PackArgs {
    /// Loads the packs. Files that cannot be used are problems of the set.
    pub fn load(&self) -> Result<RuleSet, Failure> {
        for path in self.rules.iter().chain(&self.exceptions) {
            if !path.exists() {
                return Err(Failure::user(format!("{}: no such file or folder", path.display())));
            }
        }
        let set = load(&self.rules, &LoadOptions { exceptions: self.exceptions.clone() });
        Ok(set)
    }

    /// The rules that run: those named by `--rule`, or all.
    pub fn select(&self, set: &RuleSet) -> Result<Vec<Selected>, Failure> {
        if self.rule_version.is_some() && self.only.len() != 1 {
            return Err(Failure::user("--rule-version needs exactly one --rule"));
        }
        if self.only.is_empty() {
            return Ok(set
                .rules
                .iter()
                .map(|rule| Selected { rule: Arc::new(rule.clone()), version: None })
                .collect());
        }
        self.only
            .iter()
            .map(|wanted| {
                let rule = find(set, wanted)?;
                Ok(Selected { rule: Arc::new(rule.clone()), version: self.rule_version })
            })
            .collect()
    }
}

/// The rule of that id, name or file name.
pub fn find<'a>(set: &'a RuleSet, wanted: &str) -> Result<&'a tripline_rules::Rule, Failure> {
    set.find(wanted).ok_or_else(|| {
        let help = did_you_mean(wanted, set.names()).map(|h| format!("; {h}")).unwrap_or_default();
        Failure::user(format!("no rule `{wanted}` among {} loaded{help}", set.rules.len()))
    })
}

/// Prints what is wrong with rule files to standard error. Errors only, unless `all`.
pub fn report_problems(set: &RuleSet, all: bool) {
    let mut err = std::io::stderr().lock();
    for problem in &set.problems {
        if all || problem.diagnostic.is_error() {
            let _ = write!(err, "{}", problem.render(color_err()));
        }
    }
}
