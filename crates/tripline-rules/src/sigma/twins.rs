//! Rules that look for the same events: the same log source, the same detection.

use super::json;
use crate::{Rule, RuleSet};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// For each rule that has one, the rule that is first among those with the same detection. Found
/// out when it is first asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Twins(OnceLock<HashMap<Arc<str>, Arc<str>>>);

impl RuleSet {
    /// An earlier rule with the same log source and detection.
    pub(crate) fn twin_of(&self, rule: &Rule) -> Option<&Rule> {
        let twins = self.twins.0.get_or_init(|| find(self));
        let id = twins.get(&rule.id)?;
        self.rules.iter().map(|rule| &**rule).find(|other| other.id == *id)
    }
}

fn find(set: &RuleSet) -> HashMap<Arc<str>, Arc<str>> {
    let mut first: HashMap<u64, &Rule> = HashMap::new();
    let mut twins = HashMap::new();
    for rule in &set.rules {
        let Some(said) = said(rule) else { continue };
        let mut hasher = DefaultHasher::new();
        said.hash(&mut hasher);
        let known = *first.entry(hasher.finish()).or_insert(rule);
        if known.id != rule.id && self::said(known).as_deref() == Some(&said) {
            twins.insert(rule.id.clone(), known.id.clone());
        }
    }
    twins
}

/// Log source and detection, without what does not count.
fn said(rule: &Rule) -> Option<String> {
    let root = &rule.document.as_ref()?.root;
    let detection = json::of(root.get("detection")?);
    let source = root.get("logsource");
    let attribute = |key: &str| source.and_then(|source| source.get_str(key)).unwrap_or("");
    let source = ["product", "category", "service"].map(attribute);
    Some(format!("{source:?}{detection}"))
}
