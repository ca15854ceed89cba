//! Elastic's own indicator-match rules over indicators of each form, made up.

use crate::support::{NINE, input, scheduled};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tripline_detect::{Hunt, RuleState, Selected, Silent, hunt};
use tripline_events::Input;
use tripline_rules::{LoadOptions, RuleKind, RuleSet, load};
use tripline_schema::Schema;

const MD5: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const SHA256: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The nine rules; none where the corpus is absent.
fn rules() -> Option<RuleSet> {
    let corpora = std::env::var_os("TRIPLINE_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let folder = corpora.join("rules/elastic/rules");
    if !folder.is_dir() {
        println!("skipped: no rules at {}", folder.display());
        return None;
    }
    let of = |path: &str| folder.join(path);
    let mut set = load(&[of("threat_intel"), of("_deprecated")], &LoadOptions::default());
    set.rules.retain(|rule| matches!(rule.kind, RuleKind::ThreatMatch(_)));
    assert_eq!(set.rules.len(), 9);
    Some(set)
}

fn run(set: &RuleSet, inputs: &[Input]) -> Hunt {
    let selected: Vec<Selected> =
        set.rules.iter().map(|rule| Selected { rule: Arc::clone(rule), version: None }).collect();
    let found = hunt(inputs, set, &selected, Schema::builtin(), &scheduled(), &Silent).unwrap();
    for rule in &found.summary.rules {
        assert!(
            !matches!(rule.state, RuleState::NotRun { .. }),
            "{} does not run: {:?}",
            rule.name,
            rule.state
        );
    }
    found
}

/// Events with everything that indicators may be about.
fn events() -> Input {
    let millis = NINE / 1_000_000;
    let event = |rest: &str| {
        format!(
            r#"{{"@timestamp":{millis},"ecs":{{"version":"8.11.0"}},"data_stream":{{"type":"logs","dataset":"endpoint.events.x","namespace":"default"}},"event":{{"kind":"event"}},{rest}}}"#
        )
    };
    input(
        "events.json",
        &[
            event(r#""destination":{"ip":"203.0.113.7"}"#),
            event(&format!(r#""process":{{"hash":{{"sha256":"{SHA256}"}}}}"#)),
            event(&format!(r#""file":{{"hash":{{"md5":"{MD5}"}}}}"#)),
            event(r#""url":{"full":"http://evil.example/a","original":"/a"}"#),
            event(r#""email":{"to":{"address":["x@good.example","y@evil.example"]}}"#),
            event(r#""registry":{"path":"HKLM\\Software\\Run\\Updater"}"#),
            event(r#""vulnerability":{"id":"CVE-2024-0001"}"#),
            event(r#""destination":{"ip":"192.0.2.1"}"#),
        ],
    )
}

/// How many alerts each rule that fired has.
fn fired(hunt: &Hunt) -> BTreeMap<&str, usize> {
    let mut fired = BTreeMap::new();
    for alert in &hunt.alerts {
        *fired.entry(&*alert.rule.name).or_default() += 1;
    }
    fired
}

/// The rules that read any feed; each of them has one event to find, that of hashes two.
const CURRENT: [(&str, usize); 5] = [
    ("Threat Intel Email Indicator Match", 1),
    ("Threat Intel Hash Indicator Match", 2),
    ("Threat Intel IP Address Indicator Match", 1),
    ("Threat Intel URL Indicator Match", 1),
    ("Threat Intel Windows Registry Indicator Match", 1),
];
/// Those of older products: address, hash of a file, URL, registry path.
const FILEBEAT_8: (&str, usize) =
    ("Deprecated - Threat Intel Filebeat Module (v8.x) Indicator Match", 4);
const FILEBEAT_7: (&str, usize) = ("Threat Intel Filebeat Module (v7.x) Indicator Match", 4);

fn expected(lists: &[&[(&'static str, usize)]]) -> BTreeMap<&'static str, usize> {
    lists.iter().flat_map(|list| list.iter().copied()).collect()
}

#[test]
fn a_stix_bundle() {
    let Some(set) = rules() else { return };
    let indicator = |n: usize, pattern: &str| {
        format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{n}","created":"2020-01-01T00:00:00Z","modified":"2020-01-01T00:00:00Z","valid_from":"2020-01-01T00:00:00Z","pattern_type":"stix","pattern":"{pattern}"}}"#
        )
    };
    let objects = [
        indicator(1, "[ipv4-addr:value = '203.0.113.0/24']"),
        indicator(
            2,
            &format!(
                "[file:hashes.'SHA-256' = '{}' OR file:hashes.MD5 = '{MD5}']",
                SHA256.to_uppercase()
            ),
        ),
        indicator(3, "[url:value = 'http://evil.example/a']"),
        indicator(4, "[email-addr:value = 'y@evil.example']"),
        indicator(
            5,
            r"[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\Software\\\\Run' AND windows-registry-key:values[0].name = 'Updater']",
        ),
    ];
    // Over several lines, as people write them.
    let bundle = format!(
        "{{\n  \"type\": \"bundle\",\n  \"id\": \"bundle--1\",\n  \"objects\": [\n{}\n  ]\n}}\n",
        objects.join(",\n")
    );
    let hunt = run(&set, &[Input::from_bytes("feed.json", bundle.into_bytes()), events()]);
    assert_eq!(fired(&hunt), expected(&[&CURRENT, &[FILEBEAT_8, FILEBEAT_7]]));
    assert_eq!(hunt.summary.events["threat.indicator"], 6);
    let address = hunt.alerts.iter().find(|a| a.rule.name.contains("IP Address")).unwrap();
    let [found] = address.enrichments.as_slice() else { panic!("one indicator") };
    assert_eq!((found.field.as_str(), found.atomic.as_str()), ("destination.ip", "203.0.113.7"));
    let told = |name: &str| {
        found.indicator.iter().find(|(n, _)| n == name).map(|(_, values)| values[0].as_str())
    };
    assert_eq!(told("ip"), Some("203.0.113.0/24"));
    assert_eq!(told("first_seen"), Some("2020-01-01T00:00:00Z"));
    assert!(found.index.starts_with("filebeat-") || found.index.starts_with("logs-ti_"));
}

#[test]
fn a_table() {
    let Some(set) = rules() else { return };
    let rows = [
        "indicator,type".to_owned(),
        "203.0.113.7,IPv4".to_owned(),
        format!("{},FileHash-SHA256", SHA256.to_uppercase()),
        format!("{MD5},md5"),
        "http://evil.example/a,url".to_owned(),
        "y@evil.example,email".to_owned(),
        r"HKLM\Software\Run\Updater,regkey".to_owned(),
    ];
    let hunt = run(&set, &[input("feed.csv", &rows), events()]);
    assert_eq!(fired(&hunt), expected(&[&CURRENT, &[FILEBEAT_8]]));
}

/// Documents of an integration, as an export has them.
#[test]
fn documents_in_ecs() {
    let Some(set) = rules() else { return };
    let document = |dataset: &str, module: &str, rest: &str| {
        format!(
            r#"{{"@timestamp":"2024-05-10T00:00:00Z","ecs":{{"version":"8.11.0"}},"data_stream":{{"type":"logs","dataset":"{dataset}","namespace":"default"}},"event":{{"kind":"enrichment","category":["threat"],"type":["indicator"],"module":"{module}","dataset":"{dataset}"}},{rest}}}"#
        )
    };
    let indicator = |fields: &str| {
        document("ti_otx.threat", "ti_otx", &format!(r#""threat":{{"indicator":{{{fields}}}}}"#))
    };
    let rapid7 = document(
        "ti_rapid7_threat_command.vulnerability",
        "ti_rapid7_threat_command",
        r#""_index":"logs-ti_rapid7_threat_command_latest.vulnerability","vulnerability":{"id":"CVE-2024-0001"},"rapid7":{"tc":{"vulnerability":{"id":"CVE-2024-0001","score":9}}}"#,
    );
    let documents = [
        indicator(r#""type":"ipv4-addr","ip":"203.0.113.7""#),
        indicator(&format!(
            r#""type":"file","file":{{"hash":{{"sha256":"{SHA256}","md5":"{MD5}"}}}}"#
        )),
        indicator(r#""type":"url","url":{"full":"http://evil.example/a"}"#),
        indicator(r#""type":"email-addr","email":{"address":"y@evil.example"}"#),
        indicator(
            r#""type":"windows-registry-key","registry":{"path":"HKLM\\Software\\Run\\Updater"}"#,
        ),
        rapid7,
    ];
    let hunt = run(&set, &[input("ti.json", &documents), events()]);
    // The rule of the first integrations has a filter on a data set that is called `ti_*`, to the
    // letter, which none is.
    let cve = ("Rapid7 Threat Command CVEs Correlation", 1);
    assert_eq!(fired(&hunt), expected(&[&CURRENT, &[cve]]));
    let alert = hunt.alerts.iter().find(|a| &*a.rule.name == cve.0).unwrap();
    let told = &alert.enrichments[0].indicator;
    assert_eq!(told[0], ("id".to_owned(), vec!["CVE-2024-0001".to_owned()]));
}

/// Without indicators a rule is not applicable, which is not the same as finding nothing.
#[test]
fn no_indicators() {
    let Some(set) = rules() else { return };
    let hunt = run(&set, &[events()]);
    assert!(hunt.alerts.is_empty());
    for rule in &hunt.summary.rules {
        assert!(matches!(rule.state, RuleState::NotApplicable { .. }), "{}", rule.name);
    }
}
