//! For machines: one JSON object a line, keys in a fixed order.

use serde_json::{Map, Value, json};
use std::io::{self, Write};
use tripline_detect::{
    Alert, AlertKind, CorrelationResult, Enrichment, EventView, Suppressed, ThresholdResult, iso,
};
use tripline_schema::Schema;

pub fn print(out: &mut dyn Write, alerts: &[Alert], _: &Schema) -> io::Result<()> {
    for alert in alerts {
        serde_json::to_writer(&mut *out, &object(alert))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// An alert as a JSON object. A sequence has its building blocks under `blocks`.
pub fn object(alert: &Alert) -> Value {
    let mut object = json!({
        "id": alert.id,
        "name": &*alert.name,
        "kind": kind(alert),
        "time": iso(alert.time),
        "detected": iso(alert.detected),
        "rule": {
            "id": &*alert.rule.id,
            "name": &*alert.rule.name,
            "version": alert.rule.version,
        },
        "severity": alert.severity.word(),
        "risk_score": alert.risk_score,
        "reason": alert.reason,
        "entities": pairs(&alert.entities),
    });
    let map = object.as_object_mut().expect("it was made as an object");
    if let AlertKind::Row { from, to, .. } = alert.kind {
        map.insert("window".into(), json!({"from": iso(from), "to": iso(to)}));
    }
    if !alert.new_terms.is_empty() {
        map.insert("new_terms".into(), json!(alert.new_terms));
        if alert.history_partial {
            map.insert("history".into(), "partial".into());
        }
    }
    if let AlertKind::Threshold(result) = &alert.kind {
        map.insert("threshold".into(), threshold(result));
    }
    if let AlertKind::Correlation(result) = &alert.kind {
        map.insert("correlation".into(), correlation(result));
    }
    if let Some(suppressed) = &alert.suppressed {
        map.insert("suppressed".into(), suppression(suppressed));
    }
    if !alert.enrichments.is_empty() {
        map.insert("enrichments".into(), alert.enrichments.iter().map(enrichment).collect());
    }
    if alert.rule.building_block {
        map.insert("building_block".into(), true.into());
    }
    map.insert("fields".into(), fields(&alert.fields));
    if let Some(notable) = &alert.notable {
        map.insert(
            "notable".into(),
            json!({
                "title": notable.title,
                "description": notable.description,
                "security_domain": notable.security_domain,
                "fields": fields(&notable.fields),
            }),
        );
    }
    if !alert.risks.is_empty() {
        map.insert("risk_events".into(), alert.risks.iter().map(risk).collect());
    }
    if !alert.blocks.is_empty() {
        map.insert("blocks".into(), alert.blocks.iter().map(block).collect());
    } else if !alert.events.is_empty() {
        map.insert("events".into(), alert.events.iter().map(event).collect());
    }
    object
}

fn kind(alert: &Alert) -> &'static str {
    match alert.kind {
        AlertKind::Event => "event",
        AlertKind::Sequence => "sequence",
        AlertKind::Block { .. } => "building_block",
        AlertKind::Threshold(_) => "threshold",
        AlertKind::Correlation(_) => "correlation",
        AlertKind::Row { .. } => "row",
    }
}

fn threshold(result: &ThresholdResult) -> Value {
    let terms = result.terms.iter().map(|(field, value)| (field.clone(), value.as_str().into()));
    let distinct = result.cardinality.iter().map(|(field, n)| (field.clone(), (*n).into()));
    json!({
        "count": result.count,
        "from": iso(result.from),
        "terms": Value::Object(terms.collect()),
        "cardinality": Value::Object(distinct.collect()),
    })
}

fn correlation(result: &CorrelationResult) -> Value {
    let terms = result.terms.iter().map(|(field, value)| (field.clone(), value.as_str().into()));
    let rules = result.inputs.iter().map(|(rule, n)| json!({"name": rule, "count": n}));
    json!({
        "type": result.kind,
        "value": result.value,
        "count": result.count,
        "from": iso(result.from),
        "terms": Value::Object(terms.collect()),
        "rules": rules.collect::<Vec<Value>>(),
    })
}

fn suppression(suppressed: &Suppressed) -> Value {
    json!({
        "count": suppressed.docs_count,
        "terms": fields(&suppressed.terms),
        "start": iso(suppressed.start),
        "end": iso(suppressed.end),
        "last_detected": iso(suppressed.last),
    })
}

fn enrichment(enrichment: &Enrichment) -> Value {
    json!({
        "field": enrichment.field,
        "value": enrichment.atomic,
        "indicator": fields(&enrichment.indicator),
        "feed": enrichment.feed,
        "id": enrichment.id,
        "index": enrichment.index,
    })
}

fn block(alert: &Alert) -> Value {
    let mut object = object(alert);
    if let (AlertKind::Block { group, index }, Some(map)) = (&alert.kind, object.as_object_mut()) {
        map.insert("group".into(), json!({"id": group, "index": index}));
    }
    object
}

fn event(event: &EventView) -> Value {
    let raw: Value = serde_json::from_str(&event.raw).unwrap_or_else(|_| event.raw.as_str().into());
    json!({
        "id": event.id,
        "index": event.index,
        "source": &*event.source,
        "input": &*event.input,
        "record": event.record,
        "time": iso(event.time),
        "raw": raw,
    })
}

fn risk(risk: &tripline_detect::RiskEvent) -> Value {
    let mut object = json!({
        "risk_object": risk.risk_object,
        "risk_object_field": risk.risk_object_field,
        "risk_object_type": risk.risk_object_type,
        "risk_score": risk.risk_score,
        "risk_message": risk.message,
    });
    if let Some((value, kind)) = &risk.threat_object {
        object["threat_object"] = value.as_str().into();
        object["threat_object_type"] = kind.as_str().into();
    }
    object
}

fn pairs(list: &[(String, String)]) -> Value {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in list {
        match map.get_mut(name) {
            None => {
                map.insert(name.clone(), value.as_str().into());
            }
            Some(Value::Array(values)) => values.push(value.as_str().into()),
            Some(one) => {
                let first = one.take();
                *one = json!([first, value]);
            }
        }
    }
    Value::Object(map)
}

fn fields(list: &[(String, Vec<String>)]) -> Value {
    Value::Object(list.iter().map(|(name, values)| (name.clone(), values_json(values))).collect())
}

/// The values of a field: one as itself, several as a list.
pub fn values_json(values: &[String]) -> Value {
    match values {
        [one] => one.as_str().into(),
        several => json!(several),
    }
}
