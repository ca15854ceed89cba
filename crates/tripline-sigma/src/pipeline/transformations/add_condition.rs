//! `add_condition`: a selection that the rule needs besides its own condition (or, `negated`, that
//! must not hold). Fields may have modifiers. With `template` values have `$category`, `$product`
//! and `$service` of the rule's log source.

use super::{Target, Transformation};
use crate::ast::{Body, Item, LogSource, Part, Selection, Text, ValueKind};
use crate::parse;
use crate::pipeline::params::Params;
use std::sync::Arc;
use tripline_diag::Span;

#[derive(Debug)]
struct AddCondition {
    body: Body,
    name: Option<Arc<str>>,
    template: bool,
    negated: bool,
}

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let name = params.text("name");
    let template = params.flag("template");
    let negated = params.flag("negated");
    let entry = params.needed("conditions")?;
    let mut body = parse::body(&entry.value, entry.key_span, params.diagnostics)?;
    nowhere(&mut body);
    Some(Box::new(AddCondition { body, name, template, negated }))
}

/// What a pipeline adds has no place in the text of a rule.
fn nowhere(body: &mut Body) {
    each_item(body, &mut |item| {
        item.span = Span::default();
        for value in &mut item.values {
            value.span = Span::default();
        }
        if let Some(field) = &mut item.field {
            field.span = Span::default();
        }
        for modifier in &mut item.modifiers {
            modifier.span = Span::default();
        }
    });
}

fn each_item(body: &mut Body, f: &mut dyn FnMut(&mut Item)) {
    match body {
        Body::All(parts) | Body::Any(parts) => parts.iter_mut().for_each(|p| each_item(p, f)),
        Body::Not(inner) => each_item(inner, f),
        Body::Item(item) => f(item),
    }
}

impl Transformation for AddCondition {
    fn apply(&self, target: &mut Target<'_>) {
        let mut body = self.body.clone();
        if self.template {
            let source = target.rule.log_source.clone();
            each_item(&mut body, &mut |item| {
                for value in &mut item.values {
                    if let ValueKind::Text { text, .. } = &mut value.kind {
                        *text = filled(text, &source);
                    }
                }
            });
        }
        let name = self.name.clone().unwrap_or_else(|| {
            target.state.added += 1;
            format!("_cond_{}", target.state.added).into()
        });
        target.need(Selection { name, span: Span::default(), body }, self.negated);
    }
}

fn filled(text: &Text, source: &LogSource) -> Text {
    let mut out = Text::default();
    for part in &text.parts {
        let Part::Literal(literal) = part else {
            out.push(part.clone());
            continue;
        };
        let mut literal = literal.clone();
        for (name, value) in [
            ("category", &source.category),
            ("product", &source.product),
            ("service", &source.service),
        ] {
            if let Some(value) = value {
                literal = literal
                    .replace(&format!("${{{name}}}"), value)
                    .replace(&format!("${name}"), value);
            }
        }
        out.push_literal(&literal);
    }
    out
}
