//! Cloud sources: what tells them, and what Elastic's rules see of them.

use crate::support::{Kept, everything};
use std::sync::Arc;
use tripline_events::{
    Decoder, EventBatch, Input, Options, Projection, Projector, Reason, Stream, decode_record,
};
use tripline_kernels::mapping::{RawFields, eval};
use tripline_schema::{Schema, View};

/// Records, each with the lines after it: `source` is its source type, `@timestamp` its time in
/// nanoseconds, the others are fields of Elastic's view with their values, ` | ` between them.
const CASES: &str = include_str!("cloud.txt");

/// A record, and the fields that it must have.
type Case = (&'static str, Vec<(&'static str, Vec<&'static str>)>);

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = vec![];
    for line in CASES.lines().filter(|l| !l.is_empty() && !l.starts_with("# ")) {
        if line.starts_with('{') {
            cases.push((line, vec![]));
        } else {
            let (name, values) = line.split_once(" =").unwrap();
            let values = values.trim();
            let values =
                if values.is_empty() { vec![] } else { values.split(" | ").collect::<Vec<_>>() };
            cases.last_mut().unwrap().1.push((name, values));
        }
    }
    cases
}

/// Asks for what fields of Elastic's view come from, as rules do.
struct Asked(Vec<&'static str>);

impl Projector for Asked {
    fn projection(&self, stream: &Stream) -> Projection {
        let mut projection = Projection::default();
        for name in &self.0 {
            if let Some(expr) = Schema::builtin().resolve(&stream.mapping, &View::Ecs, name) {
                expr.for_each_raw(&mut |path| projection.columns.push(Arc::clone(path)));
            }
        }
        projection
    }
}

fn read(schema: &Schema, text: &str, options: Options) -> Kept {
    ask(schema, text, options, everything())
}

fn ask(schema: &Schema, text: &str, options: Options, projector: Arc<dyn Projector>) -> Kept {
    let mut kept = Kept::default();
    let mut decoder = Decoder::new(schema, projector, options).unwrap();
    decoder.read(&Input::from_bytes("x", text.into()), &mut kept).unwrap();
    kept
}

fn field(schema: &Schema, batch: &EventBatch, row: usize, name: &str) -> Vec<String> {
    let mapping = &batch.stream.mapping;
    let Some(expr) = schema.resolve(mapping, &View::Ecs, name) else { return vec![] };
    let raw: &mut RawFields<'_, '_> = &mut |path, f| {
        if let Some(column) = batch.column(path) {
            column.values(row).for_each(f);
        }
    };
    eval(&expr, mapping, raw, None).into_iter().map(String::from).collect()
}

#[test]
fn records_have_the_fields_that_the_integrations_make_of_them() {
    let schema = Schema::builtin();
    let cases = cases();
    assert!(cases.len() > 30);
    for (record, expected) in cases {
        let names = expected.iter().map(|(name, _)| *name).collect();
        let kept = ask(schema, record, Options::default(), Arc::new(Asked(names)));
        let [batch] = &kept.batches[..] else { panic!("not one event: {record}") };
        for (name, values) in expected {
            let found = match name {
                "source" => vec![batch.stream.mapping.id.to_string()],
                "@timestamp" => vec![batch.time[0].to_string()],
                _ => field(schema, batch, 0, name),
            };
            assert_eq!(found, values, "{name} of {record}");
        }
    }
}

/// Without the file of its source, no other source takes a record for its own.
#[test]
fn no_source_takes_the_records_of_another() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../mappings");
    // In the order in which the binary has them.
    let files: Vec<(&str, String)> = include_str!("../../../tripline-schema/src/embedded.rs")
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
        .map(|name| (name, std::fs::read_to_string(format!("{folder}/{name}")).unwrap()))
        .collect();
    assert!(files.len() > 15);
    for (prefix, file) in [
        ("aws.", "aws.toml"),
        ("azure.", "azure.toml"),
        ("o365.", "o365.toml"),
        ("okta.", "okta.toml"),
        ("google_workspace", "google_workspace.toml"),
        ("gcp.", "gcp.toml"),
        ("kubernetes.", "kubernetes.toml"),
        ("github.", "github.toml"),
        ("crowdstrike.", "crowdstrike.toml"),
        ("suricata.", "suricata.toml"),
    ] {
        let rest: Vec<(&str, &str)> = files
            .iter()
            .filter(|(name, _)| *name != file)
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let schema = Schema::load(&rest).unwrap();
        let own = cases().into_iter().filter(|(_, expected)| {
            let source = expected[0].1[0];
            source.strip_prefix("lake.").unwrap_or(source).starts_with(prefix)
        });
        for (record, _) in own {
            let kept = read(&schema, record, Options::default());
            assert_eq!(&*kept.batches[0].stream.mapping.id, "json", "{record}");
        }
    }
}

