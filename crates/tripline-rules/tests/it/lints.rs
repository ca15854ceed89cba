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

/// The findings of a rule with this type, query and lines more.
#[track_caller]
fn finds(kind: &str, query: &str, more: &str, codes: &[&str]) -> String {
    let text = elastic("a", more)
        .replace("\"query\"", &format!("\"{kind}\""))
        .replace("process.name:a", query);
    check("a.toml", &text, codes)
}

#[test]
fn literal_wildcards() {
    let shown = finds("eql", r#"process where process.name in ("a*", "b")"#, "", &["EQL016"]);
    assert!(shown.contains("`*` is an ordinary character for `in`"), "{shown}");
    finds("eql", r#"process where process.name == "a*""#, "", &["EQL016"]);
    finds("query", r#"process.name: "a*""#, "", &["KQL012"]);
    finds("query", "process.name: a*", "", &[]);
}

#[test]
fn a_rule_without_a_technique() {
    let pack = Pack::new(&[("a.toml", &elastic("a", ""))]);
    let set = pack.load();
    let found = lint(&set, &set.rules[0], Schema::builtin());
    assert!(found.iter().any(|d| d.code.id == "RUL105"));
}

#[test]
fn an_index_pattern_with_a_slip() {
    for (pattern, help) in [
        ("winlogbet-*", Some("did you mean `winlogbeat-*`?")),
        ("winlogbeat-*", None),
        ("nothing-of-ours-*", None),
    ] {
        let pack = Pack::new(&[("a.toml", &elastic("a", &format!("index = [\"{pattern}\"]")))]);
        let set = pack.load();
        let found = lint(&set, &set.rules[0], Schema::builtin());
        let of_index = found.iter().find(|d| d.code.id == "RUL104");
        assert_eq!(of_index.and_then(|d| d.help.as_deref()), help, "{pattern}");
    }
}

#[test]
fn a_field_with_a_slip() {
    for (field, help) in [
        ("proces.name", Some("did you mean `process.name`?")),
        ("process.comand_line", Some("did you mean `process.command_line`?")),
        ("process.name.caseless", None),
        ("our_own.thing", None),
        ("processor.name", None),
    ] {
        let text = elastic("a", "").replace("process.name", field);
        let pack = Pack::new(&[("a.toml", &text)]);
        let set = pack.load();
        let found = lint(&set, &set.rules[0], Schema::builtin());
        let of_field = found.iter().find(|d| d.code.id == "RUL103");
        assert_eq!(of_field.and_then(|d| d.help.as_deref()), help, "{field}");
    }
}

#[test]
fn a_sequence_without_keys() {
    let query = "sequence with maxspan=1m [process where user.id == \"0\"] [network where user.id == \"0\"]";
    let shown = finds("eql", query, "", &["RUL109"]);
    assert!(shown.contains("may come from different hosts"), "{shown}");
    finds("eql", &query.replace("sequence", "sequence by host.id"), "", &[]);
}

#[test]
fn branches_that_no_event_takes() {
    for (kind, query, found) in [
        ("eql", r#"process where process.name == "a" and process.name == "b""#, true),
        ("eql", r#"process where process.name == "a" and process.name : "A""#, false),
        ("eql", r#"process where process.args == "a" and process.args == "b""#, false),
        ("eql", "process where process.pid == 1 and process.pid > 3", true),
        ("eql", r#"process where user.name == "a" and not user.name == "a""#, true),
        ("query", "process.name: a and process.name: b", true),
        ("query", "process.name: (a or b) and not process.name: b", false),
        ("query", "process.name: a or not process.name: a", true),
    ] {
        let codes: &[&str] = if found && query.contains("or not") {
            &["RUL110", "RUL111"]
        } else if found {
            &["RUL110"]
        } else {
            &[]
        };
        finds(kind, query, "", codes);
    }
}

#[test]
fn a_filter_that_says_only_what_an_event_is_not() {
    finds("query", "not process.name: a and not user.name: b", "", &["RUL111"]);
    finds("query", "not process.name: a and user.name: b", "", &[]);
    finds("eql", "any where process.name != \"a\"", "", &["RUL111"]);
    finds("eql", "process where process.name != \"a\"", "", &[]);
}

#[test]
fn a_category_with_a_slip() {
    let shown = finds("eql", "proces where process.pid == 1", "", &["RUL112"]);
    assert!(shown.contains("did you mean `process`?"), "{shown}");
    finds("query", "event.outcome: (Success or success)", "", &[]);
    finds("query", "event.type: sucess_of_our_own", "", &[]);
}

#[test]
fn values_that_another_covers() {
    let query = r#"process where process.name : ("cmd*", "cmd.exe", "x")"#;
    let shown = finds("eql", query, "", &["RUL113"]);
    assert!(shown.contains("`cmd.exe` adds nothing to `cmd*`"), "{shown}");
    finds("query", "process.name: (cmd* or x)", "", &[]);
}

#[test]
fn case_on_windows() {
    let of = |test: &str| format!(r#"process where host.os.type == "windows" and {test}"#);
    finds("eql", &of(r#"process.name == "cmd.exe""#), "", &["RUL114"]);
    finds("eql", &of(r#"process.name : "cmd.exe""#), "", &[]);
    finds("eql", &of(r#"process.args == "-R""#), "", &[]);
    finds("eql", &of(r#"process.pid == 4 and not process.name == "cmd.exe""#), "", &[]);
    // Elsewhere case is part of a name.
    finds("eql", r#"process where host.os.type == "linux" and process.name == "sh""#, "", &[]);
    finds("query", "process.name: cmd.exe", "index = [\"winlogbeat-*\"]", &["RUL114"]);
}

#[test]
fn an_expression_without_a_pattern() {
    finds("eql", r#"process where process.name regex "cmd""#, "", &["RUL115"]);
    finds("eql", r#"process where process.name regex "cmd.*""#, "", &[]);
}

#[test]
fn settings_that_do_nothing_or_too_much() {
    finds("query", "process.name:a", "max_signals = 1001", &["RUL118"]);
    finds("query", "process.name:a", "max_signals = 1000", &[]);
    let threshold =
        |value: u32| format!("[rule.threshold]\nfield = [\"user.id\"]\nvalue = {value}");
    finds("threshold", "process.name:a", &threshold(1), &["RUL116"]);
    finds("threshold", "process.name:a", &threshold(2), &[]);
}

/// A Sigma rule of processes on Windows with this detection, and lines more.
fn sigma(detection: &str, more: &str) -> String {
    format!(
        "title: t\nid: 2f3a0f7c-0b1e-4b39-9b5e-5d1f5c6f7a03\nlogsource:\n  product: windows\n  \
         category: process_creation\ndetection:\n  s: {detection}\n  condition: s\n{more}"
    )
}

#[test]
fn a_field_that_the_taxonomy_does_not_have() {
    let shown = check("r.yml", &sigma("{CommandLin: a, CommandLine: b}", ""), &["RUL119"]);
    assert_eq!(
        shown,
        "\
warning[RUL119]: the log source's taxonomy has no field `CommandLin`
  --> r.yml:7:19
  |
7 |   s: {CommandLin: a, CommandLine: b}
  |                   ^
  = help: did you mean `CommandLine`?
"
    );
    // Of this log source anything may be there.
    let text =
        sigma("{CommandLin: a}", "").replace("category: process_creation", "service: security");
    check("r.yml", &text, &[]);
}

#[test]
fn a_log_source_that_nobody_answers_to() {
    let text = sigma("{a: b}", "").replace("process_creation", "proces_creation");
    let shown = check("r.yml", &text, &["RUL120"]);
    assert_eq!(
        shown,
        "\
warning[RUL120]: no source has the category `proces_creation`
  --> r.yml:5:13
  |
5 |   category: proces_creation
  |             ^^^^^^^^^^^^^^^
  = help: did you mean `process_creation`?
"
    );
    let text = sigma("{a: b}", "")
        .replace("product: windows", "product: our_own")
        .replace("process_creation", "our_own_log");
    let shown = check("r.yml", &text, &["RUL120"]);
    assert!(shown.starts_with("note[RUL120]: no source that is mapped answers"), "{shown}");
}

#[test]
fn tags_that_name_nothing_of_attack() {
    let tags =
        "tags:\n  - attack.exekution\n  - attack.t1059.001\n  - attack.g0016\n  - cve.2024-1\n";
    let shown = check("r.yml", &sigma("{CommandLine: a}", tags), &["RUL121"]);
    assert!(shown.contains("`exekution` is no tactic"), "{shown}");
    assert!(shown.contains("did you mean `execution`?"), "{shown}");
}

#[test]
fn rules_with_the_same_detection() {
    let one = sigma("{CommandLine: a}", "");
    let two = one.replace("7a03", "7a04").replace("title: t", "title: u");
    let pack = Pack::new(&[("a.yml", &one), ("b.yml", &two)]);
    let set = pack.load();
    let codes = |at: usize| -> Vec<&str> {
        let found = lint(&set, &set.rules[at], Schema::builtin());
        found.iter().map(|d| d.code.id).filter(|code| *code == "RUL122").collect()
    };
    assert_eq!((codes(0), codes(1)), (vec![], vec!["RUL122"]));
}

#[test]
fn correlations_that_never_are_or_always() {
    let part = sigma("{CommandLine: a}", "name: part\n");
    for (keys, code) in [
        ("type: temporal\n  rules: part\n  condition: {gte: 2}", true),
        ("type: temporal\n  rules: part\n  condition: {gte: 1}", false),
        ("type: event_count\n  rules: part\n  condition: {gt: 5, lt: 6}", true),
        ("type: event_count\n  rules: part\n  condition: {gt: 5, lt: 7}", false),
        ("type: event_count\n  rules: part\n  condition: {gte: 1}", true),
        ("type: event_count\n  rules: part\n  condition: {lte: 1}", false),
        ("type: event_count\n  rules: part\n  condition: {lt: 1}", true),
        ("type: value_count\n  rules: part\n  condition: {lt: 1, field: f}", false),
        ("type: value_sum\n  rules: part\n  condition: {lt: 1, gt: 1, field: f}", false),
    ] {
        let text = format!(
            "title: c\nid: 2f3a0f7c-0b1e-4b39-9b5e-5d1f5c6f7a05\ncorrelation:\n  {keys}\n  timespan: \
             5m\n---\n{part}"
        );
        let pack = Pack::new(&[("r.yml", &text)]);
        let set = pack.load();
        let found = lint(&set, set.find("c").unwrap(), Schema::builtin());
        let said = found.iter().any(|d| d.code.id == "RUL123");
        assert_eq!(said, code, "{keys} {found:?}");
    }
}
