//! `kibana.alert.rule.*`: what an alert's document says of its rule (`spec/elastic.md` 7.9).

use super::Alert;
use super::identity::hash_of;
use crate::time::iso;
use serde_json::{Map, Value, json};
use tripline_rules::{Named, Rule, RuleKind, Schedule, Threat};

/// The fields, without the prefix, in a fixed order.
pub(super) fn rule_fields(alert: &Alert) -> Vec<(&'static str, Value)> {
    let rule = &alert.rule;
    let extra = |key: &str| rule.extra.get(key).cloned().unwrap_or(Value::Null);
    let listed = |key: &str| rule.extra.get(key).cloned().unwrap_or_else(|| json!([]));
    let (kind, registered) = kind(&rule.kind);
    let (interval, from, to) = schedule(rule);
    let mut fields = vec![
        ("uuid", json!(&*rule.id)),
        ("rule_id", json!(&*rule.id)),
        ("name", json!(&*alert.name)),
        ("type", json!(kind)),
        ("consumer", json!("siem")),
        ("revision", json!(rule.extra.get("revision").and_then(Value::as_u64).unwrap_or(0))),
        ("version", json!(rule.version)),
        ("description", json!(rule.description)),
        ("enabled", json!(rule.enabled)),
        ("immutable", json!(rule.version.is_some())),
        ("severity", json!(rule.severity.word())),
        ("risk_score", json!(rule.risk_score)),
        ("tags", json!(rule.tags)),
        ("author", json!(rule.author)),
        ("license", json!(rule.license)),
        ("note", json!(rule.note)),
        ("references", json!(rule.references)),
        ("false_positives", json!(rule.false_positives)),
        ("interval", json!(interval)),
        ("from", json!(from)),
        ("to", json!(to)),
        ("indices", json!(rule.indices)),
        ("max_signals", json!(rule.max_signals)),
        ("threat", threat(&rule.threat)),
        ("timeline_id", extra("timeline_id")),
        ("timeline_title", extra("timeline_title")),
        ("timestamp_override", json!(rule.timestamp_override)),
        ("rule_name_override", json!(rule.overrides.name)),
        ("risk_score_mapping", risk_mapping(rule)),
        ("severity_mapping", severity_mapping(rule)),
        ("building_block_type", building_block(rule)),
        ("exceptions_list", listed("exceptions_list")),
        ("actions", listed("actions")),
        ("throttle", extra("throttle")),
        ("execution.uuid", json!(execution(rule, alert.detected))),
        ("execution.timestamp", json!(iso(alert.detected))),
        ("execution.type", json!("scheduled")),
        ("parameters", parameters(rule, kind, from.as_deref(), to.as_deref())),
    ];
    fields.extend(flat_threat(&rule.threat));
    if let Some((id, name)) = registered {
        fields.extend([
            ("rule_type_id", json!(id)),
            ("category", json!(name)),
            ("producer", json!("siem")),
        ]);
    }
    fields.retain(|(_, value)| !value.is_null());
    fields
}

/// The product's name of a kind of rule, and how it registers it: id and name.
fn kind(kind: &RuleKind) -> (&str, Option<(&'static str, &'static str)>) {
    match kind {
        RuleKind::Query => ("query", Some(("siem.queryRule", "Custom Query Rule"))),
        RuleKind::Eql => ("eql", Some(("siem.eqlRule", "Event Correlation Rule"))),
        RuleKind::NewTerms { .. } => ("new_terms", Some(("siem.newTermsRule", "New Terms Rule"))),
        RuleKind::Threshold { .. } => ("threshold", Some(("siem.thresholdRule", "Threshold Rule"))),
        RuleKind::ThreatMatch(_) => {
            ("threat_match", Some(("siem.indicatorRule", "Indicator Match Rule")))
        }
        RuleKind::Search => ("search", None),
        RuleKind::Correlation => ("correlation", None),
        RuleKind::Other(name) => (name, None),
    }
}

/// Interval, `from` and `to` as date math: as the rule's file says them.
fn schedule(rule: &Rule) -> (Option<String>, Option<String>, Option<String>) {
    let said = |key: &str| rule.extra.get(key).and_then(Value::as_str).map(str::to_owned);
    match &rule.schedule {
        Schedule::Interval { every, from, to } => (
            said("interval").or_else(|| Some(duration(*every))),
            said("from").or_else(|| Some(ago(*from))),
            said("to").or_else(|| Some(ago(*to))),
        ),
        Schedule::Cron { .. } | Schedule::Continuous => (None, None, None),
    }
}

