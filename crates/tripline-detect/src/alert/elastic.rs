//! Alerts as documents of Elastic's detection engine (`spec/elastic.md` 7.9).
//!
//! A document has the fields of its event as they are there, and `kibana.alert.*` in the notation of
//! the product: names with dots, objects only where the product has lists of them. What only an
//! installation knows (users, urls, actions, asset criticality) is left out.

use super::event::to_json;
use super::lineage::{dig, lineage};
use super::reason::reason_of_document;
use super::rule_fields::rule_fields;
use super::suppress::instance_id;
use super::{Alert, AlertKind, Enrichment, EventView, Values};
use crate::time::iso;
use serde_json::{Map, Value, json};
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
    source_fields(&mut doc, alert, schema);
    doc.insert("@timestamp".into(), iso(alert.detected).into());
    doc.insert("event.kind".into(), "signal".into());
    doc.insert("kibana.space_ids".into(), json!(["default"]));
    doc.insert("kibana.version".into(), PRODUCT_VERSION.into());
    let (depth, ancestors) = ancestry(alert);
    let last = alert.suppressed.as_ref().map_or(alert.detected, |s| s.last.max(alert.detected));
    for (key, value) in [
        ("uuid", json!(alert.id)),
        ("start", json!(iso(alert.detected))),
        ("last_detected", json!(iso(last))),
        ("intended_timestamp", json!(iso(alert.detected))),
        ("status", json!("active")),
        ("workflow_status", json!("open")),
        ("workflow_tags", json!([])),
        ("workflow_assignee_ids", json!([])),
        ("reason", json!(reason(alert))),
        ("severity", json!(alert.severity.word())),
        ("risk_score", json!(alert.risk_score)),
        ("depth", json!(depth)),
        ("original_time", json!(iso(original_time(alert)))),
        ("ancestors", Value::Array(ancestors)),
    ] {
        doc.insert(format!("kibana.alert.{key}"), value);
    }
    for (key, value) in of_kind(alert) {
        doc.insert(format!("kibana.alert.{key}"), value);
    }
    for (key, value) in rule_fields(alert) {
        doc.insert(format!("kibana.alert.rule.{key}"), value);
    }
    enrich(&mut doc, &alert.enrichments);
    Value::Object(doc)
}

/// The release whose documents these are like.
const PRODUCT_VERSION: &str = "9.0.0";

/// The fields of the event, and the event's own `event.*` once more. Of an event that is an alert,
/// what it says as an alert is not taken over.
fn source_fields(doc: &mut Map<String, Value>, alert: &Alert, schema: &Schema) {
    let records: Vec<Value> = match alert.kind {
        // A group has nothing of its events.
        AlertKind::Threshold(_) | AlertKind::Correlation(_) => vec![],
        _ => alert.events.iter().filter_map(|e| serde_json::from_str(&e.raw).ok()).collect(),
    };
    for (name, values) in alert.fields.iter() {
        if name == "@timestamp" || name.starts_with("kibana.") || name.starts_with("signal.") {
            continue;
        }
        let value = value_of(schema, &records, name, values);
        if let Some(rest) = name.strip_prefix("event.") {
            doc.insert(format!("kibana.alert.original_event.{rest}"), value.clone());
        }
        doc.insert(name.to_owned(), value);
    }
}

/// A field's value as the record has it: a single one is a list where it is one there. A field that
/// the record does not have under this name is a list where ECS says so.
fn value_of(schema: &Schema, records: &[Value], name: &str, values: Values<'_>) -> Value {
    let value = to_json(&schema.field_ref(View::Ecs, name), values);
    if values.len() != 1 {
        return value;
    }
    let mut there = false;
    let mut list = false;
    for record in records {
        if let Some(own) = dig(record.get("_source").unwrap_or(record), name) {
            there = true;
            list |= own.is_array();
        }
    }
    if list || (!there && schema.field(&View::Ecs, name).array) { json!([value]) } else { value }
}

/// When the event happened. The shell of a sequence is made of its building blocks, which are as
/// old as their run.
fn original_time(alert: &Alert) -> i64 {
    if alert.kind == AlertKind::Sequence { alert.detected } else { alert.time }
}

/// Depth and ancestors: of each event what it comes from, if it is an alert, then the event; for a
/// sequence's shell also the building block made of it.
fn ancestry(alert: &Alert) -> (u64, Vec<Value>) {
    if let AlertKind::Threshold(result) = &alert.kind {
        // The product makes up a document that stands for the group.
        let (id, index) =
            super::group::threshold_document(&alert.rule, alert.detected, &result.terms);
        return (1, vec![json!({"id": id, "type": "event", "index": index, "depth": 0})]);
    }
    if alert.blocks.is_empty() {
        let mut depth = 0;
        let mut ancestors = Vec::new();
        for event in &alert.events {
            let (own, list) = of_event(event);
            depth = depth.max(own);
            ancestors.extend(list);
        }
        return (depth + 1, ancestors);
    }
    let mut deepest = 0;
    let mut ancestors = Vec::new();
    for block in &alert.blocks {
        let (depth, list) = ancestry(block);
        deepest = deepest.max(depth);
        ancestors.extend(list);
        ancestors.push(json!({
            "id": block.id, "type": "signal", "index": "", "depth": depth, "rule": &*alert.rule.id,
        }));
    }
    (deepest + 1, ancestors)
}

