//! The tests of a filter as a person sees them for one event.

use super::near::{FAR, literals, matched, near};
use super::tree::{Node, State, Unit};
use super::watch::{FilterWatch, Group};
use super::{Conjunct, absent_reason};
use std::sync::Arc;
use tripline_diag::{SourceText, Span};
use tripline_engine::{FieldOrigin, Inspector};
use tripline_events::EventBatch;
use tripline_ir::{Filter, Plan, Pred, Scope, Tail, print};
use tripline_kernels::pred::Row;
use tripline_schema::{MapExpr, Mapping, View};

/// Whether what the text says is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It is.
    True,
    /// It is not.
    False,
    /// It is not, because the event lacks the field.
    Absent,
}

impl Truth {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Absent => "absent",
        }
    }
}

/// One test for one event.
#[derive(Debug, Clone)]
pub struct LeafView {
    /// Where it stands in the query; none: elsewhere in the rule's file.
    pub span: Option<Span>,
    /// Its text.
    pub text: String,
    /// Whether the text is true of the event.
    pub truth: Truth,
    /// Whether it is one of the fewest tests that would have to change for the filter to hold.
    pub decides: bool,
    /// The fields that it reads, with their values.
    pub fields: Vec<FieldSeen>,
    /// What there is to say about the value: which literal matched, which comes nearest.
    pub remark: Option<String>,
}

/// A field of an event.
#[derive(Debug, Clone)]
pub struct FieldSeen {
    /// Its vocabulary.
    pub view: View,
    /// Its name.
    pub name: Arc<str>,
    /// Its values; empty: absent.
    pub values: Vec<String>,
    /// How it comes from the record, in words: `EventData.Image`, `basename(EventData.Image)`.
    pub origin: String,
}

/// How many are left after each conjunct.
pub(super) fn funnel(filter: &FilterWatch, text: &SourceText) -> Vec<Conjunct> {
    let conjuncts = filter.tree.conjuncts();
    conjuncts
        .iter()
        .zip(&filter.passed)
        .filter(|(node, _)| !matches!(node, Node::Const(true)))
        .map(|(node, (left, alone))| {
            let (text, span) = written(node, &filter.tree.units, text);
            Conjunct { text, span, left: *left, alone: *alone }
        })
        .collect()
}

/// The text of a condition, as the query has it or, if it does not come from there, as the plan
/// is printed.
fn written(node: &Node, units: &[Unit], source: &SourceText) -> (String, Option<Span>) {
    let mut below = Vec::new();
    node.units(&mut below);
    let spans: Option<Vec<Span>> = below
        .iter()
        .map(|at| units[*at].span.map(|span| whole(&units[*at], span, source)))
        .collect();
    let span = spans.and_then(|s| s.into_iter().reduce(Span::to));
    let (mut inner, mut not) = (node, false);
    while let Node::Not(deeper) = inner {
        (inner, not) = (deeper, !not);
    }
    let lead = if not { "not " } else { "" };
    let text = match (span, inner) {
        (Some(_), Node::Unit(at)) => unit_text(&units[*at], source),
        (Some(span), _) => {
            selections(&below, units).unwrap_or_else(|| one_line(span.of(&source.text)))
        }
        (None, _) if below.is_empty() => "false".to_owned(),
        (None, _) => {
            below.iter().map(|at| printed(&units[*at].pred)).collect::<Vec<_>>().join("; ")
        }
    };
    let many = below.len() > 1 && not;
    let text = if many { format!("{lead}({text})") } else { format!("{lead}{text}") };
    (text, span)
}

/// The selections of a Sigma rule that tests are part of.
fn selections(below: &[usize], units: &[Unit]) -> Option<String> {
    let mut names: Vec<&str> = vec![];
    for at in below {
        let name = units[*at].name.as_ref()?.selection.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// The span of a test with the field and the parentheses around a list of values.
fn whole(unit: &Unit, span: Span, source: &SourceText) -> Span {
    let [field] = unit.fields.as_slice() else { return span };
    let (Some(before), Some(mut after)) =
        (source.text.get(..span.start as usize), source.text.get(span.end as usize..))
    else {
        return span;
    };
    let lead = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '('));
    let Some(rest) = lead.strip_suffix(&*field.name).filter(|_| unit.lists) else { return span };
    for _ in before[lead.len()..].matches('(') {
        after = after.trim_start();
        after = after.strip_prefix(')').unwrap_or(after);
    }
    Span::new(rest.len(), source.text.len() - after.len())
}

/// The text of a test. A list of values in parentheses has its field before them.
fn unit_text(unit: &Unit, source: &SourceText) -> String {
    let Some(span) = unit.span else { return printed(&unit.pred) };
    if let Some(test) = &unit.name {
        let lines = span.of(&source.text).lines().map(str::trim);
        let values = lines.filter(|line| !line.starts_with('#'));
        let values = values.map(|line| line.strip_prefix("- ").unwrap_or(line).trim());
        let values = values.filter(|value| !value.is_empty()).collect::<Vec<_>>().join(", ");
        return match &test.key {
            Some(key) => format!("{}: {key}: {values}", test.selection),
            None => format!("{}: {values}", test.selection),
        };
    }
    let text = one_line(span.of(&source.text));
    match unit.fields.as_slice() {
        [field] if unit.lists && !text.contains(&*field.name) => {
            format!("{}: ({text})", field.name)
        }
        _ => text,
    }
}

