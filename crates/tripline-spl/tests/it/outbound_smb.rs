//! The first detection that this project runs, as its pages print it.

use super::{World, corpus};
use tripline_ir::print;
use tripline_schema::Schema;
use tripline_spl::compile;

/// The macros that the detection calls, except its own filter.
pub fn macros() -> World {
    World::new(&[
        (
            "security_content_summariesonly",
            &[],
            "summariesonly=`summariesonly_config` allow_old_summaries=true \
             fillnull_value=`fillnull_config`\n",
        ),
        ("summariesonly_config", &[], "false"),
        ("fillnull_config", &[], "null"),
        (
            "security_content_ctime",
            &["field"],
            "convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime($field$)",
        ),
        ("detect_outbound_smb_traffic_filter", &[], "search *"),
    ])
}

/// Same meaning as the page's query.
const QUERY: &str = "\
| tstats `security_content_summariesonly` earliest(_time) as start_time latest(_time) as end_time \
values(All_Traffic.action) as action values(All_Traffic.app) as app values(sourcetype) as sourcetype \
count from datamodel=Network_Traffic where (All_Traffic.action=allowed All_Traffic.dest_port=139 OR \
All_Traffic.dest_port=445 OR All_Traffic.app=\"smb\") AND All_Traffic.src_ip IN \
(\"10.0.0.0/8\",\"172.16.0.0/12\",\"192.168.0.0/16\") AND NOT All_Traffic.dest_ip IN \
(\"10.0.0.0/8\",\"172.16.0.0/12\",\"192.168.0.0/16\",\"100.64.0.0/10\") by All_Traffic.src_ip \
All_Traffic.dest_ip All_Traffic.dest_port
| `drop_dm_object_name(\"All_Traffic\")`
| `security_content_ctime(start_time)`
| `security_content_ctime(end_time)`
| iplocation dest_ip
| `detect_outbound_smb_traffic_filter`";

#[test]
fn or_binds_tighter_than_and_in_tstats() {
    let compiled = compile(QUERY, &macros(), Schema::builtin());
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|d| d.code.id).collect();
    assert_eq!(codes, ["SPL101"], "{:#?}", compiled.diagnostics);
    let shown = print(&compiled.plan.unwrap());
    let filter = shown.split("pipeline").next().unwrap();
    assert_eq!(
        filter,
        "\
filter 0 Dataset(\"Network_Traffic.All_Traffic\")
  and
    All_Traffic.action =~u [\"allowed\"]
    or
      All_Traffic.dest_port any(=~u [\"139\"], =number [139.0])
      All_Traffic.dest_port any(=~u [\"445\"], =number [445.0])
      All_Traffic.app =~u [\"smb\"]
    All_Traffic.src_ip any(=~u [\"10.0.0.0/8\", \"172.16.0.0/12\", \"192.168.0.0/16\"], \
in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16)
    not
      All_Traffic.dest_ip any(=~u [\"10.0.0.0/8\", \"172.16.0.0/12\", \"192.168.0.0/16\", \
\"100.64.0.0/10\"], in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10)
"
    );
}

#[test]
fn the_stages_group_rename_print_times_and_locate() {
    use tripline_ir::{StageKind, Tail};
    let compiled = compile(QUERY, &macros(), Schema::builtin());
    let Tail::Pipeline(pipeline) = compiled.plan.unwrap().tail else { panic!("no pipeline") };
    let columns: Vec<String> = pipeline.columns.iter().map(tripline_ir::FieldRef::column).collect();
    let wanted = [
        "All_Traffic.src_ip",
        "All_Traffic.dest_ip",
        "All_Traffic.dest_port",
        "_time",
        "All_Traffic.action",
        "All_Traffic.app",
        "sourcetype",
    ];
    assert_eq!(columns, wanted);
    assert!(!pipeline.all_columns && !pipeline.newest_first);
    let [group, rename, start, end, geo] = pipeline.stages.as_slice() else {
        panic!("{:#?}", pipeline.stages)
    };
    let StageKind::Aggregate { aggregates, by, row_on_empty } = &group.kind else { panic!() };
    let shown: Vec<String> =
        aggregates.iter().map(|a| format!("{} as {}", a.function, a.name)).collect();
    let wanted = [
        "earliest as start_time",
        "latest as end_time",
        "values as action",
        "values as app",
        "values as sourcetype",
        "count as count",
    ];
    assert_eq!(shown, wanted);
    // The literal text, not a null: this is what the vendor's macro says.
    assert!(by.iter().all(|key| key.fill.as_deref() == Some("null")));
    assert!(!row_on_empty);
    assert_eq!(rename.kind, StageKind::Rename(vec![("All_Traffic.*".into(), "*".into())]));
    for (stage, column) in [(start, "start_time"), (end, "end_time")] {
        let StageKind::FormatTime { columns, format } = &stage.kind else { panic!() };
        assert_eq!(columns.as_slice(), [(column.into(), None)]);
        assert_eq!(&**format, "%Y-%m-%dT%H:%M:%S");
    }
    assert!(matches!(&geo.kind, StageKind::GeoIp { column, .. } if &**column == "dest_ip"));
}

#[test]
fn the_published_pages_give_the_same_plan() {
    let Some(corpora) = corpus::corpora() else {
        println!("skipped: no corpora");
        return;
    };
    let wanted = compile(QUERY, &macros(), Schema::builtin());
    for page in ["003-lofp-outbound-smb.txt", "004-splunk-detect-outbound-smb-traffic.txt"] {
        let path = corpora.join("../seeds").join(page);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: no {}", path.display());
            continue;
        };
        let start = text.find("| tstats").unwrap();
        let end = start + text[start..].find("_filter`").unwrap() + "_filter`".len();
        // The page numbers the query's lines.
        let query: String = text[start..end]
            .lines()
            .map(|line| line.trim_start_matches(|c: char| c.is_ascii_digit()))
            .collect::<Vec<_>>()
            .join("\n");
        let compiled = compile(&query, &macros(), Schema::builtin());
        let plan = compiled.plan.unwrap_or_else(|| panic!("{page}: {:#?}", compiled.diagnostics));
        let normal = |plan| without_spans(&print(plan));
        assert_eq!(normal(&plan), normal(wanted.plan.as_ref().unwrap()), "{page}");
    }
}

/// The printer shows stages with their spans, which differ with line breaks.
fn without_spans(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("Span {") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('}').unwrap() + 1..];
    }
    out + rest
}
