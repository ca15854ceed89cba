//! `tripline explain` over the bundled example.

use crate::support::{HIT, Ran, root, tripline};
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

const RULE: &str = "SMB (Windows File Sharing) Activity to the Internet";

fn explain(more: &[&str]) -> Ran {
    let mut args = vec!["explain"];
    args.extend(more);
    args.extend(["--rules", "rules/outbound-smb", "--now", "2024-06-01T00:00:00Z"]);
    tripline(&args)
}

fn json(ran: Ran) -> Value {
    serde_json::from_str(&ran.code(0).out).unwrap()
}

/// A Zeek connection like [`HIT`], changed.
fn connection(from: &str, to: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    writeln!(file, "{}", HIT.replace(from, to)).unwrap();
    file
}

#[test]
fn a_rule_that_fires() {
    let ran = explain(&["examples/outbound-smb/logs", "--rule", RULE]).code(0);
    assert!(ran.out.contains("The rule fires: "), "{}", ran.out);
    assert!(ran.out.contains("event: passes"), "{}", ran.out);
    assert!(ran.out.contains("true   destination.port"), "{}", ran.out);
}

#[test]
fn the_test_that_fails_is_named_with_its_value() {
    let file = connection("445,", "446,");
    let path = file.path().to_str().unwrap();
    let ran = explain(&[path, "--rule", RULE]).code(0);
    for text in [
        "The rule raises no alert from 1 event.",
        "<-- this",
        "destination.port = 446",
        "zeek.conn",
    ] {
        assert!(ran.out.contains(text), "no `{text}` in:\n{}", ran.out);
    }
    let found = json(explain(&[path, "--rule", RULE, "-o", "json"]));
    assert_eq!(found["fires"], false);
    let tests = found["filters"][0]["shown"][0]["tests"].as_array().unwrap();
    let deciding: Vec<&Value> = tests.iter().filter(|t| t["decides"] == true).collect();
    assert_eq!(deciding.len(), 1, "{tests:?}");
    assert_eq!(deciding[0]["truth"], "false");
    assert_eq!(deciding[0]["fields"][0]["values"], serde_json::json!(["446"]));
    assert_eq!(deciding[0]["fields"][0]["from"], "id.resp_p");
}

#[test]
fn standard_input_and_one_event() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tripline"))
        .args(["explain", "-", "--rules", "rules/outbound-smb", "--rule", RULE])
        .args(["--event", "2", "-o", "json"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = format!("{HIT}\n{}\n", HIT.replace("81.2.69.142", "10.0.0.9"));
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shown = &found["filters"][0]["shown"][0];
    assert_eq!(shown["event"]["record"], 1);
    assert_eq!(shown["holds"], false);
    assert_eq!(found["fires"], true, "the other event does");
}

#[test]
fn what_cannot_be_explained() {
    let logs = "examples/outbound-smb/logs";
    explain(&[logs, "--rule", "SMB (Windows File Sharing) Activity to the Internt"])
        .code(2)
        .says("did you mean `SMB (Windows File Sharing) Activity to the Internet`?");
    explain(&[logs]).code(2).says("exactly one --rule");
    explain(&[logs, "--rule", RULE, "--event", "99999999"])
        .code(2)
        .says("there is no event 99999999");
    let empty = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    explain(&[empty.path().to_str().unwrap(), "--rule", RULE])
        .code(2)
        .says("there is no event to explain the rule with");
}

#[test]
fn every_example_rule_can_be_explained() {
    for rule in [
        "Direct Outbound SMB Connection",
        "Rare SMB Connection to the Internet",
        RULE,
        "Detect Outbound SMB Traffic",
    ] {
        let ran = explain(&["examples/outbound-smb/logs", "--rule", rule]).code(0);
        assert!(ran.out.contains("The rule fires"), "{}", ran.out);
        assert!(ran.out.contains("in scope"), "{}", ran.out);
    }
}

const SIGMA: &str = r"title: Secrets in a shell
id: 11111111-2222-4333-8444-666666666666
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith:
            - '\cmd.exe'
            - '\pwsh.exe'
    keywords:
        - secret
        - token
    filter_user:
        User: null
    filter_parent:
        ParentImage|exists: false
    condition: selection and keywords and not 1 of filter_*
level: low
";

/// `explain` of the rule above over one record, as JSON.
fn sigma(record: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (rule, log) = (folder.path().join("rule.yml"), folder.path().join("a.ndjson"));
    std::fs::write(&rule, SIGMA).unwrap();
    std::fs::write(&log, format!("{record}\n")).unwrap();
    let (rule, log) = (rule.to_str().unwrap(), log.to_str().unwrap());
    json(tripline(&["explain", log, "--rules", rule, "--rule", "rule", "-o", "json"]))
}

fn tests(found: &Value) -> Vec<(String, String, bool)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tests = found["filters"][0]["shown"][0]["tests"].as_array().unwrap().iter();
    tests
        .map(|test| (text(&test["text"]), text(&test["truth"]), test["decides"].as_bool().unwrap()))
        .collect()
}

