//! Every embedded mapping uses names that the catalogues know.

use std::collections::BTreeSet;
use tripline_schema::{FieldType, Fields, MapExpr, MapFunction, Mapping, Schema, View};

fn expressions(m: &Mapping) -> impl Iterator<Item = &MapExpr> {
    m.elastic.fields.values().chain(m.splunk.fields.values()).chain(m.sigma.fields.values())
}

#[test]
fn all_files_load() {
    let ids: BTreeSet<&str> = Schema::builtin().mappings().iter().map(|m| &*m.id).collect();
    for id in [
        "zeek",
        "zeek.conn",
        "zeek.dns",
        "zeek.http",
        "zeek.ssl",
        "zeek.smb_mapping",
        "zeek.smb_files",
        "zeek.dce_rpc",
        "zeek.ntlm",
        "zeek.kerberos",
        "windows.event",
        "windows.sysmon",
        "windows.sysmon.1",
        "windows.sysmon.29",
        "windows.sysmon.255",
        "windows.security",
        "windows.security.4688",
        "windows.security.5156",
        "windows.powershell.4104",
        "windows.system.7045",
        "elastic.winlogbeat.event",
        "elastic.winlogbeat.sysmon.3",
        "elastic.ecs",
        "elastic.endpoint.network",
        "elastic.packetbeat.flow",
        "elastic.auditbeat",
        "elastic.filebeat.zeek",
        "endgame",
        "m365_defender.network",
        "m365_defender.table.process",
        "sentinelone.network",
        "json",
    ] {
        assert!(ids.contains(id), "{id}");
    }
    assert_eq!(ids.len(), Schema::builtin().mappings().len(), "ids are unique");
}

#[test]
fn every_source_says_what_it_is() {
    for m in Schema::builtin().mappings() {
        assert!(!m.title.is_empty(), "{}: title", m.id);
        assert!(!m.time.is_empty(), "{}: time", m.id);
        assert!(!m.splunk.sourcetype.is_empty(), "{}: sourcetype", m.id);
        let nowhere = m.elastic.indices.is_empty() && !m.elastic.from_document;
        assert!(!nowhere, "{}: indices", m.id);
    }
}

#[test]
fn elastic_fields_are_known() {
    let schema = Schema::builtin();
    let unknown: Vec<String> = schema
        .mappings()
        .iter()
        .flat_map(|m| {
            let names = m.elastic.fields.keys().chain(m.elastic.absent.keys());
            names.filter(|n| !schema.field(&View::Ecs, n).known).map(|n| format!("{}: {n}", m.id))
        })
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// A field that is said to be absent is not mapped; a document's own fields may be there.
#[test]
fn absent_fields_are_not_mapped() {
    let schema = Schema::builtin();
    for m in schema.mappings().iter().filter(|m| !m.elastic.passthrough) {
        for name in m.elastic.absent.keys() {
            assert!(!m.elastic.fields.contains_key(name), "{}: {name}", m.id);
        }
    }
}

#[test]
fn datasets_and_their_fields_are_known() {
    let schema = Schema::builtin();
    for m in schema.mappings() {
        for dataset in &m.splunk.datasets {
            assert!(schema.datasets().any(|d| *d == **dataset), "{}: {dataset}", m.id);
        }
    }
}

#[test]
fn tables_that_are_used_are_there() {
    fn check(m: &Mapping, expr: &MapExpr) {
        let MapExpr::Call(function, args) = expr else { return };
        if matches!(function, MapFunction::Table | MapFunction::Flags) {
            let Some(MapExpr::Const(name)) = args.get(1) else {
                panic!("{}: a table's name is a constant", m.id)
            };
            assert!(m.tables.contains_key(&name[0]), "{}: table {}", m.id, name[0]);
        }
        for arg in args {
            check(m, arg);
        }
    }
    for m in Schema::builtin().mappings() {
        expressions(m).for_each(|e| check(m, e));
    }
}

/// A generic source stands behind all those that it is the base of.
#[test]
fn sources_are_tried_before_their_bases() {
    let mappings = Schema::builtin().mappings();
    for (at, m) in mappings.iter().enumerate() {
        let Some(parent) = &m.extends else { continue };
        let base = mappings.iter().position(|b| b.id == *parent).expect("parents are there");
        assert!(at < base, "{} is tried after {parent}", m.id);
    }
    assert_eq!(&*mappings.last().unwrap().id, "json");
}

/// What the four rules of the first pages read. Silence has a reason that can be printed.
#[test]
fn outbound_smb_fields() {
    let schema = Schema::builtin();
    let ecs =
        ["event.category", "network.transport", "destination.port", "source.ip", "destination.ip"];
    for (id, missing) in [
        ("zeek.conn", &[][..]),
        ("windows.sysmon.3", &[]),
        ("elastic.winlogbeat.sysmon.3", &[]),
        ("elastic.endpoint.network", &[]),
        ("elastic.packetbeat.flow", &[]),
        ("endgame.network", &[]),
        ("m365_defender.network", &["network.transport"]),
        ("sentinelone.network", &["network.transport"]),
        ("windows.security.5156", &[]),
    ] {
        let m = schema.mapping(id).unwrap();
        for name in ecs {
            let there = schema.resolve(m, &View::Ecs, name).is_some();
            let expected = !missing.contains(&name);
            assert_eq!(there, expected, "{id}: {name}");
            if !expected {
                assert!(m.elastic.absent.contains_key(name), "{id}: no reason for {name}");
            }
        }
    }
    let traffic = View::Cim("Network_Traffic.All_Traffic".into());
    let sysmon = schema.mapping("windows.sysmon.3").unwrap();
    let unknown = MapExpr::Const(vec!["unknown".into()]);
    assert_eq!(schema.resolve(sysmon, &traffic, "action"), Some(unknown));
    assert!(sysmon.splunk.absent.contains_key("action"));
}

#[test]
fn integrations_fields_have_types() {
    let schema = Schema::builtin();
    for (name, ty) in [
        ("powershell.file.script_block_text", FieldType::Text),
        ("winlog.event_data.TargetImage", FieldType::Keyword),
        ("winlog.process.pid", FieldType::Long),
        ("data_stream.dataset", FieldType::ConstantKeyword),
        ("endgame.event_subtype_full", FieldType::Keyword),
        ("nothing.of.this.name", FieldType::Unknown),
    ] {
        assert_eq!(schema.field(&View::Ecs, name).ty, ty, "{name}");
    }
    assert!(Fields::field_names(schema, &View::Ecs).contains(&"data_stream.dataset"));
}

/// A start-up cost. Measured in release; the bound here is for an unoptimised build.
#[test]
fn loads_quickly() {
    let start = std::time::Instant::now();
    let schema = Schema::builtin();
    assert!(!schema.mappings().is_empty());
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
