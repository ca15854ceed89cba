//! Alerts as Elastic's documents.

use crate::support::{ecs, input, rule, run, scheduled};
use serde_json::{Value, json};
use tripline_detect::to_elastic;
use tripline_rules::{Language, Rule, Severity};
use tripline_schema::Schema;

#[test]
fn the_document_of_an_alert() {
    let rule = Rule {
        id: "11111111-2222-3333-4444-555555555555".into(),
        name: "Connections".into(),
        severity: Severity::High,
        risk_score: 73,
        version: Some(3),
        building_block: true,
        ..rule(Language::Kql, "event.category: network")
    };
    let hunt = run(&[rule], &[input("x", &[ecs(1.0, "network", "a", "1.1.1.1")])], &scheduled());
    let documents = to_elastic(&hunt.alerts[0], Schema::builtin());
    assert_eq!(documents.len(), 1);
    let expected = include_str!("document.json");
    let actual = serde_json::to_string_pretty(&documents[0]).unwrap();
    if std::env::var_os("SPEC_UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/document.json");
        std::fs::write(path, actual + "\n").unwrap();
        return;
    }
    let expected: Value = serde_json::from_str(expected).unwrap();
    assert_eq!(documents[0], expected, "{actual}");
}

#[test]
fn a_sequence_is_its_blocks_and_a_shell() {
    let query = "sequence by host.name [process where true] [network where true]";
    let events = [ecs(1.0, "process", "a", "1.1.1.1"), ecs(2.0, "network", "a", "1.1.1.1")];
    let hunt = run(&[rule(Language::Eql, query)], &[input("x", &events)], &scheduled());
    let documents = to_elastic(&hunt.alerts[0], Schema::builtin());
    let [first, second, shell] = documents.as_slice() else { panic!("{documents:?}") };
    let id = |document: &Value| document["kibana.alert.uuid"].clone();
    for (index, block) in [first, second].iter().enumerate() {
        assert_eq!(block["kibana.alert.building_block_type"], "default");
        assert_eq!(block["kibana.alert.group.id"], id(shell));
        assert_eq!(block["kibana.alert.group.index"], index);
        assert_eq!(block["kibana.alert.depth"], 1);
        assert_eq!(block["kibana.alert.ancestors"].as_array().unwrap().len(), 1);
    }
    assert_ne!(id(first), id(second));
    assert_eq!(shell["kibana.alert.group.id"], id(shell));
    assert_eq!(shell.get("kibana.alert.building_block_type"), None);
    assert_eq!(shell["kibana.alert.depth"], 2);
    // What both events have, and only that.
    assert_eq!(shell["host.name"], "a");
    assert_eq!(shell["destination.ip"], "1.1.1.1");
    assert_eq!(shell.get("event.category"), None);
    assert_eq!(shell["kibana.alert.original_event.kind"], "event");
    assert_eq!(shell["event.kind"], "signal");
    let ancestors = shell["kibana.alert.ancestors"].as_array().unwrap();
    let types: Vec<&Value> = ancestors.iter().map(|a| &a["type"]).collect();
    assert_eq!(types, ["event", "signal", "event", "signal"], "each event, then its block");
    assert_eq!(ancestors[1]["id"], id(first));
    assert_eq!(ancestors[3]["id"], id(second));
    assert_eq!(ancestors[3]["depth"], 1);
    assert_eq!(ancestors[0]["depth"], json!(0));
}
