//! A correlation's references become inputs of one plan: the filters of the rules that it refers
//! to, and correlations of correlations inside.

use super::references::resolve;
use crate::codes::CYCLE;
use crate::{Rule, RuleKind, RuleSet};
use std::collections::HashMap;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean, has_errors};
use tripline_ir::{
    Compiled, Correlation, CorrelationInput, CorrelationSource, FieldRef, Filter, Plan, Tail, View,
};
use tripline_schema::Schema;
use tripline_sigma::correlation::{self, ALIAS, CorrelationRule, Named, REPEATED, Reference};
use tripline_sigma::{Document, Kind};

/// How deep correlations may refer to correlations.
const DEEPEST: usize = 32;

/// So many rules a correlation may come to with all that it refers to.
const MOST: usize = 1_000;

/// Compiles a correlation with all rules that it refers to.
pub(super) fn compile(
    set: &RuleSet,
    rule: &Rule,
    document: &Document,
    schema: &Schema,
) -> Compiled {
    let mut builder = Builder {
        set,
        schema,
        filters: vec![],
        above: vec![rule.id.clone()],
        place: None,
        diagnostics: vec![],
    };
    let found = builder.correlation(rule, document);
    let Builder { filters, mut diagnostics, .. } = builder;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let plan = found.filter(|_| !has_errors(&diagnostics));
    let plan = plan.map(|found| Plan { filters, tail: Tail::Correlation(found) });
    Compiled { plan, diagnostics }
}

struct Builder<'a> {
    set: &'a RuleSet,
    schema: &'a Schema,
    filters: Vec<Filter>,
    /// The correlations that are being read, from the outside to the inside.
    above: Vec<Arc<str>>,
    /// The reference of the outermost correlation through which the others are reached: their own
    /// texts are not the rule's.
    place: Option<(Span, Arc<str>)>,
    diagnostics: Vec<Diagnostic>,
}

/// A reference with the rule that it means.
struct Target<'a> {
    reference: &'a Reference,
    rule: &'a Rule,
}

