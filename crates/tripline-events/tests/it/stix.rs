//! STIX bundles and objects: an indicator gives a record for each value of its pattern.

use crate::support::{Kept, everything};
use std::sync::Arc;
use tripline_events::{Decoder, Input, InputSummary, NO_TIME, Options, Reason};
use tripline_schema::Schema;

fn read(text: &str, source: Option<&str>) -> (Kept, InputSummary) {
    let options = Options {
        source: source.map(Arc::from),
        // Indicators need no time.
        require_time: true,
        ..Options::default()
    };
    let mut decoder = Decoder::new(Schema::builtin(), everything(), options).unwrap();
    let mut kept = Kept::default();
    let input = Input::from_bytes("feed.json".to_owned(), text.as_bytes().to_vec());
    let summary = decoder.read(&input, &mut kept).unwrap();
    let lost = summary.rejected.values().sum::<u64>();
    assert_eq!(summary.records, summary.events + lost, "{summary:?}");
    (kept, summary)
}

fn indicator(pattern: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--1","created":"2024-05-01T00:00:00Z","modified":"2024-05-01T00:00:00Z","valid_from":"2024-05-01T00:00:00Z","pattern_type":"stix","pattern":"{pattern}"}}"#
    )
}

const IDENTITY: &str = r#"{"type":"identity","spec_version":"2.1","id":"identity--1","created":"2024-05-01T00:00:00Z","name":"x"}"#;

/// In one line, over several lines, with the keys in any order, and object by object.
#[test]
fn bundles_and_objects() {
    let objects = [
        IDENTITY.to_owned(),
        indicator("[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value = '192.0.2.2']"),
        indicator("[mutex:name = 'x']"),
        indicator("[domain-name:value = 'evil.example']"),
    ];
    let list = objects.join(",\n");
    let bundle = format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{list}]}}"#);
    for text in [
        bundle.replace('\n', " "),
        bundle.clone(),
        format!(
            "{{\n\"objects\": [\n{list}\n],\n\"id\": \"bundle--1\",\n\"type\": \"bundle\"\n}}\n"
        ),
        objects.join("\n"),
        format!("[{list}]"),
    ] {
        let (kept, summary) = read(&text, None);
        let rows = kept.rows();
        let sources: Vec<&str> = rows.iter().map(|row| row["#source"][0].as_str()).collect();
        let one = "threat.indicator";
        assert_eq!(sources, ["stix.object", one, one, one], "{text}");
        let of = |name: &str| -> Vec<&str> {
            rows.iter().filter_map(|row| Some(row.get(name)?[0].as_str())).collect()
        };
        assert_eq!(of("threat.indicator.ip"), ["192.0.2.1", "192.0.2.2"]);
        assert_eq!(of("threat.indicator.url.domain"), ["evil.example"]);
        assert_eq!(kept.reasons(), [Reason::Unsupported]);
        assert_eq!(kept.rejected[0].detail, "`mutex:name` has no field in ECS");
        assert_eq!((summary.records, summary.events), (5, 4));
        // Each record has a number of its own, so that their order is certain.
        let mut numbers: Vec<u64> = kept.batches.iter().flat_map(|b| b.record.clone()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 4, "{text}");
    }
}

/// What all records are said to be of does not make an indicator be taken apart for ever.
#[test]
fn a_source_that_is_said() {
    for source in ["stix.indicator", "threat.indicator", "json"] {
        let (_, summary) = read(&indicator("[file:name = 'x' OR file:name = 'y']"), Some(source));
        assert!(summary.records <= 2, "{source}: {summary:?}");
    }
}

#[test]
fn records_without_a_time() {
    let table = "indicator,type,first_seen\n192.0.2.1,ip,\n192.0.2.2,ip,2024-05-01\n";
    let (kept, summary) = read(table, None);
    assert_eq!(summary.events, 2);
    assert!(kept.batches[0].time.contains(&NO_TIME));
    let (_, summary) = read(r#"{"threat":{"indicator":{"type":"url"}}}"#, None);
    assert_eq!(summary.events, 1);
    // Other records need one.
    let (kept, _) = read(r#"{"a":1}"#, None);
    assert_eq!(kept.reasons(), [Reason::NoTime]);
}

/// A record with a list of objects is no bundle, and a bundle of nothing holds nothing.
#[test]
fn what_is_no_bundle() {
    let text = r#"{"type":"x","time":"2024-05-01T00:00:00Z","objects":[{"a":1}]}"#;
    let (_, summary) = read(text, None);
    assert_eq!(summary.events, 1);
    let (_, summary) = read(r#"{"type":"bundle","id":"bundle--1","objects":[]}"#, None);
    assert_eq!(summary.records, 0);
}
