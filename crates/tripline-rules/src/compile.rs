//! A rule becomes a plan: the language's front end, then what the rule's file adds to the query.

use crate::codes::{KIND_NOT_RUN, LANGUAGE_NOT_RUN, NOT_APPLIED, NOT_UNDERSTOOD, UNKNOWN_VERSION};
use crate::{Exception, Language, Rule, RuleKind, RuleSet, columns, elastic, front_end};
use tripline_diag::{Diagnostic, SourceText, Span, has_errors};
use tripline_ir::{
    Bound, Compiled, FieldSet, Leaf, NewTerms, Order, Plan, Pred, Scalar, Scope, StageKind, Tail,
    Test,
};
use tripline_schema::{FieldRef, FieldType, Schema, View};

/// Settings that change which alerts a rule gives, and that nothing applies yet.
const LATER: &[(&str, &str)] = &[
    ("alert_suppression", "alerts are not grouped"),
    ("severity_mapping", "its alerts have the rule's own severity"),
    ("risk_score_mapping", "its alerts have the rule's own risk score"),
    ("rule_name_override", "its alerts have the rule's own name"),
];

impl RuleSet {
    /// The plan of a rule: its current query, or that of an older version.
    ///
    /// Diagnostics with a span are about the query's text ([`RuleSet::query`] of the same
    /// version). A rule that cannot run has an error that says why; it never has an empty plan
    /// instead.
    pub fn compile(&self, rule: &Rule, version: Option<u32>, schema: &Schema) -> Compiled {
        let (language, query) = match self.query(rule, version) {
            Ok(found) => found,
            Err(diagnostic) => return failed(*diagnostic),
        };
        if let RuleKind::Other(kind) = &rule.kind {
            let text = format!("rules of type `{kind}` are not run yet");
            return failed(Diagnostic::error(&KIND_NOT_RUN, text));
        }
        let Some(mut compiled) = front_end::compile(self, rule, language, query, schema) else {
            let text = format!("queries in {} are not run yet", language.word());
            return failed(Diagnostic::error(&LANGUAGE_NOT_RUN, text));
        };
        if let Some(plan) = &compiled.plan {
            let broken = self.broken_lookups(plan);
            compiled.diagnostics.extend(broken);
        }
        if has_errors(&compiled.diagnostics) {
            compiled.plan = None;
        }
        if let Some(plan) = &mut compiled.plan {
            if !rule.indices.is_empty() && language != Language::Spl {
                for filter in &mut plan.filters {
                    filter.scope = Scope::Indices(rule.indices.clone());
                }
            }
            // An older version of a rule that has become new-terms since was a plain query.
            if let RuleKind::NewTerms { fields, history } = &rule.kind
                && matches!(plan.tail, Tail::Each { .. })
            {
                let fields = fields.iter().map(|f| schema.field_ref(View::Ecs, f)).collect();
                plan.tail = Tail::NewTerms(NewTerms { fields, history: *history });
            }
            if let Some(filters) = rule.extra.get("filters") {
                match elastic::filters::lower(filters, schema) {
                    Ok(condition) => conjoin(plan, &condition),
                    Err(why) => return failed(Diagnostic::error(&NOT_UNDERSTOOD, why)),
                }
            }
            for exception in &rule.event_exceptions {
                except(plan, exception, schema);
            }
        }
        for (key, effect) in LATER {
            if rule.extra.contains_key(*key) {
                let text = format!("`{key}` is not applied yet: {effect}");
                compiled.diagnostics.push(Diagnostic::warning(&NOT_APPLIED, text));
            }
        }
        compiled
    }

    /// The query of a rule's current or older version. A version that changed no query has that
    /// of the version before it.
    pub fn query<'r>(
        &self,
        rule: &'r Rule,
        version: Option<u32>,
    ) -> Result<(Language, &'r SourceText), Box<Diagnostic>> {
        let Some(wanted) = version.filter(|v| Some(*v) != rule.version) else {
            return Ok((rule.language, &rule.query));
        };
        let known = rule.history.iter().any(|v| v.version == wanted);
        // Newest first, so the first with a query at or below the wanted one is its own.
        let found =
            rule.history.iter().filter(|v| v.version <= wanted).find_map(|v| v.query.as_ref());
        match found {
            Some((language, query)) if known => Ok((*language, query)),
            _ => {
                let text = format!("`{}` has no version {wanted}", rule.name);
                let versions: Vec<String> = rule
                    .version
                    .into_iter()
                    .chain(rule.history.iter().map(|v| v.version))
                    .map(|v| v.to_string())
                    .collect();
                let help = match versions.as_slice() {
                    [] => "its file states no version".to_owned(),
                    list => format!("its versions are {}", list.join(", ")),
                };
                Err(Box::new(Diagnostic::error(&UNKNOWN_VERSION, text).help(help)))
            }
        }
    }
}

