//! What runs but is probably not meant.

use crate::pack::{Pack, elastic, splunk};
use tripline_diag::render;
use tripline_rules::lint;
use tripline_schema::Schema;

#[track_caller]
fn check(file: &str, text: &str, codes: &[&str]) -> String {
    let pack = Pack::new(&[(file, text)]);
    let set = pack.load();
    let rule = &set.rules[0];
    let found = lint(&set, rule, Schema::builtin());
    // Which sources exist is the mappings' affair and not this test's.
    let found: Vec<_> = found
        .into_iter()
        .filter(|d| !matches!(d.code.id, "RUL105" | "RUL106" | "RUL107"))
        .collect();
    assert_eq!(found.iter().map(|d| d.code.id).collect::<Vec<_>>(), codes, "{found:?}");
    let shown: Vec<String> = found.iter().map(|d| render(d, &rule.query, false)).collect();
    shown.join("").replace(&format!("{}/", pack.root().display()), "")
}

#[test]
fn a_look_back_shorter_than_the_interval() {
    let shown =
        check("a.toml", &elastic("a", "interval = \"10m\"\nfrom = \"now-9m\""), &["RUL101"]);
    assert!(
        shown.starts_with("warning[RUL101]: runs every 600 s but looks back 540 s\n"),
        "{shown}"
    );
    check("a.toml", &elastic("a", "interval = \"10m\"\nfrom = \"now-10m\""), &[]);
}

#[test]
fn a_sequence_without_maxspan() {
    let query = "sequence by host.id [process where true] [network where true]";
    let text = elastic("a", "").replace("\"query\"", "\"eql\"").replace("process.name:a", query);
    let shown = check("a.toml", &text, &["RUL102"]);
    assert!(
        shown.contains("note[RUL102]: the sequence has no `maxspan`\n  --> a.toml:8:1"),
        "{shown}"
    );
}

#[test]
fn or_beside_and_in_a_search() {
    let text = splunk("a", "a=1 b=2 OR c=3", "");
    let shown = check("a.yml", &text, &["RUL104"]);
    assert_eq!(
        shown,
        "\
warning[RUL104]: OR binds tighter than AND here
  --> a.yml:5:9
  |
5 | a=1 b=2 OR c=3
  |         ^^
  |
5 | a=1 b=2 OR c=3
  |     ^^^^^^^^^^ these are one condition
  = help: put the terms that belong together in parentheses
"
    );
}
