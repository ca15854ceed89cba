//! Elastic's rules over recorded attacks: which rules fire on what, and for each data set that is
//! labelled with a technique whether a rule of that technique fires.
//!
//! A corpus is hunted at once, and an alert belongs to the files that its events come from: data
//! sets are of different hosts and times, so that they do not meet in a window.

use crate::support::{all, corpora, execution, run};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use tripline_detect::{Alert, Hunt, HuntOptions};
use tripline_events::discover;
use tripline_rules::{LoadOptions, Rule, load};

/// 2026-01-01T00:00:00Z, after the newest record.
const NOW: i64 = 1_767_225_600_000_000_000;

const CORPORA: [&str; 4] = ["evtx", "windows-json", "otrf", "whole-host"];

/// The other logs, without labels that are about Elastic's rules.
const OTHERS: [&str; 5] = ["cloud", "sigma-regression", "smb-outbound", "suricata", "zeek"];

/// The tactics that folders are named after.
const TACTICS: [&str; 8] = [
    "Command and Control",
    "Credential Access",
    "Defense Evasion",
    "Discovery",
    "Execution",
    "Lateral Movement",
    "Persistence",
    "Privilege Escalation",
];

/// What somebody says that a file shows.
/// A row on what became of all rules.
fn row(corpus: &str, found: &Hunt) -> String {
    let start = execution(corpus, found, |rule, codes| {
        assert_eq!(codes, ["RUL009"], "{corpus}: {rule}");
    });
    format!("{start} {} |\n", found.alerts.len())
}

#[derive(Default)]
struct Label {
    techniques: BTreeSet<String>,
    /// A tactic by its name, where no technique is named.
    tactic: Option<String>,
}

