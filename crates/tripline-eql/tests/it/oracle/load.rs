//! Elasticsearch's own EQL test suites: queries with expected ids, data, mappings.
//!
//! Also compiled into the engine's tests, which run the queries.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use tripline_schema::{FieldInfo, FieldType, Fields, View};

/// One file of queries with the data that they run over.
#[derive(Debug)]
pub struct Suite {
    pub name: &'static str,
    /// Which field is an event's id, and the tiebreaker.
    pub id: &'static str,
    pub mapping: OracleMapping,
    /// In the order of the file. Flat: `process.pid` is a key.
    pub events: Vec<Map<String, Value>>,
    pub cases: Vec<Case>,
}

/// One query.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub query: String,
    /// At most so many results.
    pub size: Option<usize>,
    /// Ids of all returned events in order; one of the alternatives.
    pub expected: Vec<Vec<i64>>,
    /// Join keys of all returned sequences.
    pub join_keys: Option<Vec<String>>,
}

/// A closed world of fields.
#[derive(Debug, Default)]
pub struct OracleMapping {
    types: BTreeMap<String, FieldType>,
    /// A name that stands for another one.
    pub aliases: BTreeMap<String, String>,
    /// What an explicit null is stored as.
    null_values: BTreeMap<String, Value>,
}

impl Fields for OracleMapping {
    fn field(&self, _: &View, name: &str) -> FieldInfo {
        let name = self.aliases.get(name).map_or(name, String::as_str);
        self.types.get(name).map_or(FieldInfo::UNKNOWN, |ty| FieldInfo {
            ty: *ty,
            array: false,
            known: true,
            text: false,
        })
    }

    fn field_names(&self, _: &View) -> Vec<&str> {
        self.types.keys().chain(self.aliases.keys()).map(String::as_str).collect()
    }

    fn closed(&self) -> bool {
        true
    }
}

/// Queries, id field, mapping, data files.
const SUITES: [(&str, &str, &str, &[&str]); 4] = [
    ("test_queries", "serial_event_id", "mapping-default.json", &["test_data.json"]),
    ("test_extra", "sequence", "data/extra.mapping", &["data/extra.data"]),
    (
        "test_missing_events",
        "sequence",
        "data/missing-events.mapping",
        &["data/missing-events.data"],
    ),
    (
        "test_sample",
        "id",
        "data/sample1.mapping",
        &["data/sample1.data", "data/sample2.data", "data/sample3.data"],
    ),
];

/// All suites in a folder.
pub fn suites(folder: &Path) -> Vec<Suite> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    SUITES
        .iter()
        .map(|(name, id, mapping, data)| {
            let mut mapping = read_mapping(&json(&read(mapping)));
            let mut events: Vec<_> =
                data.iter().flat_map(|file| read_events(&json(&read(file)), &mapping)).collect();
            if *name == "test_extra" {
                // The queries are newer than the mapping here, which lacks this one.
                mapping.types.insert("version".to_owned(), FieldType::Version);
            }
            if *name == "test_sample" {
                // The mappings of the second and the third file are not here. Their dates are of
                // other formats than those of the first.
                mapping.types.insert("date".to_owned(), FieldType::Date);
            }
            for event in &mut events {
                index_dates(event);
                if let Some(filetime) = event.get("timestamp").and_then(Value::as_i64) {
                    let millis = filetime / 10_000 - 11_644_473_600_000;
                    event.insert("@timestamp".to_owned(), millis.into());
                }
            }
            add_dynamic(&mut mapping, &events);
            let cases = read_cases(&read(&format!("{name}.toml")));
            Suite { name, id, mapping, events, cases }
        })
        .collect()
}

/// JSON with whole lines of `//` comments.
fn json(text: &str) -> Value {
    let kept: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
    serde_json::from_str(&kept.join("\n")).unwrap()
}

fn read_mapping(json: &Value) -> OracleMapping {
    let mut mapping = OracleMapping::default();
    properties(&mut mapping, "", &json["properties"]);
    mapping
}

