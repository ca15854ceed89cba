//! Sigma's rules over logs: the regression data that come with them, and all log corpora.

use crate::support::{all, corpora, execution, run};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_detect::{Hunt, HuntOptions, Selected};
use tripline_events::discover;
use tripline_rules::{LoadOptions, RuleSet, load};

/// 2027-01-01T00:00:00Z, after the newest record.
const NOW: i64 = 1_798_761_600_000_000_000;

/// The folders with rules that are to be run; `rules-placeholder` needs values of one's own.
const FOLDERS: [&str; 5] =
    ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "rules-dfir"];

/// Where the data say another count than the rule's text: what the rule matches, and why.
const OTHER_COUNTS: [(&str, usize, &str); 1] = [(
    "8fbf3271-1ef6-4e94-8210-03c2317947f6",
    3,
    "three of the six files end in `\\procdump.exe`, `\\procdump64.exe`, `\\procdump64a.exe`, \
     which the rule lists",
)];

/// One recorded match of a rule.
struct Pair {
    rule: String,
    folder: PathBuf,
    /// None: at least one.
    expected: Option<usize>,
    /// Whether there is a test at all.
    tested: bool,
}

fn rules(corpora: &Path) -> RuleSet {
    let folders: Vec<PathBuf> =
        FOLDERS.iter().map(|folder| corpora.join("rules/sigma").join(folder)).collect();
    load(&folders, &LoadOptions::default())
}

fn options() -> HuntOptions {
    let mut options = HuntOptions::at(NOW);
    options.threads = 2;
    options
}

/// What stands after a key in one of the data's short YAML files.
fn entry<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let line = line.trim_start().trim_start_matches("- ");
        Some(line.strip_prefix(key)?.strip_prefix(':')?.trim())
    })
}

fn pairs(folder: &Path, found: &mut Vec<Pair>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            pairs(&path, found);
        } else if path.ends_with("info.yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let (_, metadata) = text.split_once("rule_metadata:").unwrap();
            found.push(Pair {
                rule: entry(metadata, "id").unwrap().to_owned(),
                folder: folder.to_owned(),
                expected: entry(&text, "match_count").map(|n| n.parse().unwrap()),
                tested: entry(&text, "path").is_some(),
            });
        }
    }
}

/// How often a rule fires on the files of a folder with that ending; None: there is none.
fn matches(set: &RuleSet, pair: &Pair, ending: &str) -> Option<usize> {
    let rule = set.rules.iter().find(|r| *r.id == *pair.rule);
    let rule = rule.unwrap_or_else(|| panic!("no rule {}", pair.rule));
    let pattern = format!("*.{ending}");
    let inputs = discover(std::slice::from_ref(&pair.folder), Some(&pattern)).unwrap();
    if inputs.is_empty() {
        return None;
    }
    let selected = [Selected { rule: Arc::clone(rule), version: None }];
    let found = run(&inputs, set, &selected, &options());
    assert_eq!(found.summary.set_aside_count(), 0, "{}", pair.folder.display());
    Some(found.alerts.len())
}

