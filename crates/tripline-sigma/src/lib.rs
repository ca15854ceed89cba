//! Sigma rules, from text to plan.
//!
//! ```text
//! text ─ yaml ─▶ Node ─ read ─▶ Document ─ parse, modifiers ─▶ ast::Rule ─ pipelines ─▶ lower ─▶ ir::Plan
//! ```
//!
//! A file holds one or several documents: detections, correlations, filters. Sigma's query is the
//! YAML itself, so every node keeps its place in the text. Nothing here fails: what is not
//! understood has a code of [`CODES`].

pub mod ast;
mod codes;
mod condition;
pub mod correlation;
mod document;
pub mod filter;
mod lint;
mod lower;
pub mod modifiers;
mod parse;
pub mod pipeline;
mod text;
pub mod yaml;

use crate::ast::Rule;
use crate::lower::Lowering;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_diag::{Diagnostic, has_errors};
use tripline_ir::{Compiled, LogSource, Plan, Pred, Scope};

pub use codes::CODES;
pub use document::{Document, Kind, Read, read};
pub use lint::lint;
pub use lower::place;

/// What a rule is compiled with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What placeholders stand for (`expand`): values may have wildcards, as in a rule.
    pub placeholders: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// The filter documents that apply to the rule.
    pub filters: Vec<Document>,
}

/// A rule about events as its author wrote it, modifiers applied ([`Kind::Detection`]).
pub fn parse(document: &Document) -> (Rule, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let rule = parse::rule(&document.root, &mut diagnostics);
    (rule, diagnostics)
}

/// Compiles a rule about events ([`Kind::Detection`]).
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
    let (rule, mut diagnostics) = parse(document);
    let source = &rule.log_source;
    let scope = Scope::LogSource(LogSource {
        product: source.product.clone(),
        category: source.category.clone(),
        service: source.service.clone(),
    });
    let mut lowering = Lowering { options, diagnostics: &mut diagnostics };
    let mut plan = lower::plan(&rule.detection, scope, &mut lowering);
    for filter in &options.filters {
        narrow(&mut plan, filter, options, &mut diagnostics);
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let plan = (!has_errors(&diagnostics)).then_some(plan);
    Compiled { plan, diagnostics }
}

/// Adds a filter's condition to a plan. The filter is another text: its nodes take the place of the
/// rule's condition, and what there is to say about it has no place.
fn narrow(
    plan: &mut Plan,
    filter: &Document,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut said = Vec::new();
    let title = filter.root.get_str("title").unwrap_or("without a title");
    let Some(entry) = filter.root.entry("filter") else { return };
    let body = entry.value.without(&["rules"]);
    let detection = parse::detection(&body, entry.key_span, &mut said);
    let pred = lower::pred(&detection, &mut Lowering { options, diagnostics: &mut said });
    for part in &mut plan.filters {
        let mut condition = pred.clone();
        lower::place(&mut condition, part.span);
        let own = std::mem::replace(&mut part.pred, Pred::Const(true));
        part.pred = Pred::and([own, condition]);
    }
    diagnostics.extend(said.into_iter().map(|diagnostic| Diagnostic {
        message: format!("filter `{title}`: {}", diagnostic.message),
        span: None,
        labels: vec![],
        ..diagnostic
    }));
}
