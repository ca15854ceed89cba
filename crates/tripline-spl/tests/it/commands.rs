//! Each command's forms.

use super::{World, plan, printed, run};
use std::collections::BTreeSet;
use tripline_ir::{Projection, StageKind, Tail};
use tripline_schema::Schema;
use tripline_spl::{COMMANDS, compile};

/// The stages after a raw search.
fn stages(text: &str) -> Vec<StageKind> {
    let Tail::Pipeline(pipeline) = plan(&format!("x=1 | {text}")).tail else { panic!("{text}") };
    pipeline.stages.into_iter().map(|s| s.kind).collect()
}

fn shown(text: &str) -> String {
    format!("{:?}", stages(text))
}

#[test]
fn forms() {
    for (text, expected) in [
        (
            "rename a as b, \"c d\" AS e f.* as *",
            r#"[Rename([("a", "b"), ("c d", "e"), ("f.*", "*")])]"#,
        ),
        (
            "sort - a, b",
            "[Sort(RowSort { keys: [SortKey { column: \"a\", descending: true }, \
SortKey { column: \"b\", descending: true }], limit: 10000 })]",
        ),
        (
            "sort 0 -a +b",
            "[Sort(RowSort { keys: [SortKey { column: \"a\", descending: true }, \
SortKey { column: \"b\", descending: false }], limit: 0 })]",
        ),
        (
            "sort a desc",
            "[Sort(RowSort { keys: [SortKey { column: \"a\", descending: true }], \
limit: 10000 })]",
        ),
        ("head", "[Limit { count: 10, end: Head }]"),
        ("head limit=3", "[Limit { count: 3, end: Head }]"),
        ("tail 5", "[Limit { count: 5, end: Tail }]"),
        (
            "dedup 2 a, b keepempty=true",
            "[Dedup(Dedup { columns: [\"a\", \"b\"], keep: 2, \
keep_empty: true, consecutive: false })]",
        ),
        ("bin span=5m _time", "[Bin(Bin { column: \"_time\", span: 300.0, name: None })]"),
        (
            "bucket _time span=1d as day",
            "[Bin(Bin { column: \"_time\", span: 86400.0, name: Some(\"day\") })]",
        ),
        ("fillnull", "[Fill { columns: [], value: \"0\" }]"),
        ("fillnull value=NULL a b", "[Fill { columns: [\"a\", \"b\"], value: \"NULL\" }]"),
        ("mvexpand a limit=5", "[Unnest { column: \"a\", limit: 5 }]"),
        (
            "rex \"(?<n>a{)\" field=b max_match=0",
            r#"[Extract(Extract { column: "b", pattern: "(?<n>a\\{)", max_match: 0 })]"#,
        ),
        (
            "rex \".*\\\\\\(?<n>..)\"",
            r#"[Extract(Extract { column: "_raw", pattern: ".*\\\\(?<n>..)", max_match: 1 })]"#,
        ),
        (
            "convert ctime(a) ctime(b) as c",
            "[FormatTime { columns: [(\"a\", None)], format: \
\"%m/%d/%Y %H:%M:%S\" }, FormatTime { columns: [(\"b\", Some(\"c\"))], format: \
\"%m/%d/%Y %H:%M:%S\" }]",
        ),
        (
            "iplocation prefix=src_ allfields=t src",
            "[GeoIp { column: \"src\", prefix: \"src_\", all_fields: true }]",
        ),
        ("fields - predicted(x) a", r#"[Project(Drop(["predicted(x)", "a"]))]"#),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn fields_keeps_internal_columns_and_table_makes_missing_ones() {
    let keep = |text: &str| match stages(text).remove(0) {
        StageKind::Project(Projection::Keep { columns, create, keep_internal }) => {
            (columns.len(), create, keep_internal)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(keep("fields a, b"), (2, false, true));
    assert_eq!(keep("fields + a"), (1, false, true));
    assert_eq!(keep("table a b c*"), (3, true, false));
}

#[test]
fn regex_keeps_or_drops() {
    assert!(shown("regex a=\"b\"").contains("Filter(Leaf"));
    assert!(shown("regex a != \"b\"").contains("Filter(Not("));
    assert!(shown("regex \"b\"").contains("_raw"));
}

#[test]
fn lookup_reads_keys_and_outputs() {
    let world = World::default().lookup("assets", &["ip", "category", "owner"]);
    let text = "x=1 | lookup update=true assets ip AS src, owner outputnew category as c, owner";
    let compiled = compile(text, &world, Schema::builtin());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let Tail::Pipeline(pipeline) = plan.tail else { panic!() };
    let StageKind::Lookup(lookup) = &pipeline.stages[0].kind else { panic!() };
    let keys: Vec<_> = lookup.keys.iter().map(|k| (&*k.table_column, &*k.row_column)).collect();
    let outputs: Vec<_> =
        lookup.outputs.iter().map(|k| (&*k.table_column, &*k.row_column)).collect();
    assert_eq!(keys, [("ip", "src"), ("owner", "owner")]);
    assert_eq!(outputs, [("category", "c"), ("owner", "owner")]);
    assert!(lookup.only_missing);
}

#[test]
fn stats_takes_its_arguments_with_or_without_commas() {
    let a = printed("x=1 | stats count min(_time) AS first, dc(a) as n BY b c, \"d e\"");
    assert!(a.contains("count") && a.contains("\"d e\""), "{a}");
    assert!(printed("x=1 | stats values(a) as b(c) by d").contains("name: \"b(c)\""));
    assert!(printed("x=1 | stats count(eval(a=\")\")) by d").contains("count(eval(a=\\\")\\\"))"));
    assert!(printed("x=1 | stats count").contains("row_on_empty: true"));
    assert!(printed("x=1 | stats p95(a)").contains("parameter: Some(95.0)"));
}

#[test]
fn tstats_finds_its_dataset_and_buckets() {
    let text = "| tstats count from datamodel=Network_Traffic by _time span=1h, All_Traffic.src";
    let shown = printed(text);
    assert!(shown.contains("Network_Traffic.All_Traffic"), "{shown}");
    assert!(shown.contains("span_seconds: Some(3600.0)"), "{shown}");
    // Without fillnull_value rows without a key are dropped.
    assert!(shown.contains("fill: None"), "{shown}");
    let quoted = "| tstats count from datamodel=\"Network_Traffic.All_Traffic\"";
    assert!(printed(quoted).contains("Network_Traffic.All_Traffic"));
    let node = "| tstats count from datamodel=Network_Traffic where nodename=All_Traffic";
    assert!(printed(node).contains("filter 0 Dataset(\"Network_Traffic.All_Traffic\")\n  true"));
}

#[test]
fn the_registry_is_the_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
        .map(|name| name.trim_end_matches('_').to_owned())
        .filter(|name| name != "mod")
        .collect();
    let names: BTreeSet<String> = COMMANDS.iter().map(|c| c.name.to_owned()).collect();
    assert_eq!(names, files);
    assert!(COMMANDS.iter().all(|c| !c.doc.is_empty() && c.syntax.contains(c.name)));
}

#[test]
fn what_is_wrong_has_a_code() {
    for (text, code) in [
        ("| stats count", "SPL025"),
        ("tstats count", "SPL107"),
        ("x=1 | tstats count from datamodel=Web", "SPL026"),
        ("x=1 | statz count", "SPL020"),
        ("x=1 | eventstats count", "SPL021"),
        ("x=1 | join a [search b=1]", "SPL021"),
        ("x=1 | rex mode=sed \"s/a/b/\"", "SPL022"),
        ("x=1 | bin a", "SPL022"),
        ("x=1 | dedup a sortby b", "SPL022"),
        ("x=1 | head (a=1)", "SPL022"),
        ("x=1 | convert rmunit(a)", "SPL022"),
        ("x=1 | convert ctim(a)", "SPL030"),
        ("x=1 | stats sparkline(a)", "SPL031"),
        ("x=1 | stats coun(a)", "SPL030"),
        ("x=1 | stats values", "SPL001"),
        ("x=1 | stats count by", "SPL001"),
        ("x=1 | rename a to b", "SPL001"),
        ("x=1 | head ten", "SPL001"),
        ("x=1 | table", "SPL001"),
        ("x=1 | | table a", "SPL001"),
        ("x=1 |", "SPL001"),
        ("x=1 | lookup nothing a", "SPL040"),
        ("x=1 | rex \"(?=a)\"", "SPL034"),
        ("x=[search y=1]", "SPL023"),
        ("earliest=-1h x=1", "SPL024"),
        ("| tstats count", "SPL022"),
        ("| tstats count from datamodel=Nothing by Nothing.a", "SPL102"),
        ("| tstats count from datamodel=Network_Traffic by _time", "SPL106"),
    ] {
        let codes: Vec<&str> = run(text).diagnostics.iter().map(|d| d.code.id).collect();
        assert!(codes.contains(&code), "{text}: {codes:?}");
        assert!(codes.len() <= 2, "{text}: {codes:?}");
    }
}
