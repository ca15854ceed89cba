//! Kibana's own cases, restated: every expression and every literal must give Kibana's tree.

use serde_json::{Value, json};
use tripline_kql::ast::{Literal, LiteralKind, Node, NodeKind, RangeOp};

#[test]
fn kibana_ast_cases() {
    let Some(path) = crate::shared("oracles/kql/kibana_ast_cases.json") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for case in cases["expressions"].as_array().unwrap() {
        let kql = case["kql"].as_str().unwrap();
        let (query, diagnostics) = tripline_kql::parse(kql);
        assert!(diagnostics.is_empty(), "{kql:?}: {diagnostics:?}");
        let mut expected = case["ast"].clone();
        if kql.trim().is_empty() {
            // The oracle writes the match-all wildcards as plain text.
            expected = json!({"is": [{"wildcard": "*"}, {"wildcard": "*"}]});
        }
        assert_eq!(tree(&query.root), expected, "{kql:?}");
        count += 1;
    }
    for case in cases["literals"].as_array().unwrap() {
        let kql = case["kql"].as_str().unwrap();
        let (query, diagnostics) = tripline_kql::parse(kql);
        assert!(diagnostics.is_empty(), "{kql:?}: {diagnostics:?}");
        let NodeKind::Is { field: None, value } = &query.root.kind else { panic!("{kql:?}") };
        assert_eq!(literal(value), case["value"], "{kql:?}");
        count += 1;
    }
    println!("kibana_ast_cases: {count} of {count} equal");
    assert_eq!(count, 38);
}

fn tree(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Or(parts) => json!({"or": parts.iter().map(tree).collect::<Vec<_>>()}),
        NodeKind::And(parts) => json!({"and": parts.iter().map(tree).collect::<Vec<_>>()}),
        NodeKind::Not(inner) => json!({"not": tree(inner)}),
        NodeKind::Is { field, value } => {
            let field = field.as_ref().map_or(Value::Null, literal);
            let mut is = json!({"is": [field, literal(value)]});
            if matches!(value.kind, LiteralKind::Quoted(_)) {
                is["quoted"] = true.into();
            }
            is
        }
        NodeKind::Range { field, op, value } => {
            let op = match op {
                RangeOp::Lt => "lt",
                RangeOp::Lte => "lte",
                RangeOp::Gt => "gt",
                RangeOp::Gte => "gte",
            };
            json!({"range": [literal(field), op, literal(value)]})
        }
        NodeKind::Nested { field, query } => json!({"nested": [literal(field), tree(query)]}),
        NodeKind::Error => json!("error"),
    }
}

fn literal(literal: &Literal) -> Value {
    match &literal.kind {
        LiteralKind::Quoted(text) | LiteralKind::Text(text) => text.as_str().into(),
        LiteralKind::Wildcard(_) => json!({"wildcard": literal.text()}),
        LiteralKind::Bool(b) => (*b).into(),
        LiteralKind::Null => Value::Null,
    }
}
