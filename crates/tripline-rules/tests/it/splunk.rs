//! Splunk's detection files.

use crate::pack::{Pack, splunk};
use tripline_rules::{Schedule, Severity, Status};

fn objects(risk: &tripline_rules::Risk) -> Vec<(&str, &str, u32)> {
    risk.objects.iter().map(|o| (&*o.field, &*o.kind, o.score)).collect()
}

#[test]
fn generation_a_observables() {
    let text = splunk(
        "a",
        "index=x | `detection_a_filter`",
        "tags:
  impact: 70
  confidence: 80
  message: $user$ on $dest$ ran $process$
  security_domain: endpoint
  observable:
  - {name: user, type: User, role: [Victim]}
  - {name: dest, type: Hostname, role: [Victim]}
  - {name: mailbox, type: Email Address, role: [Victim]}
  - {name: thing, type: Other, role: [Victim]}
  - {name: process, type: Process, role: [Attacker]}
  - {name: src, type: IP Address, role: [Attacker]}
  - {name: url, type: URL String, role: [Attacker]}
  - {name: hash, type: File, role: [Attacker]}",
    );
    let pack = Pack::new(&[("a.yml", &text)]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    let rule = &set.rules[0];
    let risk = rule.risk.as_ref().unwrap();
    assert_eq!(
        objects(risk),
        [
            ("user", "user", 56),
            ("dest", "system", 56),
            ("mailbox", "user", 56),
            ("thing", "other", 56)
        ]
    );
    let threats: Vec<(&str, &str)> =
        risk.threat_objects.iter().map(|(f, t)| (&**f, &**t)).collect();
    assert_eq!(
        threats,
        [("process", "process"), ("src", "ip_address"), ("url", "url"), ("hash", "file_name")]
    );
    assert_eq!((rule.risk_score, rule.severity), (56, Severity::Medium));
    assert!(!rule.enabled, "everything ships disabled");
    let notable = rule.notable.as_ref().unwrap();
    assert_eq!(notable.title, "Detection a");
    assert_eq!(notable.fields, ["user", "dest"]);
    assert_eq!(notable.security_domain, "endpoint");
}

#[test]
fn generation_b_scores_are_per_object() {
    let text = splunk(
        "b",
        "index=x",
        "enabled_by_default: true
rba:
  message: m $user$
  risk_objects:
  - {field: user, type: user, score: 56}
  - {field: dest, type: system, score: 90}
  threat_objects:
  - {field: p, type: parent_process_name}",
    );
    let set = Pack::new(&[("b.yml", &text)]).load();
    let rule = &set.rules[0];
    assert_eq!(
        objects(rule.risk.as_ref().unwrap()),
        [("user", "user", 56), ("dest", "system", 90)]
    );
    assert_eq!((rule.risk_score, rule.severity), (90, Severity::Critical));
    assert!(rule.enabled);
}

#[test]
fn generation_c_findings() {
    let text = splunk(
        "c",
        "index=x",
        "finding:
  title: $user$ on $dest$
  entity: {field: user, type: user, score: 50}
intermediate_findings:
  entities:
  - {field: dest, type: system, score: 30}
  - {type: system}
threat_objects:
- {field: src, type: ip_address}",
    );
    let pack = Pack::new(&[("c.yml", &text)]);
    let set = pack.load();
    let risk = set.rules[0].risk.as_ref().unwrap();
    assert_eq!(objects(risk), [("user", "user", 50), ("dest", "system", 30)]);
    assert_eq!(risk.message, "$user$ on $dest$");
    assert_eq!(risk.threat_objects.len(), 1);
    assert_eq!(
        pack.problems(&set),
        "\
warning[RUL007]: a risk object has no `field` or no `score`
  --> c.yml:6:1
  |
6 | finding:
  | ^^^^^^^
"
    );
}

#[test]
fn diagnostics_have_the_line_of_a_folded_search() {
    let text = splunk("a", "index=x\n  | nosuch b\n  | head 5", "");
    let set = Pack::new(&[("a.yml", &text)]).load();
    let rule = &set.rules[0];
    let compiled = set.compile(rule, None, tripline_schema::Schema::builtin());
    let span = compiled.diagnostics[0].span.unwrap();
    assert_eq!(rule.query.line_column(span.start), (6, 5));
}

#[test]
fn the_type_decides_what_is_written() {
    let rba = "rba:\n  message: m\n  risk_objects:\n  - {field: u, type: user, score: 20}";
    for (kind, notable, risk) in [
        ("TTP", Some("Detection a"), true),
        ("Anomaly", None, true),
        ("Hunting", None, false),
        ("Correlation", Some("RBA: Detection a"), false),
    ] {
        let text = splunk("a", "index=x", rba).replace("TTP", kind);
        let set = Pack::new(&[("a.yml", &text)]).load();
        let rule = &set.rules[0];
        assert_eq!(rule.notable.as_ref().map(|n| &*n.title), notable, "{kind}");
        assert_eq!(rule.risk.is_some(), risk, "{kind}");
        assert_eq!(rule.severity, Severity::Informational);
        let cron = Schedule::Cron {
            cron: "0 * * * *".into(),
            earliest: "-70m@m".into(),
            latest: "-10m@m".into(),
        };
        assert_eq!(rule.schedule, cron);
    }
}

#[test]
fn a_packs_own_deployments_and_macros_are_found_above_a_named_file() {
    let deployment = "name: d\ntype: TTP\nscheduling:\n  cron_schedule: '*/5 * * * *'\n  \
                      earliest_time: -10m\n  latest_time: now\nalert_action:\n  rba: {enabled: true}\n";
    let pack = Pack::new(&[
        ("detections/network/a.yml", &splunk("a", "`thing`", "")),
        ("deployments/ttp.yml", deployment),
        ("macros/thing.yml", "name: thing\ndefinition: index=other\n"),
        ("lookups/l.yml", "name: l\nfilename: l.csv\n"),
    ]);
    let set = pack.load_these(&["detections/network/a.yml"]);
    assert_eq!(pack.problems(&set), "");
    let rule = &set.rules[0];
    let Schedule::Cron { cron, earliest, latest } = &rule.schedule else { panic!() };
    assert_eq!((&**cron, &**earliest, &**latest), ("*/5 * * * *", "-10m", "now"));
    assert!(rule.notable.is_none());
    let found = set.macros.find("thing", 0, &rule.origin.path).unwrap();
    assert_eq!(&*found.definition, "index=other");
    assert!(set.lookups.contains_key("l") && set.lookups.contains_key("l.csv"));
}

#[test]
fn a_rules_own_pack_comes_before_other_packs() {
    let of = |index: &str| format!("name: m\ndefinition: index={index}\n");
    let pack = Pack::new(&[
        ("one/detections/a.yml", &splunk("a", "`m`", "")),
        ("one/macros/m.yml", &of("one")),
        ("two/detections/b.yml", &splunk("b", "`m`", "")),
        ("two/macros/m.yml", &of("two")),
    ]);
    let set = pack.load();
    for (id, expected) in [("a", "index=one"), ("b", "index=two")] {
        let path = &set.find(id).unwrap().origin.path;
        assert_eq!(&*set.macros.find("m", 0, path).unwrap().definition, expected);
    }
    // Without a pack of its own, a rule gets the built-in ones.
    let ctime = set.macros.find("security_content_ctime", 1, "/elsewhere/x.yml".as_ref()).unwrap();
    assert!(ctime.definition.contains("ctime($field$)"));
    assert!(set.macros.find("security_content_ctime", 2, "/x.yml".as_ref()).is_none());
}

#[test]
fn status_and_prose() {
    let more = "description: d\nhow_to_implement: h\nknown_false_positives: k\nauthor: A B, C D\n\
                version: 7\ntags: {mitre_attack_id: [T1003.001], analytic_story: [S]}";
    let text = splunk("a", "index=x", more).replace("production", "experimental");
    let set = Pack::new(&[("a.yml", &text)]).load();
    let rule = &set.rules[0];
    assert_eq!(rule.status, Status::Experimental);
    assert_eq!(rule.author, ["A B", "C D"]);
    assert_eq!(rule.false_positives, ["k"]);
    assert_eq!(rule.setup.as_deref(), Some("h"));
    assert_eq!(rule.version, Some(7));
    assert_eq!(
        rule.threat[0].techniques[0].reference,
        "https://attack.mitre.org/techniques/T1003/001/"
    );
    assert_eq!(rule.tags, ["Type: TTP", "Analytic Story: S"]);
}
