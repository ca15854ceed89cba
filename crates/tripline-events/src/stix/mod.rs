//! STIX 2.1: a bundle is a list of objects, and an indicator among them is one or more indicators as
//! ECS has them, one for each alternative of its pattern.
//!
//! | pattern | ECS |
//! |---|---|
//! | `ipv4-addr:value`, `ipv6-addr:value`, `network-traffic:src_ref.value`, `…dst_ref.value` | `threat.indicator.ip` |
//! | `domain-name:value` | `threat.indicator.url.domain` |
//! | `url:value` | `threat.indicator.url.full`, `url.original` |
//! | `file:hashes.*` | `threat.indicator.file.hash.*`; hexadecimal ones in lower case |
//! | `file:name`, `file:size` | `threat.indicator.file.name`, `file.size` |
//! | `email-addr:value`, `email-message:from_ref.value`, `…sender_ref.value` | `threat.indicator.email.address` |
//! | `windows-registry-key:key`, `…values.name` | `threat.indicator.registry.key`, `registry.value`, `registry.path`; the hive in its short form |
//! | `autonomous-system:number` | `threat.indicator.as.number` |
//!
//! Comparisons joined by `AND` become fields of one record; which of them a rule compares is the
//! rule's choice. A property that is not in the table would be lost, and the indicator match more
//! than it says: such a pattern is set aside, as are indicators that were revoked.

mod pattern;

use crate::record::Doc;
use pattern::Comparison;
use serde_json::{Map, Value, json};
use simd_json::Node;

/// The source type of a STIX indicator as it stands in a bundle.
pub(crate) const INDICATOR: &str = "stix.indicator";

/// Where in the text of a bundle the list of its objects starts.
pub(crate) fn bundle(doc: &Doc<'_>) -> Option<usize> {
    let Some(Node::Object { len, .. }) = doc.nodes.first() else { return None };
    // A bundle has a type, an id, its objects and perhaps a version.
    if !(2..=6).contains(len) {
        return None;
    }
    let mut at = 1;
    let (mut is_bundle, mut objects) = (false, None);
    for _ in 0..*len {
        let Some(Node::String(key)) = doc.nodes.get(at) else { return None };
        match (*key, doc.nodes.get(at + 1)) {
            ("type", Some(Node::String("bundle"))) => is_bundle = true,
            ("objects", Some(Node::Array { .. })) => objects = Some(*key),
            _ => {}
        }
        at += 1 + doc.span(at + 1);
    }
    is_bundle.then(|| objects.map(|key| doc.value_of_key(key))).flatten()
}

