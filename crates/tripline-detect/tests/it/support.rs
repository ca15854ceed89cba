//! What the tests share.

use std::sync::Arc;
use tripline_detect::{Hunt, HuntOptions, Selected, Silent, WindowMode, hunt};
use tripline_events::Input;
use tripline_rules::{Language, Rule, RuleSet, Schedule};
use tripline_schema::Schema;

pub const MINUTE: i64 = 60_000_000_000;
/// 2024-05-14T09:00:00Z, a multiple of five minutes.
pub const NINE: i64 = 1_715_677_200_000_000_000;
pub const NOW: i64 = 1_717_200_000_000_000_000;

/// A rule that runs every five minutes over the last nine.
pub fn rule(language: Language, query: &str) -> Rule {
    Rule {
        id: "r".into(),
        name: "Rule".into(),
        schedule: Schedule::Interval { every: 5 * MINUTE, from: 9 * MINUTE, to: 0 },
        max_signals: 100,
        ..Rule::ad_hoc(language, query)
    }
}

pub fn run(rules: &[Rule], inputs: &[Input], options: &HuntOptions) -> Hunt {
    let selected: Vec<Selected> =
        rules.iter().map(|rule| Selected { rule: Arc::new(rule.clone()), version: None }).collect();
    hunt(inputs, &RuleSet::default(), &selected, Schema::builtin(), options, &Silent).unwrap()
}

pub fn scheduled() -> HuntOptions {
    HuntOptions::at(NOW)
}

pub fn at_once() -> HuntOptions {
    HuntOptions { window: WindowMode::All, ..HuntOptions::at(NOW) }
}

/// An ECS document: minutes (and seconds) after nine, category, host, destination.
pub fn ecs(minutes: f64, category: &str, host: &str, ip: &str) -> String {
    let millis = NINE / 1_000_000 + (minutes * 60_000.0) as i64;
    format!(
        r#"{{"@timestamp":{millis},"ecs":{{"version":"8.11.0"}},"data_stream":{{"type":"logs","dataset":"endpoint.events.{category}","namespace":"default"}},"event":{{"kind":"event","category":["{category}"]}},"host":{{"name":"{host}"}},"destination":{{"ip":"{ip}"}}}}"#
    )
}

pub fn input(name: &str, lines: &[String]) -> Input {
    Input::from_bytes(name.to_owned(), (lines.join("\n") + "\n").into_bytes())
}

/// The hosts of alerts, with the minute after nine in which each was found.
pub fn found(hunt: &Hunt) -> Vec<(String, i64)> {
    hunt.alerts
        .iter()
        .map(|alert| {
            let event = alert.events.last().unwrap();
            (event.get("host.name").first().unwrap().to_owned(), (alert.detected - NINE) / MINUTE)
        })
        .collect()
}

pub fn pairs(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter().map(|(host, minute)| ((*host).to_owned(), *minute)).collect()
}
