//! `value_placeholders`, `wildcard_placeholders`, `query_expression_placeholders`: what `%name%` of
//! an `expand` stands for. `include` or `exclude` say which names are meant.

use super::{Target, Transformation};
use crate::ast::{Part, Text, ValueKind};
use crate::pipeline::codes::{UNSUPPORTED, VALUE};
use crate::pipeline::params::Params;
use std::sync::Arc;
use tripline_diag::Diagnostic;

/// So many combinations of values a text may have.
const COMBINATIONS: usize = 10_000;

#[derive(Debug)]
struct Placeholders {
    include: Option<Vec<Arc<str>>>,
    exclude: Vec<Arc<str>>,
    wildcard: bool,
}

pub(super) fn make_values(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(make(params, false))
}

pub(super) fn make_wildcards(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(make(params, true))
}

pub(super) fn make_query(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let message = "`query_expression_placeholders` puts a piece of another product's query into a \
                   rule";
    let help = "say what the placeholders stand for with `value_placeholders`";
    let span = params.place();
    params.diagnostics.push(Diagnostic::error(&UNSUPPORTED, message).at(span).help(help));
    params.ignore(&["include", "exclude", "expression", "mapping"]);
    None
}

fn make(params: &mut Params<'_>, wildcard: bool) -> Box<dyn Transformation> {
    let include = params.texts("include");
    let exclude = params.texts("exclude").unwrap_or_default();
    Box::new(Placeholders { include, exclude, wildcard })
}

impl Placeholders {
    fn means(&self, name: &Arc<str>) -> bool {
        self.include.as_ref().is_none_or(|names| names.contains(name))
            && !self.exclude.contains(name)
    }

    /// The texts that one stands for, or the name that has no value.
    fn fill(&self, text: &Text, target: &dyn Fn(&str) -> Option<Vec<Text>>) -> Filled {
        let mut all = vec![Text::default()];
        for part in &text.parts {
            let values = match part {
                Part::Placeholder(name) if self.means(name) => match target(name) {
                    Some(values) => values,
                    None => return Filled::Unknown(Arc::clone(name)),
                },
                other => vec![Text { parts: vec![other.clone()] }],
            };
            if all.len().saturating_mul(values.len()) > COMBINATIONS {
                return Filled::TooMany;
            }
            all = all
                .iter()
                .flat_map(|start| {
                    values.iter().map(move |value| {
                        let mut text = start.clone();
                        text.append(value);
                        text
                    })
                })
                .collect();
        }
        Filled::Texts(all)
    }
}

enum Filled {
    Texts(Vec<Text>),
    Unknown(Arc<str>),
    TooMany,
}

impl Transformation for Placeholders {
    fn apply(&self, target: &mut Target<'_>) {
        let pipeline = target.pipeline;
        let mut wrong = None;
        target.each_value(&mut |kind, span, _| {
            let text = match kind {
                ValueKind::Text { text, .. } => text,
                ValueKind::Regex(regex) => &regex.text,
                _ => return None,
            };
            if !text.placeholders().any(|name| self.means(name)) {
                return None;
            }
            // In a regular expression the values are patterns too, as rules write them.
            let literal = matches!(kind, ValueKind::Regex(_));
            let values = |name: &str| {
                if self.wildcard {
                    let any = if literal { Text::literal(".*") } else { Text::parse("*") };
                    return Some(vec![any]);
                }
                let values = pipeline.vars.get(name)?;
                let read = |value: &Arc<str>| {
                    if literal { Text::literal(value) } else { Text::parse(value) }
                };
                Some(values.iter().map(read).collect())
            };
            let texts = match self.fill(text, &values) {
                Filled::Texts(texts) => texts,
                Filled::Unknown(name) => {
                    wrong.get_or_insert((span, format!("`vars` has no `{name}`")));
                    return None;
                }
                Filled::TooMany => {
                    let message = format!("more than {COMBINATIONS} combinations of values");
                    wrong.get_or_insert((span, message));
                    return None;
                }
            };
            let one = |text: Text| match kind {
                ValueKind::Regex(regex) => {
                    ValueKind::Regex(crate::ast::Regex { text, ..regex.clone() })
                }
                ValueKind::Text { cased, .. } => ValueKind::Text { text, cased: *cased },
                other => other.clone(),
            };
            Some(texts.into_iter().map(one).collect())
        });
        if let Some((span, message)) = wrong {
            target.error(&VALUE, &message, Some(span));
        }
    }
}
