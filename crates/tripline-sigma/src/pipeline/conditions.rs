//! When an item of a pipeline applies: conditions on the rule, on an item of its detection, on the
//! name of a field.

use super::codes::{SHAPE, UNKNOWN};
use super::params::Params;
use super::state::State;
use crate::ast::{Body, Expr, Item, Rule, Value, ValueKind};
use crate::condition;
use crate::yaml::{Node, Type};
use regex::Regex;
use std::sync::Arc;
use tripline_diag::{Diagnostic, did_you_mean};

/// Conditions of one kind and how they are combined.
#[derive(Debug)]
pub(super) struct Conditions<C> {
    all: Vec<(Arc<str>, C)>,
    how: How,
    negated: bool,
}

#[derive(Debug)]
enum How {
    And,
    Or,
    Expression(Expr),
}

impl<C> Conditions<C> {
    pub(super) fn hold(&self, holds: impl Fn(&C) -> bool) -> bool {
        if self.all.is_empty() {
            return true;
        }
        let result = match &self.how {
            How::And => self.all.iter().all(|(_, c)| holds(c)),
            How::Or => self.all.iter().any(|(_, c)| holds(c)),
            How::Expression(expr) => {
                evaluate(expr, &|name| self.all.iter().any(|(n, c)| **n == *name && holds(c)))
            }
        };
        result != self.negated
    }

    /// Reads the keys that begin with `prefix`.
    pub(super) fn read(
        params: &mut Params<'_>,
        keys: [&'static str; 4],
        types: &'static [&'static str],
        one: impl Fn(&str, &mut Params<'_>) -> Option<C>,
    ) -> Self {
        let [list, op, not, expression] = keys;
        let mut conditions = Self { all: vec![], how: How::And, negated: params.flag(not) };
        if params.word(op, &["and", "or"]) == "or" {
            conditions.how = How::Or;
        }
        if let Some(entry) = params.entry(list) {
            let named = entry.value.entries().iter().map(|e| (e.key.clone(), &e.value));
            let listed = entry.value.items().iter().enumerate();
            let listed = listed.map(|(at, node)| (Arc::from(at.to_string()), node));
            let nodes: Vec<(Arc<str>, &Node)> = named.chain(listed).collect();
            if nodes.is_empty() && !entry.value.is_null() {
                let message = format!("`{list}` is a list or a map of conditions");
                params.error(entry.value.span, message);
            }
            for (name, node) in nodes {
                if let Some(condition) = read_one(node, types, params.diagnostics, &one) {
                    conditions.all.push((name, condition));
                }
            }
        }
        if let Some(entry) = params.entry(expression) {
            let text = entry.value.as_str().unwrap_or_default();
            match condition::parse(text, entry.value.span, None) {
                Ok(parsed) if parsed.aggregation.is_none() => {
                    let mut unknown = Vec::new();
                    names(&parsed.expr, &mut |name| {
                        if !conditions.all.iter().any(|(known, _)| **known == *name) {
                            unknown.push(name.to_owned());
                        }
                    });
                    for name in unknown {
                        let known = conditions.all.iter().map(|(name, _)| &**name);
                        let help = did_you_mean(&name, known);
                        let message = format!("no condition is called `{name}`");
                        params.diagnostics.push(
                            Diagnostic::error(&UNKNOWN, message)
                                .at(entry.value.span)
                                .maybe_help(help),
                        );
                    }
                    conditions.how = How::Expression(parsed.expr);
                }
                _ => params.error(entry.value.span, "this is no expression over conditions"),
            }
        }
        conditions
    }
}

fn read_one<C>(
    node: &Node,
    types: &'static [&'static str],
    diagnostics: &mut Vec<Diagnostic>,
    one: &impl Fn(&str, &mut Params<'_>) -> Option<C>,
) -> Option<C> {
    let Some(ty) = node.get("type") else {
        let message = "a condition is a map with a `type`";
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(node.span));
        return None;
    };
    let name = ty.as_str().unwrap_or_default();
    if !types.contains(&name) {
        let help = did_you_mean(name, types.iter().copied());
        let message = format!("`{name}` is no condition that can stand here");
        diagnostics.push(Diagnostic::error(&UNKNOWN, message).at(ty.span).maybe_help(help));
        return None;
    }
    let mut params = Params::new(node, format!("the condition `{name}`"), diagnostics);
    params.ignore(&["type"]);
    let condition = one(name, &mut params);
    params.finish();
    condition
}

