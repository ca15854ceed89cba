//! Options about rules, the same for every verb that loads them.

use super::{Failure, color_err, io_reason};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_detect::Selected;
use tripline_diag::did_you_mean;
use tripline_rules::{LoadOptions, Rule, RuleSet, load};

/// Which rules.
#[derive(Debug, Args)]
pub struct PackArgs {
    /// Rule files, or folders with rules: Elastic's TOML, Kibana's exports (NDJSON or JSON),
    /// Splunk's and Sigma's YAML. Takes all paths that follow, so name the logs first.
    #[arg(long = "rules", value_name = "PATH", required = true, num_args = 1.., help_heading = "Choosing rules")]
    pub rules: Vec<PathBuf>,
    /// Only this rule, by id, name or file name; may be given several times, or several ids with
    /// commas between. It runs even where its file disables it.
    #[arg(long = "rule", value_name = "RULE", help_heading = "Choosing rules")]
    pub only: Vec<String>,
    /// Run this older version of the rule (with one --rule); `rules show` lists them.
    #[arg(long, value_name = "N", help_heading = "Choosing rules")]
    pub rule_version: Option<u32>,
    /// File of exceptions: our TOML, or exception lists that Kibana exported (NDJSON); may be
    /// given several times.
    #[arg(long, value_name = "FILE", help_heading = "Choosing rules")]
    pub exceptions: Vec<PathBuf>,
    #[command(flatten)]
    pub given: Given,
}

impl PackArgs {
    /// Loads the packs. Rule files that cannot be used are problems of the set; an exception file
    /// that cannot is a failure, as alerts that somebody excluded would come back.
    pub fn load(&self) -> Result<RuleSet, Failure> {
        let options = LoadOptions { exceptions: self.exceptions.clone(), ..self.given.options() };
        load_with(&self.rules, &options)
    }

    /// The rules that run: those named by `--rule`, or all but those that a correlation keeps for
    /// itself (`generate` is not set).
    pub fn select(&self, set: &RuleSet) -> Result<Vec<Selected>, Failure> {
        let only = self.named(set);
        if self.rule_version.is_some() && only.len() != 1 {
            return Err(Failure::user("--rule-version needs exactly one --rule"));
        }
        if only.is_empty() {
            return Ok(set
                .rules
                .iter()
                .filter(|rule| rule.part_of.is_empty())
                .map(|rule| Selected { rule: Arc::clone(rule), version: None })
                .collect());
        }
        only.into_iter()
            .map(|wanted| {
                let rule = find(set, wanted)?;
                has_version(set, rule, self.rule_version)?;
                Ok(Selected { rule: Arc::clone(rule), version: self.rule_version })
            })
            .collect()
    }
}

impl PackArgs {
    /// The names of `--rule`. A comma separates two, unless it is part of a rule's name.
    fn named<'a>(&'a self, set: &RuleSet) -> Vec<&'a str> {
        let mut names = vec![];
        for text in &self.only {
            if text.contains(',') && find(set, text).is_err() {
                names.extend(text.split(',').map(str::trim).filter(|name| !name.is_empty()));
            } else {
                names.push(text.as_str());
            }
        }
        names
    }
}

/// What Sigma's rules leave to the place where they run.
#[derive(Debug, Args)]
pub struct Given {
    /// File of what the placeholders of Sigma's rules stand for (YAML: `Servers: [srv-*, db-*]`);
    /// may be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Choosing rules")]
    placeholders: Vec<PathBuf>,
    /// Processing pipeline that fits Sigma's rules to data that they were not written for (pySigma's
    /// YAML); may be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Choosing rules")]
    pipeline: Vec<PathBuf>,
}

impl Given {
    /// As options of loading.
    pub fn options(&self) -> LoadOptions {
        LoadOptions {
            placeholders: self.placeholders.clone(),
            pipelines: self.pipeline.clone(),
            ..LoadOptions::default()
        }
    }

