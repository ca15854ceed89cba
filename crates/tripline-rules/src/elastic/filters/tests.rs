use super::*;
use serde_json::json;
use tripline_diag::Span;
use tripline_ir::{Filter, Plan, Scope, Tail, print};

fn printed(filters: &Value) -> Result<String, String> {
    let pred = lower(filters, Schema::builtin())?;
    let filter = Filter { scope: Scope::Any, pred, span: Span::default() };
    let text = print(&Plan { filters: vec![filter], tail: Tail::Each { pipes: vec![] } });
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    Ok(lines[1..lines.len() - 1].join(" | "))
}

fn one(query: &Value) -> Result<String, String> {
    printed(&json!([{"meta": {}, "query": query}]))
}

#[test]
fn filters_of_published_rules() {
    let filters = json!([
        {"meta": {"negate": true}, "query": {"wildcard": {"file.path":
            {"case_insensitive": true, "value": "?:\\\\Win*\\*"}}}},
        {"meta": {"negate": false}, "query": {"exists": {"field": "host.id"}}},
        {"meta": {"negate": true, "key": "x", "type": "exists"}, "exists": {"field": "user.id"}},
        {"meta": {"disabled": true}, "query": {"script": {}}},
        {"$state": {"store": "appState"}, "meta": {}, "query": {"match_phrase": {"event.code": 5}}},
    ]);
    assert_eq!(
        printed(&filters).unwrap(),
        "and | not | file.path glob~ [\"?:\\\\win**\"] | host.id exists | not | user.id exists | \
         event.code = [\"5\"]"
    );
}

#[test]
fn leaf_clauses() {
    for (query, expected) in [
        (json!({"match_all": {}}), "true"),
        (json!({"match_none": {}}), "false"),
        (json!({"exists": {"field": "file"}}), "or | file exists | <file.*> exists"),
        (json!({"term": {"process.name": "Cmd.exe"}}), "process.name = [\"Cmd.exe\"]"),
        (
            json!({"term": {"process.name": {"value": "Cmd.exe", "case_insensitive": true}}}),
            "process.name =~ [\"cmd.exe\"]",
        ),
        (json!({"term": {"destination.port": 445}}), "destination.port =number [445.0]"),
        (json!({"term": {"source.ip": "10.0.0.0/8"}}), "source.ip in 10.0.0.0/8"),
        // Words of analysed text are in lower case, so this term is none of them.
        (json!({"term": {"message": "Logon"}}), "message text Any [\"Logon\"]"),
        (
            json!({"terms": {"process.name": ["a", "b"], "boost": 1.0}}),
            "or | process.name = [\"a\"] | process.name = [\"b\"]",
        ),
        (json!({"terms": {"destination.port": []}}), "false"),
        (json!({"match": {"message": "Logon failed"}}), "message text Any [\"logon\", \"failed\"]"),
        (
            json!({"match": {"message": {"query": "Logon failed", "operator": "and"}}}),
            "message text All [\"logon\", \"failed\"]",
        ),
        (
            json!({"match": {"message": {"query": "Logon failed", "type": "phrase"}}}),
            "message text Phrase [\"logon\", \"failed\"]",
        ),
        (json!({"match": {"process.name": {"query": "a b"}}}), "process.name = [\"a b\"]"),
        (
            json!({"match_phrase": {"message": {"query": "Logon failed"}}}),
            "message text Phrase [\"logon\", \"failed\"]",
        ),
        (json!({"match_phrase": {"event.kind": "alert"}}), "event.kind = [\"alert\"]"),
        (json!({"match_phrase": {"source.ip": "10.0.0.1"}}), "source.ip in 10.0.0.1/32"),
        (
            json!({"wildcard": {"process.name": {"wildcard": "a?\\*b*"}}}),
            "process.name glob [\"a?*b*\"]",
        ),
        (json!({"wildcard": {"process.name": "cmd"}}), "process.name = [\"cmd\"]"),
        (json!({"prefix": {"process.name": {"value": "Cmd"}}}), "process.name glob [\"Cmd*\"]"),
        (
            json!({"prefix": {"process.name": {"value": "Cmd", "case_insensitive": true}}}),
            "process.name glob~ [\"cmd*\"]",
        ),
        (
            json!({"regexp": {"process.name": {"value": "cmd.(exe|com)", "flags": "ALL"}}}),
            "process.name regex whole [\"(?s)cmd.(?:exe|com)\"]",
        ),
        (
            json!({"range": {"destination.port": {"gte": 1024, "lt": "2048"}}}),
            "destination.port 1024..<2048 by Number",
        ),
        (
            json!({"range": {"@timestamp": {"gt": "now-1d/d", "lte": null,
                "format": "strict_date_optional_time"}}}),
            "@timestamp <now-1d/d.. by Date",
        ),
        (
            json!({"multi_match": {"query": "a", "type": "phrase", "fields": ["process.name^2"]}}),
            "process.name = [\"a\"]",
        ),
        (
            json!({"nested": {"path": "dns.answers", "query": {"term": {"dns.answers.type": "A"}}}}),
            "nested dns.answers | dns.answers.type = [\"A\"]",
        ),
    ] {
        assert_eq!(one(&query).as_deref(), Ok(expected), "{query}");
    }
}

#[test]
fn query_strings() {
    for (query, expected) in [
        (
            json!({"query_string": {"query": "process.name:a OR process.name:b", "analyze_wildcard": true}}),
            "or | process.name = [\"a\"] | process.name = [\"b\"]",
        ),
        (
            json!({"query_string": {"query": "a b", "default_field": "process.name"}}),
            "process.name = [\"a b\"]",
        ),
        (
            json!({"query_string": {"query": "process.name:a user.name:b", "default_operator": "AND"}}),
            "and | process.name = [\"a\"] | user.name = [\"b\"]",
        ),
        (json!({"query_string": {"query": " "}}), "false"),
    ] {
        assert_eq!(one(&query).as_deref(), Ok(expected), "{query}");
    }
    assert_eq!(
        one(&json!({"query_string": {"query": "destination.port:x"}})).unwrap_err(),
        "the query string `destination.port:x` of a filter: `destination.port` holds numbers, `x` is none"
    );
}