fn evaluate(expr: &Expr, holds: &dyn Fn(&str) -> bool) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().all(|part| evaluate(part, holds)),
        Expr::Or(parts) => parts.iter().any(|part| evaluate(part, holds)),
        Expr::Not(inner) => !evaluate(inner, holds),
        Expr::Selection { name, .. } => holds(name),
        Expr::Of { .. } => false,
    }
}

fn names(expr: &Expr, f: &mut dyn FnMut(&str)) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| names(part, f)),
        Expr::Not(inner) => names(inner, f),
        Expr::Selection { name, .. } => f(name),
        Expr::Of { pattern, .. } => f(pattern.as_deref().unwrap_or("them")),
    }
}

/// What all three kinds can ask of what was done before.
#[derive(Debug)]
pub(super) enum Before {
    /// An item of the pipeline was applied.
    Applied(Arc<str>),
    /// The state has this value.
    State(Arc<str>, Arc<str>),
}

impl Before {
    fn read(name: &str, params: &mut Params<'_>) -> Option<Self> {
        if name == "processing_item_applied" {
            return params.needed_text("processing_item_id").map(Self::Applied);
        }
        let key = params.needed_text("key");
        let val = params.needed_text("val");
        Some(Self::State(key?, val?))
    }

    fn holds(&self, state: &State, applied: impl Fn(&Arc<str>) -> bool) -> bool {
        match self {
            Self::Applied(id) => applied(id),
            Self::State(key, val) => state.has(key, val),
        }
    }
}

/// A condition on the whole rule.
#[derive(Debug)]
pub(super) enum RuleCondition {
    LogSource { category: Option<Arc<str>>, product: Option<Arc<str>>, service: Option<Arc<str>> },
    ContainsItem { field: Arc<str>, value: Arc<str> },
    ContainsField(Arc<str>),
    IsRule(bool),
    Attribute { name: Arc<str>, value: Arc<str>, op: &'static str },
    Tag(Arc<str>),
    Before(Before),
}

impl RuleCondition {
    pub(super) const TYPES: &'static [&'static str] = &[
        "logsource",
        "contains_detection_item",
        "contains_field",
        "processing_item_applied",
        "processing_state",
        "is_sigma_rule",
        "is_sigma_correlation_rule",
        "rule_attribute",
        "tag",
    ];

    pub(super) fn read(name: &str, params: &mut Params<'_>) -> Option<Self> {
        Some(match name {
            "logsource" => Self::LogSource {
                category: params.text("category"),
                product: params.text("product"),
                service: params.text("service"),
            },
            "contains_detection_item" => {
                let field = params.needed_text("field");
                let value = params.needed_text("value");
                Self::ContainsItem { field: field?, value: value? }
            }
            "contains_field" => Self::ContainsField(params.needed_text("field")?),
            "is_sigma_rule" => Self::IsRule(true),
            "is_sigma_correlation_rule" => Self::IsRule(false),
            "rule_attribute" => {
                let attribute = params.needed_text("attribute");
                let value = params.needed_text("value");
                let ops = &["eq", "ne", "gte", "gt", "lte", "lt", "in", "not_in"];
                let op = params.word("op", ops);
                Self::Attribute { name: attribute?, value: value?, op }
            }
            "tag" => Self::Tag(params.needed_text("tag")?),
            _ => Self::Before(Before::read(name, params)?),
        })
    }