#[test]
fn lists_of_records_are_unwrapped() {
    let schema = Schema::builtin();
    let all = cases();
    let of = |source: &str| all.iter().find(|(_, e)| e[0].1[0] == source).unwrap().0;
    for (source, text) in [
        ("aws.cloudtrail", format!("{{\"Records\":[{0},{0}]}}", of("aws.cloudtrail"))),
        ("azure.signinlogs", format!("{{\"records\":[{0},{0}]}}", of("azure.signinlogs"))),
        ("o365.audit", format!("[{0},\n{0}]", of("o365.audit"))),
        (
            "kubernetes.audit",
            format!(
                "{{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{{}},\"items\":[{0},{0}]}}",
                of("kubernetes.audit")
            ),
        ),
        (
            "google_workspace.admin",
            format!(
                "{{\"kind\":\"admin#reports#activities\",\"etag\":\"e\",\"items\":[{0},{0}]}}",
                of("google_workspace.admin")
            ),
        ),
    ] {
        let kept = read(schema, &text, Options::default());
        let ids: Vec<&str> = kept
            .batches
            .iter()
            .flat_map(|b| std::iter::repeat_n(&*b.stream.mapping.id, b.len()))
            .collect();
        assert_eq!(ids, [source, source]);
    }
}

#[test]
fn envelopes_are_opened_if_that_tells_more() {
    let schema = Schema::builtin();
    let trail = cases()[0].0;
    let strict = || Options { require_time: true, ..Options::default() };
    for (text, source) in [
        (format!(r#"{{"rule":"r","name":"n","log":{trail}}}"#), Some("aws.cloudtrail")),
        (format!(r#"{{"time":"2026-11-21T10:00:00Z","event":{trail}}}"#), Some("aws.cloudtrail")),
        (r#"{"name":"n","log":{"created_at":"2026-11-21T10:00:00Z"}}"#.into(), Some("json")),
        (r#"{"time":"2026-11-21T10:00:00Z","log":{"a":1}}"#.into(), Some("json")),
        (format!(r#"{{"log":{{"event":{trail}}}}}"#), Some("aws.cloudtrail")),
        // Two envelopes, not any number of them.
        (format!(r#"{{"log":{{"log":{{"log":{trail}}}}}}}"#), None),
        (r#"{"name":"n","log":null}"#.into(), None),
        (r#"{"name":"n","log":[{"time":"2026-11-21T10:00:00Z"}]}"#.into(), None),
        (r#"{"log":{}}"#.into(), None),
    ] {
        // Twice: a record after its likes reads as it does alone.
        let kept = read(schema, &format!("{text}\n{text}\n"), strict());
        match source {
            Some(source) => {
                assert_eq!(kept.batches.len(), 1, "{text}");
                assert_eq!(&*kept.batches[0].stream.mapping.id, source, "{text}");
                assert_eq!(kept.batches[0].len(), 2, "{text}");
                let again = decode_record(schema, Some(source), text.as_bytes()).unwrap();
                for (name, _) in &kept.batches[0].columns {
                    assert!(again.column(name).is_some(), "{name} of {text}");
                }
            }
            None => assert_eq!(kept.reasons(), [Reason::NoTime, Reason::NoTime], "{text}"),
        }
    }
}

#[test]
fn odd_values_are_no_fields() {
    let schema = Schema::builtin();
    for (record, name) in [
        (
            r#"{"eventVersion":1,"eventSource":[],"eventName":{},"userIdentity":"x","requestParameters":"no object"}"#,
            "aws.cloudtrail.request_parameters",
        ),
        (
            r#"{"CreationTime":"?","Operation":null,"RecordType":{},"Workload":1,"Operation":"x","Parameters":"{\"Name\":"}"#,
            "o365.audit.Parameters.ForwardTo",
        ),
        (
            r#"{"category":"AuditLogs","properties":"text","operationName":"x"}"#,
            "azure.auditlogs.properties.target_resources.0.display_name",
        ),
        (
            r#"{"category":"kube-audit","operationName":"x","resourceId":"x","properties":{"log":"{not JSON"}}"#,
            "azure.platformlogs.properties.log.verb",
        ),
    ] {
        let kept = ask(schema, record, Options::default(), Arc::new(Asked(vec![name])));
        assert_eq!(kept.rejected.len(), 0, "{record}");
        assert_eq!(field(schema, &kept.batches[0], 0, name), Vec::<String>::new(), "{record}");
    }
}
