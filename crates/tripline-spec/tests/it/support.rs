//! What the tests of the whole share.

use std::path::PathBuf;
use std::sync::Arc;
use tripline_detect::{Hunt, HuntOptions, RuleState, Selected, Silent, hunt};
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
    Selected { rule: Arc::clone(rule), version: None }
}

pub fn all(set: &RuleSet) -> Vec<Selected> {
    set.rules.iter().map(|rule| Selected { rule: Arc::clone(rule), version: None }).collect()
}

/// 2024-06-01T00:00:00Z.
pub const NOW: i64 = 1_717_200_000_000_000_000;

pub fn run(inputs: &[Input], set: &RuleSet, selected: &[Selected], options: &HuntOptions) -> Hunt {
    hunt(inputs, set, selected, Schema::builtin(), options, &Silent).unwrap()
}

/// The beginning of a row on what became of all rules: the corpus, events, records set aside, rules
/// that ran, that are not applicable, and that are not run. `not_run` hears of each of the last with
/// its codes.
pub fn execution(corpus: &str, found: &Hunt, not_run: impl Fn(&str, &[&str])) -> String {
    let (mut ran, mut not_applicable, mut others) = (0, 0, 0);
    for rule in &found.summary.rules {
        match &rule.state {
            RuleState::Ran => ran += 1,
            RuleState::NotApplicable { .. } => not_applicable += 1,
            RuleState::NotRun { diagnostics } => {
                others += 1;
                let codes: Vec<&str> = diagnostics.iter().map(|(d, _)| d.code.id).collect();
                not_run(&rule.name, &codes);
            }
        }
    }
    let s = &found.summary;
    let (events, aside) = (s.event_count(), s.set_aside_count());
    assert_eq!(s.records, events + aside, "{corpus}");
    format!("| {corpus} | {events} | {aside} | {ran} | {not_applicable} | {others} |")
}