#[test]
fn tests_of_sigma_are_named_by_their_selections() {
    let found = sigma(
        r#"{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"UtcTime":"2026-11-20 09:00:00.000","Image":"C:\\Windows\\cmd.exe","CommandLine":"cmd /c type secret.txt","ParentImage":"C:\\a.exe"}"#,
    );
    let expected = [
        (r"selection: Image|endswith: '\cmd.exe', '\pwsh.exe'", "true", false),
        ("keywords: secret, token", "true", false),
        // That there is no user is what the filter asks for, and what takes the event away.
        ("filter_user: User: null", "true", true),
        ("filter_parent: ParentImage|exists: false", "false", false),
    ];
    let expected =
        expected.map(|(text, truth, decides)| (text.to_owned(), truth.to_owned(), decides));
    assert_eq!(tests(&found), expected);
    assert_eq!(found["fires"], false);
    let funnel = found["filters"][0]["funnel"].as_array().unwrap();
    let left: Vec<u64> = funnel.iter().map(|part| part["left"].as_u64().unwrap()).collect();
    assert_eq!(left.first(), Some(&1));
    assert_eq!(left.last(), Some(&0));
}

#[test]
fn a_log_source_that_the_data_does_not_have() {
    let found = sigma(HIT);
    assert_eq!(found["reasons"][0]["code"], "no_log_source");
    let text = "the data has no source that answers to product windows, category process_creation";
    assert_eq!(found["reasons"][0]["text"], text);
    assert_eq!(found["filters"][0]["log_source"], "product windows, category process_creation");
    assert_eq!(found["sources"][0]["filters"][0]["state"], "gated");
}

#[test]
fn a_query_in_sigma_is_a_detection() {
    let log = connection("445,", "446,");
    let path = log.path().to_str().unwrap();
    let query = |text: &str| tripline(&["query", text, path, "-l", "sigma", "-o", "ndjson"]);
    let all = query("detection: {a: {id.resp_p: 446}, condition: a}").code(0).out;
    assert_eq!(all.lines().count(), 1, "{all}");
    let keyword = query("detection: {a: ['81.2.69.142'], condition: a}").code(0).out;
    assert_eq!(keyword.lines().count(), 1, "{keyword}");
    let other =
        query("{logsource: {product: windows}, detection: {a: {id.resp_p: 446}, condition: a}}");
    let other = other.code(0).says("no source that answers to product windows");
    assert_eq!(other.out, "");
    query("detection: {a: {id.resp_p: 446}, condition: b}").code(2).says("did you mean `a`?");
    let debug = |stage: &str| {
        let text = "detection: {a: {id.resp_p: 446}, condition: a}";
        tripline(&["debug", text, "-l", "sigma", "--stage", stage, "--source", "zeek.conn"]).code(0)
    };
    assert!(debug("ir").out.contains("446"));
    assert!(debug("ast").out.contains("condition"));
    assert!(debug("tokens").out.contains("446"));
    assert!(debug("bound").out.contains("id.resp_p"));
}
