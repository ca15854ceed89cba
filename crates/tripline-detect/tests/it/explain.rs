//! Why a rule does not fire: each reason once.

use crate::support::{MINUTE, NINE, NOW, at_once, input, rule, scheduled};
use std::sync::Arc;
use tripline_detect::{
    ExplainOptions, Explanation, HuntOptions, Selected, Silent, Truth, explain, hunt,
};
use tripline_rules::{
    Condition, EventException, Language, LoadOptions, Rule, RuleKind, RuleSet, Schedule,
    Suppression, load,
};
use tripline_schema::Schema;

/// An ECS document so many seconds after nine with these members.
fn event(seconds: f64, members: &str) -> String {
    let millis = NINE / 1_000_000 + (seconds * 1000.0) as i64;
    format!(
        r#"{{"@timestamp":{millis},"ecs":{{"version":"8.11.0"}},"data_stream":{{"type":"logs","dataset":"endpoint.events.process","namespace":"default"}},{members}}}"#
    )
}

fn process(seconds: f64, name: &str, host: &str) -> String {
    event(
        seconds,
        &format!(
            r#""event":{{"category":["process"]}},"process":{{"name":"{name}"}},"host":{{"id":"{host}"}}"#
        ),
    )
}

fn of(rule: &Rule, lines: &[String], options: &HuntOptions, event: Option<u64>) -> Explanation {
    let choice = Selected { rule: Arc::new(rule.clone()), version: None };
    let wanted = ExplainOptions { event: event.map(|at| (None, at)), nearest: 3 };
    let inputs = [input("a.ndjson", lines)];
    explain(&inputs, &RuleSet::default(), &choice, Schema::builtin(), options, &wanted).unwrap()
}

fn codes(found: &Explanation) -> Vec<&'static str> {
    found.reasons.iter().map(|why| why.code).collect()
}

#[test]
fn the_nearest_events_come_first_with_what_they_lack() {
    let rule = rule(
        Language::Eql,
        "process where process.name == \"cmd.exe\" and\n  host.id == \"h1\" and process.args != \"x\"",
    );
    let lines = [
        process(0.0, "explorer.exe", "h1"),
        process(1.0, "notepad.exe", "h2"),
        process(2.0, "CMD.EXE", "h1"),
        process(3.0, "winword.exe", "h1"),
    ];
    let found = of(&rule, &lines, &scheduled(), None);
    assert!(!found.fires());
    let filter = &found.filters[0];
    assert_eq!((filter.looked, filter.hits), (4, 0));
    let funnel: Vec<(&str, u64, u64)> =
        filter.funnel.iter().map(|c| (c.text.as_str(), c.left, c.alone)).collect();
    assert_eq!(
        funnel,
        [
            ("process", 4, 4),
            ("process.name == \"cmd.exe\"", 0, 0),
            ("host.id == \"h1\"", 0, 3),
            ("process.args != \"x\"", 0, 4),
        ]
    );
    let first = &filter.shown[0];
    assert_eq!((first.place.record, first.alike), (2, 3), "the one that differs in case");
    let leaves: Vec<(&str, Truth, bool)> =
        first.leaves.iter().map(|l| (l.text.as_str(), l.truth, l.decides)).collect();
    assert_eq!(
        leaves,
        [
            ("process", Truth::True, false),
            ("process.name == \"cmd.exe\"", Truth::False, true),
            ("host.id == \"h1\"", Truth::True, false),
            ("process.args != \"x\"", Truth::True, false),
        ]
    );
    assert_eq!(first.leaves[1].remark.as_deref(), Some("differs from `cmd.exe` in case only"));
    assert_eq!(first.leaves[1].fields[0].values, ["CMD.EXE"]);
    assert_eq!(filter.shown[1].place.record, 1, "two tests short");
}

#[test]
fn absent_fields_and_null_comparisons() {
    let rule = rule(
        Language::Eql,
        "process where process.name == \"a\" and user.name == \"b\" and user.id == null",
    );
    let found = of(&rule, &[process(0.0, "a", "h")], &scheduled(), None);
    let leaves: Vec<(&str, Truth)> =
        found.filters[0].shown[0].leaves.iter().map(|l| (l.text.as_str(), l.truth)).collect();
    assert_eq!(
        leaves,
        [
            ("process", Truth::True),
            ("process.name == \"a\"", Truth::True),
            ("user.name == \"b\"", Truth::Absent),
            ("user.id == null", Truth::True),
        ]
    );
}

