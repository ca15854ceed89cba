//! What the mapping format means.

use tripline_schema::{MapExpr, MapFunction, Schema, View};

const BASE: &str = r#"
[[source]]
id = "base"
title = "Base"
recognise = [{ has = ["kind"] }]
time = ["ts"]
[source.elastic]
indices = ["logs-base-default"]
prefixes = { "vendor." = "data." }
[source.elastic.fields]
"event.kind" = "'event'"
"source.ip" = "ip(addr)"
[source.elastic.absent]
"user.name" = "not in the record"
[source.splunk]
sourcetype = "base"
prefixes = ["data."]

[[source]]
id = "base.net"
title = "Net"
extends = "base"
refine = { kind = ["net"] }
[source.elastic.fields]
"source.ip" = ""
"user.name" = "who"
[source.elastic.absent]
"user.name" = ""
"#;

fn load(more: &str) -> Schema {
    let mut schema = Schema::load(&[("base.toml", BASE)]).unwrap();
    schema.add("more.toml", more).unwrap();
    schema
}

fn parse(text: &str) -> MapExpr {
    MapExpr::parse(text).unwrap()
}

#[test]
fn a_source_starts_from_its_parent() {
    let schema = load("");
    let m = schema.mapping("base.net").unwrap();
    assert_eq!(m.resolve(&View::Ecs, "event.kind"), Some(parse("'event'")));
    assert_eq!(m.resolve(&View::Ecs, "source.ip"), None, "an empty expression takes away");
    assert_eq!(m.resolve(&View::Ecs, "vendor.x"), Some(parse("data.x")));
    assert_eq!(m.resolve(&View::Splunk, "x"), Some(parse("data.x")));
    assert!(m.elastic.absent.is_empty(), "an empty reason takes away");
    assert_eq!(m.recognise.len(), 1);
    assert_eq!(&*m.recognise[0].has[0], "kind");
    assert_eq!(&*m.recognise[0].equals["kind"][0], "net");
}

#[test]
fn the_narrower_is_tried_first_and_the_users_before_all() {
    let schema = load("[[source]]\nid = \"mine\"\nrecognise = [{ has = [\"kind\"] }]\n");
    let order: Vec<&str> = schema.mappings().iter().map(|m| &*m.id).collect();
    assert_eq!(order, ["mine", "base.net", "base"]);
}

#[test]
fn a_users_source_replaces_ours_of_the_same_id() {
    let schema = load("[[source]]\nid = \"base\"\ntitle = \"Other\"\n");
    assert_eq!(&*schema.mapping("base").unwrap().title, "Other");
    assert_eq!(schema.mappings().len(), 2);
}

#[test]
fn collected_sources_prefer_the_documents_own_fields() {
    let schema = load(
        r#"
[[collected]]
from = "base"
to = "beat"
title = "Beat"
has = ["agent"]
time = ["@timestamp"]
[collected.moved]
"data.image" = "process.executable"
"#,
    );
    let m = schema.mapping("beat.net").unwrap();
    assert_eq!(&*m.title, "Net (Beat)");
    assert_eq!(m.extends.as_deref(), Some("beat"));
    assert_eq!(m.time.iter().map(|t| &**t).collect::<Vec<_>>(), ["@timestamp", "ts"]);
    assert_eq!(m.resolve(&View::Ecs, "user.name"), Some(parse("coalesce(user.name, who)")));
    assert_eq!(m.resolve(&View::Ecs, "other"), Some(parse("other")));
    let image = parse("coalesce(data.image, process.executable)");
    assert_eq!(m.resolve(&View::Splunk, "image"), Some(image));
    assert_eq!(&*m.recognise[0].has[1], "agent");
    assert!(m.elastic.from_document);
}

#[test]
fn errors_name_file_source_and_field() {
    for (text, expected) in [
        ("[[source]]\nid = 'x'\nextends = 'y'\n", "more.toml: x: extends `y`, which is not there"),
        (
            "[[source]]\nid = 'x'\n[source.elastic.fields]\n'a' = 'lower('\n",
            "more.toml: x: a: expression ends too early at column 7",
        ),
        (
            "[[source]]\nid = 'x'\nrefine = { a = ['b'] }\n",
            "more.toml: x: `refine` narrows nothing: neither it nor its parent is recognised",
        ),
    ] {
        let mut schema = Schema::load(&[]).unwrap();
        assert_eq!(schema.add("more.toml", text).unwrap_err().to_string(), expected);
    }
    let mut schema = Schema::load(&[]).unwrap();
    assert!(schema.add("more.toml", "[[source]]\nidd = 'x'\n").is_err());
}

#[test]
fn the_reference_lists_every_function() {
    let page = include_str!("../../../../docs/reference/mappings.md");
    for (_, name, _, _, doc) in MapFunction::ALL {
        // A key of the format may have the name of a function.
        let mut lines = page.lines().filter(|l| l.starts_with(&format!("| `{name}` |")));
        let doc = doc.replace('|', "\\|");
        assert!(
            lines.any(|line| line.contains(&doc)),
            "{name} is not in docs/reference/mappings.md as it should: {doc}"
        );
    }
}

/// A user who replaces a source means all that extends it to go on: Sysmon is no less a Windows
/// event because the mapping of Windows events is another.
#[test]
fn what_extends_a_replaced_source_is_still_tried_before_it() {
    let mut schema = Schema::load(&[(
        "built-in.toml",
        "[[source]]\nid = 'parent'\n\n[[source]]\nid = 'child'\nextends = 'parent'\n\n\
         [[source]]\nid = 'other'\n",
    )])
    .unwrap();
    schema.add("mine.toml", "[[source]]\nid = 'parent'\ntitle = 'Mine'\n").unwrap();
    let order: Vec<&str> = schema.mappings().iter().map(|m| &*m.id).collect();
    assert_eq!(order, ["child", "parent", "other"]);
    assert_eq!(&*schema.mapping("parent").unwrap().title, "Mine");
}
