//! Rules over alerts.

use crate::support::{MINUTE, NINE, ecs, input, rule, run, scheduled};
use serde_json::Value;
use tripline_detect::{Hunt, HuntOptions, to_elastic};
use tripline_events::Input;
use tripline_rules::{Language, Named, Rule, RuleKind, Threat};
use tripline_schema::Schema;

fn rule_named(id: &str, language: Language, query: &str) -> Rule {
    Rule {
        id: id.into(),
        name: id.into(),
        indices: vec!["logs-*".into()],
        risk_score: 47,
        ..rule(language, query)
    }
}

fn over_alerts(id: &str, language: Language, query: &str) -> Rule {
    Rule { indices: vec![".alerts-security.*".into()], ..rule_named(id, language, query) }
}

fn found(hunt: &Hunt, id: &str) -> Vec<i64> {
    let of = hunt.alerts.iter().filter(|alert| &*alert.rule.id == id);
    of.map(|alert| (alert.detected - NINE) / MINUTE).collect()
}

fn events() -> Vec<Input> {
    let network: Vec<String> = [("a", 1.0), ("b", 2.0), ("a", 12.0)]
        .iter()
        .map(|(host, minute)| ecs(*minute, "network", host, "1.1.1.1"))
        .collect();
    let process = [ecs(3.0, "process", "a", "1.1.1.1"), ecs(14.0, "process", "b", "2.2.2.2")];
    vec![input("network", &network), input("process", &process)]
}

/// Each test of the matrix gives the same alerts, whatever reads them.
fn hunt(rules: &[Rule]) -> Hunt {
    let mut known: Option<Vec<String>> = None;
    let mut last = None;
    for (threads, batch_rows, backwards) in [(1, 8192, false), (2, 1, true), (2, 7, false)] {
        let mut inputs = events();
        let mut rules = rules.to_vec();
        if backwards {
            inputs.reverse();
            rules.reverse();
        }
        let options = HuntOptions { threads, batch_rows, ..scheduled() };
        let hunt = run(&rules, &inputs, &options);
        let shown = hunt.alerts.iter().map(|a| format!("{} {}", a.id, a.detected)).collect();
        assert_eq!(*known.get_or_insert_with(|| Vec::clone(&shown)), shown);
        last = Some(hunt);
    }
    last.unwrap()
}

#[test]
fn a_rule_over_the_alerts_of_others() {
    let network = rule_named("network", Language::Kql, "event.category: network");
    let process = rule_named("process", Language::Eql, "process where true");
    let both = over_alerts(
        "both",
        Language::Eql,
        "sequence by host.name with maxspan=15m \
         [any where kibana.alert.rule.rule_id == \"network\"] \
         [any where event.kind == \"signal\" and kibana.alert.rule.rule_id == \"process\" and \
          kibana.alert.risk_score > 21]",
    );
    let hunt = hunt(&[network, process, both]);
    assert_eq!(found(&hunt, "network"), [5, 5, 15]);
    assert_eq!(found(&hunt, "process"), [5, 15]);
    // Host b: network at minute 5, process at 15, but the look-back is nine minutes. Host a: both in
    // the run of minute 5; of one instant, the alert that is about the earlier event comes first.
    assert_eq!(found(&hunt, "both"), [5]);
    let alert = hunt.alerts.iter().find(|alert| &*alert.rule.id == "both").unwrap();
    let documents = to_elastic(alert, Schema::builtin());
    let shell = documents.last().unwrap();
    assert_eq!(shell["kibana.alert.depth"], 3);
    let ancestors = shell["kibana.alert.ancestors"].as_array().unwrap();
    let depths: Vec<i64> = ancestors.iter().map(|a| a["depth"].as_i64().unwrap()).collect();
    assert_eq!(depths, [0, 1, 2, 0, 1, 2], "event, its alert, and the block made of that; twice");
    assert_eq!(ancestors[1]["rule"], "network");
    assert_eq!(shell["host.name"], "a");
    assert!(shell.get("kibana.alert.original_event.kind").is_some_and(|kind| kind == "signal"));
}