    pub(super) fn holds(&self, rule: &Rule, about: &Node, state: &State) -> bool {
        match self {
            Self::LogSource { category, product, service } => {
                let source = &rule.log_source;
                let same = |wanted: &Option<Arc<str>>, is: &Option<Arc<str>>| {
                    wanted.is_none() || wanted == is
                };
                same(category, &source.category)
                    && same(product, &source.product)
                    && same(service, &source.service)
            }
            Self::ContainsItem { field, value } => any_item(rule, &|item| {
                let named = item.field.as_ref().is_some_and(|f| f.name == *field);
                named && item.values.iter().any(|v| text_of(&v.kind).is_some_and(|t| t == **value))
            }),
            Self::ContainsField(field) => {
                any_item(rule, &|item| item.field.as_ref().is_some_and(|f| f.name == *field))
            }
            // A correlation's rules come here one by one.
            Self::IsRule(wanted) => *wanted,
            Self::Attribute { name, value, op } => {
                let custom = state.attributes.get(name).map(|text| vec![Arc::clone(text)]);
                let own = about.get(name).map(|node| {
                    (
                        node.one_or_many().iter().filter_map(Node::as_str).map(Arc::from).collect(),
                        !node.items().is_empty(),
                    )
                });
                let (values, list): (Vec<Arc<str>>, bool) =
                    match own.or_else(|| custom.map(|values| (values, false))) {
                        Some(found) => found,
                        None => return false,
                    };
                attribute(name, &values, list, op, value)
            }
            Self::Tag(tag) => about
                .get("tags")
                .is_some_and(|node| node.one_or_many().iter().any(|t| t.as_str() == Some(tag))),
            Self::Before(before) => before.holds(state, |id| state.applied.contains(id)),
        }
    }
}

/// Levels and statuses have an order; numbers and dates have theirs.
fn attribute(name: &str, values: &[Arc<str>], list: bool, op: &str, wanted: &str) -> bool {
    if list {
        let has = values.iter().any(|value| **value == *wanted);
        return match op {
            "in" => has,
            "not_in" => !has,
            other => other == "ne",
        };
    }
    let Some(value) = values.first() else { return false };
    let rank = |text: &str| {
        let order: &[&str] = match name {
            "level" => &["informational", "low", "medium", "high", "critical"],
            "status" => &["unsupported", "deprecated", "experimental", "test", "stable"],
            _ => return text.parse::<f64>().ok(),
        };
        order.iter().position(|word| *word == text).map(|at| at as f64)
    };
    let order = match (rank(value), rank(wanted)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => (**value).cmp(wanted),
    };
    match op {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "gte" => order.is_ge(),
        "gt" => order.is_gt(),
        "lte" => order.is_le(),
        "lt" => order.is_lt(),
        _ => false,
    }
}

fn any_item(rule: &Rule, holds: &dyn Fn(&Item) -> bool) -> bool {
    fn inside(body: &Body, holds: &dyn Fn(&Item) -> bool) -> bool {
        match body {
            Body::All(parts) | Body::Any(parts) => parts.iter().any(|part| inside(part, holds)),
            Body::Not(inner) => inside(inner, holds),
            Body::Item(item) => holds(item),
        }
    }
    rule.detection.selections.iter().any(|selection| inside(&selection.body, holds))
}

/// A value as a rule would write it; none for what is no plain value.
pub(super) fn text_of(kind: &ValueKind) -> Option<String> {
    match kind {
        ValueKind::Text { text, .. } => Some(text.to_rule()),
        ValueKind::Number { text, .. } => Some(text.to_string()),
        ValueKind::Bool(value) => Some(value.to_string()),
        ValueKind::Regex(regex) => Some(regex.text.to_rule()),
        _ => None,
    }
}

/// A condition on one item of the detection.
#[derive(Debug)]
pub(super) enum ItemCondition {
    /// Of its values one or all.
    Values {
        all: bool,
        test: ValueTest,
    },
    Before(Before),
}

/// What a value must be.
#[derive(Debug)]
pub(super) enum ValueTest {
    Pattern { pattern: Regex, negate: bool },
    Is(Arc<str>),
    Wildcard,
    Null,
}