fn ago(back: i64) -> String {
    match back {
        0 => "now".to_owned(),
        back if back < 0 => format!("now+{}", duration(back.saturating_neg())),
        back => format!("now-{}", duration(back)),
    }
}

/// In the largest unit of the product's intervals (seconds, minutes, hours) that has no rest.
fn duration(nanoseconds: i64) -> String {
    let seconds = nanoseconds / 1_000_000_000;
    match seconds {
        s if s > 0 && s % 3600 == 0 => format!("{}h", s / 3600),
        s if s > 0 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// The run's id: a name-based one, so that the same hunt gives the same documents.
fn execution(rule: &Rule, run: i64) -> String {
    let hash = hash_of(&["execution", &rule.id, &run.to_string()]);
    let part = |range: std::ops::Range<usize>| &hash[range];
    // Version 8 of RFC 9562: a hash of the maker's own choice.
    format!("{}-{}-8{}-8{}-{}", part(0..8), part(8..12), part(12..15), part(15..18), part(18..30))
}

/// Tactics as the product nests them: subtechniques inside their techniques.
fn threat(threat: &[Threat]) -> Value {
    threat
        .iter()
        .map(|entry| {
            let mut techniques: Vec<Value> = Vec::new();
            for technique in &entry.techniques {
                let parent = technique.id.split_once('.').map(|(parent, _)| parent);
                let inside = parent.and_then(|parent| {
                    techniques.iter_mut().rev().find(|have| have["id"] == parent)
                });
                match inside {
                    Some(parent) => match parent["subtechnique"].as_array_mut() {
                        Some(list) => list.push(named(technique)),
                        None => parent["subtechnique"] = json!([named(technique)]),
                    },
                    None => techniques.push(named(technique)),
                }
            }
            let mut object = json!({"framework": entry.framework, "technique": techniques});
            if let Some(tactic) = &entry.tactic {
                object["tactic"] = named(tactic);
            }
            object
        })
        .collect()
}

fn named(named: &Named) -> Value {
    json!({"id": named.id, "name": named.name, "reference": named.reference})
}

/// The same as flat lists, as queries see the list of objects.
fn flat_threat(threat: &[Threat]) -> Vec<(&'static str, Value)> {
    let tactics = || threat.iter().filter_map(|entry| entry.tactic.as_ref());
    let techniques = |sub: bool| {
        let all = threat.iter().flat_map(|entry| &entry.techniques);
        all.filter(move |technique| technique.id.contains('.') == sub)
    };
    let list = |values: Vec<&String>| {
        let mut kept: Vec<&String> = Vec::new();
        for value in values {
            if !value.is_empty() && !kept.contains(&value) {
                kept.push(value);
            }
        }
        if kept.is_empty() { Value::Null } else { json!(kept) }
    };
    let id: fn(&Named) -> &String = |n| &n.id;
    let name: fn(&Named) -> &String = |n| &n.name;
    let reference: fn(&Named) -> &String = |n| &n.reference;
    vec![
        ("threat.framework", list(threat.iter().map(|entry| &entry.framework).collect())),
        ("threat.tactic.id", list(tactics().map(id).collect())),
        ("threat.tactic.name", list(tactics().map(name).collect())),
        ("threat.tactic.reference", list(tactics().map(reference).collect())),
        ("threat.technique.id", list(techniques(false).map(id).collect())),
        ("threat.technique.name", list(techniques(false).map(name).collect())),
        ("threat.technique.reference", list(techniques(false).map(reference).collect())),
        ("threat.technique.subtechnique.id", list(techniques(true).map(id).collect())),
        ("threat.technique.subtechnique.name", list(techniques(true).map(name).collect())),
        (
            "threat.technique.subtechnique.reference",
            list(techniques(true).map(reference).collect()),
        ),
    ]
}

fn building_block(rule: &Rule) -> Value {
    if rule.building_block { json!("default") } else { Value::Null }
}

fn risk_mapping(rule: &Rule) -> Value {
    let entry =
        |field: &std::sync::Arc<str>| json!({"field": field, "operator": "equals", "value": ""});
    rule.overrides.risk.iter().map(entry).collect()
}

fn severity_mapping(rule: &Rule) -> Value {
    rule.overrides
        .severity
        .iter()
        .map(|(field, value, severity)| {
            json!({
                "field": field, "operator": "equals", "value": value, "severity": severity.word(),
            })
        })
        .collect()
}

/// A copy of all settings of the rule, as the product keeps it in each alert.
fn parameters(rule: &Rule, kind: &str, from: Option<&str>, to: Option<&str>) -> Value {
    let mut all = Map::new();
    let mut set = |key: &str, value: Value| {
        if !value.is_null() {
            all.insert(key.to_owned(), value);
        }
    };
    for (key, value) in &rule.extra {
        set(key, value.clone());
    }
    let query = rule.query.text.trim_end();
    for (key, value) in [
        ("author", json!(rule.author)),
        ("building_block_type", building_block(rule)),
        ("description", json!(rule.description)),
        ("event_category_override", json!(rule.event_category_override)),
        ("false_positives", json!(rule.false_positives)),
        ("from", json!(from)),
        ("immutable", json!(rule.version.is_some())),
        ("index", json!(rule.indices)),
        ("language", json!(language(rule))),
        ("license", json!(rule.license)),
        ("max_signals", json!(rule.max_signals)),
        ("note", json!(rule.note)),
        ("query", json!(query)),
        ("references", json!(rule.references)),
        ("risk_score", json!(rule.risk_score)),
        ("risk_score_mapping", risk_mapping(rule)),
        ("rule_id", json!(&*rule.id)),
        ("rule_name_override", json!(rule.overrides.name)),
        ("setup", json!(rule.setup)),
        ("severity", json!(rule.severity.word())),
        ("severity_mapping", severity_mapping(rule)),
        ("threat", threat(&rule.threat)),
        ("timestamp_override", json!(rule.timestamp_override)),
        ("to", json!(to)),
        ("type", json!(kind)),
        ("version", json!(rule.version)),
    ] {
        set(key, value);
    }
    match &rule.kind {
        RuleKind::NewTerms { fields, history } => {
            set("new_terms_fields", json!(fields));
            set("history_window_start", json!(ago(*history)));
        }
        RuleKind::Threshold { fields, value, cardinality } => {
            let cardinality: Vec<Value> =
                cardinality.iter().map(|(f, n)| json!({"field": f, "value": n})).collect();
            set("threshold", json!({"field": fields, "value": value, "cardinality": cardinality}));
        }
        RuleKind::ThreatMatch(matching) => {
            set("threat_index", json!(matching.indices));
            set("threat_query", json!(matching.query.text.trim_end()));
            set("threat_indicator_path", json!(matching.path));
            let group = |group: &Vec<tripline_rules::ThreatEntry>| {
                let entry = |e: &tripline_rules::ThreatEntry| {
                    json!({
                        "field": e.field, "type": "mapping", "value": e.value, "negate": e.negate,
                    })
                };
                json!({"entries": group.iter().map(entry).collect::<Vec<_>>()})
            };
            set("threat_mapping", matching.groups.iter().map(group).collect());
        }
        _ => {}
    }
    Value::Object(all)
}

/// The product's word for a language.
fn language(rule: &Rule) -> Option<&'static str> {
    match rule.language {
        tripline_rules::Language::Kql => Some("kuery"),
        tripline_rules::Language::None => None,
        other => Some(other.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_math() {
        for (nanoseconds, expected) in [
            (0, "now"),
            (540_000_000_000, "now-9m"),
            (86_400_000_000_000, "now-24h"),
            (90_000_000_000, "now-90s"),
            (-60_000_000_000, "now+1m"),
        ] {
            assert_eq!(ago(nanoseconds), expected);
        }
    }

    #[test]
    fn subtechniques_are_inside() {
        let of = |id: &str| Named {
            id: id.to_owned(),
            name: format!("name of {id}"),
            reference: String::new(),
        };
        let threats = [Threat {
            framework: "MITRE ATT&CK".to_owned(),
            tactic: Some(of("TA0002")),
            techniques: vec![of("T1059"), of("T1059.001"), of("T1204")],
        }];
        let nested = threat(&threats);
        assert_eq!(nested[0]["tactic"]["id"], "TA0002");
        assert_eq!(nested[0]["technique"][0]["subtechnique"][0]["id"], "T1059.001");
        assert_eq!(nested[0]["technique"][1]["id"], "T1204");
        let flat = flat_threat(&threats);
        let value = |key: &str| flat.iter().find(|(name, _)| *name == key).unwrap().1.clone();
        assert_eq!(value("threat.technique.id"), json!(["T1059", "T1204"]));
        assert_eq!(value("threat.technique.subtechnique.id"), json!(["T1059.001"]));
        assert_eq!(value("threat.tactic.reference"), Value::Null);
    }
}
