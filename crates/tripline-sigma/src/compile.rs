//! From a document to a plan, with all that applies to the rule.

use crate::ast::Rule;
use crate::codes::TAXONOMY;
use crate::lower::{self, Lowering};
use crate::{Document, Options, parse, pipeline};
use tripline_diag::{Diagnostic, has_errors};
use tripline_ir::{Compiled, LogSource, Plan, Pred, Scope};

/// Compiles a rule about events ([`crate::Kind::Detection`]).
///
/// ```
/// let text = r"
/// title: Shell from Word
/// logsource: {product: windows, category: process_creation}
/// detection:
///   selection: {ParentImage|endswith: '\winword.exe', Image|endswith: '\cmd.exe'}
///   condition: selection
/// ";
/// let read = tripline_sigma::read(text);
/// let compiled = tripline_sigma::compile(&read.documents[0], &tripline_sigma::Options::default());
/// assert!(compiled.plan.is_some());
/// ```
pub fn compile(document: &Document, options: &Options) -> Compiled {
    let mut diagnostics = Vec::new();
    let mut rule = parse::rule(&document.root, &mut diagnostics);
    if options.pipelines.is_empty() {
        diagnostics.extend(taxonomy(document));
    }
    // A pipeline sees the rule as its author wrote it.
    let written = rule.log_source.clone();
    let scope = fit(&mut rule, document, options, &mut diagnostics);
    let mut lowering = Lowering { options, diagnostics: &mut diagnostics };
    let mut plan = lower::plan(&rule.detection, scope, &mut lowering);
    for filter in &options.filters {
        let mut said = Vec::new();
        let Some(entry) = filter.root.entry("filter") else { continue };
        let body = entry.value.without(&["rules"]);
        let detection = parse::detection(&body, entry.key_span, &mut said);
        // What pipelines do to the rule they do to its filters.
        let mut part = Rule { log_source: written.clone(), detection };
        fit(&mut part, document, options, &mut said);
        let mut lowering = Lowering { options, diagnostics: &mut said };
        let pred = lower::pred(&part.detection, &mut lowering);
        narrow(&mut plan, &pred);
        diagnostics.extend(said.into_iter().map(|diagnostic| of_filter(filter, diagnostic)));
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let plan = (!has_errors(&diagnostics)).then_some(plan);
    Compiled { plan, diagnostics }
}

/// Names of another taxonomy that nothing translates.
fn taxonomy(document: &Document) -> Option<Diagnostic> {
    let node = document.root.get("taxonomy")?;
    let name = node.as_str().filter(|name| !name.eq_ignore_ascii_case("sigma"))?;
    let message = format!("the rule has the names of the taxonomy `{name}`");
    let help = "give a processing pipeline that translates them";
    Some(Diagnostic::warning(&TAXONOMY, message).at(node.span).help(help))
}

/// Applies the pipelines, and says which events the rule is about.
fn fit(
    rule: &mut Rule,
    document: &Document,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Scope {
    let bound = if options.pipelines.is_empty() {
        None
    } else {
        let applied = pipeline::apply(&options.pipelines, rule, &document.root);
        diagnostics.extend(applied.diagnostics);
        applied.scope
    };
    bound.unwrap_or_else(|| {
        let source = &rule.log_source;
        Scope::LogSource(LogSource {
            product: source.product.clone(),
            category: source.category.clone(),
            service: source.service.clone(),
        })
    })
}

/// Adds a filter's condition to a plan. The filter is another text, so its nodes take the place of
/// the rule's condition.
fn narrow(plan: &mut Plan, pred: &Pred) {
    for part in &mut plan.filters {
        let mut condition = pred.clone();
        lower::place(&mut condition, part.span);
        let own = std::mem::replace(&mut part.pred, Pred::Const(true));
        part.pred = Pred::and([own, condition]);
    }
}

/// What there is to say about a filter has no place in the rule.
fn of_filter(filter: &Document, diagnostic: Diagnostic) -> Diagnostic {
    let title = filter.root.get_str("title").unwrap_or("without a title");
    Diagnostic {
        message: format!("filter `{title}`: {}", diagnostic.message),
        span: None,
        labels: vec![],
        ..diagnostic
    }
}
