//! YAML as the values that TOML is read into, so that tests are read once for both.

use crate::value::{Entry, Node, Table, Value};
use tripline_sigma::yaml::{self, Type};

/// What is wrong, and at which byte.
pub(super) type YamlError = (String, usize);

/// Reads all documents of a text. A key that is there twice is a mistake: one of the two conditions
/// would be lost.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, YamlError> {
    let (documents, diagnostics) = yaml::read(text);
    match diagnostics.first() {
        Some(first) => {
            Err((first.message.clone(), first.span.map_or(0, |span| span.start as usize)))
        }
        None => Ok(documents.iter().map(node).collect()),
    }
}

/// The reader of YAML limits the depth, so that this recursion ends.
fn node(of: &yaml::Node) -> Node {
    let value = match &of.value {
        yaml::Value::Sequence(items) => Value::List(items.iter().map(node).collect()),
        yaml::Value::Map(entries) => {
            let entry = |entry: &yaml::Entry| Entry {
                key: entry.key.to_string(),
                key_span: entry.key_span,
                node: node(&entry.value),
            };
            Value::Table(Table::new(entries.iter().map(entry).collect()))
        }
        yaml::Value::Scalar(scalar) => match scalar.ty {
            Type::Text => Value::Text(scalar.text.to_string()),
            Type::Null => Value::Null,
            Type::Bool(flag) => Value::Flag(flag),
            Type::Int(whole) => Value::Number(whole.to_string()),
            Type::Float(_) => Value::Number(scalar.text.to_string()),
        },
    };
    Node { value, span: of.span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_other_reader_reads() {
        for text in [
            "a: 1\nb: [x, 'y', \"z\\n\", 1.5, -2, true, ~]\nc:\n  - d: |\n      one\n      two\n  - {}\n",
            "é: ü\nlist:\n- 1\n- a: b\n",
            "base: &b {k: v}\nuse: *b\n",
            "folded: >-\n  a\n  b\nempty:\n",
        ] {
            let expected: serde_json::Value = serde_norway::from_str(text).unwrap();
            let found = parse(text).unwrap();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].value.to_json(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let (_, at) = parse("a: 1\na: 2\n").unwrap_err();
        assert_eq!(at, 5);
        assert!(parse("a: [1").is_err());
    }
}
