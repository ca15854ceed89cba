//! Correlations (specification 2.1): what a document says, with every mistake at its place.
//!
//! Which rules the names mean is not known here: they may be in other files.
//!
//! ```
//! let text = "title: t\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [User]\n  \
//!             timespan: 10m\n  condition: {gte: 10}\n";
//! let read = tripline_sigma::read(text);
//! let (rule, diagnostics) = tripline_sigma::correlation::read(&read.documents[0]);
//! assert_eq!(diagnostics, []);
//! let rule = rule.expect("it has no mistakes");
//! assert_eq!(&*rule.rules[0].name, "failed");
//! assert_eq!(rule.timespan, 600_000_000_000);
//! ```

mod codes;
mod condition;
mod timespan;

use crate::Document;
use crate::yaml::{Entry, Node, Type};
pub use codes::{ALIAS, CODES, REPEATED};
use codes::{MISSING, UNKNOWN_KEY, VALUE};
use std::sync::Arc;
pub use timespan::timespan;
use tripline_diag::{Diagnostic, Span, did_you_mean, has_errors};
use tripline_ir::{CorrelationCondition, CorrelationKind, CorrelationTest};

/// What a correlation says.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationRule {
    /// What is looked for in a group.
    pub kind: CorrelationKind,
    /// The rules whose findings are looked at, each once.
    pub rules: Vec<Reference>,
    /// The names of the fields whose values make a group; some may be aliases.
    pub group_by: Vec<Named>,
    /// Names for fields that are called otherwise in the events of each rule.
    pub aliases: Vec<Alias>,
    /// The longest time from the first to the last finding, in nanoseconds.
    pub timespan: i64,
    /// What must hold for a group. Inputs are positions in `rules`.
    pub condition: CorrelationCondition,
    /// The fields whose values are counted or reckoned with; some may be aliases.
    pub fields: Vec<Named>,
    /// Whether the rules raise alerts of their own as well.
    pub generate: bool,
    /// Where it stands.
    pub span: Span,
}

/// A rule, by its name or its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// As it is written.
    pub name: Arc<str>,
    /// Where.
    pub span: Span,
}

/// The name of a field, or an alias.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// As it is written.
    pub name: Arc<str>,
    /// Where.
    pub span: Span,
}

/// A name for fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    /// The name.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// For each rule the field that it means.
    pub fields: Vec<(Reference, Arc<str>)>,
}

impl CorrelationRule {
    /// The alias of that name.
    pub fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().find(|alias| &*alias.name == name)
    }
}

const KEYS: [&str; 7] =
    ["type", "rules", "aliases", "group-by", "timespan", "condition", "generate"];

/// The types by the words of the specification. The percentile comes with the condition.
const KINDS: [(&str, CorrelationKind); 8] = [
    ("event_count", CorrelationKind::EventCount),
    ("value_count", CorrelationKind::ValueCount),
    ("temporal", CorrelationKind::Temporal),
    ("temporal_ordered", CorrelationKind::TemporalOrdered),
    ("value_sum", CorrelationKind::ValueSum),
    ("value_avg", CorrelationKind::ValueAvg),
    ("value_percentile", CorrelationKind::ValuePercentile(50.0)),
    ("value_median", CorrelationKind::ValueMedian),
];

/// The word of a type.
pub fn kind_word(kind: CorrelationKind) -> &'static str {
    let same =
        |known: &CorrelationKind| std::mem::discriminant(known) == std::mem::discriminant(&kind);
    KINDS.iter().find(|(_, known)| same(known)).map_or("", |(word, _)| word)
}

/// Reads a correlation. None if it has a mistake that keeps it from running.
pub fn read(document: &Document) -> (Option<CorrelationRule>, Vec<Diagnostic>) {
    let mut diagnostics = vec![];
    let Some(entry) = document.root.entry("correlation") else {
        let text = "the document has no `correlation`";
        diagnostics.push(Diagnostic::error(&MISSING, text).at(document.span));
        return (None, diagnostics);
    };
    let rule = read_entry(entry, &mut diagnostics);
    diagnostics.sort_by_key(|d| d.span.map(|span| span.start));
    let failed = has_errors(&diagnostics);
    (rule.filter(|_| !failed), diagnostics)
}