/// The indicators of a STIX indicator, each as the JSON text of an ECS document. Errors: why it
/// cannot be written so.
pub(crate) fn indicators(raw: &[u8]) -> Result<Vec<String>, String> {
    let object: Value = serde_json::from_slice(raw).map_err(|error| error.to_string())?;
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    if object.get("revoked").and_then(Value::as_bool) == Some(true) {
        return Err("the indicator was revoked".to_owned());
    }
    if let Some(kind) = text("pattern_type")
        && kind != "stix"
    {
        return Err(format!("patterns of type `{kind}` are not supported"));
    }
    let pattern = text("pattern").ok_or("the indicator's pattern is no text")?;
    let mut common = Map::new();
    for (key, name) in [
        ("id", "id"),
        ("name", "name"),
        ("description", "description"),
        ("valid_from", "first_seen"),
        ("modified", "modified_at"),
    ] {
        if let Some(value) = object.get(key).filter(|value| !value.is_null()) {
            common.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(confidence) = object.get("confidence").and_then(Value::as_u64) {
        common.insert("confidence".to_owned(), confidence_word(confidence).into());
    }
    let mut stix = Map::new();
    for key in ["id", "pattern", "indicator_types", "labels", "valid_until", "created_by_ref"] {
        if let Some(value) = object.get(key).filter(|value| !value.is_null()) {
            stix.insert(key.to_owned(), value.clone());
        }
    }
    let mut documents = Vec::new();
    for comparisons in pattern::alternatives(pattern)? {
        let mut indicator = common.clone();
        for comparison in &comparisons {
            let (kind, fields) = fields(comparison)?;
            indicator.entry("type").or_insert_with(|| kind.into());
            for (path, value) in fields {
                insert(&mut indicator, path, value);
            }
        }
        registry_path(&mut indicator);
        let document = json!({"threat": {"indicator": indicator}, "stix": stix});
        documents.push(document.to_string());
    }
    Ok(documents)
}

/// STIX counts to 100, ECS has words: STIX 2.1, appendix A, "None / Low / Med / High".
fn confidence_word(confidence: u64) -> &'static str {
    match confidence {
        0 => "None",
        1..=29 => "Low",
        30..=69 => "Medium",
        _ => "High",
    }
}

/// Fields with their paths below `threat.indicator`.
type Fields = Vec<(&'static str, Value)>;

/// The kind of an indicator and its fields below `threat.indicator`.
fn fields(c: &Comparison) -> Result<(&'static str, Fields), String> {
    let value = || Value::from(c.value.as_str());
    Ok(match (c.object.as_str(), c.path.as_str()) {
        ("ipv4-addr" | "ipv6-addr", "value")
        | ("network-traffic", "src_ref.value" | "dst_ref.value") => {
            let kind = if c.value.contains(':') { "ipv6-addr" } else { "ipv4-addr" };
            // A reference may be to a name.
            let number = c.value.split('/').next().unwrap_or_default();
            if number.parse::<std::net::IpAddr>().is_err() {
                if c.object == "network-traffic" {
                    return Ok(("domain-name", vec![("url.domain", value())]));
                }
                return Err(format!("`{}` is no address", c.value));
            }
            (kind, vec![("ip", value())])
        }
        ("domain-name", "value") => ("domain-name", vec![("url.domain", value())]),
        ("url", "value") => ("url", vec![("url.full", value()), ("url.original", value())]),
        ("file", "name") => ("file", vec![("file.name", value())]),
        ("file", "size") => ("file", vec![("file.size", value())]),
        ("file", path) if path.starts_with("hashes.") => {
            let name: String =
                path["hashes.".len()..].chars().filter(char::is_ascii_alphanumeric).collect();
            let hex = Value::from(c.value.to_ascii_lowercase());
            let (field, value) = match name.to_ascii_lowercase().as_str() {
                "md5" => ("file.hash.md5", hex),
                "sha1" => ("file.hash.sha1", hex),
                "sha256" => ("file.hash.sha256", hex),
                "sha384" => ("file.hash.sha384", hex),
                "sha512" => ("file.hash.sha512", hex),
                "imphash" => ("file.pe.imphash", hex),
                "ssdeep" => ("file.hash.ssdeep", value()),
                "tlsh" => ("file.hash.tlsh", value()),
                _ => return Err(format!("the hash `{path}` is not supported")),
            };
            ("file", vec![(field, value)])
        }
        ("email-addr", "value") | ("email-message", "from_ref.value" | "sender_ref.value") => {
            ("email-addr", vec![("email.address", value())])
        }
        ("windows-registry-key", "key") => {
            ("windows-registry-key", vec![("registry.key", short_hive(&c.value).into())])
        }
        ("windows-registry-key", "values.name") => {
            ("windows-registry-key", vec![("registry.value", value())])
        }
        ("autonomous-system", "number") => ("autonomous-system", vec![("as.number", value())]),
        (object, path) => return Err(format!("`{object}:{path}` has no field in ECS")),
    })
}

/// Sets a field by its path; a second value of a field makes a list.
fn insert(object: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        match object.get_mut(path) {
            None => {
                object.insert(path.to_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(known) => *known = json!([known, value]),
        }
        return;
    };
    let inner = object.entry(first).or_insert_with(|| json!({}));
    if let Value::Object(inner) = inner {
        insert(inner, rest, value);
    }
}

/// The path of a key and its value, as ECS has it: `HKLM\Software\Run\Updater`.
fn registry_path(indicator: &mut Map<String, Value>) {
    let Some(Value::Object(registry)) = indicator.get_mut("registry") else { return };
    let text = |key: &str| registry.get(key).and_then(Value::as_str);
    let path = match (text("key"), text("value")) {
        (Some(key), Some(value)) => format!("{key}\\{value}"),
        (Some(key), None) => key.to_owned(),
        _ => return,
    };
    registry.insert("path".to_owned(), path.into());
}

fn short_hive(key: &str) -> String {
    let (hive, rest) = key.split_once('\\').unwrap_or((key, ""));
    let short = match hive.to_ascii_uppercase().as_str() {
        "HKEY_LOCAL_MACHINE" => "HKLM",
        "HKEY_CURRENT_USER" => "HKCU",
        "HKEY_CLASSES_ROOT" => "HKCR",
        "HKEY_USERS" => "HKU",
        "HKEY_CURRENT_CONFIG" => "HKCC",
        _ => hive,
    };
    if rest.is_empty() { short.to_owned() } else { format!("{short}\\{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(pattern: &str) -> Result<Vec<Value>, String> {
        let object = json!({
            "type": "indicator", "id": "indicator--1", "pattern": pattern, "pattern_type": "stix",
            "valid_from": "2024-05-01T00:00:00Z",
        });
        let made = indicators(object.to_string().as_bytes())?;
        let mut made: Vec<Value> = made
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap()["threat"]["indicator"].take())
            .collect();
        for indicator in &mut made {
            let object = indicator.as_object_mut().unwrap();
            assert_eq!(object.remove("first_seen"), Some("2024-05-01T00:00:00Z".into()));
            assert_eq!(object.remove("id"), Some("indicator--1".into()));
        }
        Ok(made)
    }

    #[test]
    fn what_becomes_of_a_pattern() {
        for (pattern, expected) in [
            (
                "[ipv4-addr:value = '198.51.100.0/24' OR ipv6-addr:value = '2001:db8::1']",
                json!([
                    {"type": "ipv4-addr", "ip": "198.51.100.0/24"},
                    {"type": "ipv6-addr", "ip": "2001:db8::1"},
                ]),
            ),
            (
                "[file:hashes.MD5 = 'AB' AND file:hashes.'SHA-256' = 'Cd' AND file:name = 'A.exe']",
                json!([{"type": "file", "file": {"hash": {"md5": "ab", "sha256": "cd"}, "name": "A.exe"}}]),
            ),
            (
                "[url:value = 'http://x.example/a']",
                json!([{"type": "url", "url": {"full": "http://x.example/a", "original": "http://x.example/a"}}]),
            ),
            (
                "[domain-name:value = 'x.example']",
                json!([{"type": "domain-name", "url": {"domain": "x.example"}}]),
            ),
            (
                r"[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\Software\\Run' AND windows-registry-key:values[0].name = 'Up']",
                json!([{"type": "windows-registry-key", "registry": {
                    "key": "HKLM\\Software\\Run", "value": "Up", "path": "HKLM\\Software\\Run\\Up"}}]),
            ),
            (
                "[network-traffic:dst_ref.value = 'x.example']",
                json!([{"type": "domain-name", "url": {"domain": "x.example"}}]),
            ),
            (
                "[email-message:from_ref.value = 'a@x.example']",
                json!([{"type": "email-addr", "email": {"address": "a@x.example"}}]),
            ),
        ] {
            assert_eq!(made(pattern).map(Value::Array), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_has_no_field_is_an_error() {
        assert_eq!(
            made("[mutex:name = 'x' AND file:name = 'y']"),
            Err("`mutex:name` has no field in ECS".to_owned())
        );
        assert_eq!(made("[ipv4-addr:value = 'x']"), Err("`x` is no address".to_owned()));
        for (object, why) in [
            (json!({"pattern": "[a:b = 'x']", "revoked": true}), "the indicator was revoked"),
            (
                json!({"pattern": "alert tcp any", "pattern_type": "snort"}),
                "patterns of type `snort` are not supported",
            ),
            (json!({"pattern": 5}), "the indicator's pattern is no text"),
        ] {
            assert_eq!(indicators(object.to_string().as_bytes()), Err(why.to_owned()));
        }
    }
}