#[test]
fn regression_data() {
    let Some(corpora) = corpora("regression_data") else { return };
    let set = rules(&corpora);
    let root = corpora.join("logs/sigma-regression");
    let mut found = vec![];
    pairs(&root, &mut found);
    let (mut right, mut wrong) = (BTreeMap::from([("evtx", 0), ("json", 0)]), vec![]);
    let mut rows = String::new();
    for pair in &found {
        let name = pair.folder.strip_prefix(&root).unwrap().display().to_string();
        let other = OTHER_COUNTS.iter().find(|(rule, ..)| *rule == pair.rule);
        let mut cells = vec![];
        for ending in ["evtx", "json"] {
            let count = matches(&set, pair, ending);
            cells.push(count.map_or_else(|| "-".to_owned(), |count| count.to_string()));
            if !pair.tested {
                continue;
            }
            let count = count.unwrap_or_else(|| panic!("{name}: no {ending}"));
            let expected = other.map(|(_, count, _)| *count).or(pair.expected);
            if expected.map_or(count > 0, |expected| count == expected) {
                *right.get_mut(ending).unwrap() += 1;
            } else {
                wrong.push(format!("{name}.{ending}: {count}, not {expected:?}"));
            }
        }
        let expected = match (pair.tested, pair.expected) {
            (false, _) => "no test".to_owned(),
            (true, None) => "some".to_owned(),
            (true, Some(expected)) => expected.to_string(),
        };
        let note = match other {
            Some((.., why)) => *why,
            None if !pair.tested => "lines of text, and the test is commented out",
            None => "",
        };
        let _ = writeln!(rows, "| {name} | {expected} | {} | {note} |", cells.join(" | "));
    }
    let table = format!(
        "# SigmaHQ's regression data\n\n\
         Written by `SPEC_UPDATE=1 cargo test -p tripline-spec`. Each rule over the recording that comes with\n\
         it, once from the EVTX file and once from the JSON beside it; expected is the `match_count` of its\n\
         `info.yml`.\n\n\
         {} recordings, {} with a test: {} right from EVTX, {} from JSON.\n\n\
         | recording | expected | EVTX | JSON | |\n|---|---:|---:|---:|---|\n{rows}",
        found.len(),
        found.iter().filter(|pair| pair.tested).count(),
        right["evtx"],
        right["json"],
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    tripline_spec::check("sigma-regression.md", &table).unwrap();
}

#[test]
fn every_corpus() {
    let Some(corpora) = corpora("every_corpus") else { return };
    let set = rules(&corpora);
    let selected = all(&set);
    let mut executed = String::new();
    let mut by_rule: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    const CORPORA: [&str; 9] = [
        "evtx",
        "windows-json",
        "otrf",
        "whole-host",
        "sigma-regression",
        "cloud",
        "zeek",
        "suricata",
        "smb-outbound",
    ];
    for corpus in CORPORA {
        let inputs = discover(&[corpora.join("logs").join(corpus)], None).unwrap();
        let found = run(&inputs, &set, &selected, &options());
        executed.push_str(&row(corpus, &found));
        for alert in &found.alerts {
            *by_rule.entry(alert.rule.name.to_string()).or_default().entry(corpus).or_default() +=
                1;
        }
    }
    let mut table = format!(
        "# Sigma's rules over the log corpora\n\n\
         Written by `SPEC_UPDATE=1 cargo test -p tripline-spec`. All rules of SigmaHQ's folders of rules, but\n\
         for `rules-placeholder`. A rule that is not applicable has no source there that answers to its log\n\
         source; one that is not run lacks the value of a placeholder (SIG021).\n\n\
         | corpus | events | set aside | rules that ran | not applicable | not run | rules with alerts | alerts |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n\
         {executed}\n\
         ## Alerts by rule\n\n\
         | rule | {} |\n|---|{}\n",
        CORPORA.join(" | "),
        "---:|".repeat(CORPORA.len()),
    );
    for (rule, counts) in &by_rule {
        let cells =
            CORPORA.map(|corpus| counts.get(corpus).map_or(String::new(), usize::to_string));
        let _ = writeln!(table, "| {} | {} |", rule.replace('|', "\\|"), cells.join(" | "));
    }
    tripline_spec::check("sigma-logs.md", &table).unwrap();
}

/// A row on what became of all rules.
fn row(corpus: &str, found: &Hunt) -> String {
    let start = execution(corpus, found, |rule, codes| {
        assert!(codes.iter().all(|c| *c == "SIG021"), "{corpus}: {rule}: {codes:?}");
    });
    let rules: BTreeSet<&str> = found.alerts.iter().map(|a| &*a.rule.id).collect();
    format!("{start} {} | {} |\n", rules.len(), found.alerts.len())
}
