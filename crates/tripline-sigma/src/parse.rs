//! From a document to [`Rule`]: log source, selections, conditions.

use crate::ast::{Body, Detection, Field, Item, LogSource, Modifier, Rule, Selection, Text};
use crate::ast::{Value, ValueKind};
use crate::codes::{LOG_SOURCE, MISSING, SHAPE, TIMEFRAME, UNKNOWN_KEY};
use crate::yaml::{Entry, Node, Scalar, Type, Value as Yaml};
use crate::{condition, modifiers};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};

/// Reads a rule about events. Each thing that is wrong is said; what can be read is there.
pub(crate) fn rule(root: &Node, diagnostics: &mut Vec<Diagnostic>) -> Rule {
    let log_source = if let Some(entry) = root.entry("logsource") {
        log_source(entry, diagnostics)
    } else {
        let message = "the rule has no `logsource`";
        let help = "it says which events the rule reads, for example `product: windows` and \
                    `category: process_creation`";
        diagnostics.push(Diagnostic::error(&MISSING, message).at(head(root)).help(help));
        LogSource::default()
    };
    let detection = if let Some(entry) = root.entry("detection") {
        detection(&entry.value, entry.key_span, diagnostics)
    } else {
        let message = "the rule has no `detection`";
        diagnostics.push(Diagnostic::error(&MISSING, message).at(head(root)));
        nothing(root.span)
    };
    Rule { log_source, detection }
}

/// The first key of a map: what stands for the whole where the whole is too long to underline.
pub(crate) fn head(root: &Node) -> Span {
    root.entries().first().map_or(root.span, |entry| entry.key_span)
}

/// Reads a `logsource`; filters have one too.
pub(crate) fn log_source(entry: &Entry, diagnostics: &mut Vec<Diagnostic>) -> LogSource {
    let mut source = LogSource { span: entry.value.span, ..LogSource::default() };
    if !entry.value.is_map() {
        let message = format!("a log source is a map, this is {}", entry.value.kind());
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(entry.value.span));
        return source;
    }
    for part in entry.value.entries() {
        let slot = match &*part.key {
            "product" => &mut source.product,
            "category" => &mut source.category,
            "service" => &mut source.service,
            "definition" => continue,
            other => {
                let known = ["product", "category", "service", "definition"];
                if let Some(help) = did_you_mean(other, known) {
                    let message = format!("unknown key `{other}` of a log source");
                    diagnostics.push(
                        Diagnostic::warning(&UNKNOWN_KEY, message).at(part.key_span).help(help),
                    );
                }
                continue;
            }
        };
        match part.value.as_str() {
            Some(text) if !text.trim().is_empty() => *slot = Some(text.trim().into()),
            _ if part.value.is_null() => {}
            _ => {
                let message = format!("`{}` is text, this is {}", part.key, part.value.kind());
                diagnostics.push(Diagnostic::error(&SHAPE, message).at(part.value.span));
            }
        }
    }
    if source.product.is_none() && source.category.is_none() && source.service.is_none() {
        let message = "the log source says nothing";
        diagnostics.push(
            Diagnostic::error(&LOG_SOURCE, message)
                .at(entry.key_span)
                .help("give it a `product`, a `category` or a `service`"),
        );
    }
    source
}

fn nothing(span: Span) -> Detection {
    Detection {
        selections: vec![],
        conditions: vec![],
        timeframe: None,
        timeframe_span: span,
        span,
    }
}

