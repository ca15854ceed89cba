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
mod document;
pub mod yaml;

use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_ir::Compiled;

pub use codes::CODES;
pub use document::{Document, Kind, Read, read};

/// What a rule is compiled with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What placeholders stand for (`expand`): values may have wildcards, as in a rule.
    pub placeholders: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// The filter documents that apply to the rule.
    pub filters: Vec<Document>,
}

/// Compiles a rule about events ([`Kind::Detection`]).
pub fn compile(document: &Document, _options: &Options) -> Compiled {
    let missing = tripline_diag::Diagnostic::error(&codes::MISSING, "nothing is compiled yet");
    Compiled { plan: None, diagnostics: vec![missing.at(document.span)] }
}
