//! For machines: one JSON object a line, keys in a fixed order.
//!
//! Alerts are written straight to text: there may be a hundred thousand of them.

use super::Chosen;
use super::json_text as record_text;
use serde_json::{Value, json};
use std::io::Write;
use tripline_detect::{
    Alert, AlertKind, CorrelationResult, Detail, Enrichment, Error, EventView, Suppressed,
    ThresholdResult, iso, json_text,
};
use tripline_schema::Schema;

pub fn print(out: &mut dyn Write, alerts: &Chosen<'_>, _: &Schema) -> Result<(), Error> {
    alerts.write(out, Detail::Records, |alert, text| {
        object(text, alert, None);
        text.push(b'\n');
        Ok(())
    })
}

/// An object that is being written.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl<'o> Object<'o> {
    fn new(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    fn key(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        text(self.out, name);
        self.out.push(b':');
        self.out
    }

    fn text(&mut self, name: &str, value: &str) {
        text(self.key(name), value);
    }

    /// Any value that serde writes.
    fn value(&mut self, name: &str, value: &impl serde::Serialize) {
        write(self.key(name), value);
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

fn write(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(out, value).expect("what is written to memory has text keys");
}

fn text(out: &mut Vec<u8>, value: &str) {
    json_text(out, value);
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut one: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        one(out, item);
    }
    out.push(b']');
}

/// An alert as a JSON object. A sequence has its building blocks under `blocks`; `group`: a building
/// block's sequence and place.
fn object(out: &mut Vec<u8>, alert: &Alert, group: Option<(&str, usize)>) {
    let mut o = Object::new(out);
    o.text("id", &alert.id);
    o.text("name", &alert.name);
    o.text("kind", alert.kind.word());
    o.text("time", &iso(alert.time));
    o.text("detected", &iso(alert.detected));
    let mut rule = Object::new(o.key("rule"));
    rule.text("id", &alert.rule.id);
    rule.text("name", &alert.rule.name);
    rule.value("version", &alert.rule.version);
    rule.end();
    o.text("severity", alert.severity.word());
    o.value("risk_score", &alert.risk_score);
    o.text("reason", &alert.reason);
    pairs(o.key("entities"), &alert.entities);
    if let AlertKind::Row { from, to, .. } = alert.kind {
        o.value("window", &json!({"from": iso(from), "to": iso(to)}));
    }
    if !alert.new_terms.is_empty() {
        o.value("new_terms", &alert.new_terms);
        if alert.history_partial {
            o.text("history", "partial");
        }
    }
    if let AlertKind::Threshold(result) = &alert.kind {
        o.value("threshold", &threshold(result));
    }
    if let AlertKind::Correlation(result) = &alert.kind {
        o.value("correlation", &correlation(result));
    }
    if let Some(suppressed) = &alert.suppressed {
        o.value("suppressed", &suppression(suppressed));
    }
    if !alert.enrichments.is_empty() {
        list(o.key("enrichments"), &alert.enrichments, |out, one| write(out, &enrichment(one)));
    }
    if alert.rule.building_block {
        o.value("building_block", &true);
    }
    o.key("fields").extend_from_slice(alert.fields.json());
    if let Some(notable) = &alert.notable {
        let mut of = Object::new(o.key("notable"));
        of.text("title", &notable.title);
        of.text("description", &notable.description);
        of.text("security_domain", &notable.security_domain);
        fields(of.key("fields"), &notable.fields);
        of.end();
    }
    if !alert.risks.is_empty() {
        list(o.key("risk_events"), &alert.risks, |out, one| write(out, &risk(one)));
    }
    if !alert.blocks.is_empty() {
        list(o.key("blocks"), &alert.blocks, |out, block| {
            let group = match &block.kind {
                AlertKind::Block { group, index } => Some((group.as_str(), *index)),
                _ => None,
            };
            object(out, block, group);
        });
    } else if !alert.events.is_empty() {
        list(o.key("events"), &alert.events, event);
    }
    if let Some((id, index)) = group {
        o.value("group", &json!({"id": id, "index": index}));
    }
    o.end();
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
        "terms": fields_json(&suppressed.terms),
        "start": iso(suppressed.start),
        "end": iso(suppressed.end),
        "last_detected": iso(suppressed.last),
    })
}

fn enrichment(enrichment: &Enrichment) -> Value {
    json!({
        "field": enrichment.field,
        "value": enrichment.atomic,
        "indicator": fields_json(&enrichment.indicator),
        "feed": enrichment.feed,
        "id": enrichment.id,
        "index": enrichment.index,
    })
}

fn event(out: &mut Vec<u8>, event: &EventView) {
    let mut o = Object::new(out);
    o.text("id", &event.id);
    o.text("index", &event.index);
    o.text("source", &event.source);
    o.text("input", &event.input);
    o.value("record", &event.record);
    o.text("time", &iso(event.time));
    record_text::write(o.key("raw"), &event.raw);
    o.end();
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

/// Names in the order in which they come first, each with one value or a list of them.
fn pairs(out: &mut Vec<u8>, all: &[(String, String)]) {
    let mut o = Object::new(out);
    for (at, (name, _)) in all.iter().enumerate() {
        if all[..at].iter().any(|(before, _)| before == name) {
            continue;
        }
        let values: Vec<&str> =
            all[at..].iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
        match values.as_slice() {
            [one] => o.text(name, one),
            several => o.value(name, &several),
        }
    }
    o.end();
}

/// Fields in their order; names are distinct.
fn fields(out: &mut Vec<u8>, all: &[(String, Vec<String>)]) {
    let mut o = Object::new(out);
    for (name, values) in all {
        match values.as_slice() {
            [one] => o.text(name, one),
            several => o.value(name, &several),
        }
    }
    o.end();
}

fn fields_json(list: &[(String, Vec<String>)]) -> Value {
    Value::Object(list.iter().map(|(name, values)| (name.clone(), values_json(values))).collect())
}

/// The values of a field: one as itself, several as a list.
pub fn values_json(values: &[String]) -> Value {
    match values {
        [one] => one.as_str().into(),
        several => json!(several),
    }
}
