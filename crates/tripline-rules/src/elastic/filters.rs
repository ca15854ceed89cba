//! `[[rule.filters]]`: conditions in Elasticsearch's query DSL beside the query.
//!
//! Each is `{meta: {negate, disabled, …}, query: {…}}`; all that are not disabled must hold, a
//! negated one must not. The clauses that published rules use are read (`wildcard`, `exists`,
//! `match_phrase`, `term`); any other makes the rule one that does not run, because it would fire
//! on what its author excluded.

use serde_json::Value;
use tripline_diag::Span;
use tripline_ir::{Case, Glob, GlobBuilder, Pred, Test};
use tripline_schema::{Schema, View};

/// The condition of a rule's filters, or what is not understood.
pub(crate) fn lower(filters: &Value, schema: &Schema) -> Result<Pred, String> {
    let Value::Array(list) = filters else { return Err("`filters` is not a list".to_owned()) };
    let mut all = vec![];
    for filter in list {
        let meta = &filter["meta"];
        if meta["disabled"] == true {
            continue;
        }
        // Old exports have the clause beside `meta` instead of under `query`.
        let clause = filter.get("query").unwrap_or(filter);
        let pred = clause_pred(clause, schema)?;
        all.push(if meta["negate"] == true { pred.negate() } else { pred });
    }
    Ok(Pred::and(all))
}

fn clause_pred(clause: &Value, schema: &Schema) -> Result<Pred, String> {
    let Value::Object(map) = clause else { return Err("a filter has no `query`".to_owned()) };
    let mut clauses = map.iter().filter(|(name, _)| *name != "meta" && *name != "$state");
    let Some((name, body)) = clauses.next() else { return Err("a filter is empty".to_owned()) };
    if name == "exists" {
        let field = body["field"].as_str().ok_or("`exists` names no field")?;
        return Ok(Pred::exists(schema.field_ref(View::Ecs, field), Span::default()));
    }
    let Some((field, body)) = body.as_object().and_then(|fields| fields.iter().next()) else {
        return Err(format!("the clause `{name}` names no field"));
    };
    let value = |key: &str| match body.get(key).unwrap_or(body) {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(format!("the clause `{name}` has no `{key}`")),
    };
    let insensitive = body.get("case_insensitive").is_some_and(|flag| flag == true);
    let case = if insensitive { Case::Ascii } else { Case::Sensitive };
    let test = match name.as_str() {
        "wildcard" => Test::Glob { patterns: vec![glob(&value("value")?, case)], case },
        "term" => equals(&value("value")?, case),
        "match_phrase" => equals(&value("query")?, case),
        other => return Err(format!("the clause `{other}` of `filters` is not run yet")),
    };
    Ok(Pred::leaf(schema.field_ref(View::Ecs, field), test, Span::default()))
}

fn equals(value: &str, case: Case) -> Test {
    match value.parse::<std::net::IpAddr>() {
        Ok(address) => Test::Cidr(vec![address.into()]),
        Err(_) => Test::Equals { values: vec![case.fold(value).into()], case },
    }
}

/// Elasticsearch's wildcard pattern: `*`, `?`, and a backslash before what stands for itself.
fn glob(pattern: &str, case: Case) -> Glob {
    let mut glob = GlobBuilder::default();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => glob.many(),
            '?' => glob.one(),
            '\\' => glob.literal(chars.next().unwrap_or('\\')),
            c => glob.literal(c),
        }
    }
    glob.finish(case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tripline_ir::{Filter, Plan, Scope, Tail, print};

    fn printed(filters: &Value) -> Result<String, String> {
        let pred = lower(filters, Schema::builtin())?;
        let filter = Filter { scope: Scope::Any, pred, span: Span::default() };
        Ok(print(&Plan { filters: vec![filter], tail: Tail::Each { pipes: vec![] } }))
    }

    #[test]
    fn clauses_of_published_rules() {
        let filters = json!([
            {"meta": {"negate": true}, "query": {"wildcard": {"file.path":
                {"case_insensitive": true, "value": "?:\\\\Win*\\*"}}}},
            {"meta": {"negate": false}, "query": {"exists": {"field": "host.id"}}},
            {"meta": {"negate": true, "key": "x", "type": "exists"}, "exists": {"field": "user.id"}},
            {"meta": {"disabled": true}, "query": {"script": {}}},
            {"meta": {}, "query": {"match_phrase": {"event.code": 5}}},
        ]);
        assert_eq!(
            printed(&filters).unwrap(),
            "filter 0 Any\n  and\n    not\n      file.path glob~ [\"?:\\\\win**\"]\n    host.id exists\n    \
             not\n      user.id exists\n    event.code = [\"5\"]\neach []\n"
        );
    }

    #[test]
    fn what_is_not_understood_is_no_silence() {
        for (filters, expected) in [
            (
                json!([{"query": {"script": {"a": {}}}}]),
                "the clause `script` of `filters` is not run yet",
            ),
            (json!([{"query": {}}]), "a filter is empty"),
            (json!([{"query": {"term": {"a": {"x": []}}}}]), "the clause `term` has no `value`"),
            (json!({}), "`filters` is not a list"),
        ] {
            assert_eq!(printed(&filters).unwrap_err(), expected);
        }
    }
}
