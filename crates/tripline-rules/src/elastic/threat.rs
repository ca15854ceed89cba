//! `[[rule.threat]]`: tactics with techniques and subtechniques.

use crate::{Named, Threat};
use toml::de::{DeTable, DeValue};

pub(super) fn read(rule: &DeTable<'_>) -> Vec<Threat> {
    tables(rule, "threat")
        .map(|threat| {
            let mut techniques = vec![];
            for technique in tables(threat, "technique") {
                techniques.push(named(technique));
                techniques.extend(tables(technique, "subtechnique").map(named));
            }
            let tactic = match threat.get("tactic").map(toml::Spanned::get_ref) {
                Some(DeValue::Table(tactic)) => Some(named(tactic)),
                _ => None,
            };
            Threat { framework: text(threat, "framework"), tactic, techniques }
        })
        .collect()
}

fn named(table: &DeTable<'_>) -> Named {
    Named { id: text(table, "id"), name: text(table, "name"), reference: text(table, "reference") }
}

fn text(table: &DeTable<'_>, key: &str) -> String {
    match table.get(key).map(toml::Spanned::get_ref) {
        Some(DeValue::String(text)) => text.to_string(),
        _ => String::new(),
    }
}

fn tables<'t>(table: &'t DeTable<'t>, key: &str) -> impl Iterator<Item = &'t DeTable<'t>> {
    let list = match table.get(key).map(toml::Spanned::get_ref) {
        Some(DeValue::Array(list)) => Some(list),
        _ => None,
    };
    list.into_iter().flatten().filter_map(|item| match item.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    })
}
