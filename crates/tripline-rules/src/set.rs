//! Everything that was loaded.

use crate::Rule;
use crate::exceptions::Lists;
use crate::lookup::LookupDefinition;
use crate::macros::Macros;
use crate::sigma::{SigmaFilter, Twins};
use crate::statements::Statement;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_diag::{Diagnostic, SourceText, render};
use tripline_sigma::pipeline::Pipeline;

/// How to load.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Files of exceptions and filters (see [`crate::load_exceptions`]).
    pub exceptions: Vec<PathBuf>,
    /// Files that say what the placeholders of Sigma's rules stand for: YAML, a name with a value
    /// or a list of values. Values may have wildcards.
    pub placeholders: Vec<PathBuf>,
    /// Files of processing pipelines that fit Sigma's rules to data that they were not written for.
    pub pipelines: Vec<PathBuf>,
}

/// Rules with what they refer to, and what was wrong on the way.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// The rules in the order of their paths.
    pub rules: Vec<Arc<Rule>>,
    /// What is to be said about files.
    pub problems: Vec<Problem>,
    /// Search macros.
    pub macros: Macros,
    /// Lookup definitions by name, and by the name of their file.
    pub lookups: BTreeMap<Arc<str>, LookupDefinition>,
    /// The catalogue of false positives.
    pub statements: Vec<Statement>,
    /// Replacements of rules' filter macros, by rule id.
    pub filters: BTreeMap<Arc<str>, String>,
    /// Filters of Sigma's, with the rules that they are for.
    pub sigma_filters: Vec<SigmaFilter>,
    /// What the placeholders of Sigma's rules stand for.
    pub placeholders: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// The processing pipelines that are applied to Sigma's rules.
    pub pipelines: Vec<Arc<Pipeline>>,
    pub(crate) twins: Twins,
    /// Lists of exceptions that were read.
    pub(crate) lists: Lists,
}

/// Something to say about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub source: SourceText,
    /// What, and where.
    pub diagnostic: Diagnostic,
}

impl Problem {
    /// A problem of a file as a whole.
    pub fn of_path(path: &Path, diagnostic: Diagnostic) -> Self {
        let name = path.display().to_string();
        Self { path: path.to_owned(), source: SourceText::new(name, ""), diagnostic }
    }

    /// Where it is, for an order: by file, then from top to bottom.
    pub(crate) fn place(&self) -> (&Path, u32, Option<u32>) {
        (&self.path, self.source.first_line, self.diagnostic.span.map(|span| span.start))
    }

    /// As people read it.
    pub fn render(&self, color: bool) -> String {
        render(&self.diagnostic, &self.source, color)
    }
}

impl RuleSet {
    /// The rule of that id, or name (case does not count), or file name (without extension).
    pub fn find(&self, wanted: &str) -> Option<&Arc<Rule>> {
        self.position(wanted).map(|at| &self.rules[at])
    }

    pub(crate) fn position(&self, wanted: &str) -> Option<usize> {
        let by = |f: &dyn Fn(&Rule) -> bool| self.rules.iter().position(|rule| f(rule));
        by(&|r| r.id.eq_ignore_ascii_case(wanted))
            .or_else(|| by(&|r| r.name.eq_ignore_ascii_case(wanted)))
            .or_else(|| {
                by(&|r| r.origin.path.file_stem().is_some_and(|s| s.eq_ignore_ascii_case(wanted)))
            })
    }

    /// All names under which rules can be found, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().flat_map(|r| {
            let stem = r.origin.path.file_stem().and_then(|s| s.to_str());
            [Some(&*r.id), Some(&*r.name), stem].into_iter().flatten()
        })
    }

    /// The names of all exceptions with the rule that they hold for.
    pub fn exceptions(&self) -> impl Iterator<Item = (&Rule, &str)> {
        self.rules.iter().flat_map(|rule| {
            let on_events = rule.event_exceptions.iter().map(|e| e.name.as_str());
            let on_rows = rule.exceptions.iter().map(|e| e.name.as_str());
            on_events.chain(on_rows).map(move |name| (&**rule, name))
        })
    }
}
