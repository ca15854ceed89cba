//! Tables of event ids against the corpora's facts, where those are.

use serde_json::Value;
use tripline_schema::{MapExpr, Schema};

fn facts(file: &str) -> Option<Value> {
    let root = std::env::var("TRIPLINE_CORPORA").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora").to_owned()
    });
    let path = format!("{root}/schemas/{file}");
    let Ok(text) = std::fs::read_to_string(&path) else {
        skip(&format!("no {path}"));
        return None;
    };
    Some(serde_json::from_str(&text).expect("the corpora are well-formed"))
}

#[allow(clippy::print_stderr)]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}

fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    }
}

#[test]
fn sysmon_events_are_what_the_vendor_says() {
    let Some(facts) = facts("windows-eid-ecs.json") else { return };
    let schema = Schema::builtin();
    for (id, fact) in facts["sysmon"].as_object().unwrap() {
        let m = schema.mapping(&format!("windows.sysmon.{id}")).unwrap();
        let constants = |field: &str| match m.elastic.fields.get(field) {
            Some(MapExpr::Const(values)) => values.iter().map(|v| &**v).collect(),
            None => vec![],
            Some(other) => panic!("{id}: {field} is {other:?}"),
        };
        assert_eq!(constants("event.category"), words(&fact["category"]), "{id}");
        assert_eq!(constants("event.type"), words(&fact["type"]), "{id}");
        assert_eq!(constants("event.action")[..1], words(&fact["action"]), "{id}");
    }
}

#[test]
fn security_tables_are_what_the_vendor_says() {
    let Some(facts) = facts("windows-eid-ecs.json") else { return };
    let tables = &Schema::builtin().mapping("windows.security").unwrap().tables;
    for (id, fact) in facts["security"].as_object().unwrap() {
        for part in ["category", "type", "action"] {
            let row: Option<Vec<&str>> =
                tables[part].get(&**id).map(|r| r.iter().map(|v| &**v).collect());
            assert_eq!(row.unwrap_or_default(), words(&fact[part]), "{id} {part}");
        }
    }
}

#[test]
fn zeek_states_are_what_the_vendors_say() {
    let Some(facts) = facts("windows-eid-ecs.json") else { return };
    let tables = &Schema::builtin().mapping("zeek.conn").unwrap().tables;
    for (facts, table) in [
        (&facts["zeek_conn_state"], &tables["event_type"]),
        (&facts["zeek_conn_state_cim_action"], &tables["action"]),
    ] {
        for (state, fact) in facts.as_object().unwrap() {
            let row: Vec<&str> = table[&**state].iter().map(|v| &**v).collect();
            assert_eq!(row, words(fact), "{state}");
        }
    }
}

/// Every Windows log source of Sigma that has a channel in an event log has a source.
#[test]
fn sigma_log_sources_have_a_source() {
    let Some(facts) = facts("sigma-logsource-map.json") else { return };
    let schema = Schema::builtin();
    for fact in facts["logsources"].as_array().unwrap() {
        let (Some("windows"), Some(category)) =
            (fact["product"].as_str(), fact["category"].as_str())
        else {
            continue;
        };
        let found = schema.mappings().iter().any(|m| {
            m.sigma.logsources.iter().any(|l| l.get("category").is_some_and(|c| **c == *category))
        });
        assert!(found, "{category}");
    }
}
