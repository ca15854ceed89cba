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
        .filter(|d| !matches!(d.code.id, "RUL103" | "RUL104" | "RUL105"))
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
fn a_risk_message_with_a_column_that_is_not_there() {
    let text = splunk(
        "a",
        "index=x | stats count by user | rename user as who",
        "tags:\n  impact: 50\n  confidence: 50\n  message: $user$ and $who$\n  observable:\n  \
         - {name: who, type: User, role: [Victim]}\n  - {name: srcc, type: IP Address, role: [Attacker]}",
    );
    let shown = check("a.yml", &text, &["RUL106", "RUL106"]);
    assert_eq!(
        shown,
        "\
warning[RUL106]: the risk message has `user`, which is no column of the results
  --> a.yml
warning[RUL106]: a threat object is `srcc`, which is no column of the results
  --> a.yml
"
    );
}

#[test]
fn a_rule_without_a_technique_and_an_index_that_nothing_has() {
    let pack = Pack::new(&[("a.toml", &elastic("a", "index = [\"nothing-of-ours-*\"]"))]);
    let set = pack.load();
    let found = lint(&set, &set.rules[0], Schema::builtin());
    let codes: Vec<&str> = found.iter().map(|d| d.code.id).collect();
    assert!(codes.contains(&"RUL104") && codes.contains(&"RUL105"), "{codes:?}");
    let message = &found.iter().find(|d| d.code.id == "RUL104").unwrap().message;
    assert_eq!(message, "no source has an index that `nothing-of-ours-*` matches");
}
