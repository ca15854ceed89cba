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
mod compile;
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
mod words;
pub mod yaml;

use crate::ast::Rule;
use crate::pipeline::Pipeline;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_diag::Diagnostic;

pub use codes::CODES;
pub use compile::compile;
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
    /// What fits the rule to data that it was not written for.
    pub pipelines: Vec<Arc<Pipeline>>,
}

/// A rule about events as its author wrote it, modifiers applied ([`Kind::Detection`]).
pub fn parse(document: &Document) -> (Rule, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let rule = parse::rule(&document.root, &mut diagnostics);
    (rule, diagnostics)
}
