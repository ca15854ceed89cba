//! Alerts as documents of Elastic's detection engine (`spec/elastic.md` 7.9).

use super::event::to_json;
use super::{Alert, AlertKind, EventView};
use crate::time::iso;
use serde_json::{Map, Value, json};
use tripline_rules::{Rule, RuleKind};
use tripline_schema::{Schema, View};

/// The alert as its documents: one, or for a sequence its building blocks and then the shell.
/// `@timestamp` is the run that found it, the event's own time is `kibana.alert.original_time`.
pub fn to_elastic(alert: &Alert, schema: &Schema) -> Vec<Value> {
    let mut documents: Vec<Value> = alert.blocks.iter().map(|b| document(b, schema)).collect();
    documents.push(document(alert, schema));
    documents
}

fn document(alert: &Alert, schema: &Schema) -> Value {
    let mut doc = Map::new();
    for (name, values) in &alert.fields {
        if name == "@timestamp" {
            continue;
        }
        let value = to_json(&schema.field_ref(View::Ecs, name), values);
        if let Some(rest) = name.strip_prefix("event.") {
            doc.insert(format!("kibana.alert.original_event.{rest}"), value.clone());
        }
        doc.insert(name.clone(), value);
    }
    doc.insert("@timestamp".into(), iso(alert.detected).into());
    doc.insert("event.kind".into(), "signal".into());
    doc.insert("kibana.space_ids".into(), json!(["default"]));
    let depth = match alert.kind {
        AlertKind::Sequence => 2,
        _ => 1,
    };
    for (key, value) in [
        ("uuid", json!(alert.id)),
        ("start", json!(iso(alert.detected))),
        ("last_detected", json!(iso(alert.detected))),
        ("status", json!("active")),
        ("workflow_status", json!("open")),
        ("workflow_tags", json!([])),
        ("workflow_assignee_ids", json!([])),
        ("reason", json!(reason(alert))),
        ("severity", json!(alert.severity.word())),
        ("risk_score", json!(alert.risk_score)),
        ("depth", json!(depth)),
        ("original_time", json!(iso(alert.time))),
        ("ancestors", ancestors(alert)),
    ] {
        doc.insert(format!("kibana.alert.{key}"), value);
    }
    if let AlertKind::Block { group, index } = &alert.kind {
        doc.insert("kibana.alert.building_block_type".into(), "default".into());
        doc.insert("kibana.alert.group.id".into(), group.as_str().into());
        doc.insert("kibana.alert.group.index".into(), (*index).into());
    } else {
        if alert.kind == AlertKind::Sequence {
            doc.insert("kibana.alert.group.id".into(), alert.id.as_str().into());
        }
        if alert.rule.building_block {
            doc.insert("kibana.alert.building_block_type".into(), "default".into());
        }
    }
    if !alert.new_terms.is_empty() {
        doc.insert("kibana.alert.new_terms".into(), json!(alert.new_terms));
    }
    for (key, value) in rule_fields(&alert.rule) {
        doc.insert(format!("kibana.alert.rule.{key}"), value);
    }
    Value::Object(doc)
}

/// Where an alert comes from: its event, or for a sequence's shell each event followed by the
/// building block made of it.
fn ancestors(alert: &Alert) -> Value {
    let of_event = |event: &EventView| json!({"id": event.id, "type": "event", "index": event.index, "depth": 0});
    if alert.blocks.is_empty() {
        return alert.events.iter().map(of_event).collect();
    }
    let of_block = |block: &Alert| {
        json!({
            "id": block.id, "type": "signal", "index": ".alerts-security.alerts-default",
            "depth": 1, "rule": &*alert.rule.id,
        })
    };
    alert
        .blocks
        .iter()
        .flat_map(|block| block.events.iter().map(of_event).chain([of_block(block)]))
        .collect()
}

fn reason(alert: &Alert) -> String {
    format!("{} created {} alert {}.", alert.reason, alert.severity.word(), alert.rule.name)
}

fn rule_fields(rule: &Rule) -> Vec<(&'static str, Value)> {
    let threat: Vec<Value> = rule
        .threat
        .iter()
        .map(|t| {
            let technique: Vec<Value> = t
                .techniques
                .iter()
                .map(|n| json!({"id": n.id, "name": n.name, "reference": n.reference}))
                .collect();
            let mut entry = json!({"framework": t.framework, "technique": technique});
            if let Some(tactic) = &t.tactic {
                entry["tactic"] =
                    json!({"id": tactic.id, "name": tactic.name, "reference": tactic.reference});
            }
            entry
        })
        .collect();
    let kind = match &rule.kind {
        RuleKind::Query => "query",
        RuleKind::Eql => "eql",
        RuleKind::NewTerms { .. } => "new_terms",
        RuleKind::Threshold { .. } => "threshold",
        RuleKind::ThreatMatch(_) => "threat_match",
        RuleKind::Search => "search",
        RuleKind::Other(name) => name,
    };
    // As the product registers its rule types: id and name.
    let registered = match &rule.kind {
        RuleKind::Query => Some(("siem.queryRule", "Custom Query Rule")),
        RuleKind::Eql => Some(("siem.eqlRule", "Event Correlation Rule")),
        RuleKind::NewTerms { .. } => Some(("siem.newTermsRule", "New Terms Rule")),
        RuleKind::Threshold { .. } => Some(("siem.thresholdRule", "Threshold Rule")),
        RuleKind::ThreatMatch(_) => Some(("siem.indicatorRule", "Indicator Match Rule")),
        RuleKind::Search | RuleKind::Other(_) => None,
    };
    let mut fields = vec![
        ("uuid", json!(&*rule.id)),
        ("rule_id", json!(&*rule.id)),
        ("name", json!(&*rule.name)),
        ("type", json!(kind)),
        ("consumer", json!("siem")),
        ("version", json!(rule.version)),
        ("description", json!(rule.description)),
        ("enabled", json!(rule.enabled)),
        ("severity", json!(rule.severity.word())),
        ("risk_score", json!(rule.risk_score)),
        ("tags", json!(rule.tags)),
        ("author", json!(rule.author)),
        ("license", json!(rule.license)),
        ("references", json!(rule.references)),
        ("false_positives", json!(rule.false_positives)),
        ("indices", json!(rule.indices)),
        ("max_signals", json!(rule.max_signals)),
        ("threat", Value::Array(threat)),
    ];
    if let Some((id, name)) = registered {
        fields.extend([
            ("rule_type_id", json!(id)),
            ("category", json!(name)),
            ("producer", json!("siem")),
        ]);
    }
    if let Some(note) = &rule.note {
        fields.push(("note", json!(note)));
    }
    fields
}
