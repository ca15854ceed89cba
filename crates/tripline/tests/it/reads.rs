//! `rules list` and `rules show`, and choosing among rules.

use crate::support::{HIT, tripline};
use serde_json::Value;
use std::fs;
use tempfile::{TempDir, tempdir};

const EXPORT: &str = concat!(
    r#"{"rule_id":"t","name":"Many ports","type":"threshold","language":"kuery","query":"destination.port: *","index":["logs-*","filebeat-*"],"severity":"high","risk_score":73,"tags":["Domain: Network"],"threshold":{"field":["source.ip"],"value":5,"cardinality":[{"field":"destination.port","value":3}]},"alert_suppression":{"duration":{"value":2,"unit":"h"}},"threat":[{"framework":"MITRE ATT&CK","tactic":{"id":"TA0007","name":"Discovery","reference":""},"technique":[{"id":"T1046","name":"Network Service Discovery","reference":""}]}]}"#,
    "\n",
    r#"{"rule_id":"i","name":"Known, bad","type":"threat_match","language":"kuery","query":"*:*","index":["logs-*"],"severity":"low","risk_score":21,"threat_index":["logs-ti_*"],"threat_query":"event.kind: enrichment","threat_mapping":[{"entries":[{"field":"source.ip","type":"mapping","value":"threat.indicator.ip"}]}],"severity_mapping":[{"field":"event.severity","operator":"equals","value":"99","severity":"critical"}],"filters":[{"meta":{"negate":true},"query":{"exists":{"field":"host.id"}}}],"exceptions_list":[{"id":"1","list_id":"l","type":"detection","namespace_type":"single"}]}"#,
    "\n",
    r#"{"rule_id":"m","name":"Odd","type":"machine_learning","machine_learning_job_id":"j","anomaly_threshold":50,"severity":"low","risk_score":21}"#,
    "\n",
    r#"{"list_id":"l","name":"L","type":"detection","namespace_type":"single"}"#,
    "\n",
    r#"{"item_id":"1","list_id":"l","name":"scanner","description":"ours","namespace_type":"single","entries":[{"field":"source.ip","operator":"included","type":"match","value":"10.0.0.9"}]}"#,
    "\n",
    r#"{"exported_count":5}"#,
    "\n",
);

fn pack() -> TempDir {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("rules.ndjson"), EXPORT).unwrap();
    fs::write(folder.path().join("conn.log"), HIT).unwrap();
    folder
}

fn list(folder: &TempDir, more: &[&str]) -> Vec<Value> {
    let mut args = vec!["rules", "list", folder.path().to_str().unwrap(), "-o", "json"];
    args.extend(more);
    serde_json::from_str(&tripline(&args).code(0).out).unwrap()
}

#[test]
fn a_list_says_what_runs_and_on_what() {
    let folder = pack();
    let all = list(&folder, &[]);
    let said: Vec<(&str, &str, bool, &str)> = all
        .iter()
        .map(|rule| {
            let text = |key: &str| rule[key].as_str().unwrap_or("");
            (text("id"), text("type"), rule["runs"] == true, text("code"))
        })
        .collect();
    assert_eq!(
        said,
        [
            ("t", "threshold", true, ""),
            ("i", "threat_match", true, ""),
            ("m", "machine_learning", false, "RUL009"),
        ]
    );
    let sources = all[0]["sources"].as_array().unwrap();
    assert!(sources.iter().any(|id| id == "zeek.conn"), "{sources:?}");
    assert_eq!(all[0]["tactics"][0]["name"], "Discovery");
    assert_eq!(all[0]["techniques"][0], "T1046");
}

#[test]
fn options_choose() {
    let folder = pack();
    for (options, expected) in [
        (&["--type", "threshold"][..], "t"),
        (&["--type", "threshold", "--type", "threat_match"], "t i"),
        (&["--severity", "high"], "t"),
        (&["--language", "none"], "m"),
        (&["--tactic", "TA0007"], "t"),
        (&["--tactic", "discovery"], "t"),
        (&["--tactic", "Execution"], ""),
        (&["--technique", "T1046"], "t"),
        (&["--tag", "domain: *"], "t"),
        (&["--source", "zeek.conn"], "t i"),
        (&["--source", "zeek", "--type", "threshold"], "t"),
        (&["--source", "zee"], ""),
        (&["--broken"], "m"),
        (&["--runnable"], "t i"),
        (&["--disabled"], ""),
        (&["--enabled"], "t i m"),
        (&["--building-block"], ""),
        (&["--status", "production"], "t i m"),
    ] {
        let ids: Vec<String> = list(&folder, options)
            .iter()
            .map(|rule| rule["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids.join(" "), expected, "{options:?}");
    }
}

#[test]
fn names_that_nothing_has() {
    let folder = pack();
    let path = folder.path().to_str().unwrap();
    for (option, wanted, said) in [
        ("--tactic", "Discovry", "no rule has the tactic `Discovry`; did you mean `Discovery`?"),
        ("--technique", "T1047", "no rule has the technique `T1047`; did you mean `T1046`?"),
        ("--tag", "nothing*", "no rule has the tag `nothing*`"),
        ("--source", "zee", "no source is called `zee`; did you mean `zeek`?"),
    ] {
        let ran = tripline(&["rules", "list", path, option, wanted]).code(0).says(said);
        assert_eq!(ran.out, "", "{option}");
    }
    let ran = tripline(&["rules", "list", path, "--source", "okta", "--language", "none"]).code(0);
    assert_eq!(ran.err, "none of 3 rules is as asked for\n", "a source, but of none of the rules");
}

#[test]
fn every_format_has_the_same_rules() {
    let folder = pack();
    let path = folder.path().to_str().unwrap();
    let lines = |format: &str| {
        let ran = tripline(&["rules", "list", path, "-o", format]).code(0);
        ran.says("3 rules, 2 can run").out.lines().count()
    };
    assert_eq!((lines("table"), lines("csv"), lines("ndjson")), (4, 4, 3));
}

#[test]
fn a_page_shows_what_the_rule_says() {
    let folder = pack();
    let path = folder.path().to_str().unwrap();
    let show = |rule: &str| tripline(&["rules", "show", rule, "--rules", path]).code(0).out;
    let page = show("t");
    for text in [
        "threshold   at least 5 events with the same source.ip, of at least 3 different destination.port",
        "suppression one alert a group in 2h",
        "tactic      TA0007 Discovery",
    ] {
        assert!(page.contains(text), "no `{text}` in\n{page}");
    }
    let page = show("i");
    for text in [
        "indicators  logs-ti_*",
        "match       source.ip is the indicator's threat.indicator.ip",
        "severity is critical where event.severity is 99",
        "exceptions  of l",
        "Indicators (kql)\n----------------\nevent.kind: enrichment",
        "Filters\n-------\n- not {\"exists\":{\"field\":\"host.id\"}}",
        "Exceptions\n----------\n- scanner: ours",
    ] {
        assert!(page.contains(text), "no `{text}` in\n{page}");
    }
}

#[test]
fn several_rules_with_commas_between() {
    let folder = pack();
    let (path, logs) = (folder.path().to_str().unwrap(), folder.path().join("conn.log"));
    let ran = |rule: &str| {
        let args =
            ["hunt", logs.to_str().unwrap(), "--rules", path, "--rule", rule, "-o", "ndjson"];
        tripline(&args)
    };
    ran("t,i").code(0);
    // The name of a rule may hold one.
    ran("Known, bad").code(0);
    ran("t, nope").code(2).says("no rule `nope`");
}
