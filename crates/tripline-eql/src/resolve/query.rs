//! Queries: categories, sequences, keys, pipes.

use super::expr::Resolver;
use super::tree::{Event, Query, Sample, Sequence, Tail, Term, Typed, TypedKind};
use super::types::Type;
use crate::ast;
use crate::codes;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::{EventPipe, FieldRef, FieldType, JoinKey, View};
use tripline_schema::Fields;

/// Most runs of a step, as in the product.
const MOST_RUNS: u64 = 100;

/// Binds a query's names to fields and functions.
pub(crate) fn resolve(
    query: &ast::Query,
    fields: &dyn Fields,
    diagnostics: &mut Vec<Diagnostic>,
) -> Query {
    let mut resolver = Resolver { fields, diagnostics };
    let tail = match &query.body {
        ast::Body::Event(filter) => Tail::Event(resolver.event(filter)),
        ast::Body::Sequence(sequence) => Tail::Sequence(resolver.sequence(sequence)),
        ast::Body::Sample(sample) => Tail::Sample(resolver.sample(sample, &query.pipes)),
    };
    let pipes = query.pipes.iter().filter_map(|p| resolver.pipe(p)).collect();
    Query { tail, pipes }
}

impl Resolver<'_> {
    fn event(&mut self, filter: &ast::EventFilter) -> Event {
        let condition = self.condition(&filter.condition);
        let category = filter.category.as_ref().map(|c| (c.text.clone(), c.span));
        Event { category, condition, span: filter.span }
    }

    fn sequence(&mut self, sequence: &ast::Sequence) -> Sequence {
        let terms: Vec<Term> =
            sequence.terms.iter().map(|t| self.term(t, &sequence.keys, false)).collect();
        let until = sequence.until.as_ref().map(|t| self.until(t, &sequence.keys));
        let maxspan = self.maxspan(sequence);
        self.check_missing(sequence);
        let written: Vec<&ast::Term> = sequence.terms.iter().chain(&sequence.until).collect();
        let all: Vec<&Term> = terms.iter().chain(&until).collect();
        self.check_keys(&sequence.keys, &written, &all);

        let steps: u64 = terms.iter().map(|t| t.runs).sum();
        if steps < 2 {
            let message = format!("a sequence has at least two steps, this one has {steps}");
            let d = Diagnostic::error(&codes::SEQUENCE, message).at(sequence.span);
            self.report(d.help("write an event query, or `with runs=n` after the step"));
        }
        Sequence { terms, until, maxspan }
    }

    /// A sample takes no `maxspan` and no `until`, which the grammar sees to, and nothing else that
    /// speaks of order: no runs, no missing events, no pipes.
    fn sample(&mut self, sample: &ast::Sample, pipes: &[ast::Pipe]) -> Sample {
        let terms: Vec<Term> =
            sample.terms.iter().map(|t| self.term(t, &sample.keys, true)).collect();
        for term in &sample.terms {
            if term.missing {
                let message = "a sample takes events, not missing ones";
                self.report(Diagnostic::error(&codes::SEQUENCE, message).at(term.span));
            }
            if let Some(runs) = term.runs {
                let message = "a sample takes no `runs`";
                self.report(Diagnostic::error(&codes::SEQUENCE, message).at(runs.span));
            }
        }
        let written: Vec<&ast::Term> = sample.terms.iter().collect();
        let all: Vec<&Term> = terms.iter().collect();
        self.check_keys(&sample.keys, &written, &all);
        if sample.keys.is_empty() && sample.terms.iter().all(|term| term.keys.is_empty()) {
            let span = Span { start: sample.span.start, end: sample.span.start + 6 };
            let d = Diagnostic::error(&codes::KEYS, "a sample needs a join key").at(span);
            self.report(d.help("write `sample by field [...] [...]`"));
        }
        if let Some(pipe) = pipes.first() {
            let d = Diagnostic::error(&codes::PIPE, "a sample takes no pipes").at(pipe.span);
            self.report(d.help("its results come in the order of their keys"));
        }
        Sample { terms }
    }

    fn until(&mut self, term: &ast::Term, header: &[ast::Expr]) -> Term {
        if term.missing {
            let message = "`until` takes an event, not a missing one";
            self.report(Diagnostic::error(&codes::SEQUENCE, message).at(term.span));
        }
        if let Some(runs) = term.runs {
            let message = "`until` takes no `runs`";
            self.report(Diagnostic::error(&codes::SEQUENCE, message).at(runs.span));
        }
        self.term(term, header, true)
    }

    fn term(&mut self, term: &ast::Term, header: &[ast::Expr], single: bool) -> Term {
        let keys = header.iter().chain(&term.keys).filter_map(|key| self.key(key)).collect();
        let event = self.event(&term.filter);
        let mut runs = 1;
        if let Some(wanted) = term.runs.filter(|_| !single) {
            if (1..=MOST_RUNS).contains(&wanted.value) {
                runs = wanted.value;
            } else {
                let message = format!("runs are 1 to {MOST_RUNS}, not {}", wanted.value);
                self.report(Diagnostic::error(&codes::SEQUENCE, message).at(wanted.span));
            }
        }
        Term { event, keys, missing: term.missing, runs }
    }

    fn maxspan(&mut self, sequence: &ast::Sequence) -> Option<i64> {
        let ast::Spanned { value, span } = sequence.maxspan?;
        let count = i64::try_from(value.count).ok().filter(|c| *c > 0);
        let length = count.and_then(|c| c.checked_mul(value.unit.nanoseconds()));
        if length.is_none() {
            let problem = if value.count == 0 {
                "`maxspan` must be more than zero"
            } else {
                "`maxspan` is longer than 292 years"
            };
            self.report(Diagnostic::error(&codes::SEQUENCE, problem).at(span));
        }
        length
    }

    fn check_missing(&mut self, sequence: &ast::Sequence) {
        let Some(first) = sequence.terms.iter().find(|t| t.missing) else { return };
        if sequence.maxspan.is_none() {
            let message = "a missing event needs a `maxspan`";
            let d = Diagnostic::error(&codes::SEQUENCE, message).at(first.span);
            self.report(d.help("write `sequence with maxspan=…`: how long it must stay away"));
        }
        if sequence.terms.iter().all(|t| t.missing) {
            let message = "a sequence needs a step that does occur";
            self.report(Diagnostic::error(&codes::SEQUENCE, message).at(first.span));
        }
    }

    /// A join key. Unlike elsewhere a field that is optional stays a field if nobody knows it.
    fn key(&mut self, key: &ast::Expr) -> Option<JoinKey> {
        let ast::ExprKind::Field { name, optional } = &key.kind else {
            let message = "a join key is a field";
            self.report(Diagnostic::error(&codes::KEYS, message).at(key.span));
            return None;
        };
        let typed = self.field(name, *optional, key.span);
        let field = match typed.kind {
            TypedKind::Field(field) => field,
            TypedKind::Null => FieldRef::new(View::Ecs, name.clone(), FieldType::Unknown),
            _ => return None,
        };
        if let Type::Opaque(what) = Type::of_field(field.ty) {
            let message = format!("`{name}` is {what} and cannot be a join key");
            self.report(Diagnostic::error(&codes::KEYS, message).at(key.span));
        }
        Some(JoinKey { field, optional: *optional })
    }

    /// Each step has as many keys as the first, and of matching types.
    fn check_keys(&mut self, header: &[ast::Expr], written: &[&ast::Term], terms: &[&Term]) {
        let (Some(first), Some(first_written)) = (terms.first(), written.first()) else {
            return;
        };
        for (term, written) in terms.iter().zip(written).skip(1) {
            if written.keys.len() != first_written.keys.len() {
                let message = format!(
                    "this step has {}, the first one {}",
                    keys(header.len() + written.keys.len()),
                    header.len() + first_written.keys.len()
                );
                let d = Diagnostic::error(&codes::KEYS, message).at(written.span);
                self.report(d.help("each step is joined by the same number of fields"));
                continue;
            }
            let pairs = first.keys.iter().zip(&term.keys).enumerate().skip(header.len());
            for (at, (a, b)) in pairs {
                let (ta, tb) = (Type::of_field(a.field.ty), Type::of_field(b.field.ty));
                if ta != tb && ta != Type::Any && tb != Type::Any {
                    let message = format!(
                        "`{}` is {}, but `{}` is {}",
                        b.field.name,
                        tb.describe(),
                        a.field.name,
                        ta.describe()
                    );
                    let span = written.keys.get(at - header.len()).map_or(written.span, |k| k.span);
                    self.report(Diagnostic::error(&codes::KEYS, message).at(span));
                }
            }
        }
    }

    fn pipe(&mut self, pipe: &ast::Pipe) -> Option<EventPipe> {
        let make = match &*pipe.name.text {
            "head" => EventPipe::Head,
            "tail" => EventPipe::Tail,
            other => {
                let message = format!("no pipe `{other}`");
                let help = did_you_mean(other, ["head", "tail"])
                    .or_else(|| Some("the pipes are `head n` and `tail n`".to_owned()));
                let d = Diagnostic::error(&codes::PIPE, message).at(pipe.name.span);
                self.report(d.maybe_help(help));
                return None;
            }
        };
        let count = match pipe.args.as_slice() {
            [ast::Expr { kind: ast::ExprKind::Int(n), .. }] => u64::try_from(*n).ok(),
            _ => None,
        };
        if count.is_none() {
            let message = format!("`{}` takes one whole number", pipe.name.text);
            self.report(Diagnostic::error(&codes::PIPE, message).at(pipe.span));
        }
        count.map(make)
    }

    fn condition(&mut self, expr: &ast::Expr) -> Typed {
        let typed = self.expr(expr);
        self.want_boolean(&typed);
        typed
    }
}

fn keys(count: usize) -> String {
    if count == 1 { "1 join key".to_owned() } else { format!("{count} join keys") }
}
