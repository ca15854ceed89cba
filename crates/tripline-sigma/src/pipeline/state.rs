//! What is known while a pipeline is applied to a rule.

use super::Step;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span};

/// What earlier items did.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By `set_state`; lists have several.
    pub(super) values: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// By `set_custom_attribute`.
    pub(super) attributes: BTreeMap<Arc<str>, Arc<str>>,
    /// The items that were applied to the rule.
    pub(super) applied: BTreeSet<Arc<str>>,
    /// By the place of an item of the detection, what was applied to it. What pipelines add stands
    /// nowhere and is one.
    items: HashMap<Span, BTreeSet<Arc<str>>>,
    /// By the name that a field got.
    fields: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// The items that rename fields and apply to the rule, in order.
    pub(super) renames: Vec<Arc<Step>>,
    /// How many selections were added without a name.
    pub(super) added: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl State {
    pub(super) fn has(&self, key: &str, value: &str) -> bool {
        self.values.get(key).is_some_and(|values| values.iter().any(|v| **v == *value))
    }

    pub(super) fn item_has(&self, item: Span, id: &str) -> bool {
        self.items.get(&item).is_some_and(|ids| ids.contains(id))
    }

    pub(super) fn field_has(&self, field: &str, id: &str) -> bool {
        self.fields.get(field).is_some_and(|ids| ids.contains(id))
    }

    pub(super) fn mark_item(&mut self, item: Span, id: Option<&Arc<str>>) {
        if let Some(id) = id {
            self.items.entry(item).or_default().insert(Arc::clone(id));
        }
    }

    pub(super) fn mark_field(&mut self, field: &Arc<str>, id: Option<&Arc<str>>) {
        if let Some(id) = id {
            self.fields.entry(Arc::clone(field)).or_default().insert(Arc::clone(id));
        }
    }
}
