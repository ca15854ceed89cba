//! Processing pipelines: how rules fit data that they were not written for, in pySigma's YAML.
//!
//! ```text
//! text ─ read ─▶ Pipeline { steps: conditions, transformation } ─ apply ─▶ a changed ast::Rule
//! ```
//!
//! A pipeline is applied to the rule as its author wrote it, before anything is bound to a source.
//! A transformation is one file of `transformations` and one line in its registry.

mod codes;
mod conditions;
mod params;
mod state;
mod target;
mod transformations;

use crate::ast::Rule;
use crate::yaml::{self, Node};
use codes::{SHAPE, UNSUPPORTED};
use conditions::{Conditions, FieldCondition, ItemCondition, RuleCondition};
use params::{Params, texts};
use state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use target::Target;
use transformations::Transformation;
use tripline_diag::{Diagnostic, has_errors};
use tripline_ir::Scope;

pub use codes::CODES;

/// How deep `nest` may go.
const DEEPEST: usize = 8;

/// A processing pipeline.
#[derive(Debug)]
pub struct Pipeline {
    /// What it is called.
    pub name: Option<Arc<str>>,
    /// Lower ones are applied first.
    pub priority: i64,
    vars: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    steps: Vec<Arc<Step>>,
}

/// An item of a pipeline: a transformation and when it applies.
#[derive(Debug)]
struct Step {
    id: Option<Arc<str>>,
    rule: Conditions<RuleCondition>,
    item: Conditions<ItemCondition>,
    field: Conditions<FieldCondition>,
    transformation: Box<dyn Transformation>,
}

/// What pipelines make of a rule, apart from the rule itself.
#[derive(Debug)]
pub struct Applied {
    /// The sources that the rule is bound to, instead of its log source.
    pub scope: Option<Scope>,
    /// What there is to say, about the rule's text.
    pub diagnostics: Vec<Diagnostic>,
    state: State,
}

/// Reads a pipeline. None if it has errors: half of it would be another one.
///
/// ```
/// let (pipeline, diagnostics) = tripline_sigma::pipeline::read("
/// name: Our process log
/// transformations:
///   - type: field_name_mapping
///     mapping: {CommandLine: cmd}
/// ");
/// assert!(diagnostics.is_empty());
/// assert_eq!(pipeline.unwrap().name.as_deref(), Some("Our process log"));
/// ```
pub fn read(text: &str) -> (Option<Pipeline>, Vec<Diagnostic>) {
    let (nodes, mut diagnostics) = yaml::read(text);
    let [root] = nodes.as_slice() else {
        if !has_errors(&diagnostics) {
            let message = "a file holds one pipeline, which is a map";
            diagnostics.push(Diagnostic::error(&SHAPE, message));
        }
        return (None, diagnostics);
    };
    if !root.is_map() {
        let message = format!("a pipeline is a map, this is {}", root.kind());
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(root.span));
        return (None, diagnostics);
    }
    let pipeline = read_root(root, &mut diagnostics);
    let pipeline = (!has_errors(&diagnostics)).then_some(pipeline);
    (pipeline, diagnostics)
}

fn read_root(root: &Node, diagnostics: &mut Vec<Diagnostic>) -> Pipeline {
    let mut params = Params::new(root, "a pipeline", diagnostics);
    params.ignore(&["allowed_backends", "author", "description", "date", "id"]);
    let name = params.text("name");
    let priority = params.entry("priority").map_or(0, |entry| {
        let number = entry.value.as_str().and_then(|text| text.parse().ok());
        if number.is_none() {
            params.error(entry.value.span, "`priority` is a whole number");
        }
        number.unwrap_or(0)
    });
    let mut vars = BTreeMap::new();
    if let Some(entry) = params.entry("vars") {
        for var in entry.value.entries() {
            match texts(&var.value) {
                Some(values) => {
                    vars.insert(Arc::clone(&var.key), values);
                }
                None => params.error(var.value.span, "a variable is a value or a list of values"),
            }
        }
    }
    for key in ["postprocessing", "finalizers"] {
        if let Some(entry) = params.entry(key).filter(|entry| !entry.value.one_or_many().is_empty())
        {
            let message = format!("`{key}` is about the text of a query, and is left out");
            params.diagnostics.push(Diagnostic::warning(&UNSUPPORTED, message).at(entry.key_span));
        }
    }
    let steps = match params.needed("transformations") {
        Some(entry) => read_steps(&entry.value, 0, params.diagnostics),
        None => vec![],
    };
    params.finish();
    Pipeline { name, priority, vars, steps }
}

