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