fn properties(mapping: &mut OracleMapping, prefix: &str, json: &Value) {
    for (name, spec) in json.as_object().into_iter().flatten() {
        let name = format!("{prefix}{name}");
        if !spec["properties"].is_null() {
            properties(mapping, &format!("{name}."), &spec["properties"]);
            continue;
        }
        if let Some(value) = spec.get("null_value") {
            mapping.null_values.insert(name.clone(), value.clone());
        }
        let ty = match spec["type"].as_str().unwrap_or("") {
            "alias" => {
                let path = spec["path"].as_str().unwrap().to_owned();
                mapping.aliases.insert(name, path);
                continue;
            }
            "long" | "integer" => FieldType::Long,
            "date" => FieldType::Date,
            "ip" => FieldType::Ip,
            "boolean" => FieldType::Boolean,
            "version" => FieldType::Version,
            // Text with a keyword beside it, which EQL takes instead.
            _ => FieldType::Keyword,
        };
        mapping.types.insert(name, ty);
    }
}

fn read_events(json: &Value, mapping: &OracleMapping) -> Vec<Map<String, Value>> {
    let read = |event: &Value| {
        let mut flat = Map::new();
        flatten(&mut flat, "", event);
        for (name, stored) in &mapping.null_values {
            if let Some(value) = flat.get_mut(name).filter(|v| v.is_null()) {
                *value = stored.clone();
            }
        }
        flat
    };
    json.as_array().unwrap().iter().map(read).collect()
}

fn flatten(flat: &mut Map<String, Value>, prefix: &str, json: &Value) {
    for (name, value) in json.as_object().into_iter().flatten() {
        let name = format!("{prefix}{name}");
        if value.is_object() {
            flatten(flat, &format!("{name}."), value);
        } else {
            flat.insert(name, value.clone());
        }
    }
}

/// The instant of a date that is written day first, as an index keeps it.
fn index_dates(event: &mut Map<String, Value>) {
    for value in event.values_mut() {
        let Some(text) = value.as_str() else { continue };
        if text.len() == 10
            && let [day, month, year] = text.split('-').collect::<Vec<_>>()[..]
            && year.len() == 4
        {
            *value = format!("{year}-{month}-{day}").into();
        }
    }
}

/// Fields that the mapping does not list get the type of their first value.
fn add_dynamic(mapping: &mut OracleMapping, events: &[Map<String, Value>]) {
    for (name, value) in events.iter().flatten() {
        let first =
            value.as_array().map_or(Some(value), |items| items.iter().find(|i| !i.is_null()));
        let ty = match first {
            Some(Value::Number(n)) if n.is_i64() => FieldType::Long,
            Some(Value::Number(_)) => FieldType::Double,
            Some(Value::Bool(_)) => FieldType::Boolean,
            Some(Value::String(s)) if is_date(s) => FieldType::Date,
            Some(Value::String(_)) => FieldType::Keyword,
            _ => continue,
        };
        mapping.types.entry(name.clone()).or_insert(ty);
    }
}

fn is_date(text: &str) -> bool {
    let shape: String =
        text.chars().take(10).map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    shape == "9999-99-99"
}

fn read_cases(text: &str) -> Vec<Case> {
    // The files write `null` among join keys, which is not TOML.
    let text = text.replace("[null", "[\"null\"").replace(", null", ", \"null\"");
    let table: toml::Table = text.parse().unwrap();
    let case = |case: &toml::Value| Case {
        name: case["name"].as_str().unwrap().to_owned(),
        query: case["query"].as_str().unwrap().trim().to_owned(),
        size: case.get("size").and_then(toml::Value::as_integer).map(|size| size as usize),
        expected: alternatives(&case["expected_event_ids"]),
        join_keys: case.get("join_keys").map(|keys| {
            let keys = keys.as_array().unwrap().iter();
            keys.map(|k| k.as_str().map_or_else(|| k.to_string(), str::to_owned)).collect()
        }),
    };
    table["queries"].as_array().unwrap().iter().map(case).collect()
}

fn alternatives(ids: &toml::Value) -> Vec<Vec<i64>> {
    let list = ids.as_array().unwrap();
    let flat = |list: &[toml::Value]| list.iter().filter_map(toml::Value::as_integer).collect();
    if list.first().is_some_and(toml::Value::is_array) {
        list.iter().map(|l| flat(l.as_array().unwrap())).collect()
    } else {
        vec![flat(list)]
    }
}
