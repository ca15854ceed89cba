//! An exception becomes part of a plan's filters.

use crate::{Condition, EventException, columns, elastic};
use serde_json::{Value, json};
use tripline_diag::Span;
use tripline_ir::{Bound, Order, Plan, Pred, Scalar, Scope, Tail, Test};
use tripline_schema::{FieldRef, FieldType, Schema, View};

/// Adds `and not (…)` to every filter, with the expiry as one more condition on the event's time.
/// An error says what is not understood; the plan is then as it was.
pub(crate) fn except(
    plan: &mut Plan,
    exception: &EventException,
    schema: &Schema,
) -> Result<(), String> {
    let search = matches!(plan.tail, Tail::Pipeline(_));
    let mut excluded = vec![];
    for filter in &plan.filters {
        let view = match &filter.scope {
            Scope::Dataset(dataset) => View::Cim(dataset.clone()),
            _ if search => View::Splunk,
            Scope::LogSource(_) | Scope::Sources(_) => View::Sigma,
            _ => View::Ecs,
        };
        let mut all = vec![pred(&exception.condition, &view, schema)?];
        if let Some(expires) = exception.expires {
            all.push(until(expires, search));
        }
        excluded.push(Pred::and(all));
    }
    for (filter, excluded) in plan.filters.iter_mut().zip(excluded) {
        let pred = std::mem::replace(&mut filter.pred, Pred::Const(true));
        filter.pred = Pred::and([pred, excluded.negate()]);
    }
    Ok(())
}

fn pred(condition: &Condition, view: &View, schema: &Schema) -> Result<Pred, String> {
    let field = |name: &str| event_field(view, name, schema);
    let several = |list: &[Condition]| -> Result<Vec<Pred>, String> {
        list.iter().map(|inner| pred(inner, view, schema)).collect()
    };
    Ok(match condition {
        Condition::All(list) => Pred::and(several(list)?),
        Condition::Any(list) => Pred::or(several(list)?),
        Condition::Not(inner) => pred(inner, view, schema)?.negate(),
        Condition::Test { field: name, test } => {
            Pred::leaf(field(name), test.clone(), Span::default())
        }
        Condition::Exists { field: name } => Pred::exists(field(name), Span::default()),
        Condition::Match { field: name, values } => {
            clauses(&field(name), values, schema, |value| json!({ "match_phrase": value }))?
        }
        Condition::Wildcard { field: name, values } => {
            clauses(&field(name), values, schema, |value| json!({ "wildcard": value }))?
        }
        Condition::Nested { path, condition } => Pred::Nested {
            path: field(path),
            pred: Box::new(pred(condition, view, schema)?),
            span: Span::default(),
        },
    })
}

/// One of the clauses, which mean what they mean in a rule's `filters`: the type of the field
/// decides how a value is compared.
fn clauses(
    field: &FieldRef,
    values: &[std::sync::Arc<str>],
    schema: &Schema,
    clause: fn(Value) -> Value,
) -> Result<Pred, String> {
    let mut any = vec![];
    for value in values {
        let body = json!({ &*field.name: &**value });
        let filter = json!([{ "meta": {}, "query": clause(body) }]);
        any.push(elastic::filters::lower(&filter, schema)?);
    }
    Ok(Pred::or(any))
}

/// The field of an exception. Elastic's rules may name the categories of the asset table as the data
/// models do.
fn event_field(view: &View, name: &str, schema: &Schema) -> FieldRef {
    match (view, name) {
        (View::Cim(dataset), _) => {
            schema.field_ref(view.clone(), columns::short_name(dataset, name))
        }
        (View::Ecs, "src_category") => schema.field_ref(View::Ecs, "source.category"),
        (View::Ecs, "dest_category") => schema.field_ref(View::Ecs, "destination.category"),
        _ => schema.field_ref(view.clone(), name),
    }
}

/// The event is not later than an instant. Elastic's `@timestamp` is an instant, Splunk's `_time`
/// a number of seconds.
fn until(instant: i64, search: bool) -> Pred {
    let (field, upper, order) = if search {
        let seconds = instant as f64 / 1e9;
        (
            FieldRef::new(View::Splunk, "_time", FieldType::Unknown),
            Scalar::Number(seconds),
            Order::Number,
        )
    } else {
        let millis = instant.div_euclid(1_000_000).to_string();
        let field = FieldRef::new(View::Ecs, "@timestamp", FieldType::Date);
        (field, Scalar::Text(millis.into()), Order::Date)
    };
    let test = Test::Range { lower: Bound::Open, upper: Bound::Inclusive(upper), order };
    Pred::leaf(field, test, Span::default())
}