#[test]
fn a_rule_that_fires_shows_the_event() {
    let rule = rule(Language::Kql, "process.name: (x or a* or y)");
    let found = of(&rule, &[process(0.0, "b", "h"), process(1.0, "abc", "h")], &scheduled(), None);
    assert!(found.fires());
    let shown = &found.filters[0].shown;
    assert_eq!((shown.len(), shown[0].place.record, shown[0].holds), (1, 1, true));
    assert_eq!(shown[0].leaves[0].remark.as_deref(), Some("matches `a*`, one of 3"));
    // The event that was asked for, whatever comes nearest.
    let asked =
        of(&rule, &[process(0.0, "b", "h"), process(1.0, "abc", "h")], &scheduled(), Some(0));
    assert_eq!(
        (asked.filters[0].shown[0].place.record, asked.filters[0].shown[0].holds),
        (0, false)
    );
}

/// Alternatives are quoted from the first field to the last parenthesis.
#[test]
fn lists_in_the_funnel_have_their_field() {
    let rule = rule(
        Language::Kql,
        "process.name: b and (process.args:(\"x\" or y) or host.id: ( h or g ) )\n and not host.id: z",
    );
    let found = of(&rule, &[process(0.0, "b", "h")], &scheduled(), None);
    let funnel: Vec<&str> = found.filters[0].funnel.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(
        funnel,
        ["process.name: b", "process.args:(\"x\" or y) or host.id: ( h or g )", "not host.id: z",]
    );
}

#[test]
fn names_that_are_probably_wrong_are_remarked() {
    for (language, query, code) in [
        (Language::Kql, "process.nam: b and host.id: h", "KQL006"),
        (Language::Eql, "process where process.name in (\"b*\", \"c\")", "EQL016"),
        (Language::Kql, "process.name: c", ""),
    ] {
        let found = of(&rule(language, query), &[process(0.0, "b", "h")], &scheduled(), None);
        let codes: Vec<&str> = found.remarks.iter().map(|remark| remark.code.id).collect();
        assert_eq!(codes.concat(), code, "{query}");
    }
}

#[test]
fn events_outside_the_rules_indices() {
    let rule =
        Rule { indices: vec!["logs-other-*".into()], ..rule(Language::Kql, "process.name: a") };
    let found = of(&rule, &[process(0.0, "a", "h")], &scheduled(), None);
    assert_eq!((found.filters[0].looked, found.filters[0].hits), (0, 0));
    assert!(found.filters[0].shown[0].holds && !found.filters[0].shown[0].in_scope);
}

const SEQUENCE: &str = "sequence by host.id with maxspan=1m\n  [process where process.name == \"a\"]\n  [process where process.name == \"b\"]";

fn sequence(query: &str, lines: &[(f64, &str, &str)]) -> Explanation {
    let lines: Vec<String> = lines.iter().map(|(s, n, h)| process(*s, n, h)).collect();
    of(&rule(Language::Eql, query), &lines, &at_once(), None)
}

