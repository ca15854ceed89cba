//! What older rules put behind a `|`, as the correlation that says the same.
//!
//! `count(F) by G > n` within a `timeframe` is a correlation over the one condition before the bar;
//! `near` is a temporal one over that condition and the selections that it names.

use super::{Lowering, Selections, item, whole};
use crate::ast::{Aggregation, Condition, Detection, Expr, Function};
use crate::codes::AGGREGATION;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{
    Correlation, CorrelationCondition, CorrelationInput, CorrelationKind, CorrelationSource,
    Filter, InputCondition, Plan, Scope, Tail,
};

pub(super) fn plan(
    detection: &Detection,
    condition: &Condition,
    aggregation: &Aggregation,
    scope: Scope,
    selections: &mut Selections<'_>,
    lowering: &mut Lowering<'_>,
) -> Plan {
    let timespan = detection.timeframe.unwrap_or_else(|| {
        let message = "the condition counts events, and nothing says within what time";
        let help = "add a `timeframe`, for example `timeframe: 5m`, or write a correlation rule \
                    with a `timespan`";
        lowering
            .diagnostics
            .push(Diagnostic::error(&AGGREGATION, message).at(condition.span).help(help));
        0
    });
    let pred = super::expr(&condition.expr, selections, lowering);
    let mut filters = vec![Filter { scope: scope.clone(), pred, span: whole(detection) }];
    let correlation = match aggregation {
        Aggregation::Number { function, field, by, op, value } => {
            let kind = match (function, field) {
                (Function::Count, None) => CorrelationKind::EventCount,
                (Function::Count, Some(_)) => CorrelationKind::ValueCount,
                (Function::Sum, _) => CorrelationKind::ValueSum,
                (Function::Avg, _) => CorrelationKind::ValueAvg,
            };
            let fields = |fields: &[crate::ast::Field]| -> Vec<_> {
                fields.iter().map(|field| item::field(&field.name)).collect()
            };
            let input = CorrelationInput {
                name: "events".into(),
                source: CorrelationSource::Filter(0),
                keys: fields(by),
                groups: vec![],
                values: fields(field.as_slice()),
            };
            Correlation {
                kind,
                inputs: vec![input],
                group_by: by.iter().map(|field| field.name.clone()).collect(),
                timespan,
                condition: CorrelationCondition::Number(vec![(*op, *value)]),
            }
        }
        Aggregation::Near(expr) => {
            let mut near =
                Near { scope, selections, lowering, filters: &mut filters, inputs: vec![] };
            near.input("events".into(), 0);
            let beside = near.condition(expr);
            let inputs = near.inputs;
            Correlation {
                kind: CorrelationKind::Temporal,
                inputs,
                group_by: vec![],
                timespan,
                condition: CorrelationCondition::Inputs(InputCondition::And(vec![
                    InputCondition::Input(0),
                    beside,
                ])),
            }
        }
    };
    Plan { filters, tail: Tail::Correlation(correlation) }
}

struct Near<'n, 's, 'l> {
    scope: Scope,
    selections: &'n mut Selections<'s>,
    lowering: &'n mut Lowering<'l>,
    filters: &'n mut Vec<Filter>,
    inputs: Vec<CorrelationInput>,
}

impl Near<'_, '_, '_> {
    fn input(&mut self, name: Arc<str>, filter: usize) {
        let source = CorrelationSource::Filter(filter);
        self.inputs.push(CorrelationInput {
            name,
            source,
            keys: vec![],
            groups: vec![],
            values: vec![],
        });
    }

    fn selection(&mut self, at: usize, span: Span) -> InputCondition {
        let name = Arc::clone(&self.selections.all[at].name);
        if let Some(known) = self.inputs.iter().skip(1).position(|input| input.name == name) {
            return InputCondition::Input(known + 1);
        }
        let pred = self.selections.pred(at, self.lowering);
        self.filters.push(Filter { scope: self.scope.clone(), pred, span });
        self.input(name, self.filters.len() - 1);
        InputCondition::Input(self.inputs.len() - 1)
    }

    fn condition(&mut self, expr: &Expr) -> InputCondition {
        match expr {
            Expr::And(parts) => {
                InputCondition::And(parts.iter().map(|part| self.condition(part)).collect())
            }
            Expr::Or(parts) => {
                InputCondition::Or(parts.iter().map(|part| self.condition(part)).collect())
            }
            Expr::Not(inner) => InputCondition::Not(Box::new(self.condition(inner))),
            Expr::Selection { name, span } => {
                match self.selections.named(name, *span, self.lowering) {
                    Some(at) => self.selection(at, *span),
                    None => InputCondition::Or(vec![]),
                }
            }
            Expr::Of { all, pattern, span } => {
                let found = self.selections.matching(pattern.as_ref(), *span, self.lowering);
                let parts = found.into_iter().map(|at| self.selection(at, *span)).collect();
                if *all { InputCondition::And(parts) } else { InputCondition::Or(parts) }
            }
        }
    }
}
