//! The rules of `rules/outbound-smb`.

use std::path::{Path, PathBuf};
use tripline_rules::{
    Language, LoadOptions, Rule, RuleKind, RuleSet, Schedule, Severity, Status, load,
    statements_by_technique, statements_of,
};
use tripline_schema::Schema;

const MINUTE: i64 = 60_000_000_000;

fn root(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(name)
}

fn ours() -> RuleSet {
    let set = load(&[root("rules/outbound-smb")], &LoadOptions::default());
    let problems: Vec<String> = set.problems.iter().map(|p| p.render(false)).collect();
    assert_eq!(problems, Vec::<String>::new());
    set
}

const EQL: &str = "c82c7d8f-fb9e-4874-a4bd-fd9e3f9becf1";
const NEW_TERMS: &str = "f580bf0a-2d23-43bb-b8e1-17548bb947ec";
const QUERY: &str = "c82b2bd8-d701-420c-ba43-f11a155b681a";
const SEARCH: &str = "1bed7774-304a-4e8f-9d72-d80e45ff492b";

fn facts(rule: &Rule) -> (Severity, u32, Option<u32>, usize, bool) {
    (rule.severity, rule.risk_score, rule.version, rule.indices.len(), rule.enabled)
}

#[test]
fn they_are_as_their_pages_say() {
    let set = ours();
    assert_eq!(set.rules.len(), 4);
    let nine = Schedule::Interval { every: 5 * MINUTE, from: 9 * MINUTE, to: 0 };
    for (id, expected) in [
        (EQL, (Severity::Medium, 47, Some(6), 3, true)),
        (NEW_TERMS, (Severity::Medium, 47, None, 6, true)),
        (QUERY, (Severity::High, 73, Some(103), 4, true)),
    ] {
        let rule = set.find(id).unwrap();
        assert_eq!(facts(rule), expected, "{id}");
        assert_eq!(rule.schedule, nine);
        assert_eq!(rule.max_signals, 100);
    }
    let RuleKind::NewTerms { fields, history } = &set.find(NEW_TERMS).unwrap().kind else {
        panic!()
    };
    assert_eq!((&*fields[0], *history), ("destination.ip", 7 * 24 * 60 * MINUTE));

    let search = set.find("detect_outbound_smb_traffic").unwrap();
    assert_eq!(&*search.id, SEARCH);
    assert_eq!(facts(search), (Severity::Low, 25, Some(6), 0, false));
    assert_eq!(search.status, Status::Experimental);
    let notable = search.notable.as_ref().unwrap();
    assert_eq!(notable.title, "Detect Outbound SMB Traffic");
    assert_eq!(notable.fields, ["user", "dest"]);
    let risk = search.risk.as_ref().unwrap();
    assert_eq!((&*risk.objects[0].field, &*risk.objects[0].kind), ("src_ip", "system"));
    assert_eq!(risk.objects[0].score, 25);
    assert_eq!(risk.threat_objects, [("dest_ip".to_owned(), "ip_address".to_owned())]);
    assert!(risk.message.contains("$src_ip$") && risk.message.contains("$dest_ip$"));
    let cron = Schedule::Cron {
        cron: "0 * * * *".into(),
        earliest: "-70m@m".into(),
        latest: "-10m@m".into(),
    };
    assert_eq!(search.schedule, cron);
}

#[test]
fn all_versions_compile() {
    let set = ours();
    for rule in &set.rules {
        let versions = rule.history.iter().map(|v| Some(v.version));
        for version in std::iter::once(None).chain(versions) {
            let compiled = set.compile(rule, version, Schema::builtin());
            let (_, query) = set.query(rule, version).unwrap();
            let said: Vec<String> = compiled
                .diagnostics
                .iter()
                .map(|d| tripline_diag::render(d, query, false))
                .collect();
            assert!(compiled.plan.is_some(), "{} {version:?}\n{}", rule.name, said.join("\n"));
        }
    }
}

#[test]
fn the_history_of_the_sequence() {
    let set = ours();
    let rule = set.find(EQL).unwrap();
    let languages: Vec<(u32, Language)> =
        [6, 5, 4, 3, 2, 1].map(|v| (v, set.query(rule, Some(v)).unwrap().0)).to_vec();
    assert_eq!(
        languages,
        [
            (6, Language::Eql),
            (5, Language::Eql),
            (4, Language::Kql),
            (3, Language::Kql),
            (2, Language::Kql),
            (1, Language::Kql),
        ]
    );
    let text = |v| set.query(rule, Some(v)).unwrap().1.text.clone();
    assert_eq!(text(4), text(3), "version 4 changed formatting only");
    assert!(text(3).contains("event.type:connection"));
    assert!(text(2).contains("NetworkConnect") && text(2).contains("(127.0.0.1 or"));
    assert!(text(1).contains("(\"127.0.0.1\" or"));
}