    /// Loads what there is with it, be it no rule at all.
    pub fn load_any(&self, rules: &[PathBuf]) -> Result<RuleSet, Failure> {
        let options = self.options();
        exist(&files(&options))?;
        let set = load(rules, &options);
        usable(&set, &options)?;
        Ok(set)
    }

    /// Loads rules with it.
    pub fn load(&self, rules: &[PathBuf]) -> Result<RuleSet, Failure> {
        load_with(rules, &self.options())
    }
}

/// Fails unless all paths can be opened.
pub fn exist(paths: &[PathBuf]) -> Result<(), Failure> {
    for path in paths {
        std::fs::metadata(path)
            .map_err(|e| Failure::user(format!("{}: {}", path.display(), io_reason(&e))))?;
    }
    Ok(())
}

/// Loads rules, and what was given for them.
pub fn load_with(paths: &[PathBuf], options: &LoadOptions) -> Result<RuleSet, Failure> {
    exist(&files(options))?;
    let set = load_rules(paths, options)?;
    usable(&set, options)?;
    Ok(set)
}

/// The files that were given beside the rules.
fn files(options: &LoadOptions) -> Vec<PathBuf> {
    let given = options.exceptions.iter().chain(&options.placeholders).chain(&options.pipelines);
    given.cloned().collect()
}

/// A problem of a file that was given beside the rules is a failure if it is an error, and is shown
/// if it is none.
fn usable(set: &RuleSet, options: &LoadOptions) -> Result<(), Failure> {
    let files = files(options);
    let mut shown = String::new();
    let mut errors = false;
    for problem in set.problems.iter().filter(|p| files.contains(&p.path)) {
        errors |= problem.diagnostic.is_error();
        shown.push_str(&problem.render(color_err()));
    }
    if errors {
        return Err(Failure::Shown(shown));
    }
    let _ = write!(std::io::stderr(), "{shown}");
    Ok(())
}

/// Loads rules from paths that exist and hold at least one.
fn load_rules(paths: &[PathBuf], options: &LoadOptions) -> Result<RuleSet, Failure> {
    exist(paths)?;
    let set = load(paths, options);
    if set.rules.is_empty() {
        report_problems(&set, true);
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::user(format!(
            "no rule to run: none was found in {}",
            names.join(", ")
        )));
    }
    Ok(set)
}

/// The rule of that id, name or file name.
pub fn find<'a>(set: &'a RuleSet, wanted: &str) -> Result<&'a Arc<Rule>, Failure> {
    let named = || {
        let path = Path::new(wanted);
        set.rules.iter().find(|rule| rule.origin.path == path)
    };
    set.find(wanted).or_else(named).ok_or_else(|| {
        let help = did_you_mean(wanted, set.names()).unwrap_or_else(|| similar(set, wanted));
        let loaded = crate::out::count(set.rules.len() as u64);
        Failure::user(format!("no rule `{wanted}` among the {loaded} loaded; {help}"))
    })
}

/// Rules whose name has all of the words, or where to look.
fn similar(set: &RuleSet, wanted: &str) -> String {
    let words: Vec<String> = wanted.split_whitespace().map(str::to_lowercase).collect();
    let fits = |rule: &&Arc<Rule>| {
        let name = rule.name.to_lowercase();
        words.iter().all(|word| name.contains(word.as_str()))
    };
    let names: Vec<String> =
        set.rules.iter().filter(fits).map(|rule| format!("`{}`", rule.name)).collect();
    match names.as_slice() {
        [] => "`tripline rules list PATH` lists them".to_owned(),
        [name] => format!("did you mean {name}?"),
        names if words.is_empty() || names.len() > 5 => {
            format!("`{wanted}` is in the names of {} of them", names.len())
        }
        names => format!("did you mean one of {}?", names.join(", ")),
    }
}

/// Fails unless the rule has that version.
pub fn has_version(set: &RuleSet, rule: &Rule, version: Option<u32>) -> Result<(), Failure> {
    set.query(rule, version).map(|_| ()).map_err(|problem| {
        let help = problem.help.map(|h| format!("; {h}")).unwrap_or_default();
        Failure::user(format!("{}{help}", problem.message))
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
