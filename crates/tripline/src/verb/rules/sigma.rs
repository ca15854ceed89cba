//! What only Sigma's rules say, for their page.

use crate::out::counted;
use tripline_rules::{Rule, RuleSet, resolve_reference};
use tripline_schema::Schema;
use tripline_sigma::correlation::{self, CorrelationRule, Named};
use tripline_sigma::{Document, Kind};

/// So many sources are named; `--sources` has all.
const SOURCES: usize = 6;

/// Lines of the table at the head of the page.
pub fn facts(set: &RuleSet, rule: &Rule) -> Vec<(&'static str, String)> {
    let Some(document) = &rule.document else { return vec![] };
    let mut facts = vec![];
    match document.kind {
        Kind::Correlation => facts.extend(correlation_facts(set, rule, document)),
        _ => facts.extend(log_source(document)),
    }
    let filters: Vec<&str> = set
        .sigma_filters
        .iter()
        .filter(|filter| filter.applies(rule))
        .map(|filter| &*filter.name)
        .collect();
    if !filters.is_empty() {
        facts.push(("filters", filters.join(", ")));
    }
    for (at, id) in rule.part_of.iter().enumerate() {
        let name = set.find(id).map_or(&**id, |of| &*of.name);
        facts.push((if at == 0 { "part of" } else { "" }, format!("{name} ({id})")));
    }
    let text = |key: &str| rule.extra.get(key).and_then(|value| value.as_str());
    let list = |key: &str| {
        let values = rule.extra.get(key).and_then(|value| value.as_array());
        let values: Vec<&str> = values.into_iter().flatten().filter_map(|v| v.as_str()).collect();
        values.join(", ")
    };
    if let Some(name) = text("name") {
        facts.push(("name", format!("{name}, for references")));
    }
    if let Some(date) = text("date") {
        let modified = text("modified").map(|date| format!(", modified {date}"));
        facts.push(("date", format!("{date}{}", modified.unwrap_or_default())));
    }
    for (key, title) in [("scope", "scope"), ("fields", "look at")] {
        let values = list(key);
        if !values.is_empty() {
            facts.push((title, values));
        }
    }
    let related = rule.extra.get("related").and_then(|related| related.as_array());
    for (at, relation) in related.into_iter().flatten().enumerate() {
        let id = relation["id"].as_str().unwrap_or_default();
        let name = set.find(id).map(|of| format!(" ({})", of.name)).unwrap_or_default();
        let how = relation["type"].as_str().unwrap_or("related");
        facts.push((if at == 0 { "related" } else { "" }, format!("{how}: {id}{name}")));
    }
    facts
}

/// The log source, and who answers to it.
fn log_source(document: &Document) -> Vec<(&'static str, String)> {
    let Some(map) = document.root.get("logsource") else { return vec![] };
    let attributes = ["product", "category", "service"];
    let wanted = attributes.map(|key| map.get_str(key));
    let said: Vec<String> = attributes
        .iter()
        .zip(wanted)
        .filter_map(|(key, value)| value.map(|value| format!("{key} {value}")))
        .collect();
    let [product, category, service] = wanted;
    let sources: Vec<&str> = Schema::builtin()
        .mappings()
        .iter()
        .filter(|mapping| mapping.sigma.answers(product, category, service))
        .map(|mapping| &*mapping.id)
        .collect();
    let answers = match sources.as_slice() {
        [] => "none that is mapped".to_owned(),
        few if few.len() <= SOURCES => few.join(", "),
        many => {
            let more = many.len() - SOURCES;
            format!("{} and {more} more (--sources)", many[..SOURCES].join(", "))
        }
    };
    vec![("log source", said.join(", ")), ("sources", answers)]
}

/// What a correlation looks at, and for what.
fn correlation_facts(
    set: &RuleSet,
    rule: &Rule,
    document: &Document,
) -> Vec<(&'static str, String)> {
    let (Some(read), _) = correlation::read(document) else { return vec![] };
    let mut facts = vec![("looks for", what(&read))];
    if !read.group_by.is_empty() {
        facts.push(("group by", names(&read.group_by)));
    }
    for alias in &read.aliases {
        let fields: Vec<String> =
            alias.fields.iter().map(|(of, field)| format!("{field} of {}", of.name)).collect();
        facts.push(("alias", format!("{} is {}", alias.name, fields.join(", "))));
    }
    for (at, reference) in read.rules.iter().enumerate() {
        let found = resolve_reference(set, reference, &rule.origin.path);
        let text = match found {
            Ok(part) if *part.id == *reference.name => part.name.to_string(),
            Ok(part) => format!("{}: {} ({})", reference.name, part.name, part.id),
            Err(_) => format!("{}, which is not loaded", reference.name),
        };
        facts.push((if at == 0 { "rules" } else { "" }, text));
    }
    if read.generate {
        facts.push(("", "they raise alerts of their own as well".to_owned()));
    }
    facts
}

fn names(names: &[Named]) -> String {
    names.iter().map(|named| &*named.name).collect::<Vec<_>>().join(" + ")
}

/// The condition and the timespan in words.
fn what(read: &CorrelationRule) -> String {
    use tripline_ir::{CorrelationCondition, CorrelationKind, CorrelationTest};
    let of = names(&read.fields);
    let thing = match read.kind {
        CorrelationKind::EventCount => "the number of events".to_owned(),
        CorrelationKind::ValueCount => format!("the number of different values of {of}"),
        CorrelationKind::Temporal => "the number of rules that occur".to_owned(),
        CorrelationKind::TemporalOrdered => "the number of rules that occur in order".to_owned(),
        CorrelationKind::ValueSum => format!("the sum of {of}"),
        CorrelationKind::ValueAvg => format!("the mean of {of}"),
        CorrelationKind::ValuePercentile(p) => format!("percentile {p} of {of}"),
        CorrelationKind::ValueMedian => format!("the median of {of}"),
    };
    let condition = match &read.condition {
        CorrelationCondition::Number(tests) => {
            let tests: Vec<String> = tests
                .iter()
                .map(|(test, value)| {
                    let sign = match test {
                        CorrelationTest::Lt => "<",
                        CorrelationTest::Lte => "<=",
                        CorrelationTest::Gt => ">",
                        CorrelationTest::Gte => ">=",
                        CorrelationTest::Eq => "=",
                        CorrelationTest::Neq => "!=",
                    };
                    format!("{sign} {value}")
                })
                .collect();
            format!("{thing} {}", tests.join(" and "))
        }
        CorrelationCondition::Inputs(_) => {
            let order =
                if read.kind == CorrelationKind::TemporalOrdered { ", in order" } else { "" };
            format!("which of {} occur{order}", counted(read.rules.len(), "rule"))
        }
    };
    format!("{condition}, within {}", super::span(read.timespan))
}

/// The parts of a document that say what it looks for, as they are written.
pub fn query(document: &Document, text: &str) -> String {
    let mut shown = String::new();
    for key in ["logsource", "detection", "correlation"] {
        let Some(entry) = document.root.entry(key) else { continue };
        let start = entry.key_span.start as usize;
        let end = (entry.value.span.end as usize).max(entry.key_span.end as usize);
        let Some(part) = text.get(start..end) else { continue };
        shown.push_str(part.trim_end());
        shown.push('\n');
    }
    if shown.is_empty() { format!("{}\n", text.trim()) } else { shown }
}