fn read_entry(entry: &Entry, diagnostics: &mut Vec<Diagnostic>) -> Option<CorrelationRule> {
    let map = &entry.value;
    if !map.is_map() {
        let text = format!("a correlation is a map, this is {}", map.kind());
        diagnostics.push(Diagnostic::error(&VALUE, text).at(map.span));
        return None;
    }
    for entry in map.entries().iter().filter(|entry| !KEYS.contains(&&*entry.key)) {
        let help = did_you_mean(&entry.key, KEYS).or_else(|| {
            let beside = matches!(&*entry.key, "level" | "title" | "field");
            beside.then(|| match &*entry.key {
                "field" => "it belongs into `condition`".to_owned(),
                key => format!("`{key}` belongs beside `correlation`, not into it"),
            })
        });
        let text = format!("a correlation has no key `{}`", entry.key);
        diagnostics.push(Diagnostic::error(&UNKNOWN_KEY, text).at(entry.key_span).maybe_help(help));
    }
    let kind = kind(entry, map, diagnostics);
    let temporal =
        matches!(kind, Some(CorrelationKind::Temporal | CorrelationKind::TemporalOrdered));
    let mut rules = map.get("rules").map_or(vec![], |node| references(node, diagnostics));
    let listed = map.get("rules").is_some();
    let group_by = map.get("group-by").map_or(vec![], |n| names(n, "group-by", diagnostics));
    let timespan = timespan_of(entry, map, diagnostics);
    let generate = generate(map, diagnostics);
    let aliases = map.get("aliases").map_or(vec![], |node| aliases(node, diagnostics));

    let mut fields = vec![];
    let mut percentile = None;
    let condition = match map.get("condition").filter(|node| !node.is_null()) {
        Some(node) if node.is_map() => {
            let numbers = condition::numbers(node, diagnostics);
            (fields, percentile) = (numbers.fields, numbers.percentile);
            Some(CorrelationCondition::Number(numbers.tests))
        }
        Some(node) if node.as_str().is_some() && (temporal || kind.is_none()) => {
            condition::expression(node, &mut rules, listed, diagnostics)
        }
        Some(node) if node.as_str().is_some() => {
            let text = "only temporal correlations have a condition on which rules occur";
            let help = "compare with a number: `condition: {gte: 10}`";
            diagnostics.push(Diagnostic::error(&VALUE, text).at(node.span).help(help));
            None
        }
        Some(node) => {
            let text = format!("a condition is a map or a text, this is {}", node.kind());
            diagnostics.push(Diagnostic::error(&VALUE, text).at(node.span));
            None
        }
        // All rules occur.
        #[allow(clippy::cast_precision_loss, reason = "nobody lists 2^53 rules")]
        None if temporal => {
            Some(CorrelationCondition::Number(vec![(CorrelationTest::Gte, rules.len() as f64)]))
        }
        None => {
            if kind.is_some() {
                missing(entry, "condition", diagnostics);
            }
            None
        }
    };
    if rules.is_empty() && !has_errors(diagnostics) {
        missing(entry, "rules", diagnostics);
    }
    let kind = kind.map(|kind| match (kind, percentile) {
        (CorrelationKind::ValuePercentile(_), Some((value, _))) => {
            CorrelationKind::ValuePercentile(value)
        }
        _ => kind,
    });
    if let (Some(kind), Some(node)) = (kind, map.get("condition").filter(|n| n.is_map())) {
        check_fields(kind, node, &fields, percentile, diagnostics);
    }
    check_aliases(&aliases, &group_by, &fields, diagnostics);
    Some(CorrelationRule {
        kind: kind?,
        rules,
        group_by,
        aliases,
        timespan: timespan?,
        condition: condition?,
        fields,
        generate,
        span: entry.key_span.to(map.span),
    })
}

fn missing(entry: &Entry, key: &str, diagnostics: &mut Vec<Diagnostic>) {
    let text = format!("the correlation has no `{key}`");
    diagnostics.push(Diagnostic::error(&MISSING, text).at(entry.key_span));
}

