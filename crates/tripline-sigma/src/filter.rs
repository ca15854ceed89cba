//! Filters (specification 2.1): for which rules a filter is. What it keeps out or in is compiled
//! with the rule ([`crate::Options::filters`]).

use crate::Document;
use crate::correlation::Reference;
use crate::yaml::Node;
use std::sync::Arc;
use tripline_diag::{Code, Diagnostic, has_errors};

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $page:literal)*) => {
        $(#[doc = $title] pub static $name: Code = Code::new($id, $title, $page);)*

        /// All codes of filters.
        pub static CODES: &[&Code] = &[$(&$name,)*];
    };
}

codes! {
    MISSING "SIG121" "filter without a part that it needs"
"A filter needs a `logsource` and a `filter`, and in that the `rules` that it is for (their ids or \
names, or `any`), at least one selection, and a `condition`. The condition is added to the rules with \
`and`: to keep events out, write `not selection`."

    VALUE "SIG122" "part of a filter that cannot be"
"`rules` is a list of ids and names of rules, or the word `any` for all rules of the log source."
}

/// What a filter says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterRule {
    /// The rules that it is for.
    pub rules: Rules,
    /// `windows`; a rule must have the same, if it is given.
    pub product: Option<Arc<str>>,
    /// `process_creation`.
    pub category: Option<Arc<str>>,
    /// `security`.
    pub service: Option<Arc<str>>,
}

/// The rules that a filter is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Rules {
    /// All of its log source.
    All,
    /// These.
    These(Vec<Reference>),
}

impl FilterRule {
    /// Whether a rule's log source has all that the filter's says.
    pub fn covers(&self, logsource: Option<&Node>) -> bool {
        let wanted =
            [("product", &self.product), ("category", &self.category), ("service", &self.service)];
        wanted.iter().all(|(key, wanted)| {
            wanted.as_ref().is_none_or(|wanted| {
                logsource.and_then(|map| map.get_str(key)).is_some_and(|has| has == &**wanted)
            })
        })
    }
}

/// Reads what a filter says of itself. None if it has a mistake that keeps it from being used.
pub fn read(document: &Document) -> (Option<FilterRule>, Vec<Diagnostic>) {
    let mut diagnostics = vec![];
    let root = &document.root;
    let mut missing = |text: &str| {
        diagnostics.push(Diagnostic::error(&MISSING, text).at(first(document)));
    };
    let logsource = root.get("logsource").filter(|node| node.is_map());
    if logsource.is_none() {
        missing("the filter has no `logsource`");
    }
    let Some(entry) = root.entry("filter") else {
        missing("the document has no `filter`");
        return (None, diagnostics);
    };
    let filter = &entry.value;
    for key in ["rules", "condition"] {
        if filter.get(key).is_none_or(Node::is_null) {
            let text = format!("the filter has no `{key}`");
            diagnostics.push(Diagnostic::error(&MISSING, text).at(entry.key_span));
        }
    }
    let selects = filter.entries().iter().any(|e| !matches!(&*e.key, "rules" | "condition"));
    if filter.is_map() && !selects {
        let text = "the filter has no selection";
        diagnostics.push(Diagnostic::error(&MISSING, text).at(entry.key_span));
    }
    let rules = filter.get("rules").map(|node| rules(node, &mut diagnostics));
    let of = |key: &str| logsource.and_then(|map| map.get_str(key)).map(Into::into);
    let read = rules.map(|rules| FilterRule {
        rules,
        product: of("product"),
        category: of("category"),
        service: of("service"),
    });
    let failed = has_errors(&diagnostics);
    (read.filter(|_| !failed), diagnostics)
}

/// An empty list is all rules, as pySigma has it.
fn rules(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Rules {
    if let Some(word) = node.as_str()
        && (word.eq_ignore_ascii_case("any") || word.eq_ignore_ascii_case("all"))
    {
        return Rules::All;
    }
    if node.is_map() {
        let text = "`rules` is a list of ids and names, or `any`; this is a map";
        diagnostics.push(Diagnostic::error(&VALUE, text).at(node.span));
        return Rules::All;
    }
    let mut found = vec![];
    for item in node.one_or_many() {
        if let Some(name) = item.as_str().map(str::trim).filter(|name| !name.is_empty()) {
            found.push(Reference { name: name.into(), span: item.span });
        } else {
            let text = format!("an entry of `rules` is {}, not an id or a name", item.kind());
            diagnostics.push(Diagnostic::error(&VALUE, text).at(item.span));
        }
    }
    if found.is_empty() { Rules::All } else { Rules::These(found) }
}

/// Where to say what concerns all of a document.
fn first(document: &Document) -> tripline_diag::Span {
    document.root.entries().first().map_or(document.span, |entry| entry.key_span)
}