/// The depth of an event, and its line of ancestors with itself at the end.
fn of_event(event: &EventView) -> (u64, Vec<Value>) {
    let (id, index) = (&event.id, &event.index);
    match lineage(event) {
        None => (0, vec![json!({"id": id, "type": "event", "index": index, "depth": 0})]),
        Some(line) => {
            let mut ancestors = line.ancestors;
            ancestors.push(json!({
                "id": id, "type": "signal", "index": index, "depth": line.depth, "rule": line.rule,
            }));
            (line.depth, ancestors)
        }
    }
}

/// Pairs as a list of objects with these keys.
fn listed<T: Clone + Into<Value>>(pairs: &[(String, T)], name: &str, value: &str) -> Value {
    pairs.iter().map(|(n, v)| json!({name: n, value: v.clone().into()})).collect()
}

/// What only some alerts have.
fn of_kind(alert: &Alert) -> Vec<(&'static str, Value)> {
    let mut fields = Vec::new();
    match &alert.kind {
        AlertKind::Block { group, index } => fields.extend([
            ("building_block_type", json!("default")),
            ("group.id", json!(group)),
            ("group.index", json!(index)),
        ]),
        AlertKind::Sequence => fields.push(("group.id", json!(alert.id))),
        AlertKind::Threshold(result) => {
            let pairs = |list: &mut dyn Iterator<Item = (&str, Value)>| -> Value {
                list.map(|(field, value)| json!({"field": field, "value": value})).collect()
            };
            let terms = pairs(&mut result.terms.iter().map(|(f, v)| (f.as_str(), json!(v))));
            let mut object = json!({
                "count": result.count,
                "from": iso(result.from),
                "terms": terms,
            });
            if !result.cardinality.is_empty() {
                let counted = result.cardinality.iter();
                object["cardinality"] = pairs(&mut counted.map(|(f, n)| (f.as_str(), json!(n))));
            }
            fields.push(("threshold_result", object));
        }
        AlertKind::Correlation(result) => fields.push((
            "correlation_result",
            json!({
                "type": result.kind,
                "count": result.count,
                "value": result.value,
                "from": iso(result.from),
                "terms": listed(&result.terms, "field", "value"),
                "rules": listed(&result.inputs, "name", "count"),
            }),
        )),
        AlertKind::Event | AlertKind::Row { .. } => {}
    }
    if alert.rule.building_block && !matches!(alert.kind, AlertKind::Block { .. }) {
        fields.push(("building_block_type", json!("default")));
    }
    if !alert.new_terms.is_empty() {
        fields.push(("new_terms", json!(alert.new_terms)));
    }
    if let Some(suppressed) = &alert.suppressed {
        let terms: Vec<Value> = suppressed
            .terms
            .iter()
            .map(|(field, values)| match values.as_slice() {
                [] => json!({"field": field, "value": null}),
                several => json!({"field": field, "value": several}),
            })
            .collect();
        fields.extend([
            ("instance.id", json!(instance_id(alert, suppressed))),
            ("suppression.terms", Value::Array(terms)),
            ("suppression.start", json!(iso(suppressed.start))),
            ("suppression.end", json!(iso(suppressed.end))),
            ("suppression.docs_count", json!(suppressed.docs_count)),
        ]);
    }
    fields
}

/// The indicators that an event matches, after those that it brought itself.
fn enrich(doc: &mut Map<String, Value>, enrichments: &[Enrichment]) {
    if enrichments.is_empty() {
        return;
    }
    let own = doc.remove("threat.enrichments");
    let mut list = match own {
        Some(Value::Array(list)) => list,
        _ => vec![],
    };
    for enrichment in enrichments {
        let mut indicator = Map::new();
        for (name, values) in &enrichment.indicator {
            let value = match values.as_slice() {
                [one] => json!(one),
                several => json!(several),
            };
            indicator.insert(name.clone(), value);
        }
        let mut entry = json!({
            "indicator": indicator,
            "matched": {
                "atomic": enrichment.atomic,
                "field": enrichment.field,
                "id": enrichment.id,
                "index": enrichment.index,
                "type": "indicator_match_rule",
            },
        });
        if let Some(feed) = &enrichment.feed {
            entry["feed"] = json!({"name": feed});
        }
        list.push(entry);
    }
    doc.insert("threat.enrichments".into(), Value::Array(list));
}

fn reason(alert: &Alert) -> String {
    let what = reason_of_document(&alert.fields);
    format!("{what} created {} alert {}.", alert.severity.word(), alert.name)
}
