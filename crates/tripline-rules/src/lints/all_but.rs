//! A filter that events pass because of what they lack.

use super::Subject;
use crate::codes::ALL_BUT;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{Filter, Tail};
use tripline_kernels::pred::{Row, eval};
use tripline_kernels::scalar::Context;
use tripline_schema::{FieldRef, View};

/// An event without any field.
struct Nothing;

impl Row for Nothing {
    fn values(&self, _: &FieldRef, _: &mut dyn FnMut(&str)) {}
    fn each_field(&self, _: &View, _: &mut dyn FnMut(&str, &str)) {}
}

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Some(plan) = subject.plan else { return };
    // What ends or forbids a sequence, and what an indicator list leaves out, may be wide.
    let counted: Vec<&Filter> = match &plan.tail {
        Tail::Sequence(sequence) => sequence
            .steps
            .iter()
            .filter(|step| !step.missing)
            .map(|step| &plan.filters[step.filter])
            .collect(),
        Tail::Sample(sample) => sample.steps.iter().map(|s| &plan.filters[s.filter]).collect(),
        Tail::Each { .. } | Tail::NewTerms(_) | Tail::Threshold(_) | Tail::Correlation(_) => {
            plan.filters.iter().collect()
        }
        Tail::IndicatorMatch(_) | Tail::Pipeline(_) => return,
    };
    let mut said: Vec<Span> = Vec::new();
    for filter in counted {
        let mut tests = false;
        filter.pred.for_each_field(&mut |_| tests = true);
        if !tests || said.contains(&filter.span) {
            continue;
        }
        if eval(&filter.pred, &Nothing, &Context::default()) == Ok(true) {
            said.push(filter.span);
            let text = "an event passes that has none of the fields";
            let diagnostic = Diagnostic::warning(&ALL_BUT, text)
                .help("add a condition that says what the event is, not only what it is not");
            found.push(match filter.span {
                span if span.start < span.end => diagnostic.at(span),
                _ => diagnostic,
            });
        }
    }
}
