//! What an event comes from, if it is an alert itself.

use super::EventView;
use serde_json::Value;

/// Ancestry of an event that is an alert.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lineage {
    /// How many alerts lie between the first events and it, itself included.
    pub(crate) depth: u64,
    /// The rule that raised it.
    pub(crate) rule: String,
    /// What it comes from, as its document has it.
    pub(crate) ancestors: Vec<Value>,
}

/// The source type of alert documents.
pub(crate) const ALERT_SOURCE: &str = "elastic.alert";

/// The lineage of an event; none where it is no alert. The record is asked, not its fields: an
/// ancestor that is an event has no rule, so that lists of ids and rules do not fit each other.
pub(crate) fn lineage(event: &EventView) -> Option<Lineage> {
    if *event.source != *ALERT_SOURCE {
        return None;
    }
    let record: Value = serde_json::from_str(&event.raw).ok()?;
    let document = record.get("_source").unwrap_or(&record);
    let ancestors = match dig(document, "kibana.alert.ancestors") {
        Some(Value::Array(list)) => list.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        _ => vec![],
    };
    let depth = dig(document, "kibana.alert.depth").and_then(Value::as_u64).unwrap_or(1);
    let rule = dig(document, "kibana.alert.rule.uuid").and_then(Value::as_str);
    Some(Lineage { depth, rule: rule.unwrap_or_default().to_owned(), ancestors })
}

/// The value at a path of which any part may be one dotted key.
pub(crate) fn dig<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    if let Some(found) = object.get(path) {
        return Some(found);
    }
    path.match_indices('.').find_map(|(at, _)| dig(object.get(&path[..at])?, &path[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_in_any_notation() {
        for document in [
            json!({"a": {"b": {"c": 1}}}),
            json!({"a.b.c": 1}),
            json!({"a": {"b.c": 1}, "a.b": {}}),
        ] {
            assert_eq!(dig(&document, "a.b.c"), Some(&json!(1)), "{document}");
        }
        assert_eq!(dig(&json!({"a": [{"b": 1}]}), "a.b"), None);
        assert_eq!(dig(&json!({"a": 1}), "a.b"), None);
    }
}