#[test]
fn the_catalogue_of_false_positives() {
    let set = ours();
    let search = set.find(SEARCH).unwrap();
    let said = statements_of(&set, search);
    assert_eq!(said.len(), 2);
    let entry = said[1].entry.unwrap();
    assert_eq!(entry.exclude_assets.as_deref(), Some("internal"));
    let by = statements_by_technique(&set);
    assert!(by["T1071.002"].iter().any(|s| s.entry == Some(entry)));
    assert!(by["T1048"].iter().any(|s| s.rule == Some("Rare SMB Connection to the Internet")));
}

/// The texts of the published pages mean what ours mean.
mod seeds {
    use super::*;

    fn seed(name: &str) -> Option<String> {
        let path = root("../shared/seeds").join(name);
        let text = std::fs::read_to_string(&path).ok();
        if text.is_none() {
            println!("skipped: no {}", path.display());
        }
        text
    }

    fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
        let start = text.find(from).unwrap() + from.len();
        let end = text[start..].find(to).map_or(text.len(), |at| start + at);
        text[start..end].trim()
    }

    /// Places differ where blanks do.
    fn without_spans(printed: &str) -> String {
        let mut parts = printed.split("Span { ");
        let first = parts.next().unwrap_or("").to_owned();
        parts.fold(first, |text, part| text + "Span" + &part[part.find('}').unwrap()..])
    }

    #[track_caller]
    fn same(id: &str, version: Option<u32>, page: &str) {
        let set = ours();
        let rule = set.find(id).unwrap();
        let mine = set.compile(rule, version, Schema::builtin());
        let mut other = tripline_rules::Rule::clone(rule);
        let (language, query) = set.query(rule, version).unwrap();
        other.language = language;
        other.query = tripline_diag::SourceText { text: page.into(), ..query.clone() };
        let theirs = set.compile(&other, None, Schema::builtin());
        let print = |c: tripline_ir::Compiled| {
            c.plan.map_or_else(|| format!("{:?}", c.diagnostics), |p| tripline_ir::print(&p))
        };
        let (mine, theirs) = (without_spans(&print(mine)), without_spans(&print(theirs)));
        assert_eq!(mine, theirs);
        assert!(mine.contains("filter 0"), "{mine}");
    }

    #[test]
    fn sequence() {
        let Some(page) = seed("000-elastic-eql-direct-outbound-smb.txt") else { return };
        same(EQL, None, between(&page, "Rule queryedit", "Threat mappingedit"));
        let before = |version: &str, next: &str| {
            between(between(&page, version, next), "changed from:", "\nVersion").to_owned()
        };
        same(EQL, Some(4), &before("Version 5 (7.10.0 release)", "Version 4 ("));
        same(EQL, Some(3), &before("Version 5 (7.10.0 release)", "Version 4 ("));
        same(EQL, Some(2), &before("Version 3 (7.9.0 release)", "Version 2 ("));
        same(EQL, Some(1), &before("Version 2 (7.7.0 release)", "\u{0}"));
    }

    #[test]
    fn new_terms() {
        let Some(page) = seed("001-elastic-new-terms-rare-smb-to-internet.txt") else { return };
        same(NEW_TERMS, None, between(&page, "\nQuery\n", "Install detection rules"));
    }

    #[test]
    fn query() {
        let Some(page) = seed("002-elastic-query-smb-to-internet.txt") else { return };
        same(QUERY, None, between(&page, "Rule query\nedit", "Framework:"));
    }

    #[test]
    fn search() {
        let Some(page) = seed("003-lofp-outbound-smb.txt") else { return };
        same(SEARCH, None, between(&page, "Detection logic", "\u{0}"));
        let Some(page) = seed("004-splunk-detect-outbound-smb-traffic.txt") else { return };
        let numbered = between(&page, "\nSearch\n", "Data Source");
        let lines: Vec<&str> =
            numbered.lines().map(|l| l.trim_start_matches(|c: char| c.is_ascii_digit())).collect();
        same(SEARCH, None, &lines.join("\n"));
    }
}
