//! Sigma from outside: text in; documents, plans, truth on events and diagnostics out.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod conditions;
mod corpus;
mod correlations;
mod diagnostics;
mod lints;
mod modifiers;
mod mutation;
mod pipelines;
mod plans;
mod values;

use serde_json::Value as Json;
use tripline_ir::{FieldRef, View};
use tripline_kernels::pred::{Row, eval};
use tripline_kernels::scalar::Context;
use tripline_sigma::{Options, compile, read};

/// An event of JSON: inner fields have dotted names, lists are several values.
struct Event {
    raw: String,
    fields: Vec<(String, String)>,
}

impl Event {
    fn new(raw: &str) -> Self {
        let mut fields = Vec::new();
        flatten("", &serde_json::from_str(raw).unwrap(), &mut fields);
        Self { raw: raw.to_owned(), fields }
    }
}

fn flatten(name: &str, value: &Json, out: &mut Vec<(String, String)>) {
    match value {
        Json::Null => {}
        Json::Array(items) => items.iter().for_each(|item| flatten(name, item, out)),
        Json::Object(entries) => {
            for (key, value) in entries {
                let inner = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(&inner, value, out);
            }
        }
        Json::String(text) => out.push((name.to_owned(), text.clone())),
        other => out.push((name.to_owned(), other.to_string())),
    }
}

impl Row for Event {
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str)) {
        assert_eq!(field.view, View::Sigma);
        self.fields.iter().filter(|(name, _)| **name == *field.name).for_each(|(_, v)| f(v));
    }

    fn each_field(&self, _: &View, f: &mut dyn FnMut(&str, &str)) {
        self.fields.iter().for_each(|(name, value)| f(name, value));
    }

    fn raw(&self) -> Option<&str> {
        Some(&self.raw)
    }
}

/// A rule with this detection, four blanks before each line.
fn rule(detection: &str) -> String {
    let body: String = detection.trim_matches('\n').lines().fold(String::new(), |mut out, line| {
        out.push_str("  ");
        out.push_str(line);
        out.push('\n');
        out
    });
    format!("title: T\nlogsource:\n  product: test\ndetection:\n{body}")
}

/// Which of the events the detection picks, from 1.
fn hits(detection: &str, options: &Options, events: &[&str]) -> Vec<usize> {
    let text = rule(detection);
    let read = read(&text);
    assert_eq!(read.diagnostics, [], "{text}");
    let compiled = compile(&read.documents[0], options);
    let plan = compiled.plan.unwrap_or_else(|| panic!("{text}\n{:?}", compiled.diagnostics));
    let pred = &plan.filters[0].pred;
    let context = Context::default();
    let matches = |event: &&str| eval(pred, &Event::new(event), &context).unwrap();
    events.iter().enumerate().filter(|(_, event)| matches(event)).map(|(at, _)| at + 1).collect()
}

/// Which values of a field `f` an item `f…` picks, from 1. A value that is `-` stands for an event
/// without the field.
fn picks(item: &str, values: &[&str]) -> Vec<usize> {
    let detection = format!("s:\n  {item}\ncondition: s");
    let events: Vec<String> = values
        .iter()
        .map(|value| match *value {
            "-" => r#"{"g": "x"}"#.to_owned(),
            value => serde_json::json!({"f": value, "g": "x"}).to_string(),
        })
        .collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    hits(&detection, &Options::default(), &events)
}
