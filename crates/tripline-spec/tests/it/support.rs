//! What the tests of the whole share.

use std::path::PathBuf;
use std::sync::Arc;
use tripline_detect::{Hunt, HuntOptions, Selected, Silent, hunt};
use tripline_events::Input;
use tripline_rules::{LoadOptions, RuleSet, load};
use tripline_schema::Schema;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The corpora, or a printed reason why the test is skipped.
pub fn corpora(test: &str) -> Option<PathBuf> {
    let found = tripline_spec::corpora();
    if found.is_none() {
        println!("skipped: {test}: no corpora (TRIPLINE_CORPORA, ../shared/corpora)");
    }
    found
}

/// The first four rules.
pub fn our_rules() -> RuleSet {
    let set = load(&[root().join("rules/outbound-smb")], &LoadOptions::default());
    let errors: Vec<String> =
        set.problems.iter().filter(|p| p.diagnostic.is_error()).map(|p| p.render(false)).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert_eq!(set.rules.len(), 4);
    set
}

/// Our rule whose name starts so.
pub fn rule(set: &RuleSet, name: &str) -> Selected {
    let rule = set.rules.iter().find(|r| r.name.starts_with(name));
    let rule = rule.unwrap_or_else(|| panic!("no rule {name}"));
    Selected { rule: Arc::new(rule.clone()), version: None }
}

pub fn all(set: &RuleSet) -> Vec<Selected> {
    set.rules.iter().map(|rule| Selected { rule: Arc::new(rule.clone()), version: None }).collect()
}

/// 2024-06-01T00:00:00Z.
pub const NOW: i64 = 1_717_200_000_000_000_000;

pub fn run(inputs: &[Input], set: &RuleSet, selected: &[Selected], options: &HuntOptions) -> Hunt {
    hunt(inputs, set, selected, Schema::builtin(), options, &Silent).unwrap()
}
