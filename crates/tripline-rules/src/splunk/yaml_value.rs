//! Reading values out of a YAML mapping.

use serde_norway::Value;

/// A text. Numbers and flags are taken as they are written: `definition: 445`.
pub(crate) fn text(map: &Value, key: &str) -> Option<String> {
    scalar(map.get(key)?)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A list of texts; one text stands for a list of one.
pub(crate) fn one_or_many(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Sequence(items)) => items.iter().filter_map(scalar).collect(),
        Some(one) => scalar(one).filter(|t| !t.is_empty()).into_iter().collect(),
        None => vec![],
    }
}

/// A whole number; a fraction is cut (20 published files have `50.0`).
pub(crate) fn whole(map: &Value, key: &str) -> Option<i64> {
    match map.get(key)? {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().map(|f| f.trunc() as i64))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The value as JSON; nesting deeper than any rule's is cut.
pub(crate) fn to_json(value: &Value, depth: usize) -> serde_json::Value {
    use serde_json::Value as Json;
    if depth > 32 {
        return Json::Null;
    }
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(float)) => float.into(),
            (None, None) => Json::Null,
        },
        Value::String(text) => Json::String(text.clone()),
        Value::Sequence(items) => items.iter().map(|item| to_json(item, depth + 1)).collect(),
        Value::Mapping(map) => Json::Object(
            map.iter()
                .filter_map(|(key, item)| Some((scalar(key)?, to_json(item, depth + 1))))
                .collect(),
        ),
        Value::Tagged(tagged) => to_json(&tagged.value, depth + 1),
    }
}
