//! `[[rule.threat]]`: tactics with techniques and subtechniques.

use crate::value::Table;
use crate::{Named, Threat};

pub(super) fn read(rule: &Table) -> Vec<Threat> {
    rule.tables("threat")
        .map(|(threat, _)| {
            let mut techniques = vec![];
            for (technique, _) in threat.tables("technique") {
                techniques.push(named(technique));
                techniques.extend(technique.tables("subtechnique").map(|(table, _)| named(table)));
            }
            Threat {
                framework: text(threat, "framework"),
                tactic: threat.table("tactic").map(named),
                techniques,
            }
        })
        .collect()
}

fn named(table: &Table) -> Named {
    Named { id: text(table, "id"), name: text(table, "name"), reference: text(table, "reference") }
}

fn text(table: &Table, key: &str) -> String {
    table.text(key).unwrap_or_default().to_owned()
}
