//! What Kibana exports: rules as JSON, with the lists of exceptions that belong to them.

#![allow(clippy::needless_pass_by_value, reason = "cases read better without ampersands")]

use crate::pack::{Pack, elastic};
use serde_json::{Value, json};
use std::path::PathBuf;
use tripline_rules::{LoadOptions, Rule, RuleSet, load};
use tripline_schema::Schema;

/// A rule file as the product's interface has the same rule: the rule's table, its new terms as
/// keys of their own.
fn api(text: &str) -> Value {
    let file: toml::Table = text.parse().unwrap();
    let mut rule = serde_json::to_value(&file["rule"]).unwrap();
    if let Some(terms) = rule.as_object_mut().unwrap().remove("new_terms") {
        rule["new_terms_fields"] = terms["value"].clone();
        rule["history_window_start"] = terms["history_window_start"][0]["value"].clone();
    }
    for (key, value) in [
        ("id", json!("7a5c")),
        ("immutable", json!(true)),
        ("rule_source", json!({ "type": "external" })),
        ("created_at", json!("2026-01-01T00:00:00.000Z")),
        ("updated_by", json!(null)),
        ("revision", json!(0)),
    ] {
        rule[key] = value;
    }
    rule
}

/// All of a rule but where it comes from, and what a null leaves behind.
fn shown(rule: &Rule) -> String {
    let mut rule = rule.clone();
    rule.origin.path = PathBuf::new();
    rule.query.name = "".into();
    rule.query.first_line = 0;
    rule.history.clear();
    rule.extra.remove("revision");
    if let tripline_rules::RuleKind::ThreatMatch(threat) = &mut rule.kind {
        threat.query.name = "".into();
        threat.query.first_line = 0;
    }
    format!("{rule:#?}")
}

fn ids(set: &RuleSet) -> Vec<&str> {
    set.rules.iter().map(|rule| &*rule.id).collect()
}

