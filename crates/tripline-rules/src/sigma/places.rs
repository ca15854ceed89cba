//! The tests of a detection as their author wrote them, by place: a plan knows fields and values,
//! people know selections.

use crate::Rule;
use tripline_diag::Span;
use tripline_sigma::yaml::{Node, Value};

/// A field with its values, or keywords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigmaTest {
    /// The selection that it is part of.
    pub selection: String,
    /// The field with its modifiers; none for keywords.
    pub key: Option<String>,
    /// Where the values stand.
    pub values: Span,
}

impl SigmaTest {
    /// Whether the key has this modifier.
    pub fn has(&self, modifier: &str) -> bool {
        let key = self.key.as_deref().unwrap_or("");
        key.split('|').skip(1).any(|word| word.eq_ignore_ascii_case(modifier))
    }
}

/// The tests of a Sigma rule about events; none for other rules. Places are those of its query.
pub fn sigma_tests(rule: &Rule) -> Vec<SigmaTest> {
    let mut tests = vec![];
    let detection = rule.document.as_ref().and_then(|document| document.root.get("detection"));
    for entry in detection.map_or(&[][..], Node::entries) {
        if !matches!(&*entry.key, "condition" | "timeframe") {
            add(&entry.key, &entry.value, &mut tests);
        }
    }
    tests
}

/// The reader of YAML limits the depth.
fn add(selection: &str, node: &Node, tests: &mut Vec<SigmaTest>) {
    match &node.value {
        Value::Map(entries) => tests.extend(entries.iter().map(|entry| SigmaTest {
            selection: selection.to_owned(),
            key: Some(entry.key.to_string()),
            values: entry.value.span,
        })),
        Value::Sequence(items) => {
            let is_keyword = |item: &&Node| matches!(item.value, Value::Scalar(_));
            let keywords = items.iter().filter(is_keyword).map(|item| item.span);
            tests.extend(keywords.reduce(Span::to).map(|values| keyword(selection, values)));
            for item in items.iter().filter(|item| !is_keyword(item)) {
                add(selection, item, tests);
            }
        }
        Value::Scalar(_) => tests.push(keyword(selection, node.span)),
    }
}

fn keyword(selection: &str, values: Span) -> SigmaTest {
    SigmaTest { selection: selection.to_owned(), key: None, values }
}