/// Blanks and line breaks as one blank.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A condition as the plan is printed.
fn printed(pred: &Pred) -> String {
    let filter = Filter { scope: Scope::Any, pred: pred.clone(), span: Span::default() };
    let plan = Plan { filters: vec![filter], tail: Tail::Each { pipes: vec![] } };
    let text = print(&plan);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default().join(" ")
}

/// The tests for an event.
pub(super) fn views(
    filter: &FilterWatch,
    source: &SourceText,
    group: &Group,
    inspector: &Inspector<'_>,
    batch: &EventBatch,
) -> Vec<LeafView> {
    let mapping = &batch.stream.mapping;
    let row = inspector.row(batch, 0);
    let units = filter.tree.units.iter().zip(&group.states).enumerate();
    let mut views: Vec<LeafView> = units
        .map(|(at, (unit, state))| {
            let fields: Vec<FieldSeen> = unit
                .fields
                .iter()
                .map(|field| {
                    let mut values = Vec::new();
                    row.values(field, &mut |v| values.push(v.to_owned()));
                    let origin = origin(mapping, &inspector.origin(mapping, field), &field.name);
                    FieldSeen { view: field.view.clone(), name: field.name.clone(), values, origin }
                })
                .collect();
            let text = unit_text(unit, source);
            let remark = remark(unit, *state, &fields, inspector.scalars().now);
            let remark = remark.map(|said| as_written(&said, unit.span, source));
            LeafView {
                span: unit.span,
                text,
                truth: truth(unit, *state),
                decides: !group.holds && group.repair.contains(&at),
                fields,
                remark,
            }
        })
        .collect();
    views.sort_by_key(|view| view.span.map_or((u32::MAX, 0), |span| (span.start, span.end)));
    views
}

fn truth(unit: &Unit, state: State) -> Truth {
    match (unit.written(state), state.absent) {
        (true, _) => Truth::True,
        (false, true) => Truth::Absent,
        (false, false) => Truth::False,
    }
}

/// What there is to say about the values of a test.
fn remark(unit: &Unit, state: State, fields: &[FieldSeen], now: i64) -> Option<String> {
    let (tests, negated) = unit.tests();
    let [field] = fields else { return None };
    if field.values.is_empty() || unit.open {
        return None;
    }
    let passes = state.holds != negated;
    if passes {
        let of = |value: &String| matched(&tests, value, now).map(|found| (value.clone(), found));
        let (value, (literal, all)) = field.values.iter().find_map(of)?;
        let which = if field.values.len() > 1 { format!("`{value}` ") } else { String::new() };
        let among = if all > 1 { format!(", one of {all}") } else { String::new() };
        return (all > 1 || !which.is_empty())
            .then(|| format!("{which}matches `{literal}`{among}"));
    }
    let nearest = field
        .values
        .iter()
        .map(|value| near(&tests, value, now))
        .min_by_key(|found| found.distance)?;
    if nearest.distance >= FAR && literals(&tests).len() <= 1 {
        return nearest.text.filter(|text| !text.starts_with("is none of"));
    }
    nearest.text
}

/// A remark with its literals as the query has them: those of a comparison without regard to case
/// are in lower case in the plan.
fn as_written(remark: &str, span: Option<Span>, source: &SourceText) -> String {
    let Some(span) = span else { return remark.to_owned() };
    let text = span.of(&source.text).replace("\\\\", "\\");
    let folded = text.to_ascii_lowercase();
    let mut parts: Vec<String> = remark.split('`').map(str::to_owned).collect();
    // Every second part stands between backquotes.
    for part in parts.iter_mut().skip(1).step_by(2) {
        let quoted = format!("\"{}\"", part.to_ascii_lowercase());
        let bare = part.to_ascii_lowercase();
        let inside = folded.find(&quoted).map(|at| at + 1).or_else(|| folded.find(&bare));
        if let Some(found) = inside.and_then(|at| text.get(at..at + part.len())) {
            *part = found.to_owned();
        }
    }
    parts.join("`")
}

/// How a field comes from the record, in words.
fn origin(mapping: &Mapping, origin: &FieldOrigin, name: &str) -> String {
    match origin {
        FieldOrigin::Absent => match absent_reason(mapping, name) {
            Some(why) => format!("{} never has it: {why}", mapping.id),
            None => format!("{} never has it", mapping.id),
        },
        FieldOrigin::Always(_) => format!("always so in {}", mapping.id),
        FieldOrigin::Event => "of every event".to_owned(),
        FieldOrigin::Record(MapExpr::Raw(path)) if **path == *name => String::new(),
        FieldOrigin::Record(expr) => describe(expr),
    }
}

/// A mapping expression as mapping files have it.
fn describe(expr: &MapExpr) -> String {
    match expr {
        MapExpr::Raw(path) => path.to_string(),
        MapExpr::Const(values) => {
            values.iter().map(|v| format!("'{v}'")).collect::<Vec<_>>().join(", ")
        }
        MapExpr::Call(function, args) => {
            let args: Vec<String> = args.iter().map(describe).collect();
            format!("{}({})", function.name(), args.join(", "))
        }
    }
}
