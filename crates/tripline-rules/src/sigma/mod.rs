//! Sigma's YAML files: rules about events, correlations of rules, filters for rules.
//!
//! A file holds one document or several. Each rule keeps its document as it was parsed, so that
//! compiling, linting and showing it parse nothing again. A rule loads whatever its detection
//! says; whether it can run, compiling decides.

pub(crate) mod attack;
mod compile;
mod correlations;
mod filters;
mod json;
mod pipelines;
mod placeholders;
mod places;
mod references;
mod rule;
pub(crate) mod taxonomy;
mod twins;

use crate::RuleSet;
use crate::codes::{MISSING_KEY, NOT_A_RULE};
use crate::load::Loaded;
use crate::report::FileReport;
pub(crate) use compile::compile;
pub use filters::SigmaFilter;
pub(crate) use pipelines::pipeline;
pub(crate) use placeholders::placeholders;
pub use places::{SigmaTest, sigma_tests};
pub use references::resolve_reference;
use std::collections::HashSet;
use std::sync::Arc;
use tripline_diag::{Diagnostic, SourceText, Span};
use tripline_sigma::{Document, Kind};
pub(crate) use twins::Twins;

/// What a file of Sigma's holds.
#[derive(Default)]
pub(crate) struct SigmaFile {
    pub rules: Vec<Loaded>,
    pub filters: Vec<SigmaFilter>,
}

/// Reads a file.
pub(crate) fn load(report: &mut FileReport, named: bool) -> SigmaFile {
    let mut file = SigmaFile::default();
    let text = report.source.text.clone();
    let read = tripline_sigma::read(&text);
    let broken = !read.diagnostics.is_empty();
    for diagnostic in read.diagnostics {
        report.add(diagnostic);
    }
    let number = read.documents.len();
    let mut ids = HashSet::new();
    for (at, document) in read.documents.into_iter().enumerate() {
        let (source, document) =
            if number == 1 { (report.source.clone(), document) } else { part(report, document) };
        let document = Arc::new(document);
        match document.kind {
            Kind::Detection | Kind::Correlation => {
                let whole = number > 1 && source.text.len() == text.len();
                let (mut rule, id) = rule::load(report, &document, source.clone(), named, at);
                // `action: global` gives its id to several rules.
                if whole && !ids.insert(rule.id.clone()) {
                    rule.id = format!("{}-{}", rule.id, at + 1).into();
                }
                let part = FileReport { source, ..report.emptied() };
                file.rules.push((rule, part, id));
            }
            Kind::Filter => file.filters.extend(SigmaFilter::load(report, document, &source)),
            Kind::Other => other(report, &document, source),
        }
    }
    if named && number == 0 && !broken {
        let text = "the file holds no document";
        report.add(Diagnostic::error(&NOT_A_RULE, text));
    }
    file
}

/// A document of several with a text of its own, so that what is shown of a rule is the rule. One
/// that is made of parts of others (`action: global`) keeps the text of the whole file.
fn part(report: &FileReport, document: Document) -> (SourceText, Document) {
    let whole = &report.source;
    let start = whole.text[..document.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let text = whole.text.get(start..document.span.end as usize).unwrap_or("");
    let mut read = tripline_sigma::read(text);
    match read.documents.pop() {
        Some(alone) if read.documents.is_empty() && same(&alone, &document) => {
            let first_line = whole.line_column(start as u32).0;
            let source = SourceText { name: whole.name.clone(), text: text.into(), first_line };
            (source, alone)
        }
        _ => (whole.clone(), document),
    }
}

/// Whether a document alone says what it says among the others.
fn same(alone: &Document, among: &Document) -> bool {
    json::of(&alone.root) == json::of(&among.root)
}

/// A document that has something of a rule, but nothing to match.
fn other(report: &mut FileReport, document: &Document, source: SourceText) {
    let has = |key: &str| document.root.entry(key);
    let Some(entry) = has("logsource").or_else(|| has("title")) else { return };
    let text = "the document has neither `detection` nor `correlation` nor `filter`";
    report.in_part(Diagnostic::error(&MISSING_KEY, text).at(entry.key_span), source);
}

/// Where a document says something that concerns all of it.
fn head(document: &Document) -> Span {
    document.root.entries().first().map_or(document.span, |entry| entry.key_span)
}

/// Binds what refers to rules to the rules that are there.
pub(crate) fn link(set: &mut RuleSet) {
    correlations::link(set);
    filters::link(set);
}
