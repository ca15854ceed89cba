//! Sigma's files: what becomes of them.

use crate::pack::{Pack, elastic, splunk};
use tripline_ir::{Correlation, CorrelationCondition, CorrelationSource, Plan, Tail, print};
use tripline_rules::{
    Language, LoadOptions, Rule, RuleKind, RuleSet, Schedule, Severity, Status, Vendor, load,
};
use tripline_schema::Schema;

/// The smallest rule of that id, with these lines more.
fn sigma(id: &str, more: &str) -> String {
    format!(
        "title: Rule {id}\nid: {id}\nlogsource:\n  product: windows\n  category: \
         process_creation\ndetection:\n  selection:\n    Image|endswith: '\\cmd.exe'\n  condition: \
         selection\n{more}"
    )
}

fn one(text: &str) -> Rule {
    let pack = Pack::new(&[("r.yml", text)]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    assert_eq!(set.rules.len(), 1);
    Rule::clone(&set.rules[0])
}

fn plan(set: &RuleSet, name: &str) -> Plan {
    let rule = set.find(name).unwrap();
    let compiled = set.compile(rule, None, Schema::builtin());
    assert_eq!(compiled.diagnostics, vec![], "{name}");
    compiled.plan.unwrap()
}

fn errors(set: &RuleSet, name: &str) -> String {
    let rule = set.find(name).unwrap();
    let compiled = set.compile(rule, None, Schema::builtin());
    assert_eq!(compiled.plan, None, "{name}");
    compiled.diagnostics.iter().map(|d| tripline_diag::render(d, &rule.query, false)).collect()
}

#[test]
fn a_rule_with_everything() {
    let text = "\
title: ' Shell of an editor '
id: 5af54681-df95-4c26-854f-2565e13cfab0
name: editor_shell
status: test
description: |
  Two
  lines.
license: MIT
author: A. One, B. Two (Company)
date: 2024-01-02
modified: 2025-03-04
references:
  - https://example.org/1
tags:
  - attack.execution
  - attack.t1059.003
  - attack.defense-evasion
  - cve.2024-1234
  - detection.threat-hunting
  - car.2016-03-002
logsource:
  product: windows
  category: process_creation
  definition: Command lines must be logged.
detection:
  selection:
    Image|endswith: '\\cmd.exe'
  condition: selection
fields: [CommandLine]
falsepositives:
  - Unknown
level: high
related:
  - id: 5af54681-df95-4c26-854f-2565e13cfab1
    type: derived
scope: [server]
regression_tests_path: regression_data/rules/x/info.yml
tests:
  - name: one
    events: [{Image: a}]
custom: 1
";
    let rule = one(text);
    assert_eq!((&*rule.name, rule.vendor), ("Shell of an editor", Vendor::Sigma));
    assert_eq!((rule.language, &rule.kind), (Language::Sigma, &RuleKind::Query));
    assert_eq!((rule.severity, rule.risk_score, rule.status), (Severity::High, 73, Status::Test));
    assert_eq!((rule.schedule, rule.max_signals), (Schedule::Continuous, u64::MAX));
    assert_eq!(rule.description, "Two\nlines.");
    assert_eq!(rule.author, ["A. One", "B. Two (Company)"]);
    assert_eq!(rule.license.as_deref(), Some("MIT"));
    assert_eq!(rule.setup.as_deref(), Some("Command lines must be logged."));
    assert_eq!(rule.false_positives, ["Unknown"]);
    assert_eq!(rule.tags.len(), 6);
    let ids: Vec<&str> = rule
        .threat
        .iter()
        .flat_map(|t| t.tactic.iter().chain(&t.techniques))
        .map(|named| named.id.as_str())
        .collect();
    assert_eq!(ids, ["TA0002", "TA0005", "T1059.003"]);
    assert_eq!(rule.extra["date"], "2024-01-02");
    assert_eq!(rule.extra["related"][0]["type"], "derived");
    assert_eq!(rule.extra["scope"], serde_json::json!(["server"]));
    assert!(rule.extra.contains_key("regression_tests_path"));
    assert!(rule.enabled && rule.part_of.is_empty());
    assert_eq!(&*rule.query.text, text);
}

#[test]
fn what_a_rule_leaves_out() {
    let text = "logsource: {product: windows}\ndetection: {a: {b: c}, condition: a}\n";
    let rule = one(text);
    assert_eq!(&*rule.name, "r");
    assert!(rule.id.starts_with("sigma-"), "{}", rule.id);
    assert_eq!(rule.id, one(text).id, "wherever the folder lies");
    assert_ne!(rule.id, one(&format!("title: other\n{text}")).id);
    assert_eq!((rule.severity, rule.risk_score), (Severity::Low, 21));
    assert_eq!(rule.status, Status::Experimental);
}

#[test]
fn levels_and_states() {
    for (level, severity, risk) in [
        ("informational", Severity::Informational, 1),
        ("low", Severity::Low, 21),
        ("medium", Severity::Medium, 47),
        ("high", Severity::High, 73),
        ("critical", Severity::Critical, 99),
        ("hihg", Severity::Low, 21),
    ] {
        let rule = one(&sigma("a", &format!("level: {level}\n")));
        assert_eq!((rule.severity, rule.risk_score), (severity, risk), "{level}");
    }
    for (word, status, enabled) in [
        ("stable", Status::Stable, true),
        ("test", Status::Test, true),
        ("experimental", Status::Experimental, true),
        ("deprecated", Status::Deprecated, false),
        ("unsupported", Status::Unsupported, false),
        ("[]", Status::Experimental, true),
    ] {
        let rule = one(&sigma("a", &format!("status: {word}\n")));
        assert_eq!((rule.status, rule.enabled), (status, enabled), "{word}");
    }
}

#[test]
fn packs_of_all_vendors_in_one_folder() {
    let pack = Pack::new(&[
        ("a.toml", &elastic("a", "")),
        ("b.yml", &splunk("b", "search index=x", "")),
        ("c.yml", &sigma("c", "")),
        (
            "d.yml",
            "{title: flow, id: d, logsource: {product: x}, detection: {s: {a: b}, condition: s}}",
        ),
        ("info.yml", "id: x\nregression_tests_info:\n  - name: t\n    type: evtx\n"),
        ("tests.yml", "tests:\n  - events: []\n"),
    ]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    let found: Vec<(&str, Vendor)> = set.rules.iter().map(|r| (&*r.id, r.vendor)).collect();
    assert_eq!(
        found,
        [("a", Vendor::Elastic), ("b", Vendor::Splunk), ("c", Vendor::Sigma), ("d", Vendor::Sigma)]
    );
    for rule in &set.rules {
        assert!(set.compile(rule, None, Schema::builtin()).plan.is_some(), "{}", rule.id);
    }
}

#[test]
fn vendors_that_share_an_id() {
    let part = sigma("a", "");
    let many = "title: c\nid: c\ncorrelation: {type: event_count, rules: a, timespan: 5m, condition: {gt: 1}}\n";
    let pack = Pack::new(&[("a.toml", &elastic("a", "")), ("b.yml", &part), ("c.yml", many)]);
    let set = pack.load();
    let ids: Vec<&str> = set.rules.iter().map(|r| &*r.id).collect();
    assert_eq!(ids, ["a", "a-sigma", "c"]);
    assert_eq!(set.problems.len(), 1);
    assert!(!set.problems[0].diagnostic.is_error());
    // Who refers to the id in the file means the rule of the same vendor.
    assert_eq!(plan(&set, "c").filters.len(), 1);
    let twice = Pack::new(&[("a.yml", &part), ("b.yml", &part)]).load();
    assert_eq!(twice.rules.len(), 1);
    assert!(twice.problems[0].diagnostic.is_error());
}

#[test]
fn each_document_of_a_file_is_a_rule_with_its_own_text() {
    let text = format!("# a comment\n---\n{}---\n{}", sigma("a", ""), sigma("b", "level: [\n"));
    let pack = Pack::new(&[("r.yml", &text)]);
    let set = pack.load();
    assert_eq!(set.rules.len(), 1);
    let text = format!("# a comment\n---\n{}---\n{}", sigma("a", ""), sigma("b", "level: hgih\n"));
    let pack = Pack::new(&[("r.yml", &text)]);
    let set = pack.load();
    let b = set.find("b").unwrap();
    assert_eq!(b.query.first_line, 13);
    assert!(b.query.text.starts_with("title: Rule b"), "{}", b.query.text);
    // Places of the document are those of its text.
    let document = b.document.as_ref().unwrap();
    assert_eq!(document.root.get("level").unwrap().span.of(&b.query.text), "hgih");
}

#[test]
fn rules_made_of_parts() {
    let text = "action: global\ntitle: T\nid: g\nlogsource: {product: windows}\ndetection: \
                {condition: s}\n---\ndetection: {s: {a: 1}}\n---\ndetection: {s: {a: 2}}\n";
    let pack = Pack::new(&[("r.yml", text)]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    let ids: Vec<&str> = set.rules.iter().map(|r| &*r.id).collect();
    assert_eq!(ids, ["g", "g-2"]);
    for rule in &set.rules {
        assert!(set.compile(rule, None, Schema::builtin()).plan.is_some());
    }
}

#[test]
fn broken_files() {
    let long = format!("title: {}\nlogsource: {{}}\ndetection: {{}}\n", "x".repeat(10 << 20));
    for (name, text, rules, codes) in [
        ("syntax", "title: a\nlogsource:\n\tproduct: x\ndetection: {}\n", 0, vec!["SIG001"]),
        ("unclosed", "title: a\nlogsource: {\ndetection: a\n", 0, vec!["SIG001"]),
        ("empty", "", 0, vec!["RUL003"]),
        ("comments", "# title\n# detection:\n", 0, vec!["RUL003"]),
        ("list", "- title: a\n  detection: {}\n", 0, vec!["RUL003"]),
        ("scalar", "detection", 0, vec!["RUL003"]),
        ("long", &long, 1, vec![]),
        ("no detection", "title: a\nlogsource: {product: x}\n", 0, vec!["RUL003"]),
        (
            "one without",
            "title: a\ndetection: {s: {a: b}, condition: s}\nlogsource: {product: x}\n---\ntitle: b\nlogsource: {}\n",
            1,
            vec!["RUL005"],
        ),
        ("twice", &sigma("a", "title: b\n"), 1, vec!["SIG002"]),
        ("not a map", &format!("{}---\n- a\n", sigma("a", "")), 1, vec!["SIG005"]),
    ] {
        let pack = Pack::new(&[("r.yml", text)]);
        let set = pack.load_these(&["r.yml"]);
        let found: Vec<&str> = set.problems.iter().map(|p| p.diagnostic.code.id).collect();
        assert_eq!(found, codes, "{name}: {}", pack.problems(&set));
        assert_eq!(set.rules.len(), rules, "{name}");
        for rule in &set.rules {
            let compiled = set.compile(rule, None, Schema::builtin());
            assert!(compiled.plan.is_some() || !compiled.diagnostics.is_empty(), "{name}");
        }
    }
}

fn chain() -> RuleSet {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/sigma/chain.yml");
    load(&[path.into()], &LoadOptions::default())
}

fn correlation(plan: &Plan) -> &Correlation {
    let Tail::Correlation(correlation) = &plan.tail else { panic!("{:?}", plan.tail) };
    correlation
}

#[test]
fn a_chain_of_correlations_is_one_plan() {
    let set = chain();
    assert_eq!(set.problems, vec![]);
    let plan = plan(&set, "Guessed password that was used");
    let outer = correlation(&plan);
    assert_eq!(plan.filters.len(), 2);
    assert_eq!(outer.timespan, 600_000_000_000);
    let CorrelationSource::Correlation(inner) = &outer.inputs[0].source else { panic!() };
    // The outer group's value is the inner group's: both are called so in the inner one.
    assert_eq!(outer.inputs[0].groups, [Some(0)]);
    assert_eq!(&*outer.inputs[1].keys[0].name, "TargetUserName");
    assert_eq!(inner.inputs[0].source, CorrelationSource::Filter(0));
    assert_eq!(outer.inputs[1].source, CorrelationSource::Filter(1));
    let fields = outer.fields_by_filter(2);
    assert_eq!((fields[0].len(), fields[1].len()), (2, 1));
    assert!(print(&plan).contains("4625"), "{}", print(&plan));
    // What the parts find is the correlation's; the rule that nobody refers to is the only alert.
    let alone: Vec<&str> = set.rules.iter().filter(|r| r.enabled).map(|r| &*r.name).collect();
    assert_eq!(alone, ["Guessed password that was used"]);
    let part = set.find("Failed logon").unwrap();
    assert_eq!(part.part_of.len(), 1);
}

#[test]
fn rules_of_other_files_by_name_and_by_id() {
    let named = sigma("6d3b2b0c-1111-4b39-9b5e-5d1f5c6f7a03", "name: shell\n");
    let correlation_of = |rules: &str, more: &str| {
        format!(
            "title: Many\nid: many\ncorrelation:\n  type: event_count\n  rules: {rules}\n  group-by: \
             User\n  timespan: 1h\n  condition: {{gte: 3, lt: 9}}\n{more}"
        )
    };
    for (rules, generate) in
        [("shell", false), ("[shell]", true), ("[6D3B2B0C-1111-4b39-9b5e-5d1f5c6f7a03]", false)]
    {
        let more = if generate { "  generate: true\n" } else { "" };
        let pack = Pack::new(&[("x/a.yml", &named), ("y/b.yml", &correlation_of(rules, more))]);
        let set = pack.load();
        assert_eq!(pack.problems(&set), "");
        let plan = plan(&set, "many");
        let found = correlation(&plan);
        let CorrelationCondition::Number(tests) = &found.condition else { panic!() };
        assert_eq!(tests.len(), 2);
        assert_eq!(&*found.group_by[0], "User");
        assert_eq!(
            set.find("Rule 6d3b2b0c-1111-4b39-9b5e-5d1f5c6f7a03").unwrap().enabled,
            generate
        );
    }
}

#[test]
fn references_that_lead_nowhere() {
    let a = sigma("a", "name: shell\n");
    let many = "title: Many\nid: many\ncorrelation:\n  type: temporal\n  rules: [shel, Rule a]\n  \
                group-by: User\n  timespan: 1h\n";
    let pack = Pack::new(&[("a.yml", &a), ("b.yml", many)]);
    let set = pack.load();
    let shown = errors(&set, "many").replace(&pack.root().display().to_string(), "");
    assert_eq!(
        shown,
        "\
error[RUL026]: no loaded rule has the id or the name `shel`
  --> /b.yml:5:11
  |
5 |   rules: [shel, Rule a]
  |           ^^^^
  = help: did you mean `shell`?
error[RUL026]: no loaded rule has the id or the name `Rule a`
  --> /b.yml:5:17
  |
5 |   rules: [shel, Rule a]
  |                 ^^^^^^
  = help: titles and file names are no references; `Rule a` has the id `a`
"
    );
    // Two rules of that name: none is meant, unless one is in the same file.
    let two = Pack::new(&[
        ("a.yml", &a),
        ("b.yml", &sigma("b", "name: shell\n")),
        ("c.yml", &many.replace("[shel, Rule a]", "[shell]")),
    ]);
    assert!(errors(&two.load(), "many").starts_with("error[RUL027]"));
    let text = format!(
        "{}---\n{}",
        many.replace("[shel, Rule a]", "[shell]"),
        sigma("b", "name: shell\n")
    );
    let beside = Pack::new(&[("a.yml", &a), ("c.yml", &text)]);
    assert!(plan(&beside.load(), "many").filters.len() == 1);
}

#[test]
fn correlations_that_refer_to_each_other() {
    let of = |id: &str, rules: &str| {
        format!(
            "title: {id}\nid: {id}\nname: {id}\ncorrelation:\n  type: temporal\n  rules: [{rules}]\n  \
             timespan: 1h\n"
        )
    };
    let text = [of("one", "two"), of("two", "three"), of("three", "one"), of("self", "self")];
    let pack = Pack::new(&[("c.yml", &text.join("---\n"))]);
    let set = pack.load();
    for name in ["one", "two", "three", "self"] {
        assert!(errors(&set, name).starts_with("error[RUL028]"), "{}", errors(&set, name));
    }
}

#[test]
fn a_part_that_does_not_run_is_said_at_its_reference() {
    let broken =
        sigma("a", "name: shell\n").replace("condition: selection", "condition: selektion");
    let many = "title: Many\nid: many\ncorrelation:\n  type: event_count\n  rules: shell\n  \
                timespan: 1h\n  condition: {gt: 1}\n";
    let pack = Pack::new(&[("a.yml", &broken), ("b.yml", many)]);
    let shown = errors(&pack.load(), "many");
    assert!(shown.contains("in `shell`: there is no selection `selektion`"), "{shown}");
    assert!(shown.contains("rules: shell"), "{shown}");
}

#[test]
fn aliases_give_each_rule_its_own_field() {
    let text = "\
title: Both
id: both
correlation:
  type: temporal
  rules: [one, two]
  group-by: [host, user]
  timespan: 5m
  aliases:
    user: {one: SourceUser, b: User}
---
"
    .to_owned()
        + &sigma("a", "name: one\n---\n")
        + &sigma("b", "name: two\n");
    let pack = Pack::new(&[("r.yml", &text)]);
    let plan = plan(&pack.load(), "both");
    let names: Vec<Vec<&str>> = correlation(&plan)
        .inputs
        .iter()
        .map(|input| input.keys.iter().map(|key| &*key.name).collect())
        .collect();
    assert_eq!(names, [["host", "SourceUser"], ["host", "User"]]);
    let less = Pack::new(&[("r.yml", &text.replace(", b: User", ""))]);
    assert!(errors(&less.load(), "both").starts_with("error[SIG105]"));
}

fn filter(rules: &str, category: &str) -> String {
    format!(
        "title: Known\nlogsource:\n  product: windows\n  category: {category}\nfilter:\n  rules: \
         {rules}\n  selection:\n    User|startswith: adm_\n  condition: not selection\n"
    )
}

#[test]
fn filters_narrow_the_rules_that_they_name() {
    let (a, b) = (sigma("a", "name: shell\n"), sigma("b", ""));
    for (rules, narrowed) in [
        ("[a]", vec!["a"]),
        ("shell", vec!["a"]),
        ("[a, b]", vec!["a", "b"]),
        ("any", vec!["a", "b"]),
        ("ALL", vec!["a", "b"]),
        ("[]", vec!["a", "b"]),
    ] {
        let pack = Pack::new(&[
            ("a.yml", &a),
            ("b.yml", &b),
            ("f.yml", &filter(rules, "process_creation")),
        ]);
        let set = pack.load();
        assert_eq!(pack.problems(&set), "", "{rules}");
        assert_eq!(set.rules.len(), 2);
        for id in ["a", "b"] {
            let printed = print(&plan(&set, id));
            assert_eq!(printed.contains("adm_"), narrowed.contains(&id), "{rules} {id}\n{printed}");
        }
    }
}

#[test]
fn filters_that_do_nothing_are_said() {
    let rule = sigma("a", "");
    let pack = Pack::new(&[("a.yml", &rule), ("f.yml", &filter("[a, nobody]", "file_event"))]);
    let set = pack.load();
    assert_eq!(
        pack.problems(&set),
        "\
warning[RUL029]: the filter does nothing for `Rule a`
  --> f.yml:6:11
  |
6 |   rules: [a, nobody]
  |           ^
  = help: the rule's log source is another one

warning[RUL026]: no loaded rule has the id or the name `nobody`
  --> f.yml:6:14
  |
6 |   rules: [a, nobody]
  |              ^^^^^^
  = help: rules of other files must be loaded with it
"
    );
    assert!(!print(&plan(&set, "a")).contains("adm_"));
    for (text, code) in [
        ("title: f\nfilter: {rules: any, s: {a: b}, condition: s}\n", "SIG121"),
        ("title: f\nlogsource: {product: x}\nfilter: {s: {a: b}, condition: s}\n", "SIG121"),
        ("title: f\nlogsource: {product: x}\nfilter: {rules: any, condition: s}\n", "SIG121"),
        (
            "title: f\nlogsource: {product: x}\nfilter: {rules: {a: b}, s: {a: b}, condition: s}\n",
            "SIG122",
        ),
    ] {
        let pack = Pack::new(&[("f.yml", text)]);
        let set = pack.load_these(&["f.yml"]);
        let codes: Vec<&str> = set.problems.iter().map(|p| p.diagnostic.code.id).collect();
        assert_eq!(codes, [code], "{text}");
    }
}

#[test]
fn a_filter_reaches_the_parts_of_a_correlation() {
    let set = {
        let text = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/sigma/chain.yml"
        ))
        .unwrap();
        let filter = "title: f\nlogsource: {product: windows}\nfilter:\n  rules: [failed_logon]\n  \
                      s: {IpAddress: 127.0.0.1}\n  condition: not s\n";
        Pack::new(&[("c.yml", &text), ("f.yml", filter)]).load()
    };
    assert_eq!(set.problems, vec![]);
    let plan = plan(&set, "Guessed password that was used");
    let printed = print(&plan);
    assert_eq!(printed.matches("127.0.0.1").count(), 1, "{printed}");
}

#[test]
fn placeholders_from_files() {
    let text = sigma("a", "").replace("Image|endswith: '\\cmd.exe'", "User|expand: '%admins%'");
    let pack = Pack::new(&[
        ("r/a.yml", &text),
        ("p1.yml", "admins: [adm_*, root]\n"),
        ("p2.yml", "'%admins%': 7\n"),
        ("bad.yml", "- a\n---\nb:\nc: {d: e}\n"),
    ]);
    let load = |files: &[&str]| {
        let placeholders = files.iter().map(|file| pack.path(file)).collect();
        load(&[pack.path("r")], &LoadOptions { placeholders, ..LoadOptions::default() })
    };
    assert!(errors(&load(&[]), "a").starts_with("error[SIG021]"));
    let set = load(&["p1.yml", "p2.yml"]);
    assert_eq!(set.problems, vec![]);
    let printed = print(&plan(&set, "a"));
    assert!(["adm_", "root", "7"].iter().all(|value| printed.contains(value)), "{printed}");
    let set = load(&["bad.yml"]);
    assert_eq!(set.problems.len(), 4, "{}", pack.problems(&set));
}

#[test]
fn exceptions_of_ours_name_fields_of_the_taxonomy() {
    let pack = Pack::new(&[
        ("r/a.yml", &sigma("a", "")),
        (
            "e.toml",
            "[[exception]]\nrule = [\"a\"]\nname = \"n\"\nreason = \"r\"\n[[exception.entry]]\nfield = \"User\"\noperator = \"is\"\nvalues = [\"Bob\"]\n",
        ),
    ]);
    let set = pack.load_with("e.toml");
    let printed = print(&plan(&set, "a"));
    assert!(printed.contains("User") && printed.to_lowercase().contains("bob"), "{printed}");
}