#[test]
fn bool_clauses() {
    let is = |value: &str| json!({"term": {"host.id": value}});
    let (a, b, c) = (is("a"), is("b"), is("c"));
    let [ta, tb, tc] = ["a", "b", "c"].map(|v| format!("host.id = [\"{v}\"]"));
    for (query, expected) in [
        (json!({"bool": {}}), "true".to_owned()),
        (json!({"bool": {"must": [a, b]}}), format!("and | {ta} | {tb}")),
        (json!({"bool": {"filter": a, "must_not": [b]}}), format!("and | {ta} | not | {tb}")),
        (json!({"bool": {"should": [a, b]}}), format!("or | {ta} | {tb}")),
        // Beside a clause that must hold, what should changes the score only.
        (json!({"bool": {"must": [c], "should": [a, b]}}), tc.clone()),
        (
            json!({"bool": {"must": [c], "should": [a, b], "minimum_should_match": 1}}),
            format!("and | {tc} | or | {ta} | {tb}"),
        ),
        (
            json!({"bool": {"should": [a, b, c], "minimum_should_match": 2}}),
            format!("or | and | {ta} | or | {tb} | {tc} | and | {tb} | {tc}"),
        ),
        (
            json!({"bool": {"should": [a, b, c], "minimum_should_match": "70%"}}),
            format!("or | and | {ta} | or | {tb} | {tc} | and | {tb} | {tc}"),
        ),
        (
            json!({"bool": {"should": [a, b], "minimum_should_match": "100%"}}),
            format!("and | {ta} | {tb}"),
        ),
        (json!({"bool": {"should": [a], "minimum_should_match": 2}}), "false".to_owned()),
        (
            json!({"bool": {"should": [a, b], "minimum_should_match": -1}}),
            format!("or | {ta} | {tb}"),
        ),
        (json!({"bool": {"should": [a], "minimum_should_match": i64::MIN}}), ta.clone()),
        (json!({"bool": {"must": [c], "should": [a], "minimum_should_match": 0}}), tc.clone()),
        (
            json!({"bool": {"must_not": [{"bool": {"should": [a, b]}}]}}),
            format!("not | or | {ta} | {tb}"),
        ),
    ] {
        assert_eq!(one(&query).as_deref(), Ok(expected.as_str()), "{query}");
    }
}

#[test]
fn combined_filters() {
    let of = |relation: &str| {
        json!([{"meta": {"type": "combined", "relation": relation, "negate": true, "params": [
            {"meta": {}, "query": {"match_phrase": {"host.id": "a"}}},
            {"meta": {"negate": true}, "query": {"exists": {"field": "user.id"}}},
            {"meta": {"disabled": true}, "query": {"script": {}}},
        ]}}])
    };
    assert_eq!(printed(&of("OR")).unwrap(), "not | or | host.id = [\"a\"] | not | user.id exists");
    assert_eq!(
        printed(&of("AND")).unwrap(),
        "not | and | host.id = [\"a\"] | not | user.id exists"
    );
    assert!(printed(&of("XOR")).is_err());
}

#[test]
fn what_is_not_understood_is_no_silence() {
    for (filters, expected) in [
        (
            json!([{"query": {"script": {"a": {}}}}]),
            "the clause `script` of `filters` is not run yet",
        ),
        (json!([{"query": {}}]), "a filter is empty"),
        (json!([{"query": "x"}]), "a filter has no `query`"),
        (
            json!([{"query": {"term": {"a": {"x": []}}}}]),
            "the option `x` of the clause `term` is not run yet",
        ),
        (json!([{"query": {"term": {"a": {"value": []}}}}]), "the clause `term` has no `value`"),
        (
            json!([{"query": {"term": {"a": "1", "b": "2"}}}]),
            "the clause `term` names several fields",
        ),
        (
            json!([{"query": {"match": {"a": {"query": "x", "fuzziness": "AUTO"}}}}]),
            "the option `fuzziness` of the clause `match` is not run yet",
        ),
        (json!([{"query": {"range": {"a": {}}}}]), "the clause `range` has no `gte`"),
        (
            json!([{"query": {"range": {"@timestamp": {"gte": "1", "format": "yyyy"}}}}]),
            "the date format `yyyy` of the clause `range` is not run yet",
        ),
        (
            json!([{"query": {"term": {"source.ip": "host"}}}]),
            "`source.ip` holds addresses, `host` is none",
        ),
        (
            json!([{"query": {"bool": {"must": [{"geo_distance": {}}]}}}]),
            "the clause `geo_distance` of `filters` is not run yet",
        ),
        (
            json!([{"query": {"term": {"a": 1}, "exists": {"field": "b"}}}]),
            "a query has one clause, not `term` and `exists`",
        ),
        (json!({}), "`filters` is not a list"),
    ] {
        assert_eq!(printed(&filters).unwrap_err(), expected);
    }
    let most = format!("{}%", i64::MAX);
    let counted = json!({"bool": {"should": [{"match_all": {}}, {"match_all": {}}],
        "minimum_should_match": most}});
    assert!(one(&counted).unwrap_err().contains("minimum_should_match"));
    let mut deep = json!({"match_all": {}});
    for _ in 0..100 {
        deep = json!({"bool": {"must": deep}});
    }
    assert!(one(&deep).unwrap_err().contains("nested deeper"));
}
