//! `[[rule.filters]]`: conditions beside the query, as Kibana writes them down.
//!
//! Each is `{meta: {negate, disabled, …}, query: {…}}`, its query in Elasticsearch's query DSL
//! ([`dsl`]); all that are not disabled must hold, a negated one must not. Old exports have the
//! clause beside `meta` instead of under `query`; a filter of type `combined` holds filters. What is
//! not understood makes the rule one that does not run, because it would fire on what its author
//! excluded.

mod dsl;
#[cfg(test)]
mod tests;

use serde_json::Value;
use tripline_ir::Pred;
use tripline_schema::Schema;

/// How deep filters and clauses may be nested.
const DEEPEST: usize = 50;

/// The condition of a rule's filters, or what is not understood.
pub(crate) fn lower(filters: &Value, schema: &Schema) -> Result<Pred, String> {
    let Value::Array(list) = filters else { return Err("`filters` is not a list".to_owned()) };
    let all: Vec<Pred> =
        list.iter().map(|item| filter(item, schema, 0)).collect::<Result<_, _>>()?;
    Ok(Pred::and(all))
}

fn filter(item: &Value, schema: &Schema, depth: usize) -> Result<Pred, String> {
    if depth > DEEPEST {
        return Err(format!("filters nested deeper than {DEEPEST}"));
    }
    let meta = &item["meta"];
    if meta["disabled"] == true {
        return Ok(Pred::Const(true));
    }
    let pred = if meta["type"] == "combined" {
        combined(meta, schema, depth)?
    } else {
        dsl::query(item.get("query").unwrap_or(item), schema, depth)?
    };
    Ok(if meta["negate"] == true { pred.negate() } else { pred })
}

/// Filters that were put together, with `relation` and `params`.
fn combined(meta: &Value, schema: &Schema, depth: usize) -> Result<Pred, String> {
    let Some(list) = meta["params"].as_array() else {
        return Err("a combined filter has no `params`".to_owned());
    };
    // A disabled one counts neither way.
    let parts: Vec<Pred> = list
        .iter()
        .filter(|item| item["meta"]["disabled"] != true)
        .map(|item| filter(item, schema, depth + 1))
        .collect::<Result<_, _>>()?;
    match meta["relation"].as_str() {
        _ if parts.is_empty() => Ok(Pred::Const(true)),
        Some("OR") => Ok(Pred::or(parts)),
        Some("AND") => Ok(Pred::and(parts)),
        _ => Err("a combined filter has the relation `AND` or `OR`".to_owned()),
    }
}
