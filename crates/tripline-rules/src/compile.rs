//! A rule becomes a plan: the language's front end, then what the rule's file adds to the query.

use crate::codes::{
    BAD_EXCEPTION, HISTORY_TOO_SHORT, KIND_NOT_RUN, LANGUAGE_NOT_RUN, NO_SAVED_QUERY,
    NOT_UNDERSTOOD, UNKNOWN_VERSION,
};
use crate::{
    Language, Rule, RuleKind, RuleSet, Schedule, ThreatEntry, ThreatMatch, aliases, elastic,
    exceptions, front_end,
};
use tripline_diag::{Diagnostic, SourceText, Span, has_errors};
use tripline_ir::{
    Compiled, Filter, IndicatorEntry, IndicatorMatch, NewTerms, Plan, Pred, Scope, StageKind, Tail,
    Threshold,
};
use tripline_schema::{FieldRef, Schema};

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
        if let Some(diagnostic) = not_run(rule) {
            return failed(diagnostic);
        }
        let Some(mut compiled) = front_end::compile(self, rule, language, query, schema) else {
            return failed(language_not_run(language));
        };
        if let Some(plan) = &compiled.plan {
            let broken = self.broken_lookups(plan);
            compiled.diagnostics.extend(broken);
        }
        if let Some(plan) = &mut compiled.plan
            && !matches!(language, Language::Spl | Language::Sigma)
            && let Err(error) = finish(plan, rule, schema, &mut compiled.diagnostics)
        {
            compiled.diagnostics.push(*error);
        }
        if has_errors(&compiled.diagnostics) {
            compiled.plan = None;
        }
        if let Some(plan) = &mut compiled.plan {
            for exception in &rule.event_exceptions {
                if let Err(why) = exceptions::except(plan, exception, schema) {
                    let text = format!("the exception `{}` excepts nothing: {why}", exception.name);
                    compiled.diagnostics.push(Diagnostic::warning(&BAD_EXCEPTION, text));
                }
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

/// Why a rule of this kind cannot run, whatever its query.
fn not_run(rule: &Rule) -> Option<Diagnostic> {
    match &rule.kind {
        RuleKind::Other(kind) if &**kind == "saved_query" => {
            let text = "the saved query of this rule is not in its file";
            let help = "copy it to `query`, or export the rule with it";
            Some(Diagnostic::error(&NO_SAVED_QUERY, text).help(help))
        }
        RuleKind::Other(kind) => {
            let text = format!("rules of type `{kind}` are not run yet");
            Some(Diagnostic::error(&KIND_NOT_RUN, text))
        }
        RuleKind::NewTerms { history, .. } => {
            let Schedule::Interval { from, .. } = rule.schedule else { return None };
            (*history <= from).then(|| {
                let text = "the history does not start before the window of the rule";
                let help = "let `history_window_start` reach further back than `from`";
                Diagnostic::error(&HISTORY_TOO_SHORT, text).help(help)
            })
        }
        _ => None,
    }
}

fn language_not_run(language: Language) -> Diagnostic {
    let text = format!("queries in {} are not run yet", language.word());
    Diagnostic::error(&LANGUAGE_NOT_RUN, text)
}

/// Adds to a plan what an Elastic rule's file says beside its query.
fn finish(
    plan: &mut Plan,
    rule: &Rule,
    schema: &Schema,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Box<Diagnostic>> {
    if !rule.indices.is_empty() {
        for filter in &mut plan.filters {
            filter.scope = Scope::Indices(rule.indices.clone());
        }
    }
    if let Some(filters) = rule.extra.get("filters") {
        conjoin(plan, &condition(filters, schema)?);
    }
    // An older version of a rule may have been of another kind: a query in EQL brings its tail.
    if matches!(plan.tail, Tail::Each { .. }) {
        match &rule.kind {
            RuleKind::NewTerms { fields, history } => {
                let fields = fields.iter().map(|f| aliases::field(schema, f)).collect();
                plan.tail = Tail::NewTerms(NewTerms { fields, history: *history });
            }
            RuleKind::Threshold { fields, value, cardinality } => {
                plan.tail = Tail::Threshold(Threshold {
                    fields: fields.iter().map(|f| aliases::field(schema, f)).collect(),
                    value: *value,
                    cardinality: cardinality
                        .iter()
                        .map(|(f, n)| (aliases::field(schema, f), *n))
                        .collect(),
                });
            }
            RuleKind::ThreatMatch(threat) => {
                indicators(plan, rule, threat, schema, diagnostics)?;
            }
            RuleKind::Query
            | RuleKind::Eql
            | RuleKind::Search
            | RuleKind::Correlation
            | RuleKind::Other(_) => {}
        }
    }
    aliases::resolve(plan, schema);
    Ok(())
}

fn condition(filters: &serde_json::Value, schema: &Schema) -> Result<Pred, Box<Diagnostic>> {
    elastic::filters::lower(filters, schema)
        .map_err(|why| Box::new(Diagnostic::error(&NOT_UNDERSTOOD, why)))
}

/// The indicators as filter 1. On both sides, the fields of one group must be there, as the
/// product asks for before it compares anything.
fn indicators(
    plan: &mut Plan,
    rule: &Rule,
    threat: &ThreatMatch,
    schema: &Schema,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Box<Diagnostic>> {
    let Some((query, said)) = front_end::condition(threat.language, &threat.query, schema) else {
        return Err(Box::new(language_not_run(threat.language)));
    };
    // Diagnostics of a rule are shown in its own query, where these have no place.
    diagnostics.extend(said.into_iter().map(|mut diagnostic| {
        let part = diagnostic.span.map(|span| span.of(&threat.query.text).to_owned());
        let at = part.filter(|p| !p.is_empty()).map(|p| format!(" (at `{p}`)"));
        diagnostic.message =
            format!("in `threat_query`: {}{}", diagnostic.message, at.unwrap_or_default());
        diagnostic.span = None;
        diagnostic.labels.clear();
        diagnostic
    }));
    let Some(query) = query else { return Ok(()) };
    let filters = match rule.extra.get("threat_filters") {
        Some(filters) => condition(filters, schema)?,
        None => Pred::Const(true),
    };
    let groups: Vec<Vec<IndicatorEntry>> = threat
        .groups
        .iter()
        .map(|group| {
            let entry = |e: &ThreatEntry| IndicatorEntry {
                field: aliases::field(schema, &e.field),
                indicator: aliases::field(schema, &e.value),
                negate: e.negate,
            };
            group.iter().map(entry).collect()
        })
        .collect();
    conjoin(plan, &mapped(&groups, |entry| &entry.field));
    plan.filters.push(Filter {
        scope: Scope::Indices(threat.indices.clone()),
        pred: Pred::and([query, filters, mapped(&groups, |entry| &entry.indicator)]),
        span: Span::default(),
    });
    plan.tail = Tail::IndicatorMatch(IndicatorMatch { groups, path: threat.path.clone() });
    Ok(())
}

/// All fields of one of the groups are there. A negated entry holds for an absent field too.
fn mapped(groups: &[Vec<IndicatorEntry>], field: fn(&IndicatorEntry) -> &FieldRef) -> Pred {
    Pred::or(groups.iter().map(|group| {
        let there = |e: &IndicatorEntry| Pred::exists(field(e).clone(), Span::default());
        Pred::and(group.iter().filter(|e| !e.negate).map(there))
    }))
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
