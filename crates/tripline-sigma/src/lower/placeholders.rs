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
        let mut forms = vec![Text::default()];
        for part in &text.parts {
            let Part::Placeholder(name) = part else {
                push_all(&mut forms, part);
                continue;
            };
            let values: Vec<Text> = self.values(name).iter().map(|v| Text::parse(v)).collect();
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
                        form.append(value);
                        form
                    })
                })
                .collect();
        }
        forms.into_iter().map(Cow::Owned).collect()
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

fn push_all(forms: &mut [Text], part: &Part) {
    for form in forms {
        form.push(part.clone());
    }
}