#[test]
fn what_breaks_a_sequence() {
    let until = format!("{SEQUENCE} until [process where process.name == \"u\"]");
    let missing = "sequence by host.id with maxspan=1m [process where process.name == \"a\"] ![process where process.name == \"m\"] [process where process.name == \"b\"]";
    let same = "sequence by host.id [process where process.name == \"a\"] [process where process.name == \"a\"]";
    type Lines<'a> = &'a [(f64, &'a str, &'a str)];
    let cases: &[(&str, Lines<'_>, &[&str])] = &[
        (SEQUENCE, &[(0.0, "a", "h"), (1.0, "b", "h")], &[]),
        (SEQUENCE, &[(0.0, "a", "h")], &["no_event_for_step"]),
        (SEQUENCE, &[(0.0, "a", "h"), (1.0, "b", "i")], &["no_complete_key"]),
        (SEQUENCE, &[(0.0, "a", "h"), (1.0, "b", "H")], &["no_complete_key", "key_case"]),
        (SEQUENCE, &[(0.0, "a", "h"), (90.0, "b", "h")], &["complete_keys", "beyond_maxspan"]),
        (SEQUENCE, &[(5.0, "a", "h"), (1.0, "b", "h")], &["complete_keys", "order_reversed"]),
        (same, &[(0.0, "a", "h")], &["complete_keys", "same_event"]),
        (
            &until,
            &[(0.0, "a", "h"), (1.0, "u", "h"), (2.0, "b", "h")],
            &["complete_keys", "until_between"],
        ),
        (
            missing,
            &[(0.0, "a", "h"), (1.0, "m", "h"), (2.0, "b", "h")],
            &["complete_keys", "forbidden_event"],
        ),
    ];
    for (query, lines, expected) in cases {
        let found = sequence(query, lines);
        assert_eq!(codes(&found), *expected, "{lines:?}: {:?}", found.reasons);
    }
    let late = sequence(SEQUENCE, &[(0.0, "a", "h"), (90.0, "b", "h")]);
    assert_eq!(
        late.reasons[1].text,
        "All steps occur in order for `h`, but too far apart: the closest take 90 s, 30 s more than \
         the `maxspan` of 60 s."
    );
    assert_eq!(late.reasons[1].events.len(), 2);
}

#[test]
fn a_step_without_its_key() {
    let lines = [
        process(0.0, "a", "h"),
        event(1.0, r#""event":{"category":["process"]},"process":{"name":"b"}"#),
    ];
    let found = of(&rule(Language::Eql, SEQUENCE), &lines, &at_once(), None);
    assert_eq!(codes(&found), ["key_missing"], "{:?}", found.reasons);
}

#[test]
fn what_a_sample_lacks() {
    let query = "sample by host.id [process where process.name == \"a\"] [process where process.name == \"b\"]";
    let lines = [process(0.0, "a", "h"), process(1.0, "b", "i")];
    let found = of(&rule(Language::Eql, query), &lines, &at_once(), None);
    assert_eq!(codes(&found), ["no_complete_key"], "{:?}", found.reasons);
}

#[test]
fn terms_that_were_seen_before() {
    let rule = Rule {
        kind: RuleKind::NewTerms {
            fields: vec!["process.name".into()],
            history: 7 * 24 * 60 * MINUTE,
        },
        ..rule(Language::Kql, "event.category: process")
    };
    let lines = [process(0.0, "a", "h"), process(600.0, "a", "h"), process(700.0, "b", "h")];
    let found = of(&rule, &lines, &scheduled(), Some(1));
    assert!(codes(&found).contains(&"seen_before"), "{:?}", found.reasons);
    let why = &found.reasons[0];
    assert!(why.text.starts_with("`a` is not new to this event: it was seen 10 min before"));
    assert_eq!(why.events[0].record, 0);
    let found = of(&rule, &lines, &scheduled(), Some(2));
    assert!(codes(&found).contains(&"history_partial"), "{:?}", found.reasons);
}

#[test]
fn groups_that_are_too_small() {
    let threshold = |value, cardinality: u64| Rule {
        kind: RuleKind::Threshold {
            fields: vec!["host.id".into()],
            value,
            cardinality: vec![("process.name".into(), cardinality)],
        },
        ..rule(Language::Kql, "event.category: process")
    };
    let lines = [process(0.0, "a", "h"), process(1.0, "a", "h"), process(2.0, "b", "i")];
    let found = of(&threshold(3, 1), &lines, &at_once(), None);
    assert!(found.reasons[0].text.starts_with("The largest group is `h` with 2 events"));
    assert_eq!(codes(&found), ["group_too_small"]);
    let found = of(&threshold(2, 2), &lines, &at_once(), None);
    assert_eq!(codes(&found), ["cardinality_too_small"], "{:?}", found.reasons);
}

#[test]
fn what_becomes_of_findings() {
    // More than a run raises: both are in one window only.
    let many = Rule {
        max_signals: 1,
        schedule: Schedule::Interval { every: 60 * MINUTE, from: 60 * MINUTE, to: 0 },
        ..rule(Language::Kql, "process.name: a")
    };
    let lines = [process(1.0, "a", "h"), process(2.0, "a", "i")];
    let found = of(&many, &lines, &scheduled(), None);
    assert!(found.fires());
    assert_eq!(codes(&found), ["max_signals"], "{:?}", found.reasons);
    // In no window.
    let gaps = Rule {
        schedule: Schedule::Interval { every: 60 * MINUTE, from: MINUTE, to: 0 },
        ..rule(Language::Kql, "process.name: a")
    };
    let found = of(&gaps, &[process(600.0, "a", "h")], &scheduled(), None);
    assert_eq!(codes(&found), ["outside_windows"], "{:?}", found.reasons);
    // Folded into another.
    let folded = Rule {
        suppression: Some(Suppression {
            group_by: vec!["process.name".into()],
            duration: None,
            group_missing: false,
        }),
        ..rule(Language::Kql, "process.name: a")
    };
    let found = of(&folded, &lines, &scheduled(), None);
    assert_eq!(found.alerts.len(), 1);
    assert_eq!(codes(&found), ["suppressed"], "{:?}", found.reasons);
    // Taken by an exception, which is named.
    let excepted = Rule {
        event_exceptions: vec![EventException {
            name: "Scanners".to_owned(),
            reason: "They are ours".to_owned(),
            list: None,
            condition: Condition::Match { field: "host.id".into(), values: vec!["h".into()] },
            expires: None,
        }],
        ..rule(Language::Kql, "process.name: a")
    };
    let found = of(&excepted, &[process(0.0, "a", "h")], &scheduled(), None);
    assert!(!found.fires() && found.filters[0].hits == 1);
    assert_eq!(codes(&found), ["excepted"], "{:?}", found.reasons);
    assert!(found.reasons[0].text.contains("`Scanners` takes findings away: They are ours"));
}

/// What is said of a rule and what a hunt raises is the same, for many rules and events.
#[test]
fn explanations_agree_with_hunts() {
    let corpora = std::env::var_os("TRIPLINE_CORPORA").map_or_else(
        || {
            std::path::PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/corpora"
            ))
        },
        std::path::PathBuf::from,
    );
    let rules = corpora.join("rules/elastic/rules/windows");
    let logs = corpora.join("logs/evtx/attack-samples");
    if !rules.is_dir() || !logs.is_dir() {
        println!("skipped: no {}", logs.display());
        return;
    }
    let set = load(&[rules], &LoadOptions::default());
    let mut inputs = tripline_events::discover(&[logs], None).unwrap();
    let mut number = 0;
    inputs.retain(|input| {
        number += 1;
        number % 12 == 0 && input.bytes < 300_000
    });
    assert!(!inputs.is_empty());
    let options = HuntOptions { max_signals: false, ..HuntOptions::at(NOW) };
    let (mut fired, mut asked) = (0, 0);
    for rule in set.rules.iter().filter(|r| !matches!(r.kind, RuleKind::Other(_))).step_by(23) {
        let choice = Selected { rule: Arc::clone(rule), version: None };
        let wanted = ExplainOptions { event: None, nearest: 1 };
        let found = explain(&inputs, &set, &choice, Schema::builtin(), &options, &wanted).unwrap();
        if !found.errors.is_empty() {
            continue;
        }
        // As a query for events, with everything in one window, each hit is an alert.
        let mut plain = Rule::clone(rule);
        plain.suppression = None;
        if !matches!(rule.kind, RuleKind::Query | RuleKind::Eql) || found.filters.len() > 1 {
            continue;
        }
        let all = HuntOptions { window: tripline_detect::WindowMode::All, ..options.clone() };
        let choice = Selected { rule: Arc::new(plain), version: None };
        let hits = hunt(&inputs, &set, &[choice], Schema::builtin(), &all, &Silent).unwrap();
        // Identical records are one alert.
        let alerts = hits.alerts.len() as u64;
        let told = found.filters[0].hits;
        assert!(told >= alerts && (told > 0) == (alerts > 0), "{}: {told} {alerts}", rule.name);
        asked += 1;
        fired += u64::from(alerts > 0);
    }
    println!("{asked} rules, {fired} with hits");
    assert!(asked > 10);
}

#[test]
fn the_page_of_reasons_has_them_all() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/reasons.md");
    let page = std::fs::read_to_string(path).unwrap();
    for (code, meaning) in tripline_detect::REASONS {
        let row = format!("| `{code}` | {meaning} |");
        assert!(page.contains(&row), "{path} lacks {row}");
    }
}