#[test]
fn old_names_tags_tactics_and_building_blocks() {
    let threat = Threat {
        framework: "MITRE ATT&CK".to_owned(),
        tactic: Some(Named {
            id: "TA0006".to_owned(),
            name: "Credential Access".to_owned(),
            reference: String::new(),
        }),
        techniques: vec![],
    };
    let block = Rule {
        building_block: true,
        tags: vec!["Use Case: UEBA".to_owned(), "Data Source: Github".to_owned()],
        threat: vec![threat],
        ..rule_named("network", Language::Kql, "event.category: network")
    };
    for (query, expected) in [
        ("signal.rule.tags:(\"Use Case: UEBA\" and \"Data Source: Github\")", 3),
        ("kibana.alert.workflow_status: open and signal.status: open", 3),
        ("signal.rule.threat.tactic.name: \"Credential Access\"", 3),
        ("kibana.alert.rule.threat.tactic.id: TA0006 and kibana.alert.building_block_type: *", 3),
        ("kibana.alert.rule.type: query and not kibana.alert.severity: high", 3),
        ("kibana.alert.rule.type: (threat_match or eql)", 0),
        ("signal.rule.name: *", 3),
    ] {
        let higher = over_alerts("higher", Language::Kql, query);
        let hunt = hunt(&[block.clone(), higher]);
        assert_eq!(found(&hunt, "higher").len(), expected, "{query}");
    }
}

#[test]
fn three_levels_and_no_rule_feeds_itself() {
    let first = rule_named("first", Language::Kql, "event.category: network");
    let any = over_alerts("any", Language::Kql, "event.kind: signal");
    let threshold = Rule {
        kind: RuleKind::Threshold {
            fields: vec!["host.name".into()],
            value: 2,
            cardinality: vec![],
        },
        ..over_alerts("group", Language::Kql, "kibana.alert.rule.rule_id: (first or any)")
    };
    let hunt = hunt(&[first, any, threshold]);
    assert_eq!(found(&hunt, "first"), [5, 5, 15]);
    // Host a and b each have an alert of `first` and one of `any` in the run of minute 5.
    assert_eq!(found(&hunt, "group"), [5, 5, 15]);
    // `any` sees alerts of `first`. Those of `group` come from its own.
    assert_eq!(found(&hunt, "any"), [5, 5, 15]);
    let of_any = hunt.alerts.iter().find(|alert| &*alert.rule.id == "any").unwrap();
    let document = &to_elastic(of_any, Schema::builtin())[0];
    assert_eq!(document["kibana.alert.depth"], 2);
    assert_eq!(document["kibana.alert.ancestors"][1]["rule"], "first");
    assert_eq!(document["kibana.alert.rule.rule_id"], "any");
    assert!(hunt.summary.rules.iter().all(|rule| rule.warnings.is_empty()));
}

/// Two rules that each read the other's alerts come to rest, because neither sees what comes from
/// itself.
#[test]
fn rules_in_a_circle_come_to_rest() {
    let first = rule_named("first", Language::Kql, "event.category: network");
    let one = over_alerts("one", Language::Kql, "event.kind: signal");
    let two = over_alerts("two", Language::Kql, "event.kind: signal");
    let hunt = hunt(&[first, one, two]);
    // Three of `first`, and the three that the other one makes of them.
    assert_eq!(found(&hunt, "one").len(), 6);
    assert_eq!(found(&hunt, "two").len(), 6);
    assert!(hunt.summary.rules.iter().all(|rule| rule.warnings.is_empty()));
}

/// What `-o elastic` wrote is a log like any other.
#[test]
fn alert_documents_are_logs() {
    let first = rule_named("first", Language::Kql, "event.category: network");
    let written: Vec<String> = run(&[first], &events(), &scheduled())
        .alerts
        .iter()
        .flat_map(|alert| to_elastic(alert, Schema::builtin()))
        .map(|document| document.to_string())
        .collect();
    let higher = over_alerts("higher", Language::Kql, "signal.rule.id: first and host.name: a");
    let hunt = run(&[higher], &[input("alerts", &written)], &scheduled());
    assert_eq!(hunt.summary.events.keys().collect::<Vec<_>>(), ["elastic.alert"]);
    assert_eq!(found(&hunt, "higher"), [5, 15]);
    let uuid: Value = serde_json::from_str(&written[0]).unwrap();
    assert_eq!(*hunt.alerts[0].events[0].id, *uuid["kibana.alert.uuid"].as_str().unwrap());
    assert_eq!(&*hunt.alerts[0].events[0].index, ".alerts-security.alerts-default");
}