impl Builder<'_> {
    /// What is said about another rule's text is said at the reference to it.
    fn say(&mut self, mut diagnostic: Diagnostic) {
        if let Some((span, name)) = &self.place {
            diagnostic.message = format!("in `{name}`: {}", diagnostic.message);
            diagnostic.span = Some(*span);
            diagnostic.labels.clear();
        }
        self.diagnostics.push(diagnostic);
    }

    fn correlation(&mut self, rule: &Rule, document: &Document) -> Option<Correlation> {
        let (read, diagnostics) = correlation::read(document);
        for diagnostic in diagnostics {
            self.say(diagnostic);
        }
        let read = read?;
        let mut targets = vec![];
        for reference in &read.rules {
            match resolve(&self.set.rules, reference, &rule.origin.path) {
                Ok(rule) => targets.push(Target { reference, rule }),
                Err(diagnostic) => self.say(*diagnostic),
            }
        }
        if targets.len() < read.rules.len() {
            return None;
        }
        self.check(&read, rule, &targets);
        let mut inputs = vec![];
        for target in &targets {
            inputs.extend(self.input(&read, rule, target));
        }
        (inputs.len() == targets.len()).then_some(Correlation {
            kind: read.kind,
            inputs,
            group_by: read.group_by.iter().map(|named| named.name.clone()).collect(),
            timespan: read.timespan,
            condition: read.condition,
        })
    }

    /// References that mean the same rule, and aliases for rules that are none of these.
    fn check(&mut self, read: &CorrelationRule, rule: &Rule, targets: &[Target<'_>]) {
        for (at, target) in targets.iter().enumerate() {
            if let Some(first) = targets[..at].iter().find(|t| t.rule.id == target.rule.id) {
                let (one, two) = (&first.reference.name, &target.reference.name);
                let text = format!("`{one}` and `{two}` are the same rule");
                self.say(Diagnostic::error(&REPEATED, text).at(target.reference.span));
            }
        }
        for alias in &read.aliases {
            for (reference, _) in &alias.fields {
                let known = targets.iter().any(|target| self.means(reference, target, rule));
                if !known {
                    let text = format!("`{}` is none of the correlation's rules", reference.name);
                    let help = did_you_mean(
                        &reference.name,
                        read.rules.iter().map(|listed| &*listed.name),
                    );
                    let diagnostic = Diagnostic::warning(&ALIAS, text).at(reference.span);
                    self.say(diagnostic.maybe_help(help));
                }
            }
        }
    }

    /// Whether a reference means the rule of another reference, in the same words or not.
    fn means(&self, reference: &Reference, target: &Target<'_>, rule: &Rule) -> bool {
        reference.name == target.reference.name
            || resolve(&self.set.rules, reference, &rule.origin.path)
                .is_ok_and(|found| found.id == target.rule.id)
    }

    fn input(
        &mut self,
        read: &CorrelationRule,
        rule: &Rule,
        target: &Target<'_>,
    ) -> Option<CorrelationInput> {
        let keys = self.fields(read, &read.group_by, rule, target);
        let values = self.fields(read, &read.fields, rule, target);
        let outermost = self.place.is_none();
        if outermost {
            self.place = Some((target.reference.span, target.reference.name.clone()));
        }
        let source = self.source(target);
        if outermost {
            self.place = None;
        }
        let (source, keys, values) = (source?, keys?, values?);
        let groups = match &source {
            CorrelationSource::Filter(_) => vec![],
            CorrelationSource::Correlation(inner) => {
                let position = |key: &FieldRef| inner.group_by.iter().position(|n| *n == key.name);
                keys.iter().map(position).collect()
            }
        };
        let name = target.reference.name.clone();
        Some(CorrelationInput { name, source, keys, groups, values })
    }

    fn source(&mut self, target: &Target<'_>) -> Option<CorrelationSource> {
        let Target { reference, rule } = *target;
        if rule.kind == RuleKind::Correlation {
            let document = rule.document.as_ref()?;
            if self.above.contains(&rule.id) || self.above.len() > DEEPEST {
                let text = if self.above.contains(&rule.id) {
                    format!("`{}` refers to itself", rule.name)
                } else {
                    format!("correlations of correlations are more than {DEEPEST} deep")
                };
                self.diagnostics.push(
                    Diagnostic::error(&CYCLE, text)
                        .at(self.place.as_ref().map_or(reference.span, |(span, _)| *span)),
                );
                return None;
            }
            self.above.push(rule.id.clone());
            let inner = self.correlation(rule, document);
            self.above.pop();
            return inner.map(|inner| CorrelationSource::Correlation(Box::new(inner)));
        }
        let Compiled { plan, diagnostics } = self.set.compile(rule, None, self.schema);
        for diagnostic in diagnostics {
            self.say(diagnostic);
        }
        let mut plan = plan?;
        let shift = self.filters.len();
        if shift + plan.filters.len() > MOST {
            let text = format!("the correlation comes to more than {MOST} rules");
            self.say(Diagnostic::error(&CYCLE, text));
            return None;
        }
        let span = self.place.as_ref().map_or(reference.span, |(span, _)| *span);
        for filter in &mut plan.filters {
            filter.span = span;
            tripline_sigma::place(&mut filter.pred, span);
        }
        self.filters.append(&mut plan.filters);
        match plan.tail {
            // An older rule that counts is a correlation itself.
            Tail::Correlation(mut inner) => {
                shifted(&mut inner, shift);
                Some(CorrelationSource::Correlation(Box::new(inner)))
            }
            _ => Some(CorrelationSource::Filter(shift)),
        }
    }

    /// What fields are called in the events of a rule.
    fn fields(
        &mut self,
        read: &CorrelationRule,
        names: &[Named],
        rule: &Rule,
        target: &Target<'_>,
    ) -> Option<Vec<FieldRef>> {
        let mut fields = vec![];
        // Pipelines call the fields of a rule's events otherwise; an inner correlation's groups keep
        // their names.
        let detection = target.rule.document.as_ref().filter(|d| d.kind == Kind::Detection);
        let renamed = detection.filter(|_| !self.set.pipelines.is_empty()).map(|document| {
            let (mut rule, _) = tripline_sigma::parse(document);
            tripline_sigma::pipeline::apply(&self.set.pipelines, &mut rule, &document.root)
        });
        for named in names {
            let name = match read.alias(&named.name) {
                None => named.name.clone(),
                Some(alias) => {
                    let same = |(reference, _): &&(Reference, Arc<str>)| {
                        self.means(reference, target, rule)
                    };
                    let Some((_, field)) = alias.fields.iter().find(same) else {
                        let text = format!(
                            "the alias `{}` does not say what the field is called in the events of `{}`",
                            alias.name, target.reference.name
                        );
                        self.say(Diagnostic::error(&ALIAS, text).at(alias.span));
                        return None;
                    };
                    field.clone()
                }
            };
            let name = match &renamed {
                Some(applied) => applied.field(&name),
                None => name,
            };
            fields.push(self.schema.field_ref(View::Sigma, &name));
        }
        Some(fields)
    }
}

/// Lets a correlation refer to filters that stand further down.
fn shifted(correlation: &mut Correlation, by: usize) {
    for input in &mut correlation.inputs {
        match &mut input.source {
            CorrelationSource::Filter(filter) => *filter += by,
            CorrelationSource::Correlation(inner) => shifted(inner, by),
        }
    }
}

/// Tells the rules that a correlation keeps for itself that they are parts.
pub(super) fn link(set: &mut RuleSet) {
    let mut parts: HashMap<Arc<str>, Vec<Arc<str>>> = HashMap::new();
    for rule in set.rules.iter().filter(|rule| rule.kind == RuleKind::Correlation && rule.enabled) {
        let Some(document) = &rule.document else { continue };
        let (Some(read), _) = correlation::read(document) else { continue };
        if read.generate {
            continue;
        }
        for reference in &read.rules {
            if let Ok(part) = resolve(&set.rules, reference, &rule.origin.path)
                && part.id != rule.id
            {
                parts.entry(part.id.clone()).or_default().push(rule.id.clone());
            }
        }
    }
    for rule in &mut set.rules {
        if let Some(of) = parts.remove(&rule.id) {
            let rule = Arc::make_mut(rule);
            rule.part_of = of;
            rule.enabled = false;
        }
    }
}
