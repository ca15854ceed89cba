//! Why an alert is missing, in a line or two: the best of what [`explain`] says.

use crate::explain::{ExplainOptions, Explanation, FilterStory, LeafView, Reach, Truth, explain};
use crate::run::{HuntOptions, Selected};
use tripline_events::Input;
use tripline_rules::RuleSet;
use tripline_schema::Schema;

/// At most so many tests of the nearest event are named.
const TESTS: usize = 2;
/// Longest text of a test, and longest value.
const LONGEST: usize = 100;

pub(super) fn why(
    inputs: &[Input],
    set: &RuleSet,
    choice: &Selected,
    schema: &Schema,
    options: &HuntOptions,
) -> Vec<String> {
    let wanted = ExplainOptions { event: None, nearest: 1 };
    match explain(inputs, set, choice, schema, options, &wanted) {
        Ok(explanation) => best(&explanation),
        Err(_) => vec![],
    }
}

fn best(found: &Explanation) -> Vec<String> {
    let mut lines = vec![];
    if let Some(at) = found.filters.iter().position(|filter| filter.hits == 0) {
        lines.extend(silent(found, at));
    }
    let none = lines.is_empty();
    // Of a step without events its nearest event says more.
    let telling = found.reasons.iter().filter(|why| none || why.code != "no_event_for_step");
    lines.extend(telling.take(1).map(|why| short(&why.text, 3 * LONGEST)));
    lines.truncate(TESTS + 1);
    lines
}

/// Why a filter has no hit.
fn silent(found: &Explanation, at: usize) -> Vec<String> {
    let filter = &found.filters[at];
    let who = if filter.title.is_empty() { String::new() } else { format!("{}: ", filter.title) };
    let reach = |source: &crate::explain::SourceSeen| source.filters.get(at).cloned();
    if filter.looked == 0 {
        let sources: Vec<&str> = found.sources.iter().map(|source| &*source.id).collect();
        let lacks = found.sources.iter().find_map(|source| match reach(source) {
            Some(Reach::Never(lacks)) if !lacks.is_empty() => {
                Some(format!("{who}{} can never match: {}", source.id, lacks.join(", ")))
            }
            _ => None,
        });
        return vec![lacks.unwrap_or_else(|| {
            if let Some(source) = &filter.log_source {
                let found = sources.join(", ");
                return format!("{who}{}; it has {found}", crate::explain::no_source(source));
            }
            format!("{who}the rule looks at none of the events, which are {}", sources.join(", "))
        })];
    }
    nearest(filter).into_iter().map(|line| format!("{who}{line}")).collect()
}

/// The tests that the nearest event fails.
fn nearest(filter: &FilterStory) -> Vec<String> {
    let Some(event) = filter.shown.first() else { return vec![] };
    let record = event.place.record + 1;
    let deciding: Vec<&LeafView> = event.leaves.iter().filter(|leaf| leaf.decides).collect();
    let mut lines: Vec<String> = deciding
        .iter()
        .take(TESTS)
        .map(|leaf| {
            let said = match leaf.truth {
                Truth::True => "is true",
                Truth::False => "is false",
                Truth::Absent => "finds no such field",
            };
            let values: Vec<String> = leaf
                .fields
                .iter()
                .filter(|field| !field.values.is_empty())
                .map(|field| {
                    format!("{} = {}", field.name, short(&field.values.join(" | "), LONGEST))
                })
                .collect();
            let values =
                if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
            let remark = leaf.remark.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
            let text = short(&leaf.text, LONGEST);
            format!("record {record}: `{text}` {said}{values}{remark}")
        })
        .collect();
    if deciding.len() > TESTS {
        let more = deciding.len() - TESTS;
        lines.push(format!("and {more} more tests of it fail"));
    }
    lines
}

/// At most so many characters, in one line.
fn short(text: &str, most: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= most {
        return flat;
    }
    let mut cut: String = flat.chars().take(most.saturating_sub(3)).collect();
    cut.push_str("...");
    cut
}
