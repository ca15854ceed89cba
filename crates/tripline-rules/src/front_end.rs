//! The registry of languages: which front end compiles what, and what a search may refer to.

use crate::{Language, Rule, RuleSet, sigma};
use std::path::Path;
use tripline_diag::{Diagnostic, SourceText};
use tripline_ir::{Compiled, Pred};
use tripline_schema::Schema;

/// Compiles a query in a language that has a front end.
pub(crate) fn compile(
    set: &RuleSet,
    rule: &Rule,
    language: Language,
    query: &SourceText,
    schema: &Schema,
) -> Option<Compiled> {
    Some(match language {
        Language::Kql => tripline_kql::compile(&query.text, schema),
        Language::Lucene => tripline_lucene::compile(&query.text, schema),
        Language::Eql => {
            let mut options = tripline_eql::Options::default();
            if let Some(field) = &rule.event_category_override {
                options.event_category_field = field.clone();
            }
            tripline_eql::compile(&query.text, &options, schema)
        }
        Language::Spl => {
            let environment = Environment { set, rule };
            tripline_spl::compile(&query.text, &environment, schema)
        }
        Language::Sigma => sigma::compile(set, rule, query, schema),
        Language::Esql | Language::None => return None,
    })
}

/// The condition of a query in a language that has nothing but conditions.
pub(crate) fn condition(
    language: Language,
    query: &SourceText,
    schema: &Schema,
) -> Option<(Option<Pred>, Vec<Diagnostic>)> {
    match language {
        Language::Kql => Some(tripline_kql::compile_pred(&query.text, schema)),
        Language::Lucene => Some(tripline_lucene::compile_pred(&query.text, schema)),
        _ => None,
    }
}

/// The macros and lookups of a rule set, as one rule sees them.
struct Environment<'a> {
    set: &'a RuleSet,
    rule: &'a Rule,
}

impl Environment<'_> {
    /// Whether a macro is the rule's own filter hook: the file's name or the rule's name in lower
    /// case with underscores, and `_filter`.
    fn is_filter(&self, name: &str) -> bool {
        let Some(hook) = name.strip_suffix("_filter") else { return false };
        let stem = self.rule.origin.path.file_stem().and_then(|s| s.to_str());
        stem == Some(hook) || snake(&self.rule.name) == hook
    }
}

/// A rule's name as its file and its filter macro are named: every character that is no letter and
/// no digit is an underscore.
fn snake(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect()
}

impl tripline_spl::Environment for Environment<'_> {
    fn macro_(&self, name: &str, arity: usize) -> Option<tripline_spl::Macro> {
        let constant =
            |text: &str| tripline_spl::Macro { definition: text.to_owned(), args: vec![] };
        let hook = arity == 0 && self.is_filter(name);
        if hook && let Some(search) = self.set.filters.get(&self.rule.id) {
            return Some(constant(search));
        }
        let path: &Path = &self.rule.origin.path;
        let found = self.set.macros.find(name, arity, path).map(|m| tripline_spl::Macro {
            definition: m.definition.to_string(),
            args: m.arguments.iter().map(ToString::to_string).collect(),
        });
        // Packs do not ship the hook: their tools write it as a search that excludes nothing.
        found.or_else(|| hook.then(|| constant("search *")))
    }

    fn macro_names(&self) -> Vec<String> {
        self.set.macros.names().map(str::to_owned).collect()
    }

    fn lookup(&self, name: &str) -> Option<tripline_spl::LookupInfo> {
        self.set.lookups.get(name)?;
        // A table that cannot be read has any column here; compiling says why it cannot be read.
        let columns = self.set.lookup_columns(name).unwrap_or_default();
        Some(tripline_spl::LookupInfo {
            columns: columns.iter().map(ToString::to_string).collect(),
        })
    }

    fn lookup_names(&self) -> Vec<String> {
        self.set.lookups.keys().map(ToString::to_string).collect()
    }
}

impl RuleSet {
    /// The macros and lookups that a rule may refer to.
    pub fn environment<'a>(&'a self, rule: &'a Rule) -> impl tripline_spl::Environment + 'a {
        Environment { set: self, rule }
    }
}
