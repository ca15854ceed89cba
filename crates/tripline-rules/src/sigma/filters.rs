//! Sigma's filters: conditions that are added to rules of others.

use crate::report::FileReport;
use crate::{Rule, RuleSet};
use std::path::PathBuf;
use std::sync::Arc;
use tripline_diag::SourceText;
use tripline_sigma::Document;

/// A filter, with the rules that it is for.
#[derive(Debug, Clone)]
pub struct SigmaFilter {
    /// What people call it.
    pub name: Arc<str>,
    /// Its file.
    pub path: PathBuf,
    /// Its text.
    pub source: SourceText,
    document: Arc<Document>,
}

impl SigmaFilter {
    pub(crate) fn load(
        report: &mut FileReport,
        document: Arc<Document>,
        source: SourceText,
    ) -> Option<Self> {
        let name = document.root.get_str("title").unwrap_or_default().into();
        Some(Self { name, path: report.path.clone(), source, document })
    }

    /// Whether it is for a rule.
    pub(crate) fn applies(&self, _rule: &Rule) -> bool {
        false
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }
}

pub(crate) fn link(_set: &mut RuleSet) {}
