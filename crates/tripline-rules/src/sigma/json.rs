//! Values of a document as JSON, for what is kept under the file's own names.

use serde_json::Value as Json;
use tripline_sigma::yaml::{Node, Type, Value};

pub(super) fn of(node: &Node) -> Json {
    match &node.value {
        Value::Scalar(scalar) => match scalar.ty {
            Type::Null => Json::Null,
            Type::Bool(flag) => Json::Bool(flag),
            Type::Int(number) => number.into(),
            Type::Float(number) => {
                serde_json::Number::from_f64(number).map_or(Json::Null, Json::Number)
            }
            Type::Text => Json::String(scalar.text.to_string()),
        },
        Value::Sequence(items) => items.iter().map(of).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|e| (e.key.to_string(), of(&e.value))).collect())
        }
    }
}

/// The texts of a list, or of one text; what is neither is left out.
pub(super) fn texts(node: Option<&Node>) -> Vec<String> {
    let items = node.map_or(&[][..], Node::one_or_many);
    items.iter().filter_map(Node::as_str).map(|text| text.trim().to_owned()).collect()
}
