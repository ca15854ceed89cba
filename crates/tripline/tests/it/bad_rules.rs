//! Bad rules: a diagnostic with the line and a caret, and the good ones run.

use crate::support::{HIT, tripline};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

const GOOD: &str = r#"
[metadata]
maturity = "production"
[rule]
rule_id = "11111111-1111-1111-1111-111111111111"
name = "good"
description = "d"
author = ["a"]
license = "x"
type = "query"
language = "kuery"
severity = "low"
risk_score = 21
index = ["filebeat-*"]
query = '''destination.port: 445'''
"#;

fn pack(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("rules")).unwrap();
    for (name, text) in files {
        let path = folder.path().join("rules").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(folder.path().join("conn.ndjson"), HIT).unwrap();
    folder
}

fn run(folder: &Path) -> crate::support::Ran {
    let (logs, rules) = (folder.join("conn.ndjson"), folder.join("rules"));
    tripline(&["hunt", logs.to_str().unwrap(), "--rules", rules.to_str().unwrap(), "-o", "csv"])
}

fn search(text: &str) -> String {
    format!(
        "name: A search\nid: 22222222-2222-2222-2222-222222222222\nversion: 1\ndate: '2024-01-01'\n\
         author: a\nstatus: production\ntype: TTP\ndescription: d\ndata_source: []\nsearch: >-\n  {text}\n\
         how_to_implement: h\nknown_false_positives: k\nreferences: []\n\
         tags:\n  analytic_story: [x]\n  asset_type: Endpoint\n  confidence: 50\n  impact: 50\n  \
         message: m\n  observable: []\n  mitre_attack_id: [T1048]\n  product: [Splunk Enterprise]\n  \
         required_fields: [_time]\n  risk_score: 25\n  security_domain: network\n"
    )
}

#[test]
fn a_broken_rule_among_good_ones() {
    let bad = GOOD
        .replace("11111111-1111", "33333333-1111")
        .replace("destination.port: 445", "destination.port: (445 or");
    let folder = pack(&[("good.toml", GOOD.to_owned()), ("bad.toml", bad)]);
    let ran = run(folder.path()).code(0).says("bad.toml:15").says("^").says("1 not run");
    assert!(ran.out.contains("good"), "{}", ran.out);
}

#[test]
fn a_file_that_is_no_toml() {
    let folder =
        pack(&[("good.toml", GOOD.to_owned()), ("bad.toml", "[rule\nname = 1".to_owned())]);
    let ran = run(folder.path()).code(0).says("bad.toml:1");
    assert!(ran.out.contains("good"));
}

#[test]
fn the_same_id_twice() {
    let folder = pack(&[("a.toml", GOOD.to_owned()), ("b.toml", GOOD.to_owned())]);
    run(folder.path()).code(0).says("b.toml").says("a.toml").says("1 ran");
}

#[test]
fn a_macro_that_calls_itself() {
    let folder = pack(&[
        ("detections/s.yml", search("index=main `loop`")),
        ("macros/loop.yml", "name: loop\ndefinition: a `loop`\ndescription: d\n".to_owned()),
    ]);
    run(folder.path())
        .code(2)
        .says("loop")
        .says("1 not run")
        .says("tripline: the rule could not run");
}

#[test]
fn a_macro_that_is_not_there() {
    let folder = pack(&[("detections/s.yml", search("index=main `security_content_ctmie(x)`"))]);
    run(folder.path()).code(2).says("security_content_ctime").says("1 not run");
}

#[test]
fn a_function_that_is_not_there() {
    let folder =
        pack(&[("detections/s.yml", search("index=main | eval a=cidrmtach(\"10.0.0.0/8\", b)"))]);
    run(folder.path()).code(2).says("cidrmatch").says("1 not run");
}

#[test]
fn an_index_that_no_source_has() {
    let folder = pack(&[("a.toml", GOOD.replace("filebeat-*", "nobody-*"))]);
    let ran = run(folder.path()).code(0).says("1 not applicable");
    assert!(!ran.out.contains("good"));
}

#[test]
fn a_field_that_no_source_has() {
    let folder =
        pack(&[("a.toml", GOOD.replace("destination.port: 445", "destination.prot: 445"))]);
    run(folder.path()).code(0).says("destination.prot").says("1 not applicable");
}

#[test]
fn a_lookup_that_refers_to_itself() {
    let folder = pack(&[
        ("detections/s.yml", search("index=main | lookup ring src OUTPUT x")),
        ("lookups/ring.yml", "name: ring\ndescription: d\nfilename: ring\n".to_owned()),
    ]);
    run(folder.path()).code(2).says("ring").says("1 not run");
}

#[test]
fn a_rule_that_is_not_there() {
    tripline(&[
        "hunt",
        ".",
        "--rules",
        "rules/outbound-smb",
        "--rule",
        "Rare SMB Connection to the Internets",
    ])
    .code(2)
    .says("Rare SMB Connection to the Internet`");
}

#[test]
fn a_folder_without_rules() {
    let folder = tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    tripline(&["hunt", path, "--rules", path]).code(2).says("no rule to run");
}

/// Of a pack of which much cannot run, the summary says what is missing, not where.
#[test]
fn many_rules_that_cannot_run_are_grouped() {
    let typed = |n: usize, kind: &str| {
        let id = format!("{n:08}-1111-1111-1111-111111111111");
        let text = GOOD.replace("11111111-1111-1111-1111-111111111111", &id);
        (format!("{n}.toml"), text.replace("type = \"query\"", &format!("type = \"{kind}\"")))
    };
    let mut files = vec![("good.toml".to_owned(), GOOD.to_owned())];
    files.extend((0..5).map(|n| typed(n, "machine_learning")));
    files.extend((5..7).map(|n| typed(n, "esql")));
    let files: Vec<(&str, String)> = files.iter().map(|(n, t)| (n.as_str(), t.clone())).collect();
    let folder = pack(&files);
    let ran = run(folder.path()).code(0).says("1 ran, 0 not applicable to this data, 7 not run");
    let ran = ran.says("7  RUL009").says("5 × rules of type `machine_learning`").says("--broken");
    assert!(!ran.err.contains("error["), "{}", ran.err);
    let rules = folder.path().join("rules");
    let list = tripline(&["rules", "list", rules.to_str().unwrap(), "--broken"]).code(0).out;
    assert_eq!(list.lines().count(), 8, "{list}");
}
