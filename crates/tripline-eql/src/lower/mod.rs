//! The typed tree to a plan. Total: what gets here was checked; the few things that only show here
//! (a regular expression, a network) are reported and leave a hole in a plan that nobody uses.
//!
//! Two worlds meet here. A condition is two-valued: a test of an absent field is false, and `not`
//! of it true. Inside one expression null lives on, so that `null == (a > 1)` finds events without
//! `a`. A comparison of a field with a constant becomes a [`Pred::Leaf`]; what has functions or
//! arithmetic in it a [`Pred::Expr`] over `doc.*` kernels.

mod pred;
mod test;
mod value;

use crate::codes;
use crate::resolve::{Event, Query, Tail, Term};
use crate::{Options, resolve};
use ipnet::IpNet;
use std::net::IpAddr;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{
    Case, Filter, Plan, Pred, Sample, Scope, Sequence, Step, Tail as IrTail, Test, View,
};
use tripline_schema::Fields;

/// The product's `max_samples_per_key`; a detection rule cannot set another.
const PER_KEY: u64 = 1;

/// Makes the plan.
pub(crate) fn lower(
    query: &Query,
    options: &Options,
    fields: &dyn Fields,
    diagnostics: &mut Vec<Diagnostic>,
) -> Plan {
    let mut lowering = Lowering { options, fields, diagnostics };
    match &query.tail {
        Tail::Event(event) => Plan {
            filters: vec![lowering.event(event)],
            tail: IrTail::Each { pipes: query.pipes.clone() },
        },
        Tail::Sequence(sequence) => lowering.sequence(sequence, query),
        Tail::Sample(sample) => lowering.sample(sample),
    }
}

struct Lowering<'a> {
    options: &'a Options,
    fields: &'a dyn Fields,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Lowering<'_> {
    fn sequence(&mut self, sequence: &resolve::Sequence, query: &Query) -> Plan {
        let mut filters = Vec::new();
        let mut steps = Vec::new();
        for term in &sequence.terms {
            let one = self.step(term, &mut filters);
            steps.extend((0..term.runs).map(|_| one.clone()));
        }
        let until = sequence.until.as_ref().map(|term| self.step(term, &mut filters));
        let maxspan = sequence.maxspan;
        let tail = IrTail::Sequence(Sequence { steps, until, maxspan, pipes: query.pipes.clone() });
        Plan { filters, tail }
    }

    fn sample(&mut self, sample: &resolve::Sample) -> Plan {
        let mut filters = Vec::new();
        let steps = sample.terms.iter().map(|term| self.step(term, &mut filters)).collect();
        Plan { filters, tail: IrTail::Sample(Sample { steps, per_key: PER_KEY }) }
    }

    fn step(&mut self, term: &Term, filters: &mut Vec<Filter>) -> Step {
        filters.push(self.event(&term.event));
        Step { filter: filters.len() - 1, keys: term.keys.clone(), missing: term.missing }
    }

    fn event(&mut self, event: &Event) -> Filter {
        let condition = self.pred(&event.condition);
        let pred = match &event.category {
            None => condition,
            Some((name, span)) => {
                let field = self.fields.field_ref(View::Ecs, &self.options.event_category_field);
                let test = Test::Equals { values: vec![name.clone()], case: Case::Sensitive };
                Pred::and([Pred::leaf(field, test, *span), condition])
            }
        };
        Filter { scope: Scope::Any, pred, span: event.span }
    }
}

/// A network or a single address; host bits are cut off.
pub(crate) fn network(text: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<IpNet> {
    let net = text.parse::<IpNet>().ok().map(|net| net.trunc());
    let net = net.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    if net.is_none() {
        let message = format!("`{text}` is no network and no address");
        let d = Diagnostic::error(&codes::NETWORK, message).at(span);
        diagnostics.push(d.help("write `10.0.0.0/8` or `fe80::/10`"));
    }
    net
}