/// The alerts of a data set, by rule.
type ByRule<'a> = BTreeMap<&'a str, (&'a Rule, u64)>;

#[test]
fn recorded_attacks() {
    let Some(corpora) = corpora("recorded_attacks") else { return };
    let set = load(&[corpora.join("rules/elastic")], &LoadOptions::default());
    let selected = all(&set);
    let otrf = otrf_labels(&corpora.join("logs/otrf/metadata"));
    let mut by_rule: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut executed = String::new();
    let mut summary = String::new();
    let mut details = String::new();
    for corpus in CORPORA {
        let folder = corpora.join("logs").join(corpus);
        let inputs = discover(std::slice::from_ref(&folder), None).unwrap();
        let mut options = HuntOptions::at(NOW);
        options.threads = 2;
        let found = run(&inputs, &set, &selected, &options);
        executed.push_str(&row(corpus, &found));
        for alert in &found.alerts {
            *by_rule.entry(alert.rule.name.to_string()).or_default().entry(corpus).or_default() +=
                1;
        }
        let mut counts = Counts::default();
        let _ = writeln!(
            details,
            "\n## {corpus}\n\n| data set | label | | rules of the label | other rules |\n|---|---|---|---|---|"
        );
        let mut names: Vec<String> = inputs
            .iter()
            .filter_map(|i| {
                Some(Path::new(&*i.name).strip_prefix(&folder).ok()?.display().to_string())
            })
            .filter(|name| !name.contains("LICENSE") && !name.starts_with("metadata"))
            .collect();
        names.sort();
        for name in names {
            let label = label(corpus, &name, &otrf);
            let mine = alerts_of(&found.alerts, &folder.join(&name));
            counts.add(&label, &mine);
            let (of_it, others): (Vec<_>, Vec<_>) =
                mine.values().partition(|(rule, _)| label.fits(rule));
            let verdict = match (label.is_empty(), of_it.is_empty()) {
                (true, _) => "-",
                (false, false) => "hit",
                (false, true) => "miss",
            };
            let list = |rules: &[&(&Rule, u64)]| -> String {
                let texts: Vec<String> =
                    rules.iter().map(|(rule, count)| format!("{} ({count})", rule.name)).collect();
                texts.join("; ").replace('|', "\\|")
            };
            let _ = writeln!(
                details,
                "| {} | {} | {verdict} | {} | {} |",
                name.replace('|', "\\|"),
                label.text(),
                list(&of_it),
                list(&others),
            );
        }
        let _ = writeln!(
            summary,
            "| {corpus} | {} | {} | {} | {} | {} | {} | {} |",
            counts.sets,
            found.summary.event_count(),
            counts.labelled,
            counts.hit,
            counts.labelled - counts.hit,
            counts.silent,
            found.alerts.len(),
        );
    }
    let mut table = String::from(
        "# Elastic's rules over recorded attacks\n\n\
         Written by `SPEC_UPDATE=1 cargo test -p tripline-spec`. A data set is a file; its label, a technique\n\
         or a tactic, comes from its folder, its name or its metadata. It is a hit if a rule of that\n\
         technique or of its parent (or of the tactic) fires on it.\n\n\
         | corpus | data sets | events | labelled | hit | miss | without any alert | alerts |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    table.push_str(&summary);
    for corpus in OTHERS {
        let inputs = discover(&[corpora.join("logs").join(corpus)], None).unwrap();
        let mut options = HuntOptions::at(NOW);
        options.threads = 2;
        executed.push_str(&row(corpus, &run(&inputs, &set, &selected, &options)));
    }
    table.push_str(
        "\n## Every rule over every corpus\n\n\
         A rule that is not applicable has no source or field there; one that is not run is of a kind that\n\
         is not run yet (RUL009).\n\n\
         | corpus | events | set aside | rules that ran | not applicable | not run | alerts |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    table.push_str(&executed);
    table.push_str(&details);
    let _ = writeln!(
        table,
        "\n## Alerts by rule\n\n| rule | {} |\n|---|---:|---:|---:|---:|",
        CORPORA.join(" | ")
    );
    for (rule, counts) in &by_rule {
        let cells: Vec<String> = CORPORA
            .iter()
            .map(|corpus| counts.get(corpus).map_or_else(String::new, u64::to_string))
            .collect();
        let _ = writeln!(table, "| {} | {} |", rule.replace('|', "\\|"), cells.join(" | "));
    }
    tripline_spec::check("attack-data.md", &table).unwrap();
}

#[derive(Default)]
struct Counts {
    sets: u64,
    labelled: u64,
    hit: u64,
    silent: u64,
}

impl Counts {
    fn add(&mut self, label: &Label, alerts: &ByRule<'_>) {
        self.sets += 1;
        self.labelled += u64::from(!label.is_empty());
        self.hit += u64::from(alerts.values().any(|(rule, _)| label.fits(rule)));
        // One rule, made for first steps, fires on everything; it is mapped to nothing.
        self.silent += u64::from(alerts.values().all(|(rule, _)| rule.threat.is_empty()));
    }
}

/// The alerts with an event from a file.
fn alerts_of<'a>(alerts: &'a [Alert], file: &Path) -> ByRule<'a> {
    let mut found = ByRule::new();
    for alert in alerts {
        if alert.events.iter().any(|event| Path::new(&*event.input).starts_with(file)) {
            found.entry(&alert.rule.name).or_insert((&alert.rule, 0)).1 += 1;
        }
    }
    found
}

impl Label {
    fn is_empty(&self) -> bool {
        self.techniques.is_empty() && self.tactic.is_none()
    }

    fn text(&self) -> String {
        let mut parts: Vec<&str> = self.techniques.iter().map(String::as_str).collect();
        parts.extend(self.tactic.as_deref());
        parts.join(", ")
    }

    /// Whether a rule is mapped to one of the techniques or its parent, or to the tactic.
    fn fits(&self, rule: &Rule) -> bool {
        rule.threat.iter().any(|threat| {
            let tactic = threat.tactic.as_ref().map(|t| t.name.as_str());
            (tactic.is_some() && tactic == self.tactic.as_deref())
                || threat.techniques.iter().any(|has| {
                    self.techniques.iter().any(|wanted| {
                        *wanted == has.id || wanted.split('.').next() == Some(&has.id)
                    })
                })
        })
    }
}

fn label(corpus: &str, name: &str, otrf: &BTreeMap<String, BTreeSet<String>>) -> Label {
    match corpus {
        "otrf" => {
            // The folder of a file is named as the archive that it came in.
            let folder = Path::new(name).parent().and_then(Path::file_name).unwrap_or_default();
            let archive = folder.to_string_lossy().to_ascii_lowercase();
            let techniques = otrf.get(&archive).cloned().unwrap_or_default();
            Label { techniques, tactic: None }
        }
        "whole-host" => {
            let technique = if name.starts_with("procdump") { "T1003.001" } else { "T1027" };
            Label { techniques: [technique.to_owned()].into(), tactic: None }
        }
        _ => {
            let techniques = techniques(name);
            let folder = name.split('/').nth(1).unwrap_or_default();
            let tactic = techniques.is_empty().then(|| folder.to_owned());
            let known = |t: &String| TACTICS.contains(&t.as_str());
            Label { techniques, tactic: tactic.filter(known) }
        }
    }
}

/// Technique ids in a text: `T1021.002`. `.xxx` stands for any subtechnique.
fn techniques(text: &str) -> BTreeSet<String> {
    let bytes = text.as_bytes();
    let digits = |from: usize, count: usize| {
        bytes.get(from..from + count).is_some_and(|d| d.iter().all(u8::is_ascii_digit))
    };
    let mut found = BTreeSet::new();
    for at in 0..bytes.len() {
        let start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if start && bytes[at].eq_ignore_ascii_case(&b't') && digits(at + 1, 4) {
            let mut id = text[at..at + 5].to_ascii_uppercase();
            if bytes.get(at + 5) == Some(&b'.') && digits(at + 6, 3) {
                id.push_str(&text[at + 5..at + 9]);
            }
            found.insert(id);
        }
    }
    found
}

/// The techniques of each archive of the OTRF data sets, by the archive's name in lower case.
fn otrf_labels(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let value = |line: &str, key: &str| -> Option<String> {
        let rest = line.trim().trim_start_matches("- ").strip_prefix(key)?;
        Some(rest.trim().trim_matches(['"', '\'']).to_owned())
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut techniques: Vec<String> = Vec::new();
        let mut archives: Vec<String> = Vec::new();
        for line in text.lines() {
            if let Some(id) = value(line, "technique:") {
                techniques.push(id);
            } else if let Some(sub) = value(line, "sub-technique:").filter(|s| !s.is_empty()) {
                if let Some(last) = techniques.last_mut() {
                    let _ = write!(last, ".{sub}");
                }
            } else if let Some(link) = value(line, "link:") {
                let name = link.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
                archives.push(name.split('.').next().unwrap_or_default().to_owned());
            }
        }
        for archive in archives {
            labels.entry(archive).or_default().extend(techniques.iter().cloned());
        }
    }
    labels
}