#[test]
fn a_rule_is_the_same_in_both_formats() {
    let terms = elastic(
        "a",
        "from = \"now-9m\"\ntags = [\"x\"]\n[rule.new_terms]\nfield = \"new_terms_fields\"\n\
         value = [\"a\", \"b\"]\n[[rule.new_terms.history_window_start]]\n\
         field = \"history_window_start\"\nvalue = \"now-7d\"\n[[rule.threat]]\nframework = \"F\"\n\
         [rule.threat.tactic]\nid = \"TA1\"\nname = \"t\"\nreference = \"r\"",
    )
    .replace("\"query\"", "\"new_terms\"");
    let pack = Pack::new(&[
        ("a.toml", &terms),
        ("e/b.ndjson", &api(&terms).to_string().replace("\"a\",\"severity", "\"b\",\"severity")),
    ]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    let b = shown(set.find("b").unwrap()).replace("id: \"b\"", "id: \"a\"");
    assert_eq!(b, shown(set.find("a").unwrap()));
}

/// Every published rule, through the other format.
#[test]
fn the_corpus_is_the_same_in_both_formats() {
    let Some(path) = crate::ledger::corpus("elastic") else { return };
    let set = load(&[path], &LoadOptions::default());
    let lines: Vec<String> = set
        .rules
        .iter()
        .map(|rule| api(&std::fs::read_to_string(&rule.origin.path).unwrap()).to_string())
        .collect();
    let pack = Pack::new(&[("all.ndjson", &lines.join("\n"))]);
    let other = pack.load();
    assert_eq!(pack.problems(&other), "");
    assert_eq!(other.rules.len(), set.rules.len());
    for (rule, line) in set.rules.iter().zip(&lines) {
        let other = other.find(&rule.id).unwrap();
        let (mut rule, mut other) = (Rule::clone(rule), Rule::clone(other));
        // Only the file's metadata says that a rule is kept for history.
        (other.status, other.enabled) = (rule.status, rule.enabled);
        rule.extra.remove("revision");
        assert!(shown(&rule) == shown(&other), "{line}");
    }
}

const SUMMARY: &str = r#"{"exported_count":1,"exported_rules_count":1,"missing_rules":[]}"#;

fn minimal(id: &str, more: Value) -> String {
    let mut rule = json!({
        "rule_id": id, "name": format!("Rule {id}"), "type": "query", "language": "kuery",
        "query": "process.name:a", "severity": "low", "risk_score": 21, "index": ["logs-*"],
    });
    for (key, value) in more.as_object().unwrap() {
        rule[key] = value.clone();
    }
    rule.to_string()
}

#[test]
fn forms_of_files() {
    let rule = |id: &str| minimal(id, json!({}));
    let pretty = serde_json::to_string_pretty(&[
        serde_json::from_str::<Value>(&rule("d")).unwrap(),
        serde_json::from_str::<Value>(&rule("e")).unwrap(),
    ])
    .unwrap();
    let connector = r#"{"id":"c1","type":"action","attributes":{"actionTypeId":".email"}}"#;
    let pack = Pack::new(&[
        ("export.ndjson", &format!("{}\n\n{}\n{connector}\n{SUMMARY}\n", rule("a"), rule("b"))),
        ("find.json", &format!(r#"{{"page":1,"perPage":20,"total":1,"data":[{}]}}"#, rule("c"))),
        ("list.json", &pretty),
        ("one.json", &rule("f")),
        (
            "package/x_1.json",
            &format!(r#"{{"id":"x_1","type":"security-rule","attributes":{}}}"#, rule("g")),
        ),
        ("bom.NDJSON", &format!("\u{feff}{}\r\n{SUMMARY}\r\n", rule("h"))),
        ("other/events.json", r#"{"rule_id":5,"message":"an event"}"#),
        ("other/broken.json", r#"{"rule_id": "#),
        ("other/x.ndjson", "{\"a\":1}\n{\"b\":2}\n"),
    ]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    let mut found = ids(&set);
    found.sort_unstable();
    assert_eq!(found, ["a", "b", "c", "d", "e", "f", "g", "h"]);
}

#[test]
fn mistakes_have_their_line_and_the_rest_loads() {
    let file = [
        minimal("a", json!({ "severity": "hihg" })),
        "{\"rule_id\": }".to_owned(),
        minimal("b", json!({ "intervall": "5m", "tags": null })),
        r#"{"rule_id":"c","type":"query","query":"x"}"#.to_owned(),
        r#"{"something":"else"}"#.to_owned(),
        minimal("d", json!({ "query": "process.name:a and\nuser.name: (" })),
        SUMMARY.to_owned(),
    ]
    .join("\n");
    let pack = Pack::new(&[("e.ndjson", &file)]);
    let set = pack.load();
    assert_eq!(ids(&set), ["a", "b", "d"]);
    let said: Vec<String> = set
        .problems
        .iter()
        .map(|p| {
            let (line, _) = p.source.line_column(p.diagnostic.span.map_or(0, |s| s.start));
            format!("{line} {} {}", p.diagnostic.code.id, p.diagnostic.message)
        })
        .collect();
    assert_eq!(
        said,
        [
            "1 RUL007 `hihg` is no severity",
            "2 RUL004 not valid JSON: expected a value",
            "3 RUL006 a rule has no key `intervall`",
            "4 RUL005 the rule has no `name`",
            "5 RUL003 the object is neither a rule nor an exception",
        ]
    );
    // A query in JSON is one line of the file; its own lines are counted by themselves.
    let rule = set.find("d").unwrap();
    let compiled = set.compile(rule, None, Schema::builtin());
    let shown = tripline_diag::render(&compiled.diagnostics[0], &rule.query, false);
    assert!(shown.contains("e.ndjson, line 6, query:2:"), "{shown}");
}

#[test]
fn a_named_file_that_is_none() {
    for (text, expected) in [
        ("{\"a\":1}", "RUL003: the file holds neither rules nor exceptions"),
        ("", "RUL004: not valid JSON: expected a value"),
        ("{\"a\":1", "RUL004: not valid JSON: expected `,` or `}`"),
    ] {
        let pack = Pack::new(&[("x.json", text)]);
        let set = pack.load_these(&["x.json"]);
        let said: Vec<String> = set
            .problems
            .iter()
            .map(|p| format!("{}: {}", p.diagnostic.code.id, p.diagnostic.message))
            .collect();
        assert_eq!(said, [expected], "{text}");
    }
}

#[test]
fn the_same_rule_in_two_files_is_said() {
    let pack = Pack::new(&[("a.ndjson", &minimal("a", json!({}))), ("b.toml", &elastic("a", ""))]);
    let set = pack.load();
    assert_eq!(set.rules.len(), 1);
    assert_eq!(set.problems[0].diagnostic.code.id, "RUL008");
}

/// Any cut of a good file loads or is said to be broken.
#[test]
fn files_cut_short_anywhere() {
    let file = format!("{}\n{}\n{SUMMARY}\n", minimal("a", json!({})), minimal("b", json!({})));
    let pack = Pack::new(&[]);
    for end in 0..file.len() {
        std::fs::write(pack.path(&format!("{end}.ndjson")), &file[..end]).unwrap();
    }
    let set = pack.load();
    assert_eq!(set.rules.len(), 2);
    for problem in &set.problems {
        problem.render(true);
    }
}

fn item(list: &str, id: &str, entries: Value, more: Value) -> String {
    let mut item = json!({
        "item_id": id, "list_id": list, "name": format!("item {id}"), "description": "why",
        "type": "simple", "namespace_type": "single", "os_types": [], "comments": [], "tags": [],
        "entries": entries,
    });
    for (key, value) in more.as_object().unwrap() {
        item[key] = value.clone();
    }
    item.to_string()
}

fn header(list: &str, kind: &str) -> String {
    json!({ "list_id": list, "name": "A list", "type": kind, "namespace_type": "single",
            "description": "", "id": "x", "os_types": [], "tags": [], "version": 1 })
    .to_string()
}

fn reference(list: &str) -> Value {
    json!({ "exceptions_list": [{ "id": "x", "list_id": list, "type": "detection",
                                  "namespace_type": "single" }] })
}

fn said(set: &RuleSet) -> Vec<String> {
    set.problems
        .iter()
        .map(|p| format!("{}: {}", p.diagnostic.code.id, p.diagnostic.message))
        .collect()
}

/// What the exceptions of the rule `a` take away, as its plan has it.
fn excluded(set: &RuleSet) -> String {
    let compiled = set.compile(set.find("a").unwrap(), None, Schema::builtin());
    let printed = tripline_ir::print(&compiled.plan.unwrap());
    let (_, rest) = printed.split_once("process.name = [\"a\"]\n").unwrap();
    let rest = rest.trim_end_matches("each []\n").lines().map(str::trim);
    let rest = rest.collect::<Vec<_>>().join(" ; ");
    // A double negation is none.
    rest.strip_prefix("not ; ").map_or_else(|| format!("not ; {rest}"), str::to_owned)
}

#[test]
fn entries_of_every_type() {
    let entry = |kind: &str, field: &str, value: Value| json!({ "field": field, "operator": "included", "type": kind, "value": value });
    let value_list = r#"{"list_id":"bad","type":"keyword","value":"x.exe","id":"1"}"#;
    for (entries, more, expected) in [
        (json!([entry("match", "user.name", json!("Root"))]), json!({}), "user.name = [\"Root\"]"),
        (
            json!([entry("match_any", "user.name", json!(["a", "b"]))]),
            json!({}),
            "or ; user.name = [\"a\"] ; user.name = [\"b\"]",
        ),
        (
            json!([entry("match", "source.ip", json!("10.0.0.1"))]),
            json!({}),
            "source.ip in 10.0.0.1/32",
        ),
        (
            json!([entry("wildcard", "file.path", json!("C:\\\\Temp\\\\*"))]),
            json!({}),
            "file.path glob [\"C:\\\\Temp\\\\*\"]",
        ),
        (
            json!([{ "field": "host.id", "operator": "included", "type": "exists" }]),
            json!({}),
            "host.id exists",
        ),
        (
            json!([{ "field": "host.id", "operator": "excluded", "type": "exists" }]),
            json!({}),
            "not ; host.id exists",
        ),
        (
            json!([entry("match", "user.name", json!("a")), entry("match", "user.id", json!("b"))]),
            json!({ "os_types": ["linux"] }),
            "and ; or ; host.os.type = [\"linux\"] ; host.os.name =~ [\"linux\"] ; user.name = [\"a\"]",
        ),
        (
            json!([{ "field": "file.Ext.code_signature", "type": "nested", "entries": [
                entry("match", "subject_name", json!("Us")), entry("match", "trusted", json!("true")),
            ]}]),
            json!({}),
            "nested file.Ext.code_signature",
        ),
        (
            json!([{ "field": "process.name", "operator": "included", "type": "list",
                     "list": { "id": "bad", "type": "keyword" } }]),
            json!({}),
            "process.name = [\"x.exe\"]",
        ),
        (
            json!([entry("match", "user.name", json!("a"))]),
            json!({ "expire_time": "2027-01-01T00:00:00.000Z" }),
            "and ; user.name = [\"a\"] ; @timestamp ..1798761600000 by Date",
        ),
    ] {
        let file = [
            minimal("a", reference("l")),
            header("l", "detection"),
            item("l", "1", entries, more),
            value_list.to_owned(),
            SUMMARY.to_owned(),
        ]
        .join("\n");
        let set = Pack::new(&[("e.ndjson", &file)]).load();
        assert_eq!(said(&set), [""; 0], "{expected}");
        let found = excluded(&set);
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn bad_items_except_nothing_and_are_said() {
    for (entries, more, expected) in [
        (
            json!([]),
            json!({}),
            "RUL013: the exception has no `entries`, and would hold for every event",
        ),
        (
            json!([{ "field": "a", "type": "mtch", "value": "x" }]),
            json!({}),
            "RUL013: `mtch` is no type of entry here",
        ),
        (json!([{ "field": "a", "type": "match" }]), json!({}), "RUL005: there is no `value` here"),
        (json!([{ "type": "match", "value": "x" }]), json!({}), "RUL005: there is no `field` here"),
        (
            json!([{ "field": "a", "type": "match_any", "value": [] }]),
            json!({}),
            "RUL013: `match_any` needs a `value`, a list of texts",
        ),
        (
            json!([{ "field": "a", "type": "match", "value": "x", "operator": "is" }]),
            json!({}),
            "RUL013: `is` is neither `included` nor `excluded`",
        ),
        (
            json!([{ "field": "a", "type": "match", "value": "x" }]),
            json!({ "expire_time": "soon" }),
            "RUL013: `soon` is no instant",
        ),
        (
            json!([{ "field": "a", "type": "list", "list": { "id": "nope", "type": "ip" } }]),
            json!({}),
            "RUL021: the value list `nope` is not there",
        ),
        (
            json!([{ "field": "a", "type": "list", "list": { "id": "../etc", "type": "ip" } }]),
            json!({}),
            "RUL021: no file can have the name of the value list `../etc`",
        ),
        (
            json!([{ "field": "a", "type": "nested", "entries": [
                { "field": "b", "type": "nested", "entries": [] }] }]),
            json!({}),
            "RUL013: `nested` is no type of entry here",
        ),
    ] {
        let file = [minimal("a", reference("l")), item("l", "1", entries, more)].join("\n");
        let set = Pack::new(&[("e.ndjson", &file)]).load();
        assert_eq!(said(&set), [expected]);
        assert!(set.find("a").unwrap().event_exceptions.is_empty());
    }
}

#[test]
fn value_lists_are_files_beside_the_exceptions() {
    for (kind, values, expected) in [
        ("ip", "10.0.0.1\n\n10.0.0.2\n", "source.ip in 10.0.0.1/32 10.0.0.2/32"),
        ("ip_range", "10.0.0.0-10.0.0.1\n10.1.0.0/16\n", "source.ip in 10.0.0.0/31 10.1.0.0/16"),
        ("keyword", "a\nB\n", "source.ip = [\"a\", \"B\"]"),
        ("long", "5\n7\n", "source.ip number [5.0, 7.0]"),
    ] {
        let entry = json!([{ "field": "source.ip", "operator": "included", "type": "list",
                             "list": { "id": "bad", "type": kind } }]);
        let items = [header("l", "detection"), item("l", "1", entry, json!({}))].join("\n");
        for name in ["bad", "bad.txt"] {
            let pack = Pack::new(&[
                ("rules/a.ndjson", &minimal("a", reference("l"))),
                ("x/e.ndjson", &items),
                (&format!("x/{name}"), values),
            ]);
            let options =
                LoadOptions { exceptions: vec![pack.path("x/e.ndjson")], ..LoadOptions::default() };
            let set = load(&[pack.path("rules")], &options);
            assert_eq!(said(&set), [""; 0]);
            let found = excluded(&set);
            assert!(found == expected || kind == "long", "{found}");
        }
    }
}

#[test]
fn a_list_holds_for_the_rules_that_refer_to_it() {
    let entry = json!([{ "field": "user.name", "type": "match", "value": "x" }]);
    let one = |kind: &str, list: &str| {
        [header(list, kind), item(list, "1", entry.clone(), json!({}))].join("\n")
    };
    let endpoint = json!({ "exceptions_list": [
        { "id": "endpoint_list", "list_id": "endpoint_list", "type": "endpoint", "namespace_type": "agnostic" }] });
    let check = |a: Value, items: &str, held_by: &[&str], expected: &[&str]| {
        let rules = [minimal("a", a), minimal("b", json!({}))].join("\n");
        let pack = Pack::new(&[("r/rules.ndjson", &rules), ("x/e.ndjson", items)]);
        let options =
            LoadOptions { exceptions: vec![pack.path("x/e.ndjson")], ..LoadOptions::default() };
        let set = load(&[pack.path("r")], &options);
        let with: Vec<&str> =
            set.rules.iter().filter(|r| !r.event_exceptions.is_empty()).map(|r| &*r.id).collect();
        assert_eq!(
            (with.as_slice(), said(&set)),
            (held_by, expected.iter().map(ToString::to_string).collect())
        );
    };
    check(reference("l"), &one("detection", "l"), &["a"], &[]);
    check(reference("l"), &one("rule_default", "l"), &["a"], &[]);
    check(
        json!({}),
        &one("detection", "l"),
        &["a", "b"],
        &[
            "RUL022: no loaded rule refers to the list `l` (`A list`): its exceptions hold for all 2 rules of Elastic's",
        ],
    );
    check(
        json!({}),
        &one("rule_default", "l"),
        &[],
        &["RUL022: no loaded rule refers to the list `l` (`A list`): its exceptions hold for none"],
    );
    check(
        endpoint,
        &one("endpoint", "endpoint_list"),
        &[],
        &[
            "RUL024: the list `endpoint_list` is the endpoint's: the detection engine does not apply it",
        ],
    );
    check(
        reference("other"),
        &one("rule_default", "l"),
        &[],
        &[
            "RUL022: no loaded rule refers to the list `l` (`A list`): its exceptions hold for none",
            "RUL023: `Rule a` refers to the exception list `other`, which no file has",
        ],
    );
    // The same id in the other name space is another list.
    let mut other = reference("l");
    other["exceptions_list"][0]["namespace_type"] = json!("agnostic");
    check(
        other,
        &one("rule_default", "l"),
        &[],
        &["RUL022: no loaded rule refers to the list `l` (`A list`): its exceptions hold for none"],
    );
}

#[test]
fn an_item_in_two_files_counts_once() {
    let entry = json!([{ "field": "user.name", "type": "match", "value": "x" }]);
    let items = [header("l", "detection"), item("l", "1", entry, json!({}))].join("\n");
    let rules = [minimal("a", reference("l")), items.clone()].join("\n");
    let pack = Pack::new(&[("rules.ndjson", &rules), ("x/e.ndjson", &items)]);
    let set = pack.load_with("x/e.ndjson");
    assert_eq!(said(&set), [""; 0]);
    assert_eq!(set.find("a").unwrap().event_exceptions.len(), 1);
}

#[test]
fn exceptions_hold_for_every_step_and_for_indicators() {
    let entry = json!([{ "field": "user.name", "type": "match", "value": "x" }]);
    let count = |more: Value| {
        let mut rule = reference("l");
        for (key, value) in more.as_object().unwrap() {
            rule[key] = value.clone();
        }
        let file = [minimal("a", rule), item("l", "1", entry.clone(), json!({}))].join("\n");
        let set = Pack::new(&[("e.ndjson", &file)]).load();
        assert_eq!(said(&set), [""; 0]);
        let plan = set.compile(set.find("a").unwrap(), None, Schema::builtin()).plan.unwrap();
        (plan.filters.len(), tripline_ir::print(&plan).matches("user.name = [\"x\"]").count())
    };
    let sequence = "sequence with maxspan=1m [any where true] ![process where true]";
    assert_eq!(count(json!({ "type": "eql", "language": "eql", "query": sequence })), (2, 2));
    let threat = json!({
        "type": "threat_match", "threat_index": ["i"], "threat_query": "*:*",
        "threat_mapping": [{ "entries": [{ "field": "a", "type": "mapping", "value": "b" }] }],
    });
    assert_eq!(count(threat), (2, 2));
}
