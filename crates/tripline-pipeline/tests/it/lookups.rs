//! Lookups and GeoIP.

use super::*;
use tripline_ir::{Lookup, LookupKey, LookupOutput};
use tripline_kernels::lookup::{Definition, MatchType};

fn assets(change: impl FnOnce(&mut Definition)) -> Tables {
    let rows = [
        ["10.0.0.0/8", "internal", "low"],
        ["10.1.0.0/16", "internal", ""],
        ["8.8.8.8", "dns", "high"],
    ];
    let mut definition = Definition {
        columns: ["net", "category", "priority"].map(Arc::from).to_vec(),
        rows: rows.iter().map(|row| row.map(Arc::from).to_vec()).collect(),
        match_types: vec![("net".into(), MatchType::Cidr)],
        ..Definition::default()
    };
    change(&mut definition);
    Tables(vec![("assets", Arc::new(LookupTable::new(definition).unwrap()))])
}

fn stage(outputs: &[(&str, &str)], only_missing: bool) -> StageKind {
    let output = |(from, to): &(&str, &str)| LookupOutput {
        table_column: (*from).into(),
        row_column: (*to).into(),
    };
    StageKind::Lookup(Lookup {
        table: "assets".into(),
        keys: vec![LookupKey { table_column: "net".into(), row_column: "ip".into() }],
        outputs: outputs.iter().map(output).collect(),
        only_missing,
    })
}

#[track_caller]
fn check_with(tables: &Tables, input: &str, stages: Vec<StageKind>, expected: &str) {
    let output = run_with(table(input), stages, tables, None).unwrap();
    let expected: Vec<Json> = serde_json::from_str(expected).unwrap();
    assert_eq!(Json::Array(shown(&output.table)).to_string(), Json::Array(expected).to_string());
}

#[test]
fn outputs_overwrite_on_a_match_only() {
    check_with(
        &assets(|_| {}),
        r#"[{"ip": "10.1.2.3", "c": "old"}, {"ip": "1.1.1.1", "c": "old"}, {"c": "old"}]"#,
        vec![stage(&[("category", "c")], false)],
        r#"[{"ip": "10.1.2.3", "c": ["internal", "internal"]}, {"ip": "1.1.1.1", "c": "old"},
            {"ip": null, "c": "old"}]"#,
    );
}

#[test]
fn outputnew_fills_nulls_only() {
    check_with(
        &assets(|d| d.max_matches = 1),
        r#"[{"ip": "10.1.2.3", "category": "old"}, {"ip": "8.8.8.8"}]"#,
        vec![stage(&[("category", "category"), ("priority", "priority")], true)],
        r#"[{"ip": "10.1.2.3", "category": "old", "priority": "low"},
            {"ip": "8.8.8.8", "category": "dns", "priority": "high"}]"#,
    );
}

/// Without outputs, every column that is no key comes back; a multivalue finds what each finds.
#[test]
fn all_columns_come_back_and_multivalues_join() {
    check_with(
        &assets(|d| d.longest_prefix = true),
        r#"[{"ip": ["8.8.8.8", "10.1.2.3"]}]"#,
        vec![stage(&[], false)],
        r#"[{"ip": ["8.8.8.8", "10.1.2.3"], "category": ["dns", "internal", "internal"],
             "priority": ["high", "low"]}]"#,
    );
}

/// `min_matches` and `default_match` make `| search isX=false` work.
#[test]
fn defaults_stand_in() {
    let tables = assets(|d| {
        d.default_match = Some("false".into());
        d.min_matches = 1;
        d.max_matches = 1;
    });
    check_with(
        &tables,
        r#"[{"ip": "1.1.1.1"}, {"ip": "10.0.0.1"}, {"ip": null}]"#,
        vec![stage(&[("category", "c")], false)],
        r#"[{"ip": "1.1.1.1", "c": "false"}, {"ip": "10.0.0.1", "c": "internal"},
            {"ip": null, "c": null}]"#,
    );
}

#[test]
fn unknown_tables_and_columns_are_the_querys_fault() {
    let input = || table(r#"[{"ip": "1.1.1.1"}]"#);
    let error = run_with(input(), vec![stage(&[], false)], &Tables::default(), None).unwrap_err();
    assert_eq!(error.code().id, "PIPE004");
    let stage = stage(&[("categroy", "c")], false);
    let error = run_with(input(), vec![stage], &assets(|_| {}), None).unwrap_err();
    assert_eq!(error.code().id, "PIPE005");
    assert!(error.to_diagnostic().help.unwrap().contains("category"));
}

fn geoip(prefix: &str, all_fields: bool) -> Vec<StageKind> {
    vec![StageKind::GeoIp { column: "ip".into(), prefix: prefix.into(), all_fields }]
}

#[test]
fn places_of_addresses() {
    check(
        r#"[{"ip": "8.8.8.8"}, {"ip": "10.0.0.1"}, {"ip": ["::ffff:8.8.8.8", "10.0.0.1"]}, {"ip": "x"}]"#,
        geoip("d_", false),
        r#"[{"ip": "8.8.8.8", "d_City": "Mountain View", "d_Country": "United States",
             "d_Region": null, "d_lat": "37.5", "d_lon": "-122"},
            {"ip": "10.0.0.1", "d_City": null, "d_Country": null, "d_Region": null,
             "d_lat": null, "d_lon": null},
            {"ip": ["::ffff:8.8.8.8", "10.0.0.1"], "d_City": "Mountain View",
             "d_Country": "United States", "d_Region": null, "d_lat": "37.5", "d_lon": "-122"},
            {"ip": "x", "d_City": null, "d_Country": null, "d_Region": null, "d_lat": null,
             "d_lon": null}]"#,
    );
    let table = run(r#"[{"ip": "8.8.8.8"}]"#, geoip("", true)).unwrap().table;
    assert_eq!(
        table.names.iter().map(|n| &**n).collect::<Vec<_>>(),
        ["ip", "City", "Country", "Region", "lat", "lon", "Continent", "MetroCode", "Timezone"]
    );
}

#[test]
fn without_a_database_the_columns_are_null_and_it_is_said() {
    let input = table(r#"[{"ip": "8.8.8.8"}]"#);
    let output = run_with(input, geoip("", false), &Tables::default(), None).unwrap();
    assert!(output.table.cell(0, 1).is_null());
    assert_eq!(output.table.names.len(), 6);
    assert_eq!(output.warnings[0].code.id, "PIPE009");
}
