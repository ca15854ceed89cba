//! Sigma's filters: conditions that are added to rules of others.

use super::references::resolve;
use crate::codes::FILTER_MISSES;
use crate::report::FileReport;
use crate::{Problem, Rule, RuleSet, Vendor};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use tripline_diag::{Diagnostic, SourceText};
use tripline_sigma::filter::{FilterRule, Rules};
use tripline_sigma::yaml::Node;
use tripline_sigma::{Document, Kind};

/// A filter, with the rules that it is for.
#[derive(Debug, Clone)]
pub struct SigmaFilter {
    /// What people call it.
    pub name: Arc<str>,
    /// Its file.
    pub path: PathBuf,
    /// Its text.
    pub source: SourceText,
    /// The ids of the rules that it narrows; none: all of its log source.
    pub rules: Option<HashSet<Arc<str>>>,
    filter: FilterRule,
    document: Arc<Document>,
}

impl SigmaFilter {
    /// Reads a filter. None if it has a mistake: the rules then run without it.
    pub(super) fn load(
        report: &mut FileReport,
        document: Arc<Document>,
        source: &SourceText,
    ) -> Option<Self> {
        let (filter, diagnostics) = tripline_sigma::filter::read(&document);
        for diagnostic in diagnostics {
            report.in_part(diagnostic, source.clone());
        }
        let title = document.root.get_str("title").map(str::trim).filter(|t| !t.is_empty());
        let stem = report.path.file_stem().unwrap_or_default().to_string_lossy();
        Some(Self {
            name: title.unwrap_or(&stem).into(),
            path: report.path.clone(),
            source: source.clone(),
            rules: Some(HashSet::new()),
            filter: filter?,
            document,
        })
    }

    /// Whether it narrows a rule.
    pub fn applies(&self, rule: &Rule) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.contains(&rule.id)) && self.covers(rule)
    }

    /// Filters are for rules about events of their log source.
    fn covers(&self, rule: &Rule) -> bool {
        let document = rule.document.as_ref();
        document.is_some_and(|document| {
            document.kind == Kind::Detection && self.filter.covers(logsource(document))
        })
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }
}

fn logsource(document: &Document) -> Option<&Node> {
    document.root.get("logsource")
}

/// Finds the rules of all filters, and says which are not there. A filter that does nothing for a
/// rule lets alerts through that somebody wanted to be rid of.
pub(super) fn link(set: &mut RuleSet) {
    let mut filters = std::mem::take(&mut set.sigma_filters);
    for filter in &mut filters {
        let mut say = |diagnostic: Diagnostic| {
            set.problems.push(Problem {
                path: filter.path.clone(),
                source: filter.source.clone(),
                diagnostic,
            });
        };
        let Rules::These(references) = &filter.filter.rules else {
            filter.rules = None;
            continue;
        };
        let mut found = HashSet::new();
        for reference in references {
            match resolve(&set.rules, reference, &filter.path) {
                Ok(rule) if filter.covers(rule) => {
                    found.insert(rule.id.clone());
                }
                Ok(rule) => {
                    let text = format!("the filter does nothing for `{}`", rule.name);
                    let help = match rule.document.as_ref().map(|document| document.kind) {
                        Some(Kind::Detection) => "the rule's log source is another one",
                        _ => "it is a correlation: filter the rules that it refers to",
                    };
                    say(Diagnostic::warning(&FILTER_MISSES, text).at(reference.span).help(help));
                }
                Err(mut diagnostic) => {
                    diagnostic.severity = tripline_diag::Severity::Warning;
                    say(*diagnostic);
                }
            }
        }
        filter.rules = Some(found);
    }
    set.sigma_filters = filters;
}

/// Whether any rule can have a filter at all.
pub(super) fn of<'s>(set: &'s RuleSet, rule: &'s Rule) -> impl Iterator<Item = &'s SigmaFilter> {
    let sigma = rule.vendor == Vendor::Sigma;
    set.sigma_filters.iter().filter(move |filter| sigma && filter.applies(rule))
}
