//! An explanation for machines: one JSON object.

use serde_json::{Value, json};
use tripline_detect::{Explanation, FilterStory, LeafView, Place, Reach, Shown, Truth, iso};
use tripline_diag::{SourceText, Span, to_json};
use tripline_events::NO_TIME;

/// The whole explanation. Truth is `true`, `false` or `absent`, as text.
pub fn explain_json(found: &Explanation) -> Value {
    let errors: Vec<Value> = found.errors.iter().map(|d| to_json(d, &found.source)).collect();
    let remarks: Vec<Value> = found.remarks.iter().map(|d| to_json(d, &found.source)).collect();
    json!({
        "rule": { "id": &*found.rule.id, "name": &*found.rule.name },
        "fires": found.fires(),
        "alerts": found.alerts.iter().map(|alert| alert.id.as_str()).collect::<Vec<_>>(),
        "errors": errors,
        "remarks": remarks,
        "events": found.events,
        "set_aside": found.set_aside,
        "sources": found.sources.iter().map(|source| json!({
            "source": &*source.id,
            "events": source.events,
            "filters": source.filters.iter().map(reach).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "reasons": found.reasons.iter().map(|why| json!({
            "code": why.code,
            "text": why.text,
            "events": why.events.iter().map(place).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "filters": found.filters.iter().map(|f| filter(f, &found.source)).collect::<Vec<_>>(),
    })
}

fn reach(reach: &Reach) -> Value {
    match reach {
        Reach::Looks => json!({ "state": "looks" }),
        Reach::Gated => json!({ "state": "gated" }),
        Reach::Never(lacks) => json!({ "state": "never", "lacks": lacks }),
    }
}

fn filter(filter: &FilterStory, query: &SourceText) -> Value {
    let source = filter.source.as_ref().unwrap_or(query);
    json!({
        "title": filter.title,
        "log_source": filter.log_source,
        "in_scope": filter.looked,
        "hits": filter.hits,
        "funnel": filter.funnel.iter().map(|conjunct| json!({
            "text": conjunct.text,
            "left": conjunct.left,
            "alone": conjunct.alone,
            "at": at(conjunct.span, source),
        })).collect::<Vec<_>>(),
        "shown": filter.shown.iter().map(|event| shown(event, source)).collect::<Vec<_>>(),
    })
}

fn shown(event: &Shown, source: &SourceText) -> Value {
    json!({
        "event": place(&event.place),
        "about": event.about,
        "holds": event.holds,
        "in_scope": event.in_scope,
        "alike": event.alike,
        "tests": event.leaves.iter().map(|l| leaf(l, source)).collect::<Vec<_>>(),
    })
}

fn leaf(leaf: &LeafView, source: &SourceText) -> Value {
    json!({
        "text": leaf.text,
        "at": at(leaf.span, source),
        "truth": truth(leaf.truth),
        "decides": leaf.decides,
        "fields": leaf.fields.iter().map(|field| json!({
            "name": &*field.name,
            "values": field.values,
            "from": field.origin,
        })).collect::<Vec<_>>(),
        "remark": leaf.remark,
    })
}

fn truth(truth: Truth) -> &'static str {
    truth.word()
}

fn at(span: Option<Span>, source: &SourceText) -> Value {
    let Some(span) = span else { return Value::Null };
    let (line, column) = source.line_column(span.start);
    let (end_line, end_column) = source.line_column(span.end);
    json!({ "line": line, "column": column, "end_line": end_line, "end_column": end_column })
}

fn place(place: &Place) -> Value {
    let time = (place.time != NO_TIME).then(|| iso(place.time));
    json!({
        "input": &*place.input,
        "record": place.record,
        "source": &*place.source,
        "time": time,
    })
}