fn read_steps(node: &Node, depth: usize, diagnostics: &mut Vec<Diagnostic>) -> Vec<Arc<Step>> {
    if depth > DEEPEST {
        let message = format!("items are nested more than {DEEPEST} deep");
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(node.span));
        return vec![];
    }
    if node.is_map() || node.as_scalar().is_some_and(|_| !node.is_null()) {
        let message = format!("a list of transformations stands here, not {}", node.kind());
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(node.span));
        return vec![];
    }
    let items = node.items().iter();
    items.filter_map(|item| read_step(item, depth, diagnostics)).map(Arc::new).collect()
}

fn read_step(node: &Node, depth: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<Step> {
    let Some(ty) = node.get("type") else {
        let message = "a transformation is a map with a `type`";
        diagnostics.push(Diagnostic::error(&SHAPE, message).at(crate::parse::head(node)));
        return None;
    };
    let name = ty.as_str().unwrap_or_default();
    let make = transformations::named(name, ty.span, diagnostics)?;
    let mut params = Params::new(node, format!("the transformation `{name}`"), diagnostics);
    params.ignore(&["type"]);
    let id = params.text("id");
    let rule = Conditions::read(
        &mut params,
        ["rule_conditions", "rule_cond_op", "rule_cond_not", "rule_cond_expr"],
        RuleCondition::TYPES,
        RuleCondition::read,
    );
    let item = Conditions::read(
        &mut params,
        [
            "detection_item_conditions",
            "detection_item_cond_op",
            "detection_item_cond_not",
            "detection_item_cond_expr",
        ],
        ItemCondition::TYPES,
        ItemCondition::read,
    );
    let field = Conditions::read(
        &mut params,
        [
            "field_name_conditions",
            "field_name_cond_op",
            "field_name_cond_not",
            "field_name_cond_expr",
        ],
        FieldCondition::TYPES,
        FieldCondition::read,
    );
    let transformation = make(&mut params, depth);
    params.finish();
    Some(Step { id, rule, item, field, transformation: transformation? })
}

/// Applies pipelines to a rule, those of lower priority first. `about` is the rule's document.
pub fn apply(pipelines: &[Arc<Pipeline>], rule: &mut Rule, about: &Node) -> Applied {
    let mut order: Vec<&Arc<Pipeline>> = pipelines.iter().collect();
    order.sort_by_key(|pipeline| pipeline.priority);
    let mut state = State::default();
    for pipeline in order {
        run(&pipeline.steps, pipeline, rule, about, &mut state);
    }
    let sources = state.values.get("source").filter(|patterns| !patterns.is_empty());
    Applied {
        scope: sources.map(|patterns| Scope::Sources(patterns.clone())),
        diagnostics: std::mem::take(&mut state.diagnostics),
        state,
    }
}

fn run(steps: &[Arc<Step>], pipeline: &Pipeline, rule: &mut Rule, about: &Node, state: &mut State) {
    for step in steps {
        if !step.rule.hold(|condition| condition.holds(rule, about, state)) {
            continue;
        }
        let mut target = Target { rule, about, state, step, pipeline };
        step.transformation.apply(&mut target);
        if let Some(id) = &step.id {
            state.applied.insert(Arc::clone(id));
        }
    }
}

impl Applied {
    /// The name that pipelines give to another field of the rule's events: one by which a
    /// correlation groups. Of several the first.
    pub fn field(&self, name: &str) -> Arc<str> {
        let mut name: Arc<str> = name.into();
        for step in &self.state.renames {
            if step.field.hold(|condition| condition.holds(Some(&name), &self.state))
                && let Some(first) =
                    step.transformation.rename(&name).and_then(|names| names.into_iter().next())
            {
                name = first;
            }
        }
        name
    }

    /// What `set_custom_attribute` says of the rule.
    pub fn attributes(&self) -> &BTreeMap<Arc<str>, Arc<str>> {
        &self.state.attributes
    }
}