/// Reads selections and conditions. `key` is where the whole is called what it is.
pub(crate) fn detection(node: &Node, key: Span, diagnostics: &mut Vec<Diagnostic>) -> Detection {
    let mut detection = nothing(node.span);
    if !node.is_map() {
        let message = format!("a detection is a map of selections, this is {}", node.kind());
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(node.span));
        return detection;
    }
    let mut has_condition = false;
    for entry in node.entries() {
        match &*entry.key {
            "condition" => {
                has_condition = true;
                conditions(entry, &mut detection, diagnostics);
            }
            "timeframe" => {
                detection.timeframe = timeframe(&entry.value, diagnostics);
                detection.timeframe_span = entry.key_span;
            }
            name => {
                if let Some(body) = body(&entry.value, entry.key_span, diagnostics) {
                    let name: Arc<str> = name.into();
                    detection.selections.push(Selection { name, span: entry.key_span, body });
                }
            }
        }
    }
    if !has_condition {
        let message = "the detection has no `condition`";
        let help = match detection.selections.as_slice() {
            [only] => format!("write `condition: {}`", only.name),
            _ => "it says how selections are combined, for example `condition: 1 of selection_*`"
                .to_owned(),
        };
        diagnostics.push(Diagnostic::error(&MISSING, message).at(key).help(help));
    } else if node.entries().iter().all(|e| matches!(&*e.key, "condition" | "timeframe")) {
        let message = "the detection has no selection";
        diagnostics.push(Diagnostic::error(&MISSING, message).at(key));
    }
    detection
}