impl ItemCondition {
    pub(super) const TYPES: &'static [&'static str] = &[
        "match_string",
        "match_value",
        "contains_wildcard",
        "is_null",
        "processing_item_applied",
        "processing_state",
    ];

    pub(super) fn read(name: &str, params: &mut Params<'_>) -> Option<Self> {
        let test = match name {
            "match_string" => ValueTest::Pattern {
                pattern: pattern(params, "pattern", true)?,
                negate: params.flag("negate"),
            },
            "match_value" => ValueTest::Is(params.needed_text("value")?),
            "contains_wildcard" => ValueTest::Wildcard,
            "is_null" => ValueTest::Null,
            _ => return Some(Self::Before(Before::read(name, params)?)),
        };
        Some(Self::Values { all: params.word("cond", &["any", "all"]) == "all", test })
    }

    pub(super) fn holds(&self, item: &Item, state: &State) -> bool {
        let (all, test) = match self {
            Self::Values { all, test } => (*all, test),
            Self::Before(before) => {
                return before.holds(state, |id| state.item_has(item.span, id));
            }
        };
        let passes = |value: &Value| match (test, &value.kind) {
            (ValueTest::Pattern { pattern, negate }, kind) => {
                text_of(kind).is_some_and(|text| pattern.is_match(&text) != *negate)
            }
            (ValueTest::Is(wanted), kind) => text_of(kind).is_some_and(|text| text == **wanted),
            (ValueTest::Wildcard, ValueKind::Text { text, .. }) => text.has_wildcard(),
            (ValueTest::Null, ValueKind::Null) => true,
            _ => false,
        };
        if all { item.values.iter().all(passes) } else { item.values.iter().any(passes) }
    }
}

/// Reads a regular expression. `anchored`: as Python's `match` has it, from the start.
pub(super) fn pattern(params: &mut Params<'_>, key: &'static str, anchored: bool) -> Option<Regex> {
    let text = params.needed_text(key)?;
    let full = if anchored { format!("^(?:{text})") } else { text.to_string() };
    let compiled = Regex::new(&full).ok();
    if compiled.is_none() {
        let span = params.node.get(key).map_or(params.node.span, |node| node.span);
        params.error(span, format!("`{key}` is no regular expression that can be run"));
    }
    compiled
}

/// A condition on the name of a field.
#[derive(Debug)]
pub(super) enum FieldCondition {
    /// It is one of these (or not).
    Names {
        include: bool,
        names: Names,
    },
    Before(Before),
}

#[derive(Debug)]
pub(super) enum Names {
    Plain(Vec<Arc<str>>),
    Patterns(Vec<Regex>),
}

impl FieldCondition {
    pub(super) const TYPES: &'static [&'static str] =
        &["include_fields", "exclude_fields", "processing_item_applied", "processing_state"];

    pub(super) fn read(name: &str, params: &mut Params<'_>) -> Option<Self> {
        if !matches!(name, "include_fields" | "exclude_fields") {
            return Some(Self::Before(Before::read(name, params)?));
        }
        params.needed("fields")?;
        let fields = params.texts("fields")?;
        let patterns = params.word("mode", &["plain", "re"]) == "re";
        let names = if patterns {
            let compiled: Vec<Option<Regex>> =
                fields.iter().map(|text| Regex::new(&format!("^(?:{text})")).ok()).collect();
            if compiled.iter().any(Option::is_none) {
                let span = params.node.get("fields").map_or(params.node.span, |node| node.span);
                params.error(span, "one of these is no regular expression that can be run");
            }
            Names::Patterns(compiled.into_iter().flatten().collect())
        } else {
            Names::Plain(fields)
        };
        Some(Self::Names { include: name == "include_fields", names })
    }

    pub(super) fn holds(&self, field: Option<&str>, state: &State) -> bool {
        match self {
            Self::Names { include, names } => {
                let named = field.is_some_and(|field| match names {
                    Names::Plain(names) => names.iter().any(|name| **name == *field),
                    Names::Patterns(all) => all.iter().any(|regex| regex.is_match(field)),
                });
                named == *include
            }
            Self::Before(before) => {
                before.holds(state, |id| field.is_some_and(|field| state.field_has(field, id)))
            }
        }
    }
}

/// The value of a scalar as a rule would have it.
pub(super) fn value_of(node: &Node) -> Option<ValueKind> {
    let scalar = node.as_scalar()?;
    Some(match scalar.ty {
        Type::Null => ValueKind::Null,
        Type::Bool(value) => ValueKind::Bool(value),
        Type::Int(value) => ValueKind::Number { text: scalar.text.clone(), value: value as f64 },
        Type::Float(value) => ValueKind::Number { text: scalar.text.clone(), value },
        Type::Text => ValueKind::Text { text: crate::ast::Text::parse(&scalar.text), cased: false },
    })
}