fn kind(entry: &Entry, map: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<CorrelationKind> {
    let Some(node) = map.get("type").filter(|node| !node.is_null()) else {
        missing(entry, "type", diagnostics);
        return None;
    };
    let word = node.as_str().unwrap_or_default();
    // pySigma reads it in any case.
    let lower = word.to_ascii_lowercase();
    let found = KINDS.iter().find(|(known, _)| *known == lower);
    if found.is_none() {
        let words = || KINDS.iter().map(|(word, _)| *word);
        let help = did_you_mean(&lower, words())
            .unwrap_or_else(|| format!("it is one of {}", words().collect::<Vec<_>>().join(", ")));
        let text = format!("there are no correlations of type `{word}`");
        diagnostics.push(Diagnostic::error(&VALUE, text).at(node.span).help(help));
    }
    found.map(|(_, kind)| *kind)
}

fn references(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<Reference> {
    let mut rules: Vec<Reference> = vec![];
    for Named { name, span } in names(node, "rules", diagnostics) {
        if let Some(first) = rules.iter().find(|rule| rule.name == name) {
            let text = format!("`{name}` is listed twice");
            let diagnostic = Diagnostic::error(&REPEATED, text).at(span);
            diagnostics.push(diagnostic.label(first.span, "first here"));
            continue;
        }
        rules.push(Reference { name, span });
    }
    rules
}

/// A name or a list of names.
fn names(node: &Node, key: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Named> {
    let mut found: Vec<Named> = vec![];
    if node.is_map() {
        let text = format!("`{key}` is a name or a list of names, this is a map");
        diagnostics.push(Diagnostic::error(&VALUE, text).at(node.span));
        return found;
    }
    for item in node.one_or_many() {
        match item.as_str().map(str::trim).filter(|name| !name.is_empty()) {
            // One field twice is one field.
            Some(name) if key != "rules" && found.iter().any(|known| &*known.name == name) => {}
            Some(name) => found.push(Named { name: name.into(), span: item.span }),
            None => {
                let text = format!("an entry of `{key}` is {}, not a name", item.kind());
                diagnostics.push(Diagnostic::error(&VALUE, text).at(item.span));
            }
        }
    }
    found
}

fn timespan_of(entry: &Entry, map: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<i64> {
    let Some(node) = map.get("timespan").filter(|node| !node.is_null()) else {
        missing(entry, "timespan", diagnostics);
        return None;
    };
    let text = node.as_str().unwrap_or_default();
    let found = timespan(text.trim());
    if found.is_none() {
        let what = format!("`{text}` is no timespan");
        let help =
            "write a whole number above 0 and a unit: `30s`, `90m`, `12h`, `7d`, `1w`, `1M`, `1y`";
        diagnostics.push(Diagnostic::error(&VALUE, what).at(node.span).help(help));
    }
    found
}

fn generate(map: &Node, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let Some(node) = map.get("generate").filter(|node| !node.is_null()) else { return false };
    if let Some(Type::Bool(flag)) = node.as_scalar().map(|scalar| scalar.ty) {
        return flag;
    }
    let text = "`generate` is `true` or `false`";
    diagnostics.push(Diagnostic::error(&VALUE, text).at(node.span));
    false
}

fn aliases(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<Alias> {
    if !node.is_map() && !node.is_null() {
        let text = format!("`aliases` is a map of names, this is {}", node.kind());
        diagnostics.push(Diagnostic::error(&VALUE, text).at(node.span));
    }
    let alias = |entry: &Entry| {
        let mut fields = vec![];
        if !entry.value.is_map() {
            let text =
                format!("the alias `{}` does not say which field it is of which rule", entry.key);
            let help = "write a rule and its field on each line: `failed_logon: TargetUserName`";
            let diagnostic = Diagnostic::error(&VALUE, text).at(entry.value.span).help(help);
            diagnostics.push(diagnostic);
        }
        for field in entry.value.entries() {
            let name = field.value.as_str().map(str::trim).filter(|name| !name.is_empty());
            if let Some(name) = name {
                let rule = Reference { name: field.key.clone(), span: field.key_span };
                fields.push((rule, name.into()));
            } else {
                let text = format!("a field is a name, this is {}", field.value.kind());
                diagnostics.push(Diagnostic::error(&VALUE, text).at(field.value.span));
            }
        }
        Alias { name: entry.key.clone(), span: entry.key_span, fields }
    };
    node.entries().iter().map(alias).collect()
}

/// Whether the condition names the fields that its type reckons with, and no others.
fn check_fields(
    kind: CorrelationKind,
    node: &Node,
    fields: &[Named],
    percentile: Option<(f64, Span)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let word = kind_word(kind);
    let reckons = matches!(
        kind,
        CorrelationKind::ValueSum
            | CorrelationKind::ValueAvg
            | CorrelationKind::ValuePercentile(_)
            | CorrelationKind::ValueMedian
    );
    let counts = kind == CorrelationKind::ValueCount;
    match fields {
        [] if reckons || counts => {
            let text = format!("the condition of a `{word}` names no `field`");
            diagnostics.push(Diagnostic::error(&MISSING, text).at(node.span));
        }
        [_, second, ..] if reckons => {
            let text = format!("a `{word}` reckons with one field");
            diagnostics.push(Diagnostic::error(&VALUE, text).at(second.span));
        }
        [first, ..] if !reckons && !counts => {
            let text = format!("a `{word}` looks at no values: `field` does nothing");
            diagnostics.push(Diagnostic::warning(&VALUE, text).at(first.span));
        }
        _ => {}
    }
    match (kind, percentile) {
        (CorrelationKind::ValuePercentile(_), None) if node.get("percentile").is_none() => {
            let text = "the condition does not say which percentile";
            let help = "add `percentile: 95`, a number from 0 to 100";
            diagnostics.push(Diagnostic::error(&MISSING, text).at(node.span).help(help));
        }
        (CorrelationKind::ValuePercentile(_), _) | (_, None) => {}
        (_, Some((_, span))) => {
            let text = format!("a `{word}` has no percentile: `percentile` does nothing");
            diagnostics.push(Diagnostic::warning(&VALUE, text).at(span));
        }
    }
}

/// Whether an alias knows all rules shows once names and ids are resolved.
fn check_aliases(
    aliases: &[Alias],
    group_by: &[Named],
    fields: &[Named],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for alias in aliases {
        let used = group_by.iter().chain(fields).any(|named| named.name == alias.name);
        if !used {
            let text = format!("nothing uses the alias `{}`", alias.name);
            let known = group_by.iter().chain(fields).map(|named| &*named.name);
            let help = did_you_mean(&alias.name, known)
                .unwrap_or_else(|| "name it in `group-by`".to_owned());
            diagnostics.push(Diagnostic::warning(&ALIAS, text).at(alias.span).help(help));
        }
    }
}