fn conditions(entry: &Entry, detection: &mut Detection, diagnostics: &mut Vec<Diagnostic>) {
    let nodes = entry.value.one_or_many();
    if nodes.is_empty() {
        let message = "the condition is empty";
        diagnostics.push(Diagnostic::error(&MISSING, message).at(entry.key_span));
    }
    for node in nodes {
        let Some(scalar) = node.as_scalar().filter(|s| s.ty == Type::Text && !s.text.is_empty())
        else {
            let message = format!("a condition is text, this is {}", node.kind());
            diagnostics.push(Diagnostic::error(&SHAPE, message).at(node.span));
            continue;
        };
        match condition::parse(&scalar.text, node.span, text_offset(node, scalar)) {
            Ok(condition) => detection.conditions.push(condition),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
}

/// Where the text of a scalar starts, if it stands in the file letter by letter: plain or in single
/// quotes on one line.
fn text_offset(node: &Node, scalar: &Scalar) -> Option<usize> {
    let Span { start, end } = node.span;
    let length = (end - start) as usize;
    match length.checked_sub(scalar.text.len()) {
        Some(0) if !scalar.quoted => Some(start as usize),
        Some(2) if scalar.quoted => Some(start as usize + 1),
        _ => None,
    }
}

/// Nanoseconds of `30s`, `5m`, `1h`, `7d`, `1w`, `1M`, `1y`.
fn timeframe(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<i64> {
    let parsed = node.as_str().and_then(duration);
    if parsed.is_none() {
        let message = "the timeframe is no length of time";
        diagnostics.push(
            Diagnostic::error(&TIMEFRAME, message)
                .at(node.span)
                .help("a number and one of `s`, `m`, `h`, `d`, `w`, `M` (30 days), `y` (365 days)"),
        );
    }
    parsed
}

/// Nanoseconds of a number with a unit: `s`, `m`, `h`, `d`, `w`, `M` (30 days), `y` (365 days).
pub(crate) fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let seconds: i64 = match &text[at..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        "M" => 30 * 86_400,
        "y" => 365 * 86_400,
        _ => return None,
    };
    let count: i64 = text[..at].parse().ok()?;
    count.checked_mul(seconds)?.checked_mul(1_000_000_000).filter(|n| *n > 0)
}

/// Reads a selection, or an element of its list.
pub(crate) fn body(node: &Node, key: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Body> {
    match &node.value {
        Yaml::Map(entries) => {
            if entries.is_empty() {
                empty(node, key, diagnostics);
                return None;
            }
            let parts: Vec<Body> = entries
                .iter()
                .filter_map(|entry| item(entry, diagnostics))
                .map(Body::Item)
                .collect();
            Some(match <[Body; 1]>::try_from(parts) {
                Ok([only]) => only,
                Err(parts) => Body::All(parts),
            })
        }
        Yaml::Sequence(items) if items.is_empty() => {
            empty(node, key, diagnostics);
            None
        }
        Yaml::Sequence(items) if items.iter().all(|item| item.as_scalar().is_some()) => {
            keywords(items, node.span, diagnostics).map(Body::Item)
        }
        Yaml::Sequence(items) => {
            let parts: Vec<Body> =
                items.iter().filter_map(|item| body(item, item.span, diagnostics)).collect();
            Some(match <[Body; 1]>::try_from(parts) {
                Ok([only]) => only,
                Err(parts) => Body::Any(parts),
            })
        }
        Yaml::Scalar(scalar) if scalar.ty == Type::Null => {
            empty(node, key, diagnostics);
            None
        }
        Yaml::Scalar(_) => {
            keywords(std::slice::from_ref(node), node.span, diagnostics).map(Body::Item)
        }
    }
}

fn empty(node: &Node, key: Span, diagnostics: &mut Vec<Diagnostic>) {
    let span = if node.span.start == node.span.end { key } else { node.span };
    let help = "give it a field and a value, or remove it";
    diagnostics.push(Diagnostic::error(&SHAPE, "the selection is empty").at(span).help(help));
}

fn keywords(nodes: &[Node], span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Item> {
    let mut item =
        Item { field: None, modifiers: vec![], values: vec![], all: false, negated: false, span };
    item.values = values(nodes, &item, diagnostics);
    (!item.values.is_empty()).then_some(item)
}

/// Reads `field|modifiers: values`.
fn item(entry: &Entry, diagnostics: &mut Vec<Diagnostic>) -> Option<Item> {
    let mut parts = entry.key.split('|');
    let name = parts.next().unwrap_or("");
    // A key in quotes starts one byte further on. Keys with escapes are underlined as a whole.
    let length = (entry.key_span.end - entry.key_span.start) as usize;
    let mut at = match length.checked_sub(entry.key.len()) {
        Some(0) => Some(entry.key_span.start as usize),
        Some(2) => Some(entry.key_span.start as usize + 1),
        _ => None,
    };
    let mut place = |length: usize| match &mut at {
        Some(at) => {
            let span = Span::new(*at, *at + length);
            *at += length + 1;
            span
        }
        None => entry.key_span,
    };
    let span = place(name.len());
    let field = (!name.is_empty()).then(|| Field { name: name.into(), span });
    let modifiers =
        parts.map(|name| Modifier { span: place(name.len()), name: name.into() }).collect();
    let mut item = Item {
        field,
        modifiers,
        values: vec![],
        all: false,
        negated: false,
        span: entry.key_span.to(entry.value.span),
    };
    let nodes = match &entry.value.value {
        Yaml::Scalar(_) => std::slice::from_ref(&entry.value),
        Yaml::Sequence(items) => items,
        Yaml::Map(_) => {
            let message = format!("`{}` has a map where its values must stand", entry.key);
            diagnostics.push(
                Diagnostic::error(&SHAPE, message)
                    .at(entry.value.span)
                    .help("an inner field is written with a dot: `outer.inner: value`"),
            );
            return None;
        }
    };
    if nodes.is_empty() {
        let message = format!("`{}` has a list without values", entry.key);
        let help =
            "no value matches such a list; remove the key, or write `null` for an absent field";
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(entry.value.span).help(help));
        return None;
    }
    item.values = values(nodes, &item, diagnostics);
    if item.values.is_empty() {
        return None;
    }
    modifiers::apply(&mut item, diagnostics);
    Some(item)
}

fn values(nodes: &[Node], item: &Item, diagnostics: &mut Vec<Diagnostic>) -> Vec<Value> {
    let regex = modifiers::is_regex(item);
    let keyword = item.field.is_none();
    let mut values = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(scalar) = node.as_scalar() else {
            let message = format!("a value stands here, not {}", node.kind());
            diagnostics.push(Diagnostic::error(&SHAPE, message).at(node.span));
            continue;
        };
        let kind = match scalar.ty {
            Type::Null if keyword => {
                let message = "a keyword cannot be null";
                diagnostics.push(Diagnostic::error(&SHAPE, message).at(node.span));
                continue;
            }
            Type::Null => ValueKind::Null,
            _ if regex => ValueKind::Text { text: Text::literal(&scalar.text), cased: false },
            Type::Bool(value) if !keyword => ValueKind::Bool(value),
            Type::Int(value) if !keyword => {
                ValueKind::Number { text: scalar.text.clone(), value: value as f64 }
            }
            Type::Float(value) if !keyword => {
                ValueKind::Number { text: scalar.text.clone(), value }
            }
            _ => ValueKind::Text { text: Text::parse(&scalar.text), cased: false },
        };
        values.push(Value { kind, span: node.span });
    }
    values
}
