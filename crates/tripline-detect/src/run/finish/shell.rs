//! The alerts on several events: a building block for each, and a shell that ties them together
//! (`spec/elastic.md` 7.3).

use super::Run;
use crate::alert::{Alert, AlertKind, EventView, Fields, entities, group_ids, reason_of};
use crate::schedule::Window;
use std::sync::Arc;

/// The shell alert on the events of a sequence or a sample, in the order of the steps. None if one
/// of them is an alert of this rule, or comes from one: a rule that reads alerts does not feed
/// itself. None also if two of them are one record that two inputs have.
pub(super) fn shell(run: &Run<'_, '_>, events: Vec<EventView>, window: Window) -> Option<Alert> {
    let rule = Arc::clone(&run.ready().rule);
    if events.iter().any(|event| comes_from(event, &rule.id)) || copies(&events) {
        return None;
    }
    let ancestors: Vec<Vec<(String, String)>> = events.iter().map(ancestors).collect();
    let (group, ids) = group_ids(&ancestors, &rule.id);
    let last = events.iter().map(|e| e.time).max().unwrap_or_default();
    let blocks: Vec<Alert> = events
        .iter()
        .zip(ids)
        .enumerate()
        .map(|(index, (event, id))| {
            let mut block = run.alert(event.clone(), window, vec![]);
            block.id = id;
            block.kind = AlertKind::Block { group: group.clone(), index };
            block.detected = run.detected(window, last);
            block
        })
        .collect();
    let fields = common(&events);
    // The line for people tells what the last event was: what the events have in common is often
    // just a process and a host.
    let telling = events.last().map_or(&fields, |event| &event.fields);
    Some(Alert {
        kind: AlertKind::Sequence,
        time: last,
        detected: run.detected(window, last),
        entities: entities(&rule, telling),
        reason: reason_of(telling),
        fields,
        matched: Arc::clone(&run.matched),
        blocks,
        events,
        ..Alert::new(&rule, group)
    })
}

/// Whether an event is there twice, from two inputs. The same text twice in one input is two events:
/// many a log tells times by the second and numbers nothing.
fn copies(events: &[EventView]) -> bool {
    events.iter().enumerate().any(|(at, one)| {
        let same = |other: &EventView| one.id == other.id && one.index == other.index;
        events[..at].iter().any(|other| same(other) && one.input != other.input)
    })
}

/// Whether an event is an alert of this rule, or comes from one.
fn comes_from(event: &EventView, rule: &str) -> bool {
    ["kibana.alert.rule.uuid", "kibana.alert.rule.rule_id", "kibana.alert.ancestors.rule"]
        .iter()
        .any(|field| event.get(field).contains(rule))
}

/// Ids and indices of what a building block comes from: what its event comes from, if that is an
/// alert, and then the event.
fn ancestors(event: &EventView) -> Vec<(String, String)> {
    let ids = event.get("kibana.alert.ancestors.id");
    let indices = event.get("kibana.alert.ancestors.index");
    let before = ids.to_vec().into_iter().zip(indices.to_vec());
    before.chain([(event.id.to_string(), event.index.to_string())]).collect()
}

/// What all events have in common: values that each of them has, field by field, each once.
fn common(events: &[EventView]) -> Fields {
    let Some((first, rest)) = events.split_first() else { return Fields::default() };
    if rest.is_empty() {
        return Fields::clone(&first.fields);
    }
    let mut shared = Vec::new();
    for (name, values) in first.fields.iter() {
        let mut kept: Vec<String> = Vec::new();
        for value in values.iter() {
            let known = kept.iter().any(|have| have == value);
            if !known && rest.iter().all(|event| event.get(name).contains(value)) {
                kept.push(value.to_owned());
            }
        }
        if !kept.is_empty() {
            shared.push((name.to_owned(), kept));
        }
    }
    shared.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(fields: &[(&str, &[&str])]) -> EventView {
        let mut fields: Vec<(String, Vec<String>)> = fields
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.iter().map(|v| (*v).to_owned()).collect()))
            .collect();
        fields.sort();
        EventView {
            id: "e".into(),
            index: "i".into(),
            source: "s".into(),
            input: "in".into(),
            record: 0,
            time: 0,
            fields: fields.into(),
            raw: "".into(),
        }
    }

    fn shown(events: &[EventView]) -> String {
        let fields = common(events);
        let fields: Vec<String> =
            fields.iter().map(|(name, values)| format!("{name}={}", values.join(","))).collect();
        fields.join(" ")
    }

    #[test]
    fn a_shell_has_what_its_events_have_in_common() {
        let one = event(&[("host.id", &["h"]), ("event.type", &["start", "info", "start"])]);
        let two = event(&[("host.id", &["h"]), ("event.type", &["start"]), ("user.id", &["u"])]);
        let other = event(&[("host.id", &["g"]), ("event.type", &["end"])]);
        assert_eq!(shown(&[one.clone(), two.clone()]), "event.type=start host.id=h");
        assert_eq!(shown(&[one.clone(), two, other]), "");
        assert_eq!(shown(std::slice::from_ref(&one)), "event.type=start,info,start host.id=h");
    }

    #[test]
    fn an_alert_of_the_rule_does_not_count_again() {
        let plain = event(&[("process.name", &["a"])]);
        let own = event(&[("kibana.alert.rule.uuid", &["r"])]);
        let of_own = event(&[
            ("kibana.alert.rule.uuid", &["other"]),
            ("kibana.alert.ancestors.rule", &["r"]),
        ]);
        let foreign = event(&[("kibana.alert.rule.uuid", &["other"])]);
        let verdicts = [&plain, &own, &of_own, &foreign].map(|event| comes_from(event, "r"));
        assert_eq!(verdicts, [false, true, true, false]);
    }

    #[test]
    fn an_alert_brings_its_ancestors() {
        let alert = event(&[
            ("kibana.alert.ancestors.id", &["a", "b"]),
            ("kibana.alert.ancestors.index", &["x", "y"]),
        ]);
        let pairs: Vec<String> =
            ancestors(&alert).into_iter().map(|(id, index)| format!("{id}/{index}")).collect();
        assert_eq!(pairs, ["a/x", "b/y", "e/i"]);
    }
}