impl RuleSet {
    /// The lookups of a search that are defined but have no table, with the place of the command.
    fn broken_lookups(&self, plan: &Plan) -> Vec<Diagnostic> {
        let Tail::Pipeline(pipeline) = &plan.tail else { return vec![] };
        let mut broken = vec![];
        for stage in &pipeline.stages {
            if let StageKind::Lookup(lookup) = &stage.kind
                && let Err(problem) = self.lookup_columns(&lookup.table)
            {
                broken.push(problem.diagnostic.at(stage.span));
            }
        }
        broken
    }
}

fn failed(diagnostic: Diagnostic) -> Compiled {
    Compiled { plan: None, diagnostics: vec![diagnostic] }
}

/// Adds a condition to every filter, as the product adds it to the request of a sequence.
fn conjoin(plan: &mut Plan, condition: &Pred) {
    for filter in &mut plan.filters {
        let pred = std::mem::replace(&mut filter.pred, Pred::Const(true));
        filter.pred = Pred::and([pred, condition.clone()]);
    }
}

/// Adds `and not (…)` to every filter, with the expiry as one more condition on the event's time.
fn except(plan: &mut Plan, exception: &Exception, schema: &Schema) {
    if exception.entries.is_empty() {
        return;
    }
    let search = matches!(plan.tail, Tail::Pipeline(_));
    for filter in &mut plan.filters {
        let view = match &filter.scope {
            Scope::Dataset(dataset) => View::Cim(dataset.clone()),
            _ if search => View::Splunk,
            _ => View::Ecs,
        };
        let mut all: Vec<Pred> = exception
            .entries
            .iter()
            .map(|entry| {
                let field = FieldSet::One(event_field(&view, &entry.field, schema));
                let leaf = Leaf { field, test: entry.test.clone(), span: Span::default() };
                let leaf = Pred::Leaf(leaf);
                if entry.excluded { leaf.negate() } else { leaf }
            })
            .collect();
        if let Some(expires) = exception.expires {
            all.push(until(expires, search));
        }
        let pred = std::mem::replace(&mut filter.pred, Pred::Const(true));
        filter.pred = Pred::and([pred, Pred::and(all).negate()]);
    }
}

/// The field of an exception. Elastic's rules may name the categories of the asset table as the data
/// models do.
fn event_field(view: &View, name: &str, schema: &Schema) -> FieldRef {
    match (view, name) {
        (View::Cim(dataset), _) => {
            schema.field_ref(view.clone(), columns::short_name(dataset, name))
        }
        (View::Ecs, "src_category" | "source.category") => {
            schema.field_ref(View::Ecs, "source.category")
        }
        (View::Ecs, "dest_category" | "destination.category") => {
            schema.field_ref(View::Ecs, "destination.category")
        }
        _ => schema.field_ref(view.clone(), name),
    }
}

/// The event is not later than an instant. Elastic's `@timestamp` is an instant, Splunk's `_time`
/// a number of seconds.
fn until(instant: i64, search: bool) -> Pred {
    let (field, upper, order) = if search {
        let seconds = instant as f64 / 1e9;
        (
            FieldRef::new(View::Splunk, "_time", FieldType::Unknown),
            Scalar::Number(seconds),
            Order::Number,
        )
    } else {
        let millis = instant.div_euclid(1_000_000).to_string();
        let field = FieldRef::new(View::Ecs, "@timestamp", FieldType::Date);
        (field, Scalar::Text(millis.into()), Order::Date)
    };
    let test = Test::Range { lower: Bound::Open, upper: Bound::Inclusive(upper), order };
    Pred::leaf(field, test, Span::default())
}
