//! Placeholders and what they stand for.

use super::Lowering;
use crate::ast::{Part, Text};
use crate::codes::{PLACEHOLDER, TOO_MANY};
use std::borrow::Cow;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};

/// A value with several placeholders becomes at most so many.
const MOST_FORMS: usize = 100_000;

/// Puts values in the place of placeholders.
pub(super) struct Expander<'l, 'a> {
    lowering: &'l mut Lowering<'a>,
    span: Span,
}

impl<'l, 'a> Expander<'l, 'a> {
    pub(super) fn new(lowering: &'l mut Lowering<'a>, span: Span) -> Self {
        Self { lowering, span }
    }

    /// The text once for each combination of values; not at all if one has no value.
    pub(super) fn texts<'t>(&mut self, text: &'t Text) -> Vec<Cow<'t, Text>> {
        if text.placeholders().next().is_none() {
            return vec![Cow::Borrowed(text)];
        }
        let forms = self.combine(
            text,
            |form: &mut Text, part| form.push(part.clone()),
            |form, value| form.append(&Text::parse(value)),
        );
        forms.into_iter().map(Cow::Owned).collect()
    }

    /// The same for a regular expression: what the rule wrote is an expression, a value is text with
    /// wildcards.
    pub(super) fn expressions(&mut self, text: &Text) -> Vec<String> {
        self.combine(
            text,
            |form: &mut String, part| {
                if let Part::Literal(text) = part {
                    form.push_str(text);
                }
            },
            |form, value| {
                for part in Text::parse(value).parts {
                    match part {
                        Part::Literal(text) => form.push_str(&regex_syntax::escape(&text)),
                        Part::Many => form.push_str(".*"),
                        Part::One => form.push('.'),
                        Part::Placeholder(_) => {}
                    }
                }
            },
        )
    }

    fn combine<F: Default + Clone>(
        &mut self,
        text: &Text,
        part_of_rule: impl Fn(&mut F, &Part),
        value_of: impl Fn(&mut F, &str),
    ) -> Vec<F> {
        let mut forms = vec![F::default()];
        for part in &text.parts {
            let Part::Placeholder(name) = part else {
                for form in &mut forms {
                    part_of_rule(form, part);
                }
                continue;
            };
            let values = self.values(name);
            if forms.len().saturating_mul(values.len()) > MOST_FORMS {
                let message = format!("the placeholders make more than {MOST_FORMS} values");
                let diagnostic = Diagnostic::error(&TOO_MANY, message).at(self.span);
                self.lowering.diagnostics.push(diagnostic);
                return Vec::new();
            }
            forms = forms
                .iter()
                .flat_map(|form| {
                    values.iter().map(|value| {
                        let mut form = form.clone();
                        value_of(&mut form, value);
                        form
                    })
                })
                .collect();
        }
        forms
    }

    fn values(&mut self, name: &str) -> Vec<Arc<str>> {
        let known = &self.lowering.options.placeholders;
        if let Some(values) = known.get(name).filter(|values| !values.is_empty()) {
            return values.clone();
        }
        let help = did_you_mean(name, known.keys().map(|name| &**name)).unwrap_or_else(|| {
            format!("give it values in a placeholder file: `{name}: [value, …]`")
        });
        // One report a name is enough for a value, and a rule says the same place once.
        let message = format!("the placeholder `%{name}%` has no value");
        let diagnostic = Diagnostic::error(&PLACEHOLDER, message).at(self.span).help(help);
        if !self.lowering.diagnostics.contains(&diagnostic) {
            self.lowering.diagnostics.push(diagnostic);
        }
        Vec::new()
    }
}
